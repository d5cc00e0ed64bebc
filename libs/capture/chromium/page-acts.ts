import type { CDPSession } from 'puppeteer';
import type { LimitName, Recorder } from './recorder';

/** Asking lays the page out anew; more often than this only costs. */
const STATE_EVERY_MS = 60;

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

/** Runs our own scripts beside the page, in a world of their own that the page cannot see or change. */
export class Aside {
  private context: number | null = null;

  constructor(
    private readonly session: CDPSession,
    private readonly frameId: string,
  ) {}

  async run<T>(script: string, timeoutMs: number): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        if (this.context === null) {
          const world = { frameId: this.frameId, worldName: 'record' };
          this.context = (await this.session.send('Page.createIsolatedWorld', world, { timeout: timeoutMs })).executionContextId;
        }
        const { result, exceptionDetails } = await this.session.send(
          'Runtime.evaluate',
          { expression: script, contextId: this.context, awaitPromise: true, returnByValue: true },
          { timeout: timeoutMs },
        );
        if (exceptionDetails) throw new TypeError(exceptionDetails.exception?.description ?? exceptionDetails.text);
        return result.value as T;
      } catch (error) {
        // A navigation took the world away: make it again, once.
        this.context = null;
        if (attempt > 0) throw error;
      }
    }
  }
}

export interface PageState {
  height: number;
  width: number;
  /** Cheap digest of the visible text. */
  text: string;
  /** Images begun and not yet decoded. */
  images: number;
  ready: string;
}

const STATE = `(() => {
  const text = document.body ? document.body.innerText : '';
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  const near = (img) => img.loading !== 'lazy' || img.getBoundingClientRect().top < innerHeight * 2;
  return { height: Math.max(document.documentElement?.scrollHeight ?? 0, document.body?.scrollHeight ?? 0), width: innerWidth,
    text: text.length + ':' + hash, images: [...document.images].filter((img) => img.src && !img.complete && near(img)).length, ready: document.readyState };
})()`;

export function stateOf(aside: Aside): Promise<PageState> {
  return aside.run<PageState>(STATE, 5_000);
}

/** One step of the way down. Answers where it stands, so that the walk is recorded step by step. */
const STEP = `(async () => {
  const root = document.scrollingElement ?? document.documentElement;
  const before = root.scrollTop;
  window.scrollBy({ top: Math.max(200, innerHeight * 0.9), behavior: 'instant' });
  await new Promise((done) => { const timer = setTimeout(done, 80); requestAnimationFrame(() => requestAnimationFrame(() => { clearTimeout(timer); setTimeout(done, 20); })); });
  return { top: Math.round(root.scrollTop), moved: root.scrollTop > before + 1, height: root.scrollHeight };
})()`;

export interface Walk {
  steps: number;
  height: number;
  /** The page as it was when its end was reached for the last time; null when it was not, or could not be asked. */
  still: Still | null;
}

/** How the page looked at a moment from which on it may have been quiet. */
export interface Still {
  at: number;
  state: PageState;
}

/**
 * Down to the end, so that everything lazy is asked for, and back to the top. A page that grows is followed until it stops growing,
 * or a limit is reached, which is told.
 */
export async function scrollThrough(
  aside: Aside,
  recorder: Recorder,
  limits: { heightPx: number; deadline: number },
  told: { step(n: number, top: number): void; limit(name: LimitName): void },
  stop: () => boolean,
): Promise<Walk> {
  let steps = 0;
  let height = 0;
  let waits = 0;
  let still: Still | null = null;
  for (;;) {
    if (stop() || performance.now() > limits.deadline) break;
    const at = await aside.run<{ top: number; moved: boolean; height: number }>(STEP, 5_000);
    if (at.moved) {
      steps += 1;
      told.step(steps, at.top);
    }
    if (at.height > limits.heightPx) {
      told.limit('heightPx');
      height = at.height;
      break;
    }
    if (at.height > height) waits = 0;
    height = at.height;
    if (at.moved) continue;
    if (waits === 0) still = { at: performance.now(), state: await stateOf(aside) };
    // At the end: what is under way may make the page longer.
    if (recorder.pending().length === 0 || waits >= 20) {
      if (waits >= 4) break;
    }
    waits += 1;
    await pause(50);
  }
  await aside.run('void window.scrollTo({ top: 0, left: 0, behavior: "instant" })', 5_000);
  return { steps, height, still };
}

/** Waits until nothing that matters has happened for a while; true when it came before the deadline. */
export async function quietMoment(
  aside: Aside,
  recorder: Recorder,
  settings: { quietMs: number; notBefore: number; deadline: number; still?: Still | null },
  stop: () => boolean,
): Promise<boolean> {
  // What was seen at the end of the way down counts: had anything come since then, the state would be another.
  let last = settings.still?.state ?? null;
  let changed = settings.still?.at ?? performance.now();
  for (;;) {
    const now = performance.now();
    if (stop()) return false;
    const state = await stateOf(aside);
    // Text that never stops changing (a clock, a counter) is like polling; only growth keeps us waiting.
    if (!last || state.height !== last.height || Math.abs(lengthOf(state) - lengthOf(last)) > 8 || state.images !== last.images)
      changed = now;
    last = state;
    const idle =
      now - Math.max(changed, recorder.lastActivity) >= settings.quietMs && recorder.pending().length === 0 && state.images === 0;
    if (idle && now >= settings.notBefore) return true;
    if (now > settings.deadline) return false;
    await pause(STATE_EVERY_MS);
  }
}

function lengthOf(state: PageState): number {
  return Number(state.text.split(':')[0]);
}

/** Pictures decoded and fonts there; a page that blocks it is not waited for. */
export async function settle(aside: Aside): Promise<void> {
  await aside
    .run(
      `Promise.race([new Promise((done) => setTimeout(done, 1500)), Promise.all([document.fonts?.ready,
        ...[...document.images].filter((img) => img.complete && img.naturalWidth > 0).map((img) => img.decode().catch(() => 0))])]).then(() => 0)`,
      3_000,
    )
    .catch(() => undefined);
}
