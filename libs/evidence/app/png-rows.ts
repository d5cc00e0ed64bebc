import { createInflate } from 'node:zlib';
import { Readable } from 'node:stream';

export interface PictureSize {
  width: number;
  height: number;
  /** 3 (RGB) or 4 (RGBA), eight bits each. */
  channels: 3 | 4;
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Size of a PNG as our recorder writes them; null for any other form (palette, 16 bits, interlaced, no PNG at all). */
export function sizeOfPng(bytes: Buffer): PictureSize | null {
  if (bytes.length < 33 || !bytes.subarray(0, 8).equals(SIGNATURE) || bytes.toString('latin1', 12, 16) !== 'IHDR') return null;
  const channels = ({ 2: 3, 6: 4 } as const)[bytes[25] as 2 | 6];
  if (bytes[24] !== 8 || !channels || bytes[28] !== 0) return null;
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  return width && height ? { width, height, channels } : null;
}

function* dataOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    if (at + 12 + length > bytes.length) return;
    if (bytes.toString('latin1', at + 4, at + 8) === 'IDAT') yield bytes.subarray(at + 8, at + 8 + length);
    at += 12 + length;
  }
}

/**
 * The rows of a picture as RGBA, one after the other; never holds more than two of them, whatever the picture unpacks to. Each
 * row is valid until the next is asked for. Throws at what is cut or damaged.
 */
export async function* rowsOfPng(bytes: Buffer, { width, height, channels }: PictureSize): AsyncGenerator<Buffer> {
  const stride = width * channels;
  let line = Buffer.alloc(stride);
  let above = Buffer.alloc(stride);
  const rgba = Buffer.alloc(width * 4, 255);
  let filter = -1;
  let filled = 0;
  let rows = 0;
  const inflate = Readable.from(dataOf(bytes)).pipe(createInflate());
  for await (const chunk of inflate as AsyncIterable<Buffer>) {
    if (rows >= height) return; // whatever else unpacks is no part of the picture
    for (let at = 0; at < chunk.length && rows < height;) {
      if (filter < 0) {
        filter = chunk[at]!;
        at += 1;
        continue;
      }
      const taken = Math.min(stride - filled, chunk.length - at);
      chunk.copy(line, filled, at, at + taken);
      filled += taken;
      at += taken;
      if (filled < stride) continue;
      unfilter(filter, line, above, channels);
      widen(line, rgba, channels);
      yield rgba;
      [line, above] = [above, line];
      filter = -1;
      filled = 0;
      rows += 1;
    }
  }
  if (rows < height) throw new RangeError('the picture is cut');
}

/** PNG (ISO/IEC 15948) section 9: every byte was written as the difference to its neighbours. */
function unfilter(filter: number, line: Buffer, above: Buffer, step: number): void {
  if (filter === 0) return;
  if (filter > 4) throw new RangeError('no such filter');
  for (let i = 0; i < line.length; i += 1) {
    const a = i < step ? 0 : line[i - step]!;
    const b = above[i]!;
    const c = i < step ? 0 : above[i - step]!;
    const guess = filter === 1 ? a : filter === 2 ? b : filter === 3 ? (a + b) >> 1 : paeth(a, b, c);
    line[i] = (line[i]! + guess) & 255;
  }
}

function paeth(a: number, b: number, c: number): number {
  const p = a + b - c;
  const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

function widen(line: Buffer, rgba: Buffer, channels: 3 | 4): void {
  if (channels === 4) return void line.copy(rgba);
  for (let i = 0, o = 0; i < line.length; i += 3, o += 4) {
    rgba[o] = line[i]!;
    rgba[o + 1] = line[i + 1]!;
    rgba[o + 2] = line[i + 2]!;
  }
}
