import type { PictureKind } from '../shops';

/** Drawings on a 200 × 200 ground; `a` is the shop's accent colour, `d` its dark one. */
const DRAWINGS: Record<PictureKind, (a: string, d: string) => string> = {
  grain: (a, d) =>
    `<path d="M55 80q45-34 90 0l12 72q-57 26-114 0z" fill="#e9d8b0"/><path d="M55 80q45 20 90 0" fill="none" stroke="${d}" stroke-width="4"/><rect x="74" y="102" width="52" height="30" rx="4" fill="${a}"/>${dots(26, '#d9a62e')}`,
  fruit: () =>
    [
      [78, 112],
      [118, 104],
      [100, 136],
      [138, 134],
      [62, 140],
    ]
      .map(
        ([x, y]) =>
          `<ellipse cx="${x}" cy="${y}" rx="22" ry="19" fill="#8d2f23"/><path d="M${x! - 10} ${y! - 6}q10-8 20 2" stroke="#c8695b" stroke-width="3" fill="none"/>`,
      )
      .join(''),
  jar: (a, d) =>
    `<rect x="66" y="64" width="68" height="88" rx="12" fill="${d}"/><rect x="60" y="48" width="80" height="22" rx="6" fill="#c9a24b"/><rect x="72" y="90" width="56" height="38" fill="${a}"/><circle cx="100" cy="109" r="12" fill="#f5e6c4"/>`,
  tea: (a) =>
    `<path d="M52 96h84v16q0 44-42 44t-42-44z" fill="#f7f3ea" stroke="#b8a98a" stroke-width="3"/><path d="M136 102q26 0 20 22-5 16-26 14" fill="none" stroke="#b8a98a" stroke-width="5"/><ellipse cx="94" cy="98" rx="42" ry="10" fill="${a}"/><path d="M80 78q-8-14 4-24M104 78q-8-14 4-24" stroke="#bbb" stroke-width="4" fill="none"/>`,
  honey: (_a, d) =>
    `<rect x="62" y="66" width="76" height="86" rx="18" fill="#e3a02a"/><rect x="70" y="48" width="60" height="20" rx="5" fill="${d}"/><path d="M100 88l16 9v18l-16 9-16-9V97z" fill="#fff3d0"/>`,
  bottle: (a, d) =>
    `<rect x="88" y="38" width="24" height="26" rx="4" fill="${d}"/><path d="M84 64h32l10 24v64q0 8-8 8H82q-8 0-8-8V88z" fill="${a}"/><rect x="80" y="104" width="40" height="30" fill="#fff" opacity=".85"/>`,
  box: (a, d) =>
    `<path d="M48 78l52-22 52 22v64l-52 24-52-24z" fill="${a}"/><path d="M48 78l52 24 52-24M100 102v64" stroke="${d}" stroke-width="4" fill="none"/><path d="M72 68l52 24" stroke="#fff" stroke-width="6" opacity=".7"/>`,
  phone: (a, d) =>
    `<rect x="70" y="38" width="60" height="124" rx="12" fill="${d}"/><rect x="76" y="46" width="48" height="108" rx="6" fill="${a}"/><circle cx="86" cy="56" r="4" fill="${d}"/><path d="M82 130q18-30 36 0" fill="#fff" opacity=".6"/>`,
  earphones: (a, d) =>
    `<path d="M58 118q0-58 42-58t42 58" fill="none" stroke="${d}" stroke-width="9"/><rect x="46" y="108" width="26" height="44" rx="12" fill="${a}"/><rect x="128" y="108" width="26" height="44" rx="12" fill="${a}"/>`,
  watch: (a, d) =>
    `<rect x="82" y="34" width="36" height="132" rx="10" fill="${a}"/><circle cx="100" cy="100" r="38" fill="${d}"/><circle cx="100" cy="100" r="29" fill="#fff"/><path d="M100 82v18l12 8" stroke="${d}" stroke-width="4" fill="none"/>`,
  shirt: (a, d) =>
    `<path d="M72 58l28 12 28-12 34 26-16 24-14-8v56H68v-56l-14 8-16-24z" fill="${a}"/><path d="M100 70v86" stroke="${d}" stroke-width="3"/>`,
  dress: (a, d) => `<path d="M84 48h32l4 36 28 72H52l28-72z" fill="${a}"/><path d="M80 84h40" stroke="${d}" stroke-width="6"/>`,
  shoe: (a, d) =>
    `<path d="M66 56h34v44q44 6 52 34v12H62z" fill="${d}"/><path d="M60 146h94v12H60z" fill="#222"/><path d="M72 74h24M72 88h24" stroke="${a}" stroke-width="4"/>`,
  noodles: (a, d) =>
    `<path d="M44 100h112q-4 52-56 52t-56-52z" fill="${d}"/><path d="M58 98q10-24 22 0 10-28 22 0 10-26 22 0 8-18 18 0" fill="none" stroke="#f0d9a0" stroke-width="8"/><path d="M150 48l-46 50" stroke="${a}" stroke-width="5"/>`,
  skewer: (_a, d) =>
    [64, 100, 136]
      .map(
        (y) =>
          `<path d="M36 ${y}h130" stroke="#b48a52" stroke-width="4"/>${[66, 92, 118, 142].map((x) => `<rect x="${x - 11}" y="${y - 11}" width="22" height="22" rx="6" fill="${x % 4 ? '#9c4a22' : d}"/>`).join('')}`,
      )
      .join(''),
  book: (a, d) =>
    `<rect x="60" y="46" width="80" height="110" rx="4" fill="${a}"/><rect x="60" y="46" width="12" height="110" fill="${d}"/><rect x="84" y="62" width="22" height="64" fill="#f7efdd"/><path d="M95 70v48" stroke="${d}" stroke-width="4" stroke-dasharray="7 5"/>`,
  scroll: (a, d) =>
    `<rect x="58" y="52" width="84" height="96" fill="#f3ead4"/><rect x="48" y="44" width="104" height="12" rx="6" fill="${d}"/><rect x="48" y="146" width="104" height="12" rx="6" fill="${d}"/><path d="M82 70v62M100 70v62M118 70v44" stroke="${a}" stroke-width="7" stroke-dasharray="11 6"/>`,
  flower: (a) =>
    `<path d="M100 92v72" stroke="#4c8a52" stroke-width="6"/>${[0, 60, 120, 180, 240, 300].map((r) => `<ellipse cx="100" cy="56" rx="13" ry="25" fill="${a}" opacity=".85" transform="rotate(${r} 100 82)"/>`).join('')}<circle cx="100" cy="82" r="11" fill="#f2c744"/>`,
  bouquet: (a, d) =>
    `${[
      [76, 78],
      [104, 64],
      [130, 82],
      [94, 96],
      [118, 104],
    ]
      .map(([x, y]) => `<circle cx="${x}" cy="${y}" r="18" fill="#f2b632"/><circle cx="${x}" cy="${y}" r="8" fill="${d}"/>`)
      .join('')}<path d="M66 110h72l-26 54h-18z" fill="${a}"/>`,
  plant: (a, d) =>
    `<path d="M76 128h48l-6 34H82z" fill="${d}"/>${[-50, -25, 0, 25, 50].map((r) => `<path d="M100 128q-18-40 0-76 18 36 0 76z" fill="#3f8a55" transform="rotate(${r} 100 128)"/>`).join('')}<path d="M76 128h48" stroke="${a}" stroke-width="5"/>`,
};

function dots(count: number, colour: string): string {
  return Array.from(
    { length: count },
    (_, i) => `<circle cx="${44 + ((i * 37) % 112)}" cy="${158 + ((i * 11) % 14)}" r="3" fill="${colour}"/>`,
  ).join('');
}

/** A product picture as SVG: the same one each time, so that two captures of an unchanged page are equal. */
export function productPicture(kind: PictureKind, [accent, dark]: readonly string[], turn = 0): string {
  const drawing = DRAWINGS[kind](accent!, dark!);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200" width="400" height="400"><defs><radialGradient id="g" cx=".4" cy=".3" r=".9"><stop offset="0" stop-color="#fff"/><stop offset="1" stop-color="${accent}" stop-opacity=".22"/></radialGradient></defs><rect width="200" height="200" fill="#fff"/><rect width="200" height="200" fill="url(#g)"/><ellipse cx="100" cy="164" rx="62" ry="9" fill="#000" opacity=".1"/><g transform="rotate(${(turn % 3) * 2 - 2} 100 110)">${drawing}</g></svg>`;
}

export function bannerPicture([accent, dark]: readonly string[]): string {
  const hills = [0, 1, 2]
    .map(
      (i) =>
        `<path d="M0 ${210 + i * 34}q160-${90 - i * 20} 320-20t320-30 320 24 320-16v200H0z" fill="${i === 1 ? dark : accent}" opacity="${0.25 + i * 0.2}"/>`,
    )
    .join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1280 320" preserveAspectRatio="xMidYMid slice" width="1280" height="320"><rect width="1280" height="320" fill="${accent}" opacity=".18"/><circle cx="1060" cy="96" r="54" fill="#fff" opacity=".75"/>${hills}</svg>`;
}
