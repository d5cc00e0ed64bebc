import { createHash, timingSafeEqual } from 'node:crypto';
import type { CDPSession } from 'puppeteer';
import type { Recorder } from '../chromium/recorder';
import { refusalOfAddress } from '../domain/address';
import type { WireExchange } from '../egress/proxy';
import { Frames } from './frames';
import { FOCUS, maskScript, VEIL } from './mask';
import { Redactor } from './redactor';
import { lengthClass, Secrets } from './secrets';
import { NAMED_KEYS, type SessionAct, type SessionEnd, type SessionTerms, type SessionView } from '../domain/session-acts';

/** The page under the hand, as the capture lends it. */
export interface LentPage {
  session: CDPSession;
  /** All sessions of the browser, those that came later included. */
  sessions(): readonly CDPSession[];
  recorder: Recorder;
  wire: readonly WireExchange[];
  viewport: { width: number; height: number };
  now(): Date;
  step(step: string, detail: string): void;
  /** Why the page can be driven no longer: a limit of the job, a crash. Empty while it can. */
  over(): string;
}

/** How a session ended; everything but `taken` and `total` leaves an observation. */
export type SessionOutcome = 'taken' | 'total' | 'limit' | 'abandoned' | 'idle' | 'connectionLost';

interface Focus {
  kind: 'none' | 'text' | 'unknown';
  field: string;
  /** By which the page sends it. */
  name?: string;
  value: string;
  secret: boolean;
}

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));
const VIEW_WAIT_MS = 8_000;
/** Between two looks at the page while somebody waits for a new picture. */
const LOOK_MS = 120;
const JPEG_QUALITY = 60;
const LOAD_WAIT_MS = 8_000;
/** Moves and turns of the wheel are one line of the timeline as long as they follow each other. */
const RUN_MS = 3_000;
const MODIFIER_SHIFT = 8;
const MODIFIER_CONTROL = 2;

/**
 * An officer's hand on the page between its first load and the copies. Shows the page as pictures, does what the officer does
 * through DevTools' input domain, and writes each act into the timeline, never the text of it. Acts are done one after the other.
 *
 * Pictures are taken on demand, only while somebody waits for one, so that the film of the capture is left alone.
 */
export class InteractiveSession {
  readonly secrets = new Secrets();
  readonly redactor = new Redactor(this.secrets);
  private page: LentPage | null = null;
  private frames: Frames | null = null;
  private state: SessionView['state'] = 'waiting';
  private outcome: SessionOutcome | null = null;
  private asked: SessionEnd | 'connectionLost' | null = null;
  private startedAt = 0;
  private lastAct = 0;
  private shown: { n: number; digest: string; jpegBase64: string } = { n: 0, digest: '', jpegBase64: '' };
  private looking: Promise<void> | null = null;
  private queue: Promise<void> = Promise.resolve();
  private refused = '';
  private composing = false;
  private run = { kind: '', until: 0 };
  private focused: Focus = { kind: 'none', field: '', value: '', secret: false };

  constructor(private readonly terms: SessionTerms) {}

  /** Compares in constant time. */
  opens(secret: string): boolean {
    const digest = (text: string) => createHash('sha256').update(text).digest();
    return timingSafeEqual(digest(secret), digest(this.terms.secret));
  }

  /** Called by the capture once, after the first load. Answers when the officer has ended it or a limit has. */
  async drive(page: LentPage): Promise<SessionOutcome> {
    this.page = page;
    this.frames = new Frames(() => page.sessions());
    this.redactor.follow(page.recorder, page.wire);
    this.startedAt = this.lastAct = performance.now();
    // Fields know that they have the focus also in a window that nobody sees.
    await page.session.send('Emulation.setFocusEmulationEnabled', { enabled: true }).catch(() => undefined);
    if (this.state === 'waiting') this.state = 'open';
    page.step('session.open', `idle limit ${this.terms.idleMs} ms, total limit ${this.terms.totalMs} ms`);
    const outcome = (this.outcome = await this.untilEnd(page));
    this.state = 'ended';
    await this.queue;
    page.step('session.end', outcome);
    if (outcome === 'taken' || outcome === 'total' || outcome === 'limit') await this.settleAndMask(page);
    return outcome;
  }

  /** Ends it: the page is taken as it stands, or left with an observation. A second word changes nothing. */
  end(how: SessionEnd | 'connectionLost'): void {
    this.asked ??= how;
  }

  /** The acts in order; answers when they are done. One that may not be done is told in the view, and the others follow. */
  async act(acts: readonly SessionAct[]): Promise<void> {
    if (this.state !== 'open') return;
    this.lastAct = performance.now();
    const work = this.queue.then(async () => {
      for (const act of acts) {
        if (this.state !== 'open' || !this.page) return;
        await this.one(this.page, act).catch((error: unknown) => {
          this.refused = error instanceof Error ? error.message.slice(0, 200) : 'failed';
        });
      }
    });
    this.queue = work;
    await work;
    this.lastAct = performance.now();
  }

  /** Waits for a picture other than the given one, at most some seconds. */
  async view(known: number): Promise<SessionView> {
    for (const end = performance.now() + VIEW_WAIT_MS; this.state === 'open' && performance.now() < end; await pause(LOOK_MS)) {
      await (this.looking ??= this.look().finally(() => (this.looking = null)));
      if (this.shown.n !== known) break;
    }
    const { page } = this;
    const where = page && this.state === 'open' ? await this.whereabouts(page) : { url: '', title: '' };
    const left = (limit: number, since: number) =>
      this.state === 'open' ? Math.max(0, Math.round(limit - (performance.now() - since))) : 0;
    return {
      state: this.state,
      n: this.shown.n,
      ...(this.shown.n !== known && this.state === 'open' ? { jpegBase64: this.shown.jpegBase64 } : {}),
      width: page?.viewport.width ?? 0,
      height: page?.viewport.height ?? 0,
      ...where,
      focus: this.focused.kind === 'none' ? 'none' : this.focused.secret || this.focused.kind === 'unknown' ? 'secret' : 'text',
      refused: this.refused,
      idleLeftMs: left(this.terms.idleMs, this.lastAct),
      totalLeftMs: left(this.terms.totalMs, this.startedAt),
    };
  }

  private async untilEnd(page: LentPage): Promise<SessionOutcome> {
    for (;;) {
      const now = performance.now();
      if (this.asked === 'take') return 'taken';
      if (this.asked === 'abandon') return 'abandoned';
      if (this.asked === 'connectionLost') return 'connectionLost';
      if (page.over()) return 'limit';
      if (now - this.startedAt > this.terms.totalMs) return 'total';
      if (now - this.lastAct > this.terms.idleMs) return 'idle';
      await pause(40);
    }
  }

  private async look(): Promise<void> {
    const { page } = this;
    if (!page) return;
    const options = { format: 'jpeg', quality: JPEG_QUALITY, optimizeForSpeed: true } as const;
    const shot = await page.session.send('Page.captureScreenshot', options, { timeout: 5_000 }).catch(() => null);
    if (!shot) return;
    await this.refocus();
    const digest = createHash('sha256').update(shot.data).digest('hex');
    if (digest !== this.shown.digest) this.shown = { n: this.shown.n + 1, digest, jpegBase64: shot.data };
  }

  private async whereabouts(page: LentPage): Promise<{ url: string; title: string }> {
    const history = await page.session.send('Page.getNavigationHistory', undefined, { timeout: 2_000 }).catch(() => null);
    const at = history?.entries[history.currentIndex];
    return { url: at?.url.slice(0, 8_192) ?? '', title: at?.title.slice(0, 300) ?? '' };
  }

  private async one(page: LentPage, act: SessionAct): Promise<void> {
    this.refused = '';
    const { session } = page;
    const send = { timeout: 10_000 };
    switch (act.kind) {
      case 'move':
        this.tell(act.kind, `to ${at(act)}`);
        await session.send('Input.dispatchMouseEvent', { type: 'mouseMoved', x: act.x, y: act.y }, send);
        return;
      case 'click': {
        // Before the click a field may still be read: a form that is sent takes it away.
        await this.learnField(false);
        this.tell(act.kind, `${act.button}${act.count > 1 ? ` ${act.count} times` : ''} at ${at(act)}`);
        const { x, y, button } = act;
        await session.send('Input.dispatchMouseEvent', { type: 'mouseMoved', x, y }, send);
        for (let clickCount = 1; clickCount <= act.count; clickCount += 1) {
          await session.send('Input.dispatchMouseEvent', { type: 'mousePressed', x, y, button, clickCount }, send);
          await session.send('Input.dispatchMouseEvent', { type: 'mouseReleased', x, y, button, clickCount }, send);
        }
        await this.refocus();
        return;
      }
      case 'wheel':
        this.tell(act.kind, `${act.dx}, ${act.dy} at ${at(act)}`);
        await session.send(
          'Input.dispatchMouseEvent',
          { type: 'mouseWheel', x: act.x, y: act.y, deltaX: act.dx, deltaY: act.dy },
          send,
        );
        return;
      case 'key':
        return this.key(page, act.key, act.shift);
      case 'selectAll': {
        this.tell('key', 'select all');
        const key = { key: 'a', code: 'KeyA', windowsVirtualKeyCode: 65, modifiers: MODIFIER_CONTROL, commands: ['selectAll'] };
        await session.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...key }, send);
        await session.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key }, send);
        return;
      }
      case 'text':
      case 'compose':
        return this.text(page, act);
      case 'back':
        return this.back(page);
      case 'reload':
        this.tell(act.kind, '');
        await session.send('Page.reload', undefined, send);
        return;
      case 'go': {
        const refused = refusalOfAddress(act.url);
        this.tell(act.kind, refused ? `refused, ${refused}` : act.url);
        if (refused) this.refused = refused;
        else await session.send('Page.navigate', { url: act.url }, { timeout: 30_000 });
      }
    }
  }

  private async key(page: LentPage, key: keyof typeof NAMED_KEYS, shift: boolean): Promise<void> {
    await this.learnField(false);
    const { code, keyCode, ...rest } = NAMED_KEYS[key] as { code: string; keyCode: number; text?: string };
    this.tell('key', `${shift ? 'Shift+' : ''}${key}`);
    const event = {
      key: key === 'Space' ? ' ' : key,
      code,
      windowsVirtualKeyCode: keyCode,
      modifiers: shift ? MODIFIER_SHIFT : 0,
    };
    const send = { timeout: 10_000 };
    await page.session.send(
      'Input.dispatchKeyEvent',
      { type: rest.text ? 'keyDown' : 'rawKeyDown', ...event, ...(rest.text ? { text: rest.text } : {}) },
      send,
    );
    await page.session.send('Input.dispatchKeyEvent', { type: 'keyUp', ...event }, send);
    await this.learnField(false);
  }

  /**
   * Text into the field that has the focus. A password field, or one that cannot be looked into, makes it secret whatever was
   * chosen; then the field shows dots before the first letter stands in it.
   */
  private async text(page: LentPage, act: Extract<SessionAct, { kind: 'text' | 'compose' }>): Promise<void> {
    const focus = await this.refocus();
    const secret = act.secret || focus.secret || focus.kind === 'unknown';
    if (secret && !focus.secret) await this.veil();
    const kind = this.kindOf(focus);
    const length = [...act.text].length;
    if (act.kind === 'compose') {
      if (!this.composing) this.tell('compose', secret ? `secret, into ${kind} field` : 'input method');
      this.composing = true;
      const at = act.text.length;
      await page.session.send(
        'Input.imeSetComposition',
        { text: act.text, selectionStart: at, selectionEnd: at },
        { timeout: 10_000 },
      );
    } else {
      this.composing = false;
      this.tell(
        'text',
        secret ? `secret, ${lengthClass(length)} characters, into ${kind} field` : `${lengthClass(length)} characters`,
      );
      // Known before the page is: what it sends at once is already looked through. A single letter is only known as part of its field.
      if (secret) this.secrets.since ??= page.now();
      if (secret && length > 1) this.secrets.typed(`${focus.field}:${act.text.length}:pasted`, act.text, kind, page.now());
      await insert(page.session, act.text);
    }
    if (secret) {
      const before = focus.value;
      await this.learnField(true);
      if (focus.kind !== 'text') this.blind(act, focus, page);
      else if (act.kind === 'text' && this.focused.value === before && length > 1)
        this.secrets.typed(`${focus.field}:moved`, act.text, kind, page.now());
    }
  }

  /** Where a field cannot be read, its text is put together from what was typed into it. */
  private blind(act: { kind: string; text: string }, focus: Focus, page: LentPage): void {
    if (act.kind !== 'text') return;
    const key = `${focus.field}:blind`;
    this.unread.set(key, (this.unread.get(key) ?? '') + act.text);
    this.secrets.typed(key, this.unread.get(key)!, 'text', page.now());
  }

  private readonly unread = new Map<string, string>();

  private async back(page: LentPage): Promise<void> {
    this.tell('back', '');
    const history = await page.session.send('Page.getNavigationHistory', undefined, { timeout: 5_000 });
    const entry = history.entries[history.currentIndex - 1];
    // The empty page of the start is not the site's.
    if (!entry || !/^https?:/.test(entry.url)) this.refused = 'nothingBefore';
    else await page.session.send('Page.navigateToHistoryEntry', { entryId: entry.id }, { timeout: 30_000 });
  }

  private async refocus(): Promise<Focus> {
    const [found] = (await this.frames?.each<Focus>(FOCUS)) ?? [];
    this.focused = found
      ? {
          kind: found.kind,
          field: found.field,
          name: found.name ?? '',
          value: found.value,
          secret: found.secret || this.veiled.has(found.field),
        }
      : // The focus is in a frame that did not answer: what is typed there is taken for a secret.
        { kind: 'unknown', field: 'unseen', value: '', secret: false };
    return this.focused;
  }

  private readonly veiled = new Set<string>();

  /** A field that we veiled is one of text that the officer called secret; one that the site veils is for passwords. */
  private kindOf({ secret, field }: Focus): string {
    return secret && !this.veiled.has(field) ? 'password' : 'text';
  }

  private async veil(): Promise<void> {
    this.veiled.add(this.focused.field);
    for (const { session, frameId, kind } of (await this.frames?.each<Focus>(FOCUS)) ?? [])
      if (kind === 'text') await this.frames?.run({ session, frameId }, VEIL).catch(() => undefined);
    this.redactor.say({ kind: this.kindOf(this.focused), where: 'page', what: 'field veiled', count: 1 });
  }

  /** What stands in a field for secrets is one, however it came there. */
  private async learnField(secret: boolean): Promise<void> {
    const focus = await this.refocus();
    if (!this.page || focus.kind !== 'text' || (!secret && !focus.secret)) return;
    this.secrets.typed(focus.field, focus.value, this.kindOf(focus), this.page.now());
    this.secrets.named(focus.name ?? '', focus.value, this.kindOf(focus));
  }

  private tell(kind: string, detail: string): void {
    const now = performance.now();
    const runs = kind === 'move' || kind === 'wheel' || kind === 'text';
    const follows = runs && this.run.kind === kind && now < this.run.until;
    // A stretch of typing is one line as well: a line a letter would tell the rhythm of a secret and its length.
    if (!follows) this.page?.step(`session.${kind}`, detail);
    this.run = { kind, until: runs && follows ? this.run.until : now + RUN_MS };
  }

  private async settleAndMask(page: LentPage): Promise<void> {
    for (
      const end = performance.now() + LOAD_WAIT_MS;
      page.recorder.mainLoadedAt === 0 && performance.now() < end && !page.over();
    )
      await pause(20);
    await this.learnField(false).catch(() => undefined);
    if (!this.secrets.since) return;
    const count = await this.frames?.sum(maskScript(this.secrets.pairs()));
    if (count) this.redactor.say({ kind: 'typed', where: 'page', what: 'masked before the copies', count });
    page.step('session.mask', `${count ?? 0} places`);
  }
}

function at({ x, y }: { x: number; y: number }): string {
  return `${Math.round(x)}, ${Math.round(y)}`;
}

/** One ASCII letter as a key, because some fields listen to keys; everything else as an input method gives it. */
async function insert(session: CDPSession, text: string): Promise<void> {
  const send = { timeout: 10_000 };
  if (!/^[ -~]$/.test(text)) return void (await session.send('Input.insertText', { text }, send));
  const key = { key: text, text, unmodifiedText: text, ...(/[a-z]/i.test(text) ? { code: `Key${text.toUpperCase()}` } : {}) };
  const code = /[a-z0-9]/i.test(text) ? { windowsVirtualKeyCode: text.toUpperCase().charCodeAt(0) } : {};
  await session.send('Input.dispatchKeyEvent', { type: 'keyDown', ...key, ...code }, send);
  await session.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key, ...code }, send);
}
