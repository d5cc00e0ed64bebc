import { concat, utf8 } from '../bytes';

/** What the bytes of a container depend on, besides the contents. */
export interface Entry {
  path: string;
  size: number;
  crc32: number;
}

export const FULL = 0xffffffff;
export const END_SIZE = 22;
export const END64_SIZE = 56;
export const LOCATOR64_SIZE = 20;
export const SIGNATURE = { local: 0x04034b50, central: 0x02014b50, end: 0x06054b50, end64: 0x06064b50, locator64: 0x07064b50 };
const UTF8_FLAG = 0x0800;
/** 1 January 1980, the first day a ZIP can name: no time of making in the bytes. */
const DATE = 0x0021;

/** Little-endian fields as [width, value] pairs. */
function fields(...pairs: [2 | 4 | 8, number][]): Uint8Array {
  const out = new Uint8Array(pairs.reduce((sum, [width]) => sum + width, 0));
  const view = new DataView(out.buffer);
  let at = 0;
  for (const [width, value] of pairs) {
    if (width === 2) view.setUint16(at, value, true);
    else if (width === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += width;
  }
  return out;
}

export function localHeader({ path, size, crc32 }: Entry): Uint8Array {
  const name = utf8(path);
  const large = size >= FULL;
  const extra = large ? fields([2, 1], [2, 16], [8, size], [8, size]) : new Uint8Array();
  const shown = large ? FULL : size;
  const head = fields(
    [4, SIGNATURE.local],
    [2, large ? 45 : 20],
    [2, UTF8_FLAG],
    [2, 0],
    [2, 0],
    [2, DATE],
    [4, crc32],
    [4, shown],
    [4, shown],
  );
  return concat(head, fields([2, name.length], [2, extra.length]), name, extra);
}

export function centralHeader({ path, size, crc32 }: Entry, offset: number): Uint8Array {
  const name = utf8(path);
  const large = size >= FULL;
  const far = offset >= FULL;
  const needed: [8, number][] = [
    ...(large
      ? ([
          [8, size],
          [8, size],
        ] as [8, number][])
      : []),
    ...(far ? ([[8, offset]] as [8, number][]) : []),
  ];
  const extra = needed.length > 0 ? fields([2, 1], [2, needed.length * 8], ...needed) : new Uint8Array();
  const version = large || far ? 45 : 20;
  const shown = large ? FULL : size;
  const head = fields(
    [4, SIGNATURE.central],
    [2, version],
    [2, version],
    [2, UTF8_FLAG],
    [2, 0],
    [2, 0],
    [2, DATE],
    [4, crc32],
    [4, shown],
    [4, shown],
  );
  const tail = fields([2, name.length], [2, extra.length], [2, 0], [2, 0], [2, 0], [4, 0], [4, far ? FULL : offset]);
  return concat(head, tail, name, extra);
}

export function endRecords(count: number, directorySize: number, directoryOffset: number): Uint8Array {
  const far = directoryOffset >= FULL;
  const end64 = fields(
    [4, SIGNATURE.end64],
    [8, 44],
    [2, 45],
    [2, 45],
    [4, 0],
    [4, 0],
    [8, count],
    [8, count],
    [8, directorySize],
    [8, directoryOffset],
  );
  const locator = fields([4, SIGNATURE.locator64], [4, 0], [8, directoryOffset + directorySize], [4, 1]);
  const shown = far ? FULL : directoryOffset;
  const end = fields([4, SIGNATURE.end], [2, 0], [2, 0], [2, count], [2, count], [4, directorySize], [4, shown], [2, 0]);
  return far ? concat(end64, locator, end) : end;
}
