import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer from 'puppeteer';
import { findBrowser } from './chromium/executable';
import { CaptureHarness, FixtureSite, html, type Captured } from './testing';

jest.setTimeout(90_000);

const site = new FixtureSite({
  '/red': html(
    '<title>红</title><body style="background:#d01010;color:#fff"><h1>红色的页面</h1><div style="height:3000px">长</div>',
  ),
  '/kill': html('<p>会被终止</p>'),
});
const harness = new CaptureHarness();
const allow = () => [`127.0.0.1/32:${site.port}`];
beforeAll(() => site.start());
afterAll(async () => {
  await site.stop();
  harness.cleanUp();
});

interface Shown {
  duration: number;
  width: number;
  height: number;
  /** Red, green and blue in the middle of the screen area at each asked time. */
  middles: number[][];
  pictures: string[];
}

/** Plays the film in a browser that has nothing to do with us, stopping at the given times. */
async function played(webm: Buffer, times: number[]): Promise<Shown> {
  const program = await findBrowser(process.env['CHROMIUM_PATH'] ?? null);
  const folder = mkdtempSync(join(tmpdir(), 'film-'));
  const browser = await puppeteer.launch({
    executablePath: program.path,
    headless: program.shell ? 'shell' : true,
    pipe: true,
    args: ['--no-sandbox'],
  });
  try {
    const page = await browser.newPage();
    return await page.evaluate(
      async (base64, at) => {
        const video = document.createElement('video');
        const event = (name: string) =>
          new Promise<void>((done, fail) => {
            video.addEventListener(name, () => done(), { once: true });
            video.addEventListener('error', () => fail(new Error(video.error?.message)), { once: true });
          });
        const ready = event('loadeddata');
        video.muted = true;
        video.src = `data:video/webm;base64,${base64}`;
        document.body.append(video);
        await ready;
        const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
        const pen = canvas.getContext('2d')!;
        const middles: number[][] = [];
        const pictures: string[] = [];
        for (const time of at) {
          const there = event('seeked');
          video.currentTime = time;
          await there;
          pen.drawImage(video, 0, 0);
          middles.push([...pen.getImageData(canvas.width / 2, canvas.height / 2 + 100, 1, 1).data].slice(0, 3));
          const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
          pictures.push(btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')));
        }
        return { duration: video.duration, width: video.videoWidth, height: video.videoHeight, middles, pictures };
      },
      webm.toString('base64'),
      times,
    );
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `[id, from, to]` of the elements directly inside. */
function elements(bytes: Buffer, from = 0, to = bytes.length): [string, number, number][] {
  const found: [string, number, number][] = [];
  for (let at = from; at < to;) {
    const idLength = Math.clz32(bytes[at] as number) - 23;
    const id = bytes.subarray(at, at + idLength).toString('hex');
    at += idLength;
    const sizeLength = Math.clz32(bytes[at] as number) - 23;
    let size = (bytes[at] as number) & (0xff >> sizeLength);
    for (let n = 1; n < sizeLength; n += 1) size = size * 256 + (bytes[at + n] as number);
    at += sizeLength;
    found.push([id, at, at + size]);
    at += size;
  }
  return found;
}

describe('the film of a capture', () => {
  let captured: Captured;
  let webm: Buffer;
  beforeAll(async () => {
    captured = await harness.capture(site.url('/red'), { allow: allow() });
    webm = captured.read('content/video.webm');
  });

  it('is promised, listed in the manifest, and leaves the capture complete', () => {
    expect(captured.result).toMatchObject({ outcome: 'complete', limits: [] });
    expect(captured.result.artefacts).toContainEqual({ path: 'content/video.webm', role: 'video', state: 'ok' });
    expect(JSON.parse(captured.text('MANIFEST.json')).files).toContainEqual(
      expect.objectContaining({ path: 'content/video.webm', mediaType: 'video/webm', checklist: ['how.video'] }),
    );
  });

  it('is WebM whose elements fill it without gap, with one VP9 track and a cue for each cluster', () => {
    const [head, segment] = elements(webm);
    expect([head?.[0], segment?.[0], segment?.[2]]).toEqual(['1a45dfa3', '18538067', webm.length]);
    const inside = elements(webm, segment![1], segment![2]);
    const named = (id: string) => inside.filter(([found]) => found === id);
    expect(webm.includes('V_VP9')).toBe(true);
    const [[, from, to] = ['', 0, 0]] = named('1c53bb6b');
    expect(elements(webm, from, to)).toHaveLength(named('1f43b675').length);
    expect(inside.map(([id]) => id).sort()).toEqual(
      ['1549a966', '1654ae6b', ...named('1f43b675').map(() => '1f43b675'), '1c53bb6b'].sort(),
    );
  });

  it('plays in a browser: check page first, then the page under its band, then the end, as long as the act was', async () => {
    const steps = captured.lines<{ step: string; mono: number }>('record/timeline.jsonl');
    const mono = (name: string) => steps.find(({ step }) => step === name)?.mono ?? 0;
    const act = (mono('close') - mono('goto')) / 1_000;
    const shown = await played(webm, [0.5, 2 + act * 0.7, 3.8 + act]);
    expect(shown.duration).toBeGreaterThan(act + 3.5);
    expect(shown.duration).toBeLessThan(act + 5.5);
    expect([shown.width, shown.height]).toEqual([800, 592]);
    const [card, page] = shown.middles as [number[], number[]];
    expect(Math.min(...card)).toBeGreaterThan(200);
    expect(page[0]).toBeGreaterThan(160);
    expect(page[1]).toBeLessThan(70);
    for (const [n, base64] of shown.pictures.entries())
      if (process.env['FILM_PICTURES'])
        writeFileSync(join(process.env['FILM_PICTURES'], `film-${n}.png`), Buffer.from(base64, 'base64'));
  });

  it('gives small pictures while it runs, which are in no file', () => {
    const previews = captured.progress.filter((line) => line.type === 'preview');
    expect(previews.length).toBeGreaterThan(0);
    for (const { jpegBase64 } of previews) {
      const jpeg = Buffer.from(jpegBase64, 'base64');
      expect(jpeg.readUInt16BE(0)).toBe(0xffd8);
      expect(jpeg.length).toBeLessThanOrEqual(40_000);
    }
  });
});

it('a capture without a film promises none', async () => {
  const { result } = await harness.capture(site.url('/red'), { allow: allow(), config: { CAPTURE_VIDEO: false } });
  expect(result.outcome).toBe('complete');
  expect(result.artefacts.some(({ path }) => path.endsWith('.webm'))).toBe(false);
});

it('a browser that ends before the film is drawn: the video is named as failed, everything else is there and signed', async () => {
  const { result } = await harness.capture(site.url('/kill'), {
    allow: allow(),
    onProgress: (line, pid) => {
      if (line.type === 'step' && line.step === 'env.after') process.kill(pid, 'SIGKILL');
    },
  });
  expect(result).toMatchObject({ outcome: 'partial', manifestSha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect(result.artefacts.filter(({ state }) => state !== 'ok')).toEqual([
    { path: 'content/video.webm', role: 'video', state: 'failed', reason: expect.stringMatching(/.+/) },
  ]);
});
