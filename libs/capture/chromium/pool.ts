import { startBrowser, type BrowserSettings, type FreshBrowser } from './fresh-browser';

const AFTER_MS = 500;

/**
 * Keeps one browser started ahead of need. Each is handed out once and ended after its capture; the next one is started when that is
 * over, so that starting never takes the processor from a capture under way.
 */
export class BrowserPool {
  private next: Promise<FreshBrowser> | null = null;
  private closed = false;

  constructor(
    private readonly settings: BrowserSettings,
    private readonly now: () => Date,
  ) {}

  /** Begins to start a browser if none is waiting. A failure shows at the next `take`. */
  warm(): void {
    if (this.next || this.closed) return;
    const next = startBrowser(this.settings, this.now);
    // Reading a program of 250 MB takes a while; the check of its digest must not wait for it.
    next.then(({ program }) => program.sha256()).catch(() => undefined);
    this.next = next;
  }

  /** When the browser that waits is ready for use. */
  async ready(): Promise<void> {
    this.warm();
    await this.next;
  }

  async take(): Promise<FreshBrowser> {
    const fresh = await this.takeLast();
    return {
      ...fresh,
      end: async () => {
        await fresh.end();
        // Whoever used it is still packing; a browser that starts would take a processor from that.
        setTimeout(() => this.warm(), AFTER_MS).unref();
      },
    };
  }

  /** The same, without a successor. */
  async takeLast(): Promise<FreshBrowser> {
    const waiting = this.next;
    this.next = null;
    const ready = waiting && (await waiting.catch(() => null));
    if (ready && !ready.browser.connected) await ready.end();
    return ready?.browser.connected ? ready : startBrowser(this.settings, this.now);
  }

  async close(): Promise<void> {
    this.closed = true;
    const waiting = this.next;
    this.next = null;
    await (await waiting?.catch(() => null))?.end();
  }
}
