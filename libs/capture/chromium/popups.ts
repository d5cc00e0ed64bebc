import type { CDPSession, Protocol } from 'puppeteer';

/** A window that the page asked for: heard of by its wish, by its target, or by both, in either order. */
export interface Popup {
  url: string;
  /** Empty as long as the browser has opened none. */
  targetId: string;
  /** That the page's own wish for it was heard. */
  asked: boolean;
  state: 'open' | 'closed';
  told: string;
}

/**
 * Knows each window once. A browser tells the wish (`Page.windowOpen`, by the page's process) and the window (`Target.targetCreated`, by its
 * own) on two ways, and under load either may come first; one browser opens every window, another only those that a click asked for.
 */
export class Popups {
  readonly all: Popup[] = [];

  asked(url: string): void {
    // The window may be there before the word of who wanted it.
    const opened = this.all.find((popup) => !popup.asked && popup.targetId !== '' && sameAddress(popup.url, url));
    if (opened) {
      opened.asked = true;
      opened.url ||= url;
    } else this.all.push({ url, targetId: '', asked: true, state: 'open', told: '' });
  }

  /** True for a window that was not known yet. */
  opened({ targetId, url }: Protocol.Target.TargetInfo): boolean {
    const known = this.all.find((popup) => popup.targetId === targetId);
    if (known) {
      if (isBlank(known.url) && url) known.url = url;
      return false;
    }
    const wished =
      this.all.find((popup) => popup.targetId === '' && popup.url === url) ??
      this.all.find((popup) => popup.targetId === '' && sameAddress(popup.url, url));
    if (wished) {
      wished.targetId = targetId;
      if (isBlank(wished.url) && url) wished.url = url;
    } else this.all.push({ url, targetId, asked: false, state: 'open', told: '' });
    return true;
  }
}

function sameAddress(one: string, other: string): boolean {
  return one === other || isBlank(one) || isBlank(other);
}

function isBlank(url: string): boolean {
  return url === '' || url === 'about:blank';
}

/** Sessions of pages by their target; `connection` knows the session once it is told. */
export class PageSessions {
  private readonly ids = new Map<string, string>();

  listen(session: CDPSession): void {
    session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      if (targetInfo.type === 'page') this.ids.set(targetInfo.targetId, sessionId);
    });
  }

  idOf(targetId: string): string | undefined {
    return this.ids.get(targetId);
  }
}
