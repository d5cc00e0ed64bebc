import { latin1 } from '../archive/warc-record';
import { concat } from '../bytes';
import { WireFault } from './fault';
import { HpackDecoder } from './hpack';
import { addressIn, type WireExchange } from './message';

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const DATA = 0;
const HEADERS = 1;
const RESET = 3;
const PUSH = 5;
const CONTINUATION = 9;
const END_STREAM = 0x1;
const END_HEADERS = 0x4;
const PADDED = 0x8;
const PRIORITY = 0x20;

interface Frame {
  type: number;
  flags: number;
  stream: number;
  payload: Uint8Array;
}

interface Half {
  fields: [string, string][];
  data: Uint8Array[];
  ended: boolean;
}

export function looksLikeHttp2(sent: Uint8Array): boolean {
  return latin1(sent.subarray(0, PREFACE.length)) === PREFACE;
}

/** Exchanges of one connection in the order of their streams (RFC 9113). Trailers are not header fields of the answer. */
export function exchangesOfHttp2(sent: Uint8Array, received: Uint8Array): WireExchange[] {
  const requests = halvesOf(sent.subarray(PREFACE.length), false);
  const answers = halvesOf(received, true);
  return [...requests]
    .sort(([a], [b]) => a - b)
    .map(([stream, request]) => {
      const of = (name: string) => request.fields.find(([key]) => key === name)?.[1] ?? '';
      const answer = answers.get(stream);
      const fields = answer?.fields ?? [];
      return {
        method: of(':method'),
        url: addressIn(of(':scheme'), of(':authority'), of(':path')),
        requestBody: concat(...request.data),
        status: Number(fields.find(([key]) => key === ':status')?.[1] ?? 0),
        fields: fields.filter(([key]) => !key.startsWith(':')),
        body: concat(...(answer?.data ?? [])),
        complete: answer?.ended ?? false,
      };
    });
}

function halvesOf(bytes: Uint8Array, answers: boolean): Map<number, Half> {
  const halves = new Map<number, Half>();
  const hpack = new HpackDecoder();
  let open: { frame: Frame; block: Uint8Array[] } | null = null;
  const heads = (frame: Frame, block: Uint8Array) => {
    const fields = hpack.decode(block);
    if (frame.type === PUSH) return;
    const half = halves.get(frame.stream) ?? { fields: [], data: [], ended: false };
    halves.set(frame.stream, half);
    const informed = answers && half.fields.some(([name, value]) => name === ':status' && value.startsWith('1'));
    if (half.fields.length === 0 || informed) half.fields = fields;
    if (frame.flags & END_STREAM) half.ended = true;
  };
  for (const frame of framesOf(bytes)) {
    if (open && (frame.type !== CONTINUATION || frame.stream !== open.frame.stream))
      throw new WireFault('header block is broken off');
    if (frame.type === HEADERS || frame.type === PUSH) {
      const block = contentOf(frame, (frame.type === PUSH ? 4 : 0) + (frame.type === HEADERS && frame.flags & PRIORITY ? 5 : 0));
      if (frame.flags & END_HEADERS) heads(frame, block);
      else open = { frame, block: [block] };
    } else if (frame.type === CONTINUATION && open) {
      open.block.push(frame.payload);
      if (!(frame.flags & END_HEADERS)) continue;
      heads(open.frame, concat(...open.block));
      open = null;
    } else if (frame.type === DATA) {
      const half = halves.get(frame.stream);
      if (!half) throw new WireFault('data of an unknown stream');
      half.data.push(contentOf(frame, 0));
      if (frame.flags & END_STREAM) half.ended = true;
    } else if (frame.type === RESET && answers) {
      const half = halves.get(frame.stream);
      if (half) half.ended = false;
    }
  }
  return halves;
}

/** Whole frames; a last one that was cut off with the connection is left. */
function* framesOf(bytes: Uint8Array): Generator<Frame> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 9 <= bytes.length;) {
    const length = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
    if (at + 9 + length > bytes.length) return;
    const payload = bytes.subarray(at + 9, at + 9 + length);
    yield { type: bytes[at + 3]!, flags: bytes[at + 4]!, stream: view.getUint32(at + 5) & 0x7fffffff, payload };
    at += 9 + length;
  }
}

/** Without padding and without the fields before the content. */
function contentOf({ flags, payload }: Frame, before: number): Uint8Array {
  const padding = flags & PADDED ? 1 + (payload[0] ?? 0) : 0;
  const from = (flags & PADDED ? 1 : 0) + before;
  const to = payload.length - Math.max(0, padding - 1);
  if (from > to) throw new WireFault('padding of a frame');
  return payload.subarray(from, to);
}
