import type { CDPSession } from 'puppeteer';
import { clockOf, FILM_MS, filmOf, Studio, type Film } from './chromium/film';
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
 * fails a capture: nothing here throws. It is drawn in a process that no page can reach, and no more of the screen is taken once drawing begins.
 */
export class ActFilm {
  private screencast: Screencast | null = null;
  private readonly steps: { at: Date; step: string; url: string }[] = [];
  private address = '';
  private opening: string[] = [];
  private previews = 0;
  private previewedAt = -Infinity;
  private studio: Studio | null = null;
  private drawnMs = -1;

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
    this.studio = fresh.studio;
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
    if (!this.screencast || !this.studio) return;
    const { scenes } = this.film([]);
    // The last scene of the act may still change, and the closing card is not written yet.
    void this.drawNext(this.studio, scenes.slice(0, -2)).catch(() => undefined);
  }

  /** Null when no video was promised. */
  async develop(fresh: FreshBrowser, closing: string[]): Promise<Developed | null> {
    const { screencast } = this;
    if (!screencast) return null;
    screencast.stop();
    const film = this.film([clockOf(this.settings.now(), this.settings.timezone), ...closing]);
    if (screencast.frames.length === 0) return { webm: null, reason: 'the browser gave no picture of its screen' };
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_done, fail) => {
      timer = setTimeout(() => fail(new Error('the video was not encoded in time')), DEVELOP_MS);
    });
    try {
      const webm = await Promise.race([this.encoded(fresh, film), late]);
      return { webm, cut: film.cut ? `longer than ${FILM_MS / 1_000} s` : screencast.cut };
    } catch (error) {
      return { webm: null, reason: reasonOf(error) };
    } finally {
      clearTimeout(timer);
    }
  }

  private film(closing: string[]): Film & { cut: boolean } {
    const { opening, steps, screencast, settings } = this;
    return filmOf({ opening, closing, frames: screencast?.frames ?? [], steps, timezone: settings.timezone });
  }

  private async encoded(fresh: FreshBrowser, film: Film): Promise<Buffer> {
    const studio = this.studio ?? (await Studio.open(fresh.browser));
    try {
      await this.drawNext(studio, film.scenes);
      return await studio.end(film);
    } finally {
      await studio.close();
    }
  }

  /** `scenes` from the first one on; those that were drawn already are the same and are passed over. */
  private drawNext(studio: Studio, scenes: Film['scenes']): Promise<void> {
    const next = scenes.filter(({ ms }) => ms > this.drawnMs);
    this.drawnMs = Math.max(this.drawnMs, scenes.at(-1)?.ms ?? -1);
    return studio.draw(next);
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
