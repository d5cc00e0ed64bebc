import { outlines } from './pdf';

const RADIUS = 60;
const RED = '#d0021b';
/** 42 mm, the usual size of a county authority's seal, in points. */
export const SEAL_SIZE = 119;

/**
 * The picture of the authority's seal: circle, star, name along the arc. The name is drawn as outlines, so that the text layer of
 * the document holds the document's words only. The picture shows that the seal was set; it proves nothing by itself.
 */
export async function sealPicture(authorityName: string): Promise<string> {
  const letters = await outlines(authorityName);
  const spread = Math.min(250, letters.length * 26);
  const size = Math.min(15, 190 / letters.length + 4);
  const name = letters.map(({ path, unitsPerEm }, index) => {
    const angle = letters.length === 1 ? 0 : -spread / 2 + (spread * index) / (letters.length - 1);
    const scale = size / unitsPerEm;
    return `<g transform="rotate(${angle.toFixed(2)}) translate(${(-size / 2).toFixed(2)} ${-(RADIUS - 20)}) scale(${scale.toFixed(5)} ${(-scale).toFixed(5)})"><path d="${path}" fill="${RED}"/></g>`;
  });
  const star = Array.from({ length: 10 }, (_, point) => {
    const radius = point % 2 ? 7 : 18;
    const angle = (Math.PI / 5) * point - Math.PI / 2;
    return `${(radius * Math.cos(angle)).toFixed(2)},${(radius * Math.sin(angle)).toFixed(2)}`;
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-62 -62 124 124" width="${SEAL_SIZE}" height="${SEAL_SIZE}"><g opacity="0.85">` +
    `<circle r="${RADIUS - 2}" fill="none" stroke="${RED}" stroke-width="3"/>${name.join('')}<polygon points="${star.join(' ')}" fill="${RED}"/></g></svg>`
  );
}
