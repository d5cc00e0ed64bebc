import { type PictureSize, rowsOfPng, sizeOfPng } from './png-rows';

/** A changed region, in pixels of the later picture. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export type PictureDifference =
  | { result: 'same'; boxes: [] }
  | { result: 'different'; boxes: Box[]; changedPixels: number; sizes: [PictureSize, PictureSize] }
  | { result: 'unknown'; reason: 'tooLarge' | 'notReadable' };

/** Changes are gathered in squares of this many pixels; touching squares make one box. */
const SQUARE = 32;
/** More boxes than this help nobody: what is left is told as one box around them. */
const BOXES_MOST = 200;
/** Pixels of one picture; a tile of the recorder has at most 16,000 rows. */
const PIXELS_MOST = 40_000_000;

/**
 * Where two pictures differ, pixel by pixel and without any tolerance, as an unchanged page gives equal pixels (I-22). Reads both
 * row by row, so that memory does not grow with the picture. Where only one of them has pixels, that area counts as changed.
 */
export async function pictureDifference(before: Buffer, after: Buffer): Promise<PictureDifference> {
  if (before.equals(after)) return { result: 'same', boxes: [] };
  const sizes = [sizeOfPng(before), sizeOfPng(after)] as const;
  const [a, b] = sizes;
  if (!a || !b) return { result: 'unknown', reason: 'notReadable' };
  if ([a, b].some(({ width, height }) => width * height > PIXELS_MOST)) return { result: 'unknown', reason: 'tooLarge' };
  try {
    return await compared([before, a], [after, b]);
  } catch {
    return { result: 'unknown', reason: 'notReadable' };
  }
}

async function compared(before: [Buffer, PictureSize], after: [Buffer, PictureSize]): Promise<PictureDifference> {
  const [, a] = before;
  const [, b] = after;
  const width = Math.max(a.width, b.width);
  const height = Math.max(a.height, b.height);
  const across = Math.ceil(width / SQUARE);
  const squares = new Uint8Array(across * Math.ceil(height / SQUARE));
  const both = Math.min(a.width, b.width);
  const rows = [rowsOfPng(...before), rowsOfPng(...after)] as const;
  let changedPixels = 0;
  const mark = (x: number, y: number) => (squares[Math.floor(y / SQUARE) * across + Math.floor(x / SQUARE)] = 1);
  for (let y = 0; y < height; y += 1) {
    const one = y < a.height ? (await rows[0].next()).value : null;
    const two = y < b.height ? (await rows[1].next()).value : null;
    if (!one || !two) {
      changedPixels += width;
      for (let x = 0; x < width; x += SQUARE) mark(x, y);
      continue;
    }
    if (width > both) {
      changedPixels += width - both;
      for (let x = both; x < width; x += SQUARE) mark(x, y);
      mark(width - 1, y);
    }
    if (one.compare(two, 0, both * 4, 0, both * 4) === 0) continue;
    for (let x = 0; x < both; x += 1) {
      const at = x * 4;
      if (one[at] === two[at] && one[at + 1] === two[at + 1] && one[at + 2] === two[at + 2] && one[at + 3] === two[at + 3])
        continue;
      changedPixels += 1;
      mark(x, y);
    }
  }
  if (!changedPixels) return { result: 'same', boxes: [] };
  return { result: 'different', boxes: boxesOf(squares, across, width, height), changedPixels, sizes: [a, b] };
}

/** Touching squares (also corner to corner) as one box each, from top to bottom. */
function boxesOf(squares: Uint8Array, across: number, width: number, height: number): Box[] {
  const boxes: Box[] = [];
  for (let from = 0; from < squares.length; from += 1) {
    if (squares[from] !== 1) continue;
    let [left, top, right, bottom] = [across, Infinity, 0, 0];
    const open = [from];
    squares[from] = 2;
    while (open.length) {
      const at = open.pop()!;
      const [x, y] = [at % across, Math.floor(at / across)];
      [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
      for (let dy = -1; dy <= 1; dy += 1)
        for (let dx = -1; dx <= 1; dx += 1) {
          const [nx, ny] = [x + dx, y + dy];
          const next = ny * across + nx;
          if (nx < 0 || nx >= across || squares[next] !== 1) continue;
          squares[next] = 2;
          open.push(next);
        }
    }
    const x = left * SQUARE;
    const y = top * SQUARE;
    boxes.push({ x, y, width: Math.min(width, (right + 1) * SQUARE) - x, height: Math.min(height, (bottom + 1) * SQUARE) - y });
  }
  return boxes.length <= BOXES_MOST ? boxes : [...boxes.slice(0, BOXES_MOST - 1), around(boxes.slice(BOXES_MOST - 1))];
}

function around(boxes: Box[]): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, 0, 0];
  for (const { x, y, width, height } of boxes)
    [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x + width), Math.max(bottom, y + height)];
  return { x: left, y: top, width: right - left, height: bottom - top };
}
