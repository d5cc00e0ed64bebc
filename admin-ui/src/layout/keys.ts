import { useEffect } from 'react';
import { useStore } from 'react-admin';

/** Keys that open pages, after `g`. */
export const goKeys: Record<string, string> = {
  t: '/',
  c: '/cases',
  o: '/orders',
  f: '/findings',
  e: '/captures',
  s: '/subjects',
  w: '/outlets',
  b: '/badges',
};

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName) ||
    target.closest('[role="dialog"],[role="listbox"],[role="menu"]') !== null);

/** Single-letter keys can be switched off (WCAG 2.1.4); they never act while somebody types or a dialog is open. */
export const useLetterKeys = () => useStore<boolean>('console.letterKeys', true);

export const useKeys = (act: (key: string, event: KeyboardEvent) => void) => {
  const [on] = useLetterKeys();
  useEffect(() => {
    if (!on) return undefined;
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
      act(event.key, event);
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [act, on]);
};
