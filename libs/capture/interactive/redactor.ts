import { Popups } from '../chromium/popups';
import { gunzipSync, inflateSync } from 'node:zlib';
import type { Recorder, SeenExchange, SocketFrames } from '../chromium/recorder';
import type { RawHeaders, WireExchange } from '../egress/proxy';
import type { PackageInput } from '../records/package';
import type { RecordedExchange } from '../records/merge';
import { mark, type Secrets } from './secrets';

/** A line of `record/redactions.jsonl`: what was taken out where, never what it was. */
export interface Redaction {
  /** What sort of secret: password, text, cookie, token, body, … */
  kind: string;
  /** The file, the page, or the exchange by its address without parameters. */
  where: string;
  what: string;
  count: number;
}

/** Headers by which a login lives; their values go, their names stay. */
const CREDENTIALS =
  /^(authorization|proxy-authorization|authentication|x-(access|auth|api|csrf|xsrf|session|user)[-_]?(token|key|id)?|[a-z-]*token|[a-z-]*csrf[a-z-]*)$/i;
const COOKIES = /^(cookie|set-cookie|set-cookie2)$/i;
const SENSITIVE =
  /pass(word|wd|phrase)?|pwd|secret|token|session|sess_?id|jwt|ticket|^(sid|otp|pin|sms_?code|captcha|verify_?code|auth|code|sign(ature)?)$/i;
/** These were written before the page was met, or are the machine's own: the ledger knows the digest of the first. */
const OURS = /^record\/(request\.json|environment\.json|before\/|redactions\.jsonl|warc-index\.jsonl|tls\/)/;
const TEXTS = /\.(json|jsonl|html|txt)$/;
/** Deep enough for an archive in an archive; a bomb ends at the limit. */
const UNPACK_BYTES = 64 * 1024 * 1024;

/**
 * Takes secrets out of everything before it is digested. What is stored is what is signed: a changed body says `decoded` and
 * `truncated: unspecified`, each place is a line of `record/redactions.jsonl`, and the package is partial by the limit `redacted`.
 */
export class Redactor {
  private readonly lines = new Map<string, Redaction>();
  private recorder: Recorder | null = null;
  private wire: readonly WireExchange[] = [];

  constructor(private readonly secrets: Secrets) {}

  follow(recorder: Recorder, wire: readonly WireExchange[]): void {
    this.recorder = recorder;
    this.wire = wire;
  }

  say({ kind, where, what, count }: Redaction): void {
    const key = `${kind}\n${where}\n${what}`;
    const line = this.lines.get(key);
    if (line) line.count += count;
    else this.lines.set(key, { kind, where, what, count });
  }

  /** For lines that leave the process while it works. */
  text(text: string): string {
    return this.secrets.text(text.replace(/https?:\/\/[^\s"'<>]+/g, (url) => this.url(url)));
  }

  /** What staging asks before it digests a file; null when the file cannot be kept at all. */
  file(path: string, content: Buffer): Buffer | null {
    if (OURS.test(path)) return content;
    this.learn();
    if (/\.webm$/.test(path)) {
      this.say({ kind: 'film', where: path, what: 'file not kept', count: 1 });
      return null;
    }
    if (TEXTS.test(path)) {
      const { bytes, count } = this.secrets.replaced(content);
      if (count > 0) this.say({ kind: 'secret', where: path, what: 'text replaced', count });
      return bytes;
    }
    if (path.endsWith('.mhtml')) return this.whole(path, content, mhtmlParts(content));
    if (path.endsWith('.pdf')) return this.whole(path, content, pdfStreams(content));
    return content;
  }

  /** The package as it may be written. */
  input(input: PackageInput): PackageInput {
    this.learn();
    const { navigation, recorder } = input;
    const shown = Object.assign(Object.create(Object.getPrototypeOf(recorder) as object) as Recorder, recorder, {
      console: recorder.console.map((line) => ({ ...line, text: this.text(line.text), url: this.address(line.url) })),
      sockets: recorder.sockets.map((socket) => this.socket(socket)),
      downloads: recorder.downloads.map((url) => this.address(url)),
      popups: Object.assign(new Popups(), {
        all: recorder.popups.all.map((popup) => ({ ...popup, url: this.address(popup.url) })),
      }),
    });
    this.say({ kind: 'wire', where: 'wire/', what: 'raw bytes and TLS secrets not kept', count: 1 });
    this.say({ kind: 'film', where: 'content/video.webm', what: 'not filmed', count: 1 });
    return {
      ...input,
      recorder: shown,
      timeline: input.timeline.map((line) => this.deep(line)),
      limits: [...new Set([...input.limits, 'redacted'])].sort(),
      navigation: {
        ...navigation,
        urlFinal: this.address(navigation.urlFinal),
        redirects: navigation.redirects.map((url) => this.address(url)),
        title: this.secrets.text(navigation.title),
        document: navigation.document && this.seen(navigation.document),
      },
      afterMerge: (exchanges) => exchanges.map((exchange) => this.exchange(exchange)),
      redactions: () => [...this.lines.values()],
    };
  }

  exchange(exchange: RecordedExchange): RecordedExchange {
    const where = this.address(exchange.url);
    const place = where.replace(/[?#].*$/, '');
    const say = (kind: string, what: string, count = 1) => this.say({ kind, where: place, what, count });
    if (where !== exchange.url) say('parameter', 'address');
    const sent = this.requestBody(exchange, say);
    const received = exchange.body ? this.body(exchange.body) : { bytes: null, count: 0 };
    if (received.count > 0) say('secret', 'body of the answer', received.count);
    const requestHeaders = this.headers(exchange.requestHeaders, say).map(([name, value]): [string, string] =>
      sent !== exchange.requestBody && /^content-length$/i.test(name) ? [name, String(sent?.length ?? 0)] : [name, value],
    );
    return {
      ...exchange,
      url: where,
      requestHeaders,
      requestBody: sent,
      responseHeaders: this.headers(exchange.responseHeaders, say),
      body: received.bytes,
      reason: this.secrets.text(exchange.reason),
      ...(received.count > 0
        ? { fidelity: 'decoded' as const, truncated: exchange.truncated || 'unspecified', encodedBytes: received.bytes!.length }
        : {}),
    };
  }

  /** After the first secret no body of a request is kept: pages encode, hash and encrypt in ways that nobody can look for. */
  private requestBody(exchange: RecordedExchange, say: (kind: string, what: string) => void): Buffer | null {
    const { requestBody, startedAt } = exchange;
    if (!requestBody || requestBody.length === 0) return requestBody;
    const { since } = this.secrets;
    if (since && startedAt >= since) {
      say('body', 'body of the request');
      return Buffer.from(mark('body', requestBody.length));
    }
    const { bytes, count } = this.replaced(requestBody);
    if (count > 0) say('secret', 'body of the request');
    return count > 0 ? bytes : requestBody;
  }

  private replaced(body: Buffer): { bytes: Buffer; count: number } {
    const { bytes, count } = this.secrets.replaced(body);
    const named = this.secrets.replacedByName(bytes);
    return { bytes: named.bytes, count: count + named.count };
  }

  private body(body: Buffer): { bytes: Buffer; count: number } {
    const { bytes, count } = this.replaced(body);
    const packed = unpacked(bytes);
    // Repacking would invent bytes that nobody sent.
    if (packed && this.secrets.found(packed)) return { bytes: Buffer.from(mark('packed', bytes.length)), count: count + 1 };
    return { bytes: count > 0 ? bytes : body, count };
  }

  private headers(headers: RawHeaders, say: (kind: string, what: string) => void): RawHeaders {
    return headers.map(([name, value]): [string, string] => {
      if (COOKIES.test(name)) {
        say('cookie', `header ${name.toLowerCase()}`);
        return [name, cookieMarked(name, value)];
      }
      if (CREDENTIALS.test(name)) {
        say('credential', `header ${name.toLowerCase()}`);
        return [name, mark('credential', value.length)];
      }
      const text = this.secrets.isShortOf(name, value) ? mark('secret', value.length) : this.text(value);
      if (text !== value) say('secret', `header ${name.toLowerCase()}`);
      return [name, text];
    });
  }

  private socket(socket: SocketFrames): SocketFrames {
    const { since } = this.secrets;
    const late = (at: string) => since !== null && at >= since.toISOString();
    return {
      ...socket,
      url: this.address(socket.url),
      frames: socket.frames.map((frame) => {
        if (frame.out && late(frame.at)) {
          this.say({ kind: 'body', where: this.address(socket.url).replace(/[?#].*$/, ''), what: 'frame sent', count: 1 });
          return { ...frame, payload: mark('body', frame.payload.length) };
        }
        return { ...frame, payload: this.secrets.text(frame.payload) };
      }),
    };
  }

  private seen(seen: SeenExchange): SeenExchange {
    return { ...seen, url: this.address(seen.url) };
  }

  /** An address with marks in the place of parameters that are secrets or are named like them. */
  private url(url: string): string {
    const at = url.indexOf('?');
    if (at < 0) return url;
    const end = url.indexOf('#', at);
    const query = url.slice(at + 1, end < 0 ? undefined : end);
    const marked = query.split('&').map((pair) => {
      const eq = pair.indexOf('=');
      if (eq < 0) return pair;
      const name = decoded(pair.slice(0, eq));
      const value = decoded(pair.slice(eq + 1));
      if (value === '' || value.startsWith('[redacted:')) return pair;
      if (!this.secrets.isWhole(value) && !SENSITIVE.test(name)) return pair;
      return `${pair.slice(0, eq)}=${mark('parameter', value.length)}`;
    });
    return `${url.slice(0, at + 1)}${marked.join('&')}${end < 0 ? '' : url.slice(end)}`;
  }

  private address(url: string): string {
    return this.secrets.text(this.url(url));
  }

  private deep<T>(value: T): T {
    if (typeof value === 'string') return this.text(value) as T;
    if (Array.isArray(value)) return value.map((each: unknown) => this.deep(each)) as T;
    if (value !== null && typeof value === 'object')
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.deep(each as unknown)])) as T;
    return value;
  }

  private whole(path: string, content: Buffer, parts: Buffer[]): Buffer | null {
    if (![content, ...parts].some((part) => this.secrets.found(part))) return content;
    this.say({ kind: 'secret', where: path, what: 'file not kept', count: 1 });
    return null;
  }

  /** What the site gave out for the login. Asked again and again: it goes on giving. */
  private learn(): void {
    for (const { requestHeaders, responseHeaders, url } of [...(this.recorder?.exchanges ?? []), ...this.wire]) {
      for (const [name, value] of [...requestHeaders, ...responseHeaders]) {
        if (COOKIES.test(name)) for (const cookie of cookieValues(name, value)) this.secrets.derived(cookie, 'cookie');
        else if (CREDENTIALS.test(name)) for (const word of value.split(/\s+/).slice(-1)) this.secrets.derived(word, 'token');
      }
      if (!this.secrets.since || !URL.canParse(url)) continue;
      for (const [name, value] of new URL(url).searchParams) if (SENSITIVE.test(name)) this.secrets.derived(value, 'parameter');
    }
    const { since } = this.secrets;
    if (!since) return;
    for (const exchange of this.recorder?.exchanges ?? []) {
      const answersLogin = exchange.requestBody !== null && exchange.startedAt >= since && exchange.body !== null;
      if (answersLogin) for (const token of tokensIn(exchange.body!)) this.secrets.derived(token, 'token');
    }
    for (const exchange of this.wire)
      if (exchange.requestBody !== null && exchange.startedAt >= since)
        for (const token of tokensIn(unpacked(Buffer.concat(exchange.body)) ?? Buffer.concat(exchange.body)))
          this.secrets.derived(token, 'token');
  }
}

function cookieMarked(name: string, value: string): string {
  const parts = value.split(';');
  const values = /^cookie$/i.test(name) ? parts : parts.slice(0, 1);
  const rest = /^cookie$/i.test(name) ? [] : parts.slice(1);
  const marked = values.map((pair) => {
    const eq = pair.indexOf('=');
    const at = eq < 0 ? 0 : eq + 1;
    return `${pair.slice(0, at)}${mark('cookie', pair.length - at)}`;
  });
  return [...marked, ...rest].join(';');
}

function cookieValues(name: string, value: string): string[] {
  const pairs = /^cookie$/i.test(name) ? value.split(';') : value.split(';').slice(0, 1);
  return pairs.flatMap((pair) => {
    const text = pair
      .slice(pair.indexOf('=') + 1)
      .trim()
      .replace(/^"|"$/g, '');
    return [text, decoded(text)];
  });
}

/** Values of an answer in JSON that are named like tokens. */
function tokensIn(body: Buffer): string[] {
  if (body.length > 1 << 20) return [];
  const found = body.toString('utf8').matchAll(/"([^"\\]{1,60})"\s*:\s*"([^"\\]{8,4096})"/g);
  return [...found].filter(([, name]) => SENSITIVE.test(name!)).map(([, , value]) => value!);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replace(/\+/g, ' '));
  } catch {
    return text;
  }
}

function unpacked(bytes: Buffer): Buffer | null {
  if (bytes.length < 18 || bytes[0] !== 0x1f || bytes[1] !== 0x8b) return null;
  try {
    return gunzipSync(bytes, { maxOutputLength: UNPACK_BYTES });
  } catch {
    return null;
  }
}

/** The parts with their transfer encoding taken off. */
function mhtmlParts(content: Buffer): Buffer[] {
  const text = content.toString('latin1');
  const quoted = text
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  const base64 = [...text.matchAll(/\r?\n\r?\n((?:[A-Za-z0-9+/]{60,76}={0,2}\r?\n)+[A-Za-z0-9+/]*={0,2})/g)];
  return [Buffer.from(quoted, 'latin1'), ...base64.map(([, part]) => Buffer.from(part!.replace(/\s/g, ''), 'base64'))];
}

function pdfStreams(content: Buffer): Buffer[] {
  const out: Buffer[] = [];
  for (let at = content.indexOf('stream'); at >= 0; at = content.indexOf('stream', at + 6)) {
    if (content.subarray(at - 3, at).toString('latin1') === 'end') continue;
    const from = content[at + 6] === 13 ? at + 8 : at + 7;
    const to = content.indexOf('endstream', from);
    if (to < 0) break;
    try {
      out.push(inflateSync(content.subarray(from, to), { maxOutputLength: UNPACK_BYTES, finishFlush: 2 }));
    } catch {
      // Not deflated: pictures and fonts, looked through as they are.
    }
  }
  return out;
}
