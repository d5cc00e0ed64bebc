import { Decompress } from 'fzstd';
import { Pieces } from './pieces';
import { TooLarge } from './types';

/** RFC 9659: what a content encoding may ask a reader to hold at once. */
const WINDOW_LIMIT = 8 * 1024 * 1024;
const MAGIC = 0xfd2fb528;
const BLOCK_LIMIT = 128 * 1024;
const RLE_BLOCK = 1;

/** RFC 8878, as far as the bytes go. Throws on damage, on a window over the limit of content encodings, and `TooLarge`. */
export function unzstd(bytes: Uint8Array, limit: number): Uint8Array {
  const out = new Pieces(limit);
  for (const { start, end } of framesOf(bytes, limit)) {
    const stream = new Decompress((piece) => out.add(piece.slice()));
    stream.push(bytes.subarray(start, end ?? bytes.length), end !== null);
  }
  return out.whole();
}

/** The library reserves what a frame states before anything of it is there, so heads are looked at first. `end` null: the frame is cut. */
function* framesOf(bytes: Uint8Array, limit: number): Generator<{ start: number; end: number | null }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 4 <= bytes.length;) {
    const magic = view.getUint32(at, true);
    if (magic >= 0x184d2a50 && magic <= 0x184d2a5f) {
      if (at + 8 > bytes.length) return;
      at += 8 + view.getUint32(at + 4, true);
      continue;
    }
    if (magic !== MAGIC) throw new Error('not a frame of zstd');
    const end = frameEnd(view, at, limit);
    yield { start: at, end };
    if (end === null) return;
    at = end;
  }
}

function frameEnd(view: DataView, start: number, limit: number): number | null {
  const descriptor = view.byteLength > start + 4 ? view.getUint8(start + 4) : 0;
  const single = (descriptor & 0x20) !== 0;
  const windowAt = start + 5;
  const sizeAt = windowAt + (single ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]!;
  const sizeLength = descriptor >> 6 ? 1 << (descriptor >> 6) : single ? 1 : 0;
  let at = sizeAt + sizeLength;
  if (at > view.byteLength) return null;
  if (sizeOf(view, sizeAt, sizeLength) > limit) throw new TooLarge();
  const exponent = single ? 0 : view.getUint8(windowAt);
  const base = 2 ** (10 + (exponent >> 3));
  if (!single && base + (base / 8) * (exponent & 7) > WINDOW_LIMIT) throw new Error('window of zstd is over the limit');
  for (let last = false; !last;) {
    if (at + 3 > view.byteLength) return null;
    const block = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    last = (block & 1) === 1;
    const type = (block >> 1) & 3;
    if (type > 2 || block >> 3 > BLOCK_LIMIT) throw new Error('block of zstd');
    at += 3 + (type === RLE_BLOCK ? 1 : block >> 3);
  }
  at += descriptor & 4;
  return at > view.byteLength ? null : at;
}

function sizeOf(view: DataView, at: number, length: number): number {
  if (length === 1) return view.getUint8(at);
  if (length === 2) return view.getUint16(at, true) + 256;
  if (length === 4) return view.getUint32(at, true);
  return length === 8 ? Number(view.getBigUint64(at, true)) : 0;
}
