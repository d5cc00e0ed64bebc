import { createHash } from 'node:crypto';

/** Lengths are told in classes, so that a mark does not help to guess. */
export function lengthClass(length: number): string {
  const upper = [3, 7, 15, 31, 63, 255].find((most) => length <= most);
  if (upper === undefined) return '256+';
  return { 3: '1-3', 7: '4-7', 15: '8-15', 31: '16-31', 63: '32-63', 255: '64-255' }[upper]!;
}

/** What stands in the place of a secret. There is no digest in it: what a person types can be guessed from one. */
export function mark(kind: string, length: number): string {
  return `[redacted:${kind}:${lengthClass(length)}]`;
}

/** Shorter ones are only looked for where a whole value is compared: everywhere else they would hit by accident. */
const LEAST = 4;
const DERIVED_LEAST = 8;

interface Form {
  bytes: Buffer;
  mark: Buffer;
}

/**
 * All that must not be found in a package: what was typed as secret, and what the site gave out for it (cookies, tokens). Kept in the
 * memory of this process until the package is written, and nowhere else.
 */
export class Secrets {
  /** When the first one was typed: from then on no body of a request is kept. */
  since: Date | null = null;
  private readonly values = new Map<string, string>();
  /** Values that stood in a field on the way, by field; shorter than what they became. */
  private readonly atField = new Map<string, string>();
  private readonly passing = new Set<string>();
  /** By name of the field: short text and kind. */
  private readonly short = new Map<string, Map<string, string>>();
  private cache: Form[] | null = null;

  /** The text that stands in a field now. What it was a moment before, one key ago, is dropped; what stood there and was cleared, is not. */
  typed(field: string, value: string, kind: string, at: Date): void {
    if (value === '') return;
    this.since ??= at;
    const before = this.atField.get(field);
    this.passing.add(value);
    if (before !== undefined && before !== value && value.startsWith(before)) this.values.delete(before);
    this.atField.set(field, value);
    this.add(value, kind);
  }

  /** A text too short to be looked for everywhere, under the name of the field into which it was typed. */
  named(name: string, value: string, kind: string): void {
    if (name === '' || value === '' || value.length >= LEAST) return;
    const known = this.short.get(name) ?? new Map<string, string>();
    this.short.set(name, known.set(value, kind));
  }

  /**
   * Marks short secrets where they are the whole value under the name of their very field: a member of JSON (text or number) or a
   * pair of a form. Anywhere else three letters would hit by accident and take away what the site said.
   */
  replacedByName(bytes: Buffer): { bytes: Buffer; count: number } {
    let text = bytes.toString('latin1');
    let count = 0;
    for (const [name, values] of this.short) {
      if (!bytes.includes(formed(name)) && !bytes.includes(JSON.stringify(name))) continue;
      for (const [value, kind] of values) {
        const put = (before: string, after: string) => {
          count += 1;
          return `${before}${mark(kind, value.length)}${after}`;
        };
        const [n, v] = [literal(JSON.stringify(name)), literal(JSON.stringify(value).slice(1, -1))];
        text = text
          .replace(new RegExp(`(${n}\\s*:\\s*")${v}(")`, 'g'), (_all, before: string, after: string) => put(before, after))
          .replace(new RegExp(`(${n}\\s*:\\s*)${/^\d+$/.test(value) ? v : '(?!)'}(?=\\s*[,}\\]])`, 'g'), (_all, before: string) =>
            put(`${before}"`, '"'),
          )
          .replace(
            new RegExp(`((?:^|[&?])${literal(formed(name))}=)${literal(formed(value))}(?=&|$)`, 'g'),
            (_all, before: string) => put(before, ''),
          );
      }
    }
    return count > 0 ? { bytes: Buffer.from(text, 'latin1'), count } : { bytes, count };
  }

  /** A header of the name of a field, with exactly what was typed there. */
  isShortOf(header: string, value: string): boolean {
    return [...this.short].some(([name, values]) => name.toLowerCase() === header.toLowerCase() && values.has(value.trim()));
  }

  derived(value: string, kind: string): void {
    if (value.length >= DERIVED_LEAST) this.add(value, kind);
  }

  /** Exactly one of them, or one on its way: for values that stand alone, as parameters of an address do. */
  isWhole(value: string): boolean {
    return this.passing.has(value) || this.values.has(value);
  }

  /** Text and mark of what was typed, longest first. */
  pairs(): [string, string][] {
    return [...this.values]
      .filter(([value]) => value.length >= LEAST)
      .sort(([a], [b]) => b.length - a.length)
      .map(([value, kind]) => [value, mark(kind, value.length)]);
  }

  /** How often a secret stood there, and the bytes with marks in its place; the same bytes when there was none. */
  replaced(bytes: Buffer): { bytes: Buffer; count: number } {
    let found = bytes;
    let count = 0;
    for (const form of this.forms()) {
      let at = found.indexOf(form.bytes);
      if (at < 0) continue;
      const parts: Buffer[] = [];
      let from = 0;
      for (; at >= 0; at = found.indexOf(form.bytes, from)) {
        parts.push(found.subarray(from, at), form.mark);
        from = at + form.bytes.length;
        count += 1;
      }
      found = Buffer.concat([...parts, found.subarray(from)]);
    }
    return { bytes: found, count };
  }

  found(bytes: Buffer): boolean {
    return this.forms().some((form) => bytes.includes(form.bytes));
  }

  text(text: string): string {
    const { bytes, count } = this.replaced(Buffer.from(text, 'utf8'));
    return count > 0 ? bytes.toString('utf8') : text;
  }

  private add(value: string, kind: string): void {
    if (this.values.has(value)) return;
    this.values.set(value, kind);
    this.cache = null;
  }

  private forms(): Form[] {
    if (this.cache) return this.cache;
    const forms = this.pairs().flatMap(([value, text]) => {
      const seen = new Map<string, Form>();
      for (const bytes of formsOf(value)) seen.set(bytes.toString('latin1'), { bytes, mark: Buffer.from(text) });
      for (const bytes of wideFormsOf(value))
        seen.set(bytes.bytes.toString('latin1'), { bytes: bytes.bytes, mark: Buffer.from(text, 'utf16le') });
      return [...seen.values()];
    });
    return (this.cache = forms.sort((a, b) => b.bytes.length - a.bytes.length));
  }
}

const formed = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1);
/** For a pattern over bytes: UTF-8 read letter by letter, with nothing in it that means something to a pattern. */
const literal = (text: string): string =>
  Buffer.from(text, 'utf8')
    .toString('latin1')
    .replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** How pages and sites write a text down: as it is, escaped, encoded, or as the digest that is as good as the text at some sites. */
function formsOf(value: string): Buffer[] {
  const utf8 = Buffer.from(value, 'utf8');
  const url = encodeURIComponent(value);
  const form = new URLSearchParams([['', value]]).toString().slice(1);
  const json = JSON.stringify(value).slice(1, -1);
  const escaped = [...value].map((char) => (char > '~' ? [...utf16(char)].join('') : char)).join('');
  const html = value.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  const texts = [
    value,
    url,
    url.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase()),
    encodeURIComponent(url),
    form,
    encodeURI(value),
    json,
    escaped,
    html,
    html.replace(/"/g, '&quot;'),
    html.replace(/"/g, '&quot;').replace(/'/g, '&#39;'),
    ...base64Of(utf8),
    utf8.toString('hex'),
    utf8.toString('hex').toUpperCase(),
  ];
  for (const algorithm of ['md5', 'sha1', 'sha256', 'sha512']) {
    const digest = createHash(algorithm).update(utf8).digest();
    texts.push(digest.toString('hex'), digest.toString('hex').toUpperCase(), digest.toString('base64'));
  }
  return texts.filter((text) => text.length >= LEAST).map((text) => Buffer.from(text, 'utf8'));
}

function* utf16(char: string): Generator<string> {
  for (let at = 0; at < char.length; at += 1) yield `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`;
}

/** Alone, and in the midst of something longer, at each of the three places where a group of four characters may begin. */
function base64Of(bytes: Buffer): string[] {
  const out: string[] = [];
  for (let shift = 0; shift < 3; shift += 1) {
    const padded = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const from = [0, 2, 3][shift]!;
    // The last character also carries bits of what follows, except where the group is full.
    const full = (bytes.length + shift) % 3 === 0;
    const inner = padded.slice(from, full ? undefined : -1);
    if (inner.length >= 6) out.push(inner, inner.replace(/\+/g, '-').replace(/\//g, '_'));
  }
  const whole = bytes.toString('base64');
  return [...out, whole, whole.replace(/=+$/, ''), bytes.toString('base64url')].filter((text) => text.length >= 6);
}

function wideFormsOf(value: string): { bytes: Buffer }[] {
  const little = Buffer.from(value, 'utf16le');
  const big = Buffer.from(little).swap16();
  return [{ bytes: little }, { bytes: big }];
}
