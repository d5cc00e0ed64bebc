import { latin1 } from '../archive/warc-record';
import { Malformed, toHex, utf8 } from '../bytes';
import { hexDigest } from '../digests';
import { hasher } from '../primitives';
import { wholeOf } from '../source';
import { isObject, parseJsonLines } from '../strict-json';
import { Decoder } from '../wire/coding';
import { WireFault } from '../wire/fault';
import { readWire, type WireAnswer } from '../wire/wire';
import type { Context } from './context';
import { fieldOf } from '../wire/message';

const CAPTURE = 'wire/capture.pcap';
const KEYLOG = 'wire/keylog.txt';
const EXCHANGES = 'record/exchanges.jsonl';
const LINES_LIMIT = 256 * 1024 * 1024;
const EMPTY = hexDigest('sha256', new Uint8Array());

type Line = Record<string, unknown>;

/**
 * Opens the raw bytes of the tunnel with the recorded secrets and holds every line of `record/exchanges.jsonl` against them. What the
 * browser kept to itself (bodies of redirects, scripts of workers, bytes of text in another charset) is told as a finding with its digest.
 * Only on request (`--wire`, or the box on the page of the portal): it opens and unpacks all that was loaded once more.
 */
export async function verifyWire(ctx: Context): Promise<void> {
  const [capture, keylog] = [ctx.files.get(CAPTURE), ctx.files.get(KEYLOG)];
  const lines = ctx.files.get(EXCHANGES);
  if (!capture || !keylog || !lines) return ctx.note('NOT_DONE', 'wire', 'V11: files are not in this export');
  ctx.done.add('V11');
  try {
    const { answers, unreadable, unsigned } = await readWire(capture.source, keylog.source);
    for (const { connection, detail, damaged } of unreadable)
      ctx.say('V11', 'WIRE_UNREADABLE', `${CAPTURE}#${connection}`, detail, damaged ? 'failed' : 'indeterminate');
    for (const { connection, detail } of unsigned) ctx.note('NOT_DONE', `${CAPTURE}#${connection}`, `V11: ${detail}`);
    const listed = parseJsonLines(await wholeOf(lines.source, LINES_LIMIT));
    new Comparison(ctx, answers, unreadable.length > 0).run(listed);
  } catch (fault) {
    if (!(fault instanceof WireFault || fault instanceof Malformed)) throw fault;
    const effect = fault instanceof WireFault && !fault.damaged ? 'indeterminate' : 'failed';
    ctx.say('V11', 'WIRE_UNREADABLE', fault instanceof WireFault ? CAPTURE : EXCHANGES, fault.message, effect);
  }
}

/** What a line and an answer disagree about; `also`: what the answer has beyond the line. */
interface Outcome {
  differs: string | null;
  also: string | null;
  /** Why the body could not be held against the line. */
  undone?: string;
  /** The body is larger than this program takes: nothing is said about it, and that is no agreement. */
  over?: true;
}

class Comparison {
  private readonly waiting = new Map<string, WireAnswer[]>();
  private readonly digests = new Map<WireAnswer, { bytes: string; decoded: string | null; length: number }>();
  private readonly decoder = new Decoder();

  constructor(
    private readonly ctx: Context,
    answers: readonly WireAnswer[],
    /** Some connection could not be read, so that nothing is said about lines whose exchange may lie there. */
    private readonly partial: boolean,
  ) {
    for (const answer of answers) {
      const key = `${answer.method} ${answer.url}`;
      const queue = this.waiting.get(key);
      if (queue) queue.push(answer);
      else this.waiting.set(key, [answer]);
    }
  }

  run(lines: readonly Line[]): void {
    const open = lines.map((line, i) => ({ line, subject: `${EXCHANGES}#${i + 1}` })).filter(({ line }) => cameFromNetwork(line));
    for (const { line, subject } of open) this.compare(line, subject);
    for (const answer of [...this.waiting.values()].flat()) {
      if (answer.status > 0)
        this.ctx.note('WIRE_PROVES', CAPTURE, `no line: ${answer.method} ${answer.url} ${answer.status} ${this.bodyOf(answer)}`);
    }
  }

  private compare(line: Line, subject: string): void {
    const key = `${String(line.method)} ${addressOf(line.url)}`;
    const queue = this.waiting.get(key) ?? [];
    if (queue.length === 0) {
      if (!this.partial && Number(line.status) > 0) this.ctx.say('V11', 'WIRE_MISMATCH', subject, 'no such exchange');
      return;
    }
    // The same address may have been asked many times at once; the line is held against the one that it can mean.
    const outcomes = queue.map((answer) => ({ answer, outcome: this.outcomeOf(line, answer) }));
    const { answer, outcome } = outcomes.find(({ outcome: { differs } }) => differs === null) ?? outcomes[0]!;
    queue.splice(queue.indexOf(answer), 1);
    if (outcome.differs !== null) this.ctx.say('V11', 'WIRE_MISMATCH', subject, outcome.differs);
    else if (outcome.over) this.ctx.say('V11', 'WIRE_UNREADABLE', subject, 'body is over the limit', 'indeterminate');
    else if (outcome.undone !== undefined) this.ctx.note('NOT_DONE', subject, `V11: ${outcome.undone}`);
    else if (outcome.also !== null) this.ctx.note('WIRE_PROVES', subject, outcome.also);
  }

  private outcomeOf(line: Line, answer: WireAnswer): Outcome {
    const differs = (what: string): Outcome => ({ differs: what, also: null });
    const status = Number(line.status);
    if (status === 0)
      return { differs: null, also: answer.status > 0 ? `answer ${answer.status}, ${this.bodyOf(answer)}` : null };
    if (answer.status !== status) return differs('status');
    if (line.ip !== '' && (String(line.ip) !== answer.address || line.port !== answer.port)) return differs('address');
    if (!sameFields(line.responseHeaders, answer)) return differs('headers');
    const tls = isObject(line.tls) ? line.tls : null;
    if (answer.leafSha256 !== null && typeof tls?.leafSha256 === 'string' && tls.leafSha256 !== answer.leafSha256)
      return differs('certificate');
    if (typeof line.requestBodySha256 === 'string' && !sameText(answer.requestBody, line.requestBodySha256))
      return differs('request body');
    return this.bodyOutcome(line, answer);
  }

  private bodyOutcome(line: Line, answer: WireAnswer): Outcome {
    const { bytes, decoded, length } = this.digestsOf(answer);
    if (line.sha256 === decoded || line.sha256 === bytes) return { differs: null, also: null };
    const kept = Number(line.decodedBytes);
    const proves = { differs: null, also: this.bodyOf(answer) };
    const cut = line.truncated !== '' || line.outcome !== 'ok';
    if (cut && line.sha256 === EMPTY) return proves;
    const unknown = this.decoder.unknown(answer);
    if (unknown) return { differs: null, also: null, undone: `content encoding ${unknown} is not known here` };
    const body = this.decoder.decode(answer);
    if (this.decoder.over.has(answer)) return { differs: null, also: null, over: true };
    if (cut && body === null) return proves;
    if (cut && body && kept <= length && line.sha256 === hexDigest('sha256', body.subarray(0, kept))) return proves;
    // DevTools hands out some text as characters: the line has it in UTF-8, the wire in the charset of the site.
    const named = /charset="?([^\s";]+)/i.exec(fieldOf(answer.fields, 'content-type'))?.[1];
    const charsets = [...(named ? [named] : []), 'utf-8', 'windows-1252', 'gb18030', 'big5', 'shift_jis', 'euc-jp', 'euc-kr'];
    const text = body && charsets.some((charset) => textDigests(body, charset, cut ? kept : null).includes(String(line.sha256)));
    return text ? proves : { differs: 'body', also: null };
  }

  private digestsOf(answer: WireAnswer) {
    const known = this.digests.get(answer);
    if (known) return known;
    const decoded = this.decoder.decode(answer);
    const found = {
      bytes: hexDigest('sha256', answer.body),
      decoded: decoded && hexDigest('sha256', decoded),
      length: decoded?.length ?? 0,
    };
    this.digests.set(answer, found);
    return found;
  }

  /** The body as the wire has it, in words that can be looked up again. */
  private bodyOf(answer: WireAnswer): string {
    const { bytes, decoded, length } = this.digestsOf(answer);
    const ends = answer.complete ? '' : ', cut off there';
    return decoded === null
      ? `body of ${answer.body.length} bytes as sent, sha256 ${bytes}${ends}`
      : `body of ${length} bytes, sha256 ${decoded}${ends}`;
  }
}

/** Lines that tell of bytes between the egress and a site; answers of a cache or of a worker have none. */
function cameFromNetwork({ source, outcome }: Line): boolean {
  return source === 'network' && outcome !== 'blocked';
}

function addressOf(url: unknown): string {
  const text = String(url);
  return URL.canParse(text) ? new URL(text).href.replace(/#.*$/, '') : text;
}

/** The same fields with the same values, repeats in their order; between different names DevTools does not keep the order. */
function sameFields(listed: unknown, { fields }: WireAnswer): boolean {
  const pairs = Array.isArray(listed)
    ? (listed as unknown[]).filter((pair): pair is [string, string] => Array.isArray(pair))
    : [];
  const said = pairs.filter(([name]) => !String(name).startsWith(':'));
  if (said.length !== fields.length) return false;
  const sorted = (list: [string, string][]) =>
    list.map(([name, value], i) => ({ name: String(name).toLowerCase(), value: String(value), i })).sort(byNameThenPlace);
  const found = sorted(fields);
  return sorted(said).every(({ name, value }, i) => {
    const flat = value.replace(/[\r\n]+/g, ' ').trim();
    const bytes = found[i]!.value.trim();
    return found[i]!.name === name && (bytes === flat || bytes === latin1(utf8(flat)));
  });
}

const byNameThenPlace = (a: { name: string; i: number }, b: { name: string; i: number }) =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : a.i - b.i;

/** DevTools tells a posted body as text: what is not UTF-8 in it can not be told. */
function sameText(bytes: Uint8Array, sha256: string): boolean {
  return [hexDigest('sha256', bytes), ...textDigests(bytes, 'utf-8', null)].includes(sha256);
}

const PIECE = 1024 * 1024;

/** 0x80 to 0x9F of windows-1252 (WHATWG Encoding, index windows-1252). */
const HIGH_1252 =
  '\u20AC\x81\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\x8D\u017D\x8F\x90\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A\u0153\x9D\u017E\u0178';

/** As browsers decode. Node reads windows-1252, which every label of Latin-1 means on the web, as if 0x80 to 0x9F were control characters. */
function decoderOf(charset: string, ignoreBOM: boolean): { decode(bytes: Uint8Array, how: { stream: boolean }): string } {
  const decoder = new TextDecoder(charset, { ignoreBOM });
  if (decoder.encoding !== 'windows-1252') return decoder;
  return { decode: (bytes) => latin1(bytes).replace(/[\x80-\x9f]/g, (char) => HIGH_1252[char.charCodeAt(0) - 0x80]!) };
}

/** Digests of the text in UTF-8, with and without a mark of byte order; `cut`: of its first so many bytes. In pieces: text takes more room than bytes. */
function textDigests(bytes: Uint8Array, charset: string, cut: number | null): string[] {
  try {
    return [true, false].map((ignoreBOM) => {
      const decoder = decoderOf(charset, ignoreBOM);
      const hash = hasher('sha256');
      let left = cut ?? Infinity;
      for (let at = 0; at <= bytes.length && left > 0; at += PIECE) {
        const text = utf8(decoder.decode(bytes.subarray(at, at + PIECE), { stream: at + PIECE <= bytes.length }));
        hash.update(text.subarray(0, left));
        left -= text.length;
      }
      return toHex(hash.digest());
    });
  } catch {
    return [];
  }
}
