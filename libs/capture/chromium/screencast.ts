import type { CDPSession, Protocol } from 'puppeteer';

/** What the screen showed from this moment on. */
export interface ScreenFrame {
  at: Date;
  jpegBase64: string;
}

/** Frame area of the film; the picture is scaled into it by the browser. */
export const SCREEN = { width: 800, height: 528 } as const;
/** A picture that goes to the console while the capture runs is never larger. */
export const PREVIEW_BYTES = 40_000;

/** The browser may have two frames under way; with this wait between them that is at most two a second. */
const PACE_MS = 1_000;
const MAX_FRAMES = 240;
const MAX_BYTES = 16 * 1_048_576;
const QUALITIES = [50, 35, 20, 8];

/**
 * The screen of one page as a slow sequence of small pictures. The browser makes them only as fast as they are acknowledged, so a busy page
 * is not held up by being filmed. Never throws: a film that cannot be taken is told by having no frames.
 */
export class Screencast {
  readonly frames: ScreenFrame[] = [];
  /** Why frames are missing at the end, if they are. */
  cut = '';
  onFrame: (frame: ScreenFrame, bytes: number) => void = () => undefined;
  private bytes = 0;
  private quality = 0;
  private running = false;
  private readonly handler = (event: Protocol.Page.ScreencastFrameEvent) => this.take(event);

  constructor(
    private readonly session: CDPSession,
    private readonly now: () => Date,
  ) {}

  start(): void {
    this.running = true;
    this.session.on('Page.screencastFrame', this.handler);
    this.ask();
  }

  stop(): void {
    if (!this.running) return;
    this.running = false;
    this.session.off('Page.screencastFrame', this.handler);
    this.session.send('Page.stopScreencast', undefined, { timeout: 3_000 }).catch(() => undefined);
  }

  private ask(): void {
    const quality = QUALITIES[this.quality] ?? 8;
    const options = { format: 'jpeg', quality, maxWidth: SCREEN.width, maxHeight: SCREEN.height } as const;
    this.session.send('Page.startScreencast', options, { timeout: 3_000 }).catch(() => undefined);
  }

  private take({ data, sessionId }: Protocol.Page.ScreencastFrameEvent): void {
    const bytes = Buffer.byteLength(data, 'base64');
    const frame = { at: this.now(), jpegBase64: data };
    this.frames.push(frame);
    this.onFrame(frame, bytes);
    this.bytes += bytes;
    if (this.frames.length >= MAX_FRAMES || this.bytes >= MAX_BYTES) {
      this.cut = 'more pictures than a film holds';
      return this.stop();
    }
    if (bytes > PREVIEW_BYTES && this.quality < QUALITIES.length - 1) {
      this.quality += 1;
      // Asking again replaces the running one; its frame needs no acknowledgement any more.
      return this.ask();
    }
    const timer = setTimeout(() => {
      if (this.running) this.session.send('Page.screencastFrameAck', { sessionId }, { timeout: 3_000 }).catch(() => undefined);
    }, PACE_MS);
    timer.unref();
  }
}
