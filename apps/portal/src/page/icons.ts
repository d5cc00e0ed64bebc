import type { Tone } from '../../../../libs/badge';
import { Html } from '../../../../libs/platform';

const draw = (inside: string): Html =>
  new Html(
    `<svg viewBox="0 0 48 48" aria-hidden="true" focusable="false" fill="none" stroke="currentColor" stroke-width="3.4" stroke-linecap="round" stroke-linejoin="round">${inside}</svg>`,
  );

/** One shape a tone: colour is never alone in saying what it says. */
export const ICONS: Readonly<Record<Tone, Html>> = {
  green: draw('<circle cx="24" cy="24" r="20"/><path d="M15 24.5l6.5 6.5L33.5 18"/>'),
  teal: draw('<path d="M8 18l4-10h24l4 10v3a5 5 0 0 1-10.7 0 5 5 0 0 1-10.6 0A5 5 0 0 1 8 21zM11 27v13h26V27"/>'),
  blue: draw('<path d="M7 12h13v24H7zM28 12h13v24H28zM11 19h5M11 25h5M32 19h5M32 25h5"/>'),
  amber: draw('<path d="M24 6l20 35H4z"/><path d="M24 19v10M24 35v.1"/>'),
  red: draw('<path d="M16 5h16l11 11v16L32 43H16L5 32V16z"/><path d="M17.5 17.5l13 13M30.5 17.5l-13 13"/>'),
  grey: draw('<circle cx="24" cy="24" r="20"/><path d="M18.5 18.5a5.6 5.6 0 1 1 8 5c-1.7.9-2.5 2-2.5 3.8M24 34v.1"/>'),
};
