import { randomBytes } from 'node:crypto';
import type { Browser, BrowserContext, CDPSession } from 'puppeteer';
import { SOFTWARE, VERSION } from '../domain/software';
import { webmOf, type FilmFrame } from '../records/webm';
import { SCREEN, type ScreenFrame } from './screencast';

/** One picture of the film: a card of words, or the screen under a band with time, address and what is being done. */
export type Scene = { ms: number; card: string[] } | { ms: number; band: string[]; jpegBase64: string | null };

export interface Film {
  scenes: Scene[];
  durationMs: number;
  recordedAt: Date;
}

export interface Script {
  opening: string[];
  closing: string[];
  frames: readonly ScreenFrame[];
  steps: readonly { at: Date; step: string; url: string }[];
  timezone: string;
}

const CARD_MS = 2_000;
/** Of the act itself; the cards come on top. */
export const FILM_MS = 60_000;
const BAND_PX = 64;
const KEY_MS = 5_000;
const SLOT_MS = 500;
const ENCODE_MS = 15_000;
const BATCH = 12;

/** Lays out what was seen and done: opening card, the act in its own time, closing card. `cut` tells that the act was longer than the film. */
export function filmOf({ opening, closing, frames, steps, timezone }: Script): Film & { cut: boolean } {
  const from = steps[0]?.at ?? frames[0]?.at ?? new Date(0);
  const slots = new Map<number, { at: Date; step: string; url: string; jpegBase64: string | null }>();
  const events = [...steps.map((step) => ({ ...step, frame: null })), ...frames.map((frame) => ({ at: frame.at, frame }))];
  events.sort((a, b) => a.at.getTime() - b.at.getTime());
  let now = { step: '', url: '' };
  let cut = false;
  let last = 0;
  for (const event of events) {
    const ms = event.at.getTime() - from.getTime();
    if (ms > FILM_MS) {
      cut = true;
      break;
    }
    last = Math.max(0, ms);
    const slot = Math.floor(last / SLOT_MS);
    const jpegBase64 = event.frame?.jpegBase64 ?? slots.get(slot)?.jpegBase64 ?? null;
    if (!event.frame) now = { step: event.step, url: event.url };
    slots.set(slot, { at: event.at, ...now, jpegBase64 });
  }
  const acted = [...slots].map(([slot, { at, step, url, jpegBase64 }]) => ({
    ms: CARD_MS + slot * SLOT_MS,
    band: [`${clockOf(at, timezone)}   ${step}`, url],
    jpegBase64,
  }));
  const end = CARD_MS + (Math.floor(last / SLOT_MS) + 1) * SLOT_MS;
  return {
    scenes: [{ ms: 0, card: opening }, ...acted, { ms: end, card: closing }],
    durationMs: end + CARD_MS,
    recordedAt: from,
    cut,
  };
}

/** `2026-11-28 20:31:44 (Asia/Shanghai)   12:31:44.120Z` */
export function clockOf(at: Date, timezone: string): string {
  const local = at.toLocaleString('sv-SE', { timeZone: timezone });
  return `${local} (${timezone})   UTC ${at.toISOString().slice(11)}`;
}

/**
 * Draws and encodes in a page of ours, in a profile of its own that no site has seen, so in a process of its own. It is given pictures as
 * data and answers VP9 frames. Its one document comes from here, without network; the address is a local one because encoders are only
 * given to those, and a random one so that no page can know it.
 */
export class Studio {
  private drawn: Promise<void> = Promise.resolve();

  private constructor(
    private readonly context: BrowserContext,
    private readonly session: CDPSession,
  ) {}

  static async open(browser: Browser): Promise<Studio> {
    const context = await browser.createBrowserContext();
    try {
      const page = await context.newPage();
      const session = await page.createCDPSession();
      await blankPage(session);
      const studio = new Studio(context, session);
      await studio.run(STUDIO);
      return studio;
    } catch (error) {
      await context.close().catch(() => undefined);
      throw error;
    }
  }

  /** Scenes follow each other in time over all calls; a later call waits for the earlier ones and fails with them. */
  draw(scenes: readonly Scene[]): Promise<void> {
    this.drawn = this.drawn.then(async () => {
      for (let at = 0; at < scenes.length; at += BATCH)
        await this.run<void>(`studio.draw(${JSON.stringify(scenes.slice(at, at + BATCH))})`);
    });
    return this.drawn;
  }

  /** The file, of all that was drawn. */
  async end({ durationMs, recordedAt }: Pick<Film, 'durationMs' | 'recordedAt'>): Promise<Buffer> {
    await this.drawn;
    const chunks = await this.run<[number, boolean, string][]>('studio.end()');
    const frames = chunks.map(([ms, key, base64]): FilmFrame => ({ ms, key, bytes: Buffer.from(base64, 'base64') }));
    return webmOf(frames, {
      width: SCREEN.width,
      height: SCREEN.height + BAND_PX,
      durationMs,
      recordedAt,
      software: `${SOFTWARE} ${VERSION}`,
    });
  }

  async close(): Promise<void> {
    await this.context.close().catch(() => undefined);
  }

  private async run<T>(expression: string): Promise<T> {
    const answer = await this.session.send(
      'Runtime.evaluate',
      { expression, awaitPromise: true, returnByValue: true },
      { timeout: ENCODE_MS },
    );
    if (answer.exceptionDetails)
      throw new TypeError(answer.exceptionDetails.exception?.description ?? 'the film was not encoded');
    return answer.result.value as T;
  }
}

async function blankPage(session: CDPSession): Promise<void> {
  session.on('Fetch.requestPaused', ({ requestId }) => {
    const responseHeaders = [{ name: 'content-type', value: 'text/html' }];
    const body = Buffer.from('<!doctype html>').toString('base64');
    session.send('Fetch.fulfillRequest', { requestId, responseCode: 200, responseHeaders, body }).catch(() => undefined);
  });
  await session.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] });
  await session.send('Page.enable');
  const loaded = new Promise((done) => session.once('Page.loadEventFired', done));
  await session.send('Page.navigate', { url: `http://${randomBytes(12).toString('hex')}.localhost/` }, { timeout: ENCODE_MS });
  await Promise.race([loaded, new Promise((done) => setTimeout(done, 1_000).unref())]);
}

const STUDIO = `globalThis.studio = (() => {
  const [W, H, BAND] = [${SCREEN.width}, ${SCREEN.height}, ${BAND_PX}];
  const canvas = new OffscreenCanvas(W, H + BAND);
  // Pixels are read back for every picture, so they are kept where they are read.
  const pen = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
  const chunks = [];
  let fault = null, screen = null, keyAt = -Infinity;
  const encoder = new VideoEncoder({ output: (chunk) => {
    const bytes = new Uint8Array(chunk.byteLength);
    chunk.copyTo(bytes);
    let text = '';
    for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
    chunks.push([Math.round(chunk.timestamp / 1000), chunk.type === 'key', btoa(text)]);
  }, error: (error) => { fault = error; } });
  encoder.configure({ codec: 'vp09.00.10.08', width: W, height: H + BAND, bitrate: 1_200_000, framerate: 4, latencyMode: 'realtime' });
  const words = (lines, x, y, step, size) => { pen.font = size + 'px sans-serif'; pen.textBaseline = 'top'; lines.forEach((line, n) => pen.fillText(line, x, y + n * step, W - 2 * x)); };
  // Not as a blob: those are kept by the browser's own process, and come and go through it.
  const decoded = async (base64) => {
    const text = atob(base64);
    const data = new Uint8Array(text.length);
    for (let at = 0; at < text.length; at += 1) data[at] = text.charCodeAt(at);
    const decoder = new ImageDecoder({ type: 'image/jpeg', data });
    try { return (await decoder.decode()).image; } finally { decoder.close(); }
  };
  // The first words bring the fonts; nothing of this is encoded.
  words(['市场监督管理 0123456789'], 12, 8, 26, 18);
  return {
    async draw(scenes) {
      for (const scene of scenes) {
        pen.fillStyle = '#fff'; pen.fillRect(0, 0, W, H + BAND);
        if (scene.card) { pen.fillStyle = '#10233f'; words(scene.card, 24, 20, 25, 17); }
        else {
          if (scene.jpegBase64) { const next = await decoded(scene.jpegBase64).catch(() => null); if (next) { screen?.close(); screen = next; } }
          pen.fillStyle = '#10233f'; pen.fillRect(0, 0, W, BAND);
          pen.fillStyle = '#fff'; words(scene.band, 12, 8, 26, 18);
          if (screen) { const scale = Math.min(W / screen.displayWidth, H / screen.displayHeight, 1); const [w, h] = [screen.displayWidth * scale, screen.displayHeight * scale]; pen.drawImage(screen, (W - w) / 2, BAND, w, h); }
        }
        if (fault) throw fault;
        const key = Boolean(scene.card) || scene.ms - keyAt >= ${KEY_MS};
        if (key) keyAt = scene.ms;
        const frame = new VideoFrame(canvas, { timestamp: scene.ms * 1000 });
        encoder.encode(frame, { keyFrame: key });
        frame.close();
      }
    },
    async end() { await encoder.flush(); encoder.close(); if (fault) throw fault; return chunks; },
  };
})(); 0`;
