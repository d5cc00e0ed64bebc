import { Malformed, toHex } from '../bytes';
import { digest, type Digests, digestsOf } from '../digests';

/** One record of a WARC/1.1 file, taken apart and checked against its own digests. */
export interface WarcRecord {
  type: string;
  id: string;
  uri: string;
  headers: [string, string][];
  /** Id of the record that it belongs to (`WARC-Concurrent-To`), address of the site, why the payload is cut; empty where not said. */
  concurrentTo: string;
  ip: string;
  truncated: string;
  /** Head of an HTTP message: first line and ordered fields, as bytes read one by one; null for other records. */
  http: { first: string; fields: [string, string][] } | null;
  payload: Uint8Array;
  payloadDigests: Digests;
  /** What its header says and its bytes do not: `block` or `payload`. */
  wrong: ('block' | 'payload')[];
}

const HTTP = /^application\/http\b/;

/** Exactly one record, or it throws. */
export function parseWarcRecord(bytes: Uint8Array): WarcRecord {
  const { lines, end } = readHead(bytes, 0);
  const [version, ...rest] = lines;
  if (version !== 'WARC/1.1') throw new Malformed('not WARC/1.1');
  const headers = rest.map(parseField);
  const length = one(headers, 'content-length');
  if (!/^\d{1,15}$/.test(length)) throw new Malformed('Content-Length');
  const block = bytes.subarray(end, end + Number(length));
  const tail = bytes.subarray(end + Number(length));
  if (block.length !== Number(length) || toHex(tail) !== '0d0a0d0a') throw new Malformed('length of the record');
  const isHttp = HTTP.test(optional(headers, 'content-type'));
  const head = isHttp ? readHead(block, 0) : null;
  const payload = head ? block.subarray(head.end) : block;
  const payloadDigests = digestsOf(payload);
  const wrong = [
    ...(one(headers, 'warc-block-digest') === `sha256:${toHex(digest('sha256', block))}` ? [] : ['block' as const]),
    ...(['', `sha256:${payloadDigests.sha256}`].includes(optional(headers, 'warc-payload-digest')) ? [] : ['payload' as const]),
  ];
  return {
    type: one(headers, 'warc-type'),
    id: one(headers, 'warc-record-id'),
    uri: optional(headers, 'warc-target-uri'),
    headers,
    concurrentTo: optional(headers, 'warc-concurrent-to'),
    ip: optional(headers, 'warc-ip-address'),
    truncated: optional(headers, 'warc-truncated'),
    http: head && { first: head.lines[0] ?? '', fields: head.lines.slice(1).map(parseField) },
    payload,
    payloadDigests,
    wrong,
  };
}

export function optional(headers: readonly [string, string][], name: string): string {
  const found = headers.filter(([key]) => key.toLowerCase() === name);
  if (found.length > 1) throw new Malformed(`${name} twice`);
  return found[0]?.[1] ?? '';
}

function one(headers: readonly [string, string][], name: string): string {
  const value = optional(headers, name);
  if (value === '') throw new Malformed(`no ${name}`);
  return value;
}

/** Lines up to the empty one. Each byte is one character, so that nothing is lost or joined whatever the encoding was. */
function readHead(bytes: Uint8Array, from: number): { lines: string[]; end: number } {
  for (let at = from; at + 3 < bytes.length; at++) {
    if (bytes[at] === 13 && bytes[at + 1] === 10 && bytes[at + 2] === 13 && bytes[at + 3] === 10) {
      return { lines: latin1(bytes.subarray(from, at)).split('\r\n'), end: at + 4 };
    }
  }
  throw new Malformed('head has no end');
}

export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return text;
}

function parseField(line: string): [string, string] {
  const at = line.indexOf(':');
  if (at < 1) throw new Malformed('header line');
  return [line.slice(0, at), line.slice(at + 1).replace(/^ /, '')];
}
