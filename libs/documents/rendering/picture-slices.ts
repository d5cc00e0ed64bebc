import { PNG } from 'pngjs';

/**
 * A tall picture cut into parts that each fit a page of the given height-to-width ratio, top to bottom, nothing left out and nothing
 * twice. Parts carry no transparency: what was transparent is white, as on paper.
 */
export function slices(png: Buffer, ratio: number): Buffer[] {
  const whole = PNG.sync.read(png);
  const height = Math.max(1, Math.floor(whole.width * ratio));
  return Array.from({ length: Math.ceil(whole.height / height) }, (_, index) => {
    const top = index * height;
    const part = new PNG({ width: whole.width, height: Math.min(height, whole.height - top) });
    PNG.bitblt(whole, part, 0, top, part.width, part.height, 0, 0);
    return PNG.sync.write(part, { colorType: 2, bgColor: { red: 255, green: 255, blue: 255 } });
  });
}
