/** What the officer does, as the API takes it; places are CSS pixels of the page. */
export type SessionAct =
  | { kind: 'move'; x: number; y: number }
  | { kind: 'click'; x: number; y: number; button: 'left' | 'middle' | 'right'; count: number }
  | { kind: 'wheel'; x: number; y: number; dx: number; dy: number }
  | { kind: 'key'; key: string; shift: boolean }
  | { kind: 'selectAll' }
  | { kind: 'text' | 'compose'; text: string; secret: boolean }
  | { kind: 'back' | 'reload' }
  | { kind: 'go'; url: string };

const KEYS = [
  'Enter',
  'Tab',
  'Backspace',
  'Delete',
  'Escape',
  'ArrowLeft',
  'ArrowUp',
  'ArrowRight',
  'ArrowDown',
  'Home',
  'End',
  'PageUp',
  'PageDown',
];

/** The act of a key that writes nothing; letters come as text. */
export const actOfKey = (event: { key: string; shiftKey: boolean; ctrlKey: boolean; metaKey: boolean }): SessionAct | null => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'a') return { kind: 'selectAll' };
  if (event.ctrlKey || event.metaKey || !KEYS.includes(event.key)) return null;
  return { kind: 'key', key: event.key, shift: event.shiftKey };
};

/** Adds an act to those that wait: moves and turns of the wheel that follow each other become one. */
export const queued = (waiting: SessionAct[], act: SessionAct): SessionAct[] => {
  const last = waiting.at(-1);
  if (act.kind === 'move' && last?.kind === 'move') return [...waiting.slice(0, -1), act];
  if (act.kind === 'compose' && last?.kind === 'compose') return [...waiting.slice(0, -1), act];
  if (act.kind === 'wheel' && last?.kind === 'wheel')
    return [...waiting.slice(0, -1), { ...act, dx: last.dx + act.dx, dy: last.dy + act.dy }];
  return [...waiting, act];
};

const buttons = ['left', 'middle', 'right'] as const;
export const buttonOf = (n: number) => buttons[n] ?? 'left';
