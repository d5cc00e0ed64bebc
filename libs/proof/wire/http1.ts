import { latin1 } from '../archive/warc-record';
import { concat } from '../bytes';
import { addressIn, fieldOf, type WireExchange, type WireRequest } from './message';

const END_OF_LINE = Uint8Array.of(13, 10);
const END_OF_HEAD = Uint8Array.of(13, 10, 13, 10);

type Head = { first: string; fields: [string, string][]; end: number };

/** Requests and answers of one connection, in order (RFC 9112). What follows a change of protocol belongs to another one. */
export function exchangesOfHttp1(sent: Uint8Array, received: Uint8Array, scheme: string): WireExchange[] {
  const exchanges: WireExchange[] = [];
  let at = 0;
  for (const request of requestsOf(sent, scheme)) {
    const answer = answerAt(received, at, request.method);
    if (!answer) {
      exchanges.push({ ...request, status: 0, fields: [], body: new Uint8Array(), complete: false });
      continue;
    }
    const { end, ...rest } = answer;
    exchanges.push({ ...request, ...rest });
    at = end;
    if (rest.status === 101) break;
  }
  return exchanges;
}

function requestsOf(bytes: Uint8Array, scheme: string): WireRequest[] {
  const requests: WireRequest[] = [];
  for (let at = 0; at < bytes.length;) {
    const head = headAt(bytes, at);
    const [, method, target] = /^(\S+) (\S+) HTTP\/1\.[01]$/.exec(head?.first ?? '') ?? [];
    if (!head || !method) break;
    const { body, end } = bodyAt(bytes, head, false);
    requests.push({ method, url: addressIn(scheme, fieldOf(head.fields, 'host'), target!), requestBody: body });
    at = end;
    if (fieldOf(head.fields, 'upgrade') !== '') break;
  }
  return requests;
}

function answerAt(
  bytes: Uint8Array,
  from: number,
  method: string,
): (Omit<WireExchange, keyof WireRequest> & { end: number }) | null {
  for (let at = from; at < bytes.length;) {
    const head = headAt(bytes, at);
    const status = Number(/^HTTP\/1\.[01] (\d{3})\b/.exec(head?.first ?? '')?.[1] ?? 0);
    if (!head || status === 0) return null;
    at = head.end;
    if (status >= 100 && status < 200 && status !== 101) continue;
    const empty = method === 'HEAD' || status === 101 || status === 204 || status === 304;
    const { body, end, complete } = empty ? { body: new Uint8Array(), end: at, complete: true } : bodyAt(bytes, head, true);
    return { status, fields: head.fields, body, complete, end };
  }
  return null;
}

function headAt(bytes: Uint8Array, from: number): Head | null {
  const found = indexOf(bytes, END_OF_HEAD, from);
  if (found < 0) return null;
  // A folded line is one line; its fold reads as one space (RFC 9112, 5.2). Looked for at the first space of a run only: a run may be a megabyte.
  const [first = '', ...lines] = latin1(bytes.subarray(from, found))
    .replace(/(?<![ \t])[ \t]*\r\n[ \t]+/g, ' ')
    .split('\r\n');
  const fields = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return { first, fields, end: found + 4 };
}

/** `toEnd`: a message without a length goes on until the connection ends (answers only). */
function bodyAt(
  bytes: Uint8Array,
  { fields, end: from }: Head,
  toEnd: boolean,
): { body: Uint8Array; end: number; complete: boolean } {
  if (/\bchunked\b/i.test(fieldOf(fields, 'transfer-encoding'))) return chunksAt(bytes, from);
  const stated = /^\d{1,15}/.exec(fieldOf(fields, 'content-length'))?.[0];
  if (stated === undefined) {
    const end = toEnd ? bytes.length : from;
    return { body: bytes.subarray(from, end), end, complete: true };
  }
  const end = Math.min(bytes.length, from + Number(stated));
  return { body: bytes.subarray(from, end), end, complete: end === from + Number(stated) };
}

function chunksAt(bytes: Uint8Array, from: number): { body: Uint8Array; end: number; complete: boolean } {
  const parts: Uint8Array[] = [];
  const cut = () => ({ body: concat(...parts), end: bytes.length, complete: false });
  for (let at = from; ;) {
    const line = indexOf(bytes, END_OF_LINE, at);
    const size = /^[0-9a-f]{1,8}/i.exec(line < 0 ? '' : latin1(bytes.subarray(at, Math.min(line, at + 16))))?.[0];
    if (size === undefined) return cut();
    const [start, length] = [line + 2, parseInt(size, 16)];
    if (length === 0) {
      const end = indexOf(bytes, END_OF_HEAD, line);
      return end < 0 ? cut() : { body: concat(...parts), end: end + 4, complete: true };
    }
    parts.push(bytes.subarray(start, Math.min(bytes.length, start + length)));
    at = start + length + 2;
    if (at > bytes.length) return cut();
  }
}

/** Where `what` begins at or after `from`; -1 when it does not. */
function indexOf(bytes: Uint8Array, what: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(what[0]!, from); at >= 0; at = bytes.indexOf(what[0]!, at + 1))
    if (what.every((byte, i) => bytes[at + i] === byte)) return at;
  return -1;
}
