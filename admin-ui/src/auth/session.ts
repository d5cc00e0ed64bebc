import type { Session } from '../api/types';

/** The signed-in officer, held in memory only: the cookie is the session, this is what the server said about it. */
let current: Session | undefined;

export const sessionNow = () => current;
export const csrfToken = () => current?.csrfToken ?? '';
/** How far the browser's clock is behind the server's. Kept after signing out: it says nothing about a person. */
let behindMs = 0;
export const remember = (session: Session | undefined) => {
  current = session;
  const told = Date.parse(session?.serverTime ?? '');
  if (!Number.isNaN(told)) behindMs = told - Date.now();
};

/** What time it is on the server: deadlines are counted by this, never by the clock of the desk. */
export const serverNow = () => new Date(Date.now() + behindMs);

/** Signing out in one tab signs out all of them. */
const tabs = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('session');
export const tellOtherTabs = () => tabs?.postMessage('signedOut');
export const onSignedOutElsewhere = (react: () => void) => {
  const listen = (event: MessageEvent) => event.data === 'signedOut' && react();
  tabs?.addEventListener('message', listen);
  return () => tabs?.removeEventListener('message', listen);
};
