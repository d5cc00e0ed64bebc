import { Studio } from './film';
import { startBrowser, type BrowserSettings, type FreshBrowser } from './fresh-browser';

/** By then the capture that was handed a browser has checked its environment. */
const AFTER_MS = 500;

export interface PoolSettings extends BrowserSettings {
  /** False: no page is made ready for drawing the film. */
  isFilmed?: boolean;
  /** Browsers that are kept waiting; one when not said. */
  waiting?: number;
}

/** A page of ours with no address, so that nothing of a site is touched: letters of both scripts, which brings the fonts. */
const EMPTY = '<!doctype html><html><head></head><body></body></html>';
const REHEARSAL = EMPTY.replace('<body>', '<body><p>市场监督管理 Market supervision 0123456789</p>');
const REHEARSAL_MS = 5_000;

/**
 * Has the browser draw, print and copy once, on an empty page: what it sets up at the first time of each is then not set up during a capture. The
 * page is empty again afterwards. One that cannot is handed out all the same.
 */
async function rehearsed(fresh: FreshBrowser, isFilmed: boolean): Promise<FreshBrowser> {
  const { page } = fresh;
  try {
    const { frameTree } = await page.send('Page.getFrameTree', undefined, { timeout: REHEARSAL_MS });
    const frameId = frameTree.frame.id;
    await page.send('Page.setDocumentContent', { frameId, html: REHEARSAL }, { timeout: REHEARSAL_MS });
    await page.send('Page.captureScreenshot', { format: 'png', optimizeForSpeed: true }, { timeout: REHEARSAL_MS });
    await page.send('Page.printToPDF', {}, { timeout: REHEARSAL_MS });
    await page.send('Page.captureSnapshot', { format: 'mhtml' }, { timeout: REHEARSAL_MS });
    await page.send('Page.setDocumentContent', { frameId, html: EMPTY }, { timeout: REHEARSAL_MS });
    return { ...fresh, studio: isFilmed ? await studioOf(fresh) : null };
  } catch {
    // A capture tells by its own artefacts what this browser cannot do.
  }
  return fresh;
}

/** A page of ours beside the one of the capture, which keeps the front; nobody who follows the capture follows it. */
async function studioOf({ browser, sessions, page }: FreshBrowser): Promise<Studio | null> {
  const before = sessions.length;
  const studio = await Studio.open(browser).catch(() => null);
  sessions.splice(before);
  await page.send('Page.bringToFront', undefined, { timeout: REHEARSAL_MS });
  return studio;
}

/**
 * Keeps browsers started ahead of need, as many as there are captures at the same time. Each is handed out once and ended after its capture. The
 * successor is started when one is handed out: most of a capture is waiting for the page to become still, and that is when it starts.
 */
export class BrowserPool {
  private readonly waiting: Promise<FreshBrowser>[] = [];
  private closed = false;

  constructor(
    private readonly settings: PoolSettings,
    private readonly now: () => Date,
  ) {}

  /** Begins to start browsers until as many wait as should. A failure shows at a `take`. */
  warm(): void {
    const most = this.settings.waiting ?? 1;
    while (!this.closed && this.waiting.length < most) this.waiting.push(this.start());
  }

  /** When the browsers that wait are ready for use. */
  async ready(): Promise<void> {
    this.warm();
    await Promise.all(this.waiting);
  }

  async take(): Promise<FreshBrowser> {
    const fresh = await this.takeLast();
    const timer = setTimeout(() => this.warm(), AFTER_MS);
    timer.unref();
    return fresh;
  }

  /** The same, without a successor. */
  async takeLast(): Promise<FreshBrowser> {
    const ready = await this.waiting.shift()?.catch(() => null);
    if (ready && !ready.browser.connected) await ready.end();
    return ready?.browser.connected ? ready : startBrowser(this.settings, this.now);
  }

  async close(): Promise<void> {
    this.closed = true;
    const waiting = this.waiting.splice(0);
    await Promise.all(waiting.map(async (each) => (await each.catch(() => null))?.end()));
  }

  private start(): Promise<FreshBrowser> {
    const starting = startBrowser(this.settings, this.now).then((fresh) => rehearsed(fresh, this.settings.isFilmed ?? true));
    // Reading a program of 250 MB takes a while; the check of its digest must not wait for it.
    starting.then(({ program }) => program.sha256()).catch(() => undefined);
    return starting;
  }
}
