/** What crosses the borders console – api – worker – capture while an officer drives a page. Plain data, JSON. */

/** Terms of one session, part of the order. `secret` opens the session's two doors and nothing else; it ends with the session. */
export interface SessionTerms {
  secret: string;
  /** Without an act of the officer for so long the session is over and leaves an observation. */
  idleMs: number;
  /** After so long the page is taken as it stands, and that is named. */
  totalMs: number;
}

/** Keys by name; whatever writes a character is a `text` act, so that no timeline ever tells letters. */
export const NAMED_KEYS = {
  Enter: { code: 'Enter', keyCode: 13, text: '\r' },
  Tab: { code: 'Tab', keyCode: 9 },
  Backspace: { code: 'Backspace', keyCode: 8 },
  Delete: { code: 'Delete', keyCode: 46 },
  Escape: { code: 'Escape', keyCode: 27 },
  ArrowLeft: { code: 'ArrowLeft', keyCode: 37 },
  ArrowUp: { code: 'ArrowUp', keyCode: 38 },
  ArrowRight: { code: 'ArrowRight', keyCode: 39 },
  ArrowDown: { code: 'ArrowDown', keyCode: 40 },
  Home: { code: 'Home', keyCode: 36 },
  End: { code: 'End', keyCode: 35 },
  PageUp: { code: 'PageUp', keyCode: 33 },
  PageDown: { code: 'PageDown', keyCode: 34 },
  Space: { code: 'Space', keyCode: 32, text: ' ' },
} as const;

export type NamedKey = keyof typeof NAMED_KEYS;

export type MouseButton = 'left' | 'middle' | 'right';

/** One thing that the officer does. Places are CSS pixels of the page's view. */
export type SessionAct =
  | { kind: 'move'; x: number; y: number }
  | { kind: 'click'; x: number; y: number; button: MouseButton; count: number }
  | { kind: 'wheel'; x: number; y: number; dx: number; dy: number }
  | { kind: 'key'; key: NamedKey; shift: boolean }
  | { kind: 'selectAll' }
  /** `secret`: chosen by the officer; a password field makes it so whatever he chose. */
  | { kind: 'text'; text: string; secret: boolean }
  /** Composition under way, as an input method shows it; the finished text comes as `text`. */
  | { kind: 'compose'; text: string; secret: boolean }
  | { kind: 'back' }
  | { kind: 'reload' }
  | { kind: 'go'; url: string };

export type SessionEnd = 'take' | 'abandon';

/** The page as the officer sees it: a picture, never markup. */
export interface SessionView {
  state: 'waiting' | 'open' | 'ended';
  /** Number of the picture; the next request names it to be answered when there is another. */
  n: number;
  /** Absent when the picture of that number is known already. */
  jpegBase64?: string;
  width: number;
  height: number;
  url: string;
  title: string;
  /** Where typing would go: whether the page has such a place, and whether it is one for secrets. */
  focus: 'none' | 'text' | 'secret';
  /** What became of the last acts: nothing, or why one was not done. */
  refused: string;
  idleLeftMs: number;
  totalLeftMs: number;
}

export const MAX_ACTS = 64;
const MAX_TEXT = 2_000;
const MAX_URL = 8_192;

/** What is wrong with a list of acts, or null. Nothing of a list is done when one of it is no act. */
export function actsFault(value: unknown): string | null {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_ACTS) return `acts: 1 to ${MAX_ACTS}`;
  for (const [at, act] of value.entries()) {
    const fault = actFault(act);
    if (fault) return `acts/${at}/${fault}`;
  }
  return null;
}

function actFault(value: unknown): string | null {
  const act = (value ?? {}) as Record<string, unknown>;
  const place = () => (isPixel(act['x']) && isPixel(act['y']) ? null : 'x, y');
  switch (act['kind']) {
    case 'move':
      return place();
    case 'click':
      if (!['left', 'middle', 'right'].includes(String(act['button']))) return 'button';
      return Number.isInteger(act['count']) && (act['count'] as number) >= 1 && (act['count'] as number) <= 3 ? place() : 'count';
    case 'wheel':
      return isDistance(act['dx']) && isDistance(act['dy']) ? place() : 'dx, dy';
    case 'key':
      return Object.hasOwn(NAMED_KEYS, String(act['key'])) && typeof act['shift'] === 'boolean' ? null : 'key';
    case 'text':
    case 'compose':
      if (typeof act['secret'] !== 'boolean') return 'secret';
      return typeof act['text'] === 'string' && act['text'].length <= MAX_TEXT ? null : 'text';
    case 'go':
      return typeof act['url'] === 'string' && act['url'].length <= MAX_URL ? null : 'url';
    case 'selectAll':
    case 'back':
    case 'reload':
      return null;
    default:
      return 'kind';
  }
}

function isPixel(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 && value <= 10_000;
}

function isDistance(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && Math.abs(value) <= 10_000;
}
