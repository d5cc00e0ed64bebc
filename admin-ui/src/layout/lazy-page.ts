import { lazy, type ComponentType } from 'react';

const key = 'console.reloadedAt';
const againAfterMs = 60_000;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * A page that is fetched when it is first opened. After a new version was put in place, the old file of the page is gone, and an
 * answer may be lost besides: it is asked for twice, then the console is loaded anew, once a minute at most. Without this the
 * person met the fault page. Nothing typed is lost: a page is only fetched when somebody goes to it.
 */
export const lazyPage = (load: () => Promise<{ default: ComponentType }>) =>
  lazy(() =>
    load()
      .catch(() => pause(400).then(load))
      .catch((fault: unknown) => {
        if (Date.now() - Number(sessionStorage.getItem(key) ?? 0) < againAfterMs) throw fault;
        sessionStorage.setItem(key, String(Date.now()));
        window.location.reload();
        return new Promise<never>(() => undefined);
      }),
  );
