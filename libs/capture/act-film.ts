import type { CDPSession } from 'puppeteer';
import { clockOf, encodeFilm, FILM_MS, filmOf } from './chromium/film';
import type { FreshBrowser } from './chromium/fresh-browser';
import { PREVIEW_BYTES, Screencast } from './chromium/screencast';
import type { CaptureOrder, ProgressLine } from './domain/capture-order';
import type { Check } from './environment/checks';
import { reasonOf } from './page-copies';

/** The video of one capture, or why there is none. */
export type Developed = { webm: Buffer; cut: string } | { webm: null; reason: string };

const DEVELOP_MS = 20_000;
const PREVIEW_EVERY_MS = 1_000;
const MAX_PREVIEWS = 40;

/**
 * Films the act of one capture: what the screen showed, with time, address and step over it. It may be missing, but it never holds up or
 * fails a capture: nothing here throws, and drawing is done after the page has been closed.
 */
export class ActFilm {
  private screencast: Screencast | null = null;
  private readonly steps: { at: Date; step: string; url: string }[] = [];
  private address = '';
  private opening: string[] = [];
  private previews = 0;
  private previewedAt = -Infinity;

  constructor(
    private readonly order: CaptureOrder,
    private readonly settings: { on: boolean; timezone: string; now: () => Date; progress: (line: ProgressLine) => void },
  ) {}

  /** From the check page on; call when the environment has been checked and before the address is opened. */
  begin(session: CDPSession, frameId: string, fresh: FreshBrowser, checks: readonly Check[], verdict: string): void {
    if (!this.settings.on) return;
    const { now, timezone } = this.settings;
    const { number, packageId, request } = this.order;
    this.address = request.url;
    this.opening = [
      `${number}   ${packageId}`,
      clockOf(now(), timezone),
      `网址 URL: ${request.url}`,
      `${fresh.program.label}`,
      `环境检查 environment: ${verdict}`,
      ...checks.map(({ id, result, observed }) => `${id}  ${result}  ${observed.slice(0, 90)}`),
    ];
    session.on('Page.frameNavigated', ({ frame }) => {
      if (frame.id === frameId) this.address = `${frame.url}${frame.urlFragment ?? ''}`;
    });
    this.screencast = new Screencast(session, now);
    this.screencast.onFrame = (frame, bytes) => this.preview(frame.at, frame.jpegBase64, bytes);
    this.screencast.start();
  }

  note(step: string, detail: string): void {
    if (!this.screencast) return;
    this.steps.push({
      at: this.settings.now(),
      step: `${step} ${detail === this.address ? '' : detail}`.trim().slice(0, 120),
      url: this.address,
    });
  }

  /** No more of the screen; steps are still noted. Pictures of the whole page are not made while it is being filmed. */
  pause(): void {
    this.screencast?.stop();
  }

  /** Null when no video was promised. */
  async develop(fresh: FreshBrowser, closing: string[]): Promise<Developed | null> {
    const { screencast } = this;
    if (!screencast) return null;
    screencast.stop();
    const { timezone, now } = this.settings;
    const steps = this.steps;
    const film = filmOf({
      opening: this.opening,
      closing: [clockOf(now(), timezone), ...closing],
      frames: screencast.frames,
      steps,
      timezone,
    });
    if (screencast.frames.length === 0) return { webm: null, reason: 'the browser gave no picture of its screen' };
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_done, fail) => {
      timer = setTimeout(() => fail(new Error('the video was not encoded in time')), DEVELOP_MS);
    });
    try {
      const webm = await Promise.race([encodeFilm(fresh, film), late]);
      return { webm, cut: film.cut ? `longer than ${FILM_MS / 1_000} s` : screencast.cut };
    } catch (error) {
      return { webm: null, reason: reasonOf(error) };
    } finally {
      clearTimeout(timer);
    }
  }

  /** What the console shows meanwhile. Transient: it is neither kept nor evidence. */
  private preview(at: Date, jpegBase64: string, bytes: number): void {
    const now = performance.now();
    if (bytes > PREVIEW_BYTES || this.previews >= MAX_PREVIEWS || now - this.previewedAt < PREVIEW_EVERY_MS) return;
    this.previews += 1;
    this.previewedAt = now;
    this.settings.progress({ type: 'preview', at: at.toISOString(), n: this.previews, jpegBase64 });
  }
}
