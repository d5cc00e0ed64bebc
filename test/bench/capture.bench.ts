import { createHash } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import puppeteer, { type Browser } from 'puppeteer';
import { BrowserPool, captureConfig, capturePage } from '../../libs/capture';
import { SystemClock } from '../../libs/kernel';
import { generateKey } from '../../libs/proof';
import { anOrder } from '../../libs/capture/testing';

/**
 * A complete signed capture beside a bare warm browser that does the same looking: load, scroll, idle (at most 3 s), full-height PNG with
 * the same options, PDF, MHTML, DOM, every body hashed and written. Runs alternate; `npm run bench -- capture [runs]`.
 */
const RUNS = Number(process.argv[2] ?? 3);
const KINDS = ['shop', 'tall', 'chain', 'home', 'busy'] as const;

function picture(seed: number, width: number, height: number): Buffer {
  const png = new PNG({ width, height });
  let state = seed * 2_654_435_761;
  for (let at = 0; at < png.data.length; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const base = ((at / 4) % width) / width;
    png.data[at] = base * 200 + (state >>> 27);
    png.data[at + 1] = 120 + (state >>> 28);
    png.data[at + 2] = (seed * 37) % 255;
    png.data[at + 3] = 255;
  }
  return PNG.sync.write(png);
}

const small = Array.from({ length: 8 }, (_, at) => picture(at + 1, 360, 360));
const large = picture(99, 1600, 1400);
const words = '商品说明：产地、规格、保质期、生产许可证编号与售后服务承诺。'.repeat(6);

function pageOf(kind: string): string {
  const images = (count: number, lazy: boolean) =>
    Array.from(
      { length: count },
      (_, at) =>
        `<p>第 ${at} 件 ${words}</p><img ${lazy && at > 3 ? 'loading="lazy"' : ''} width="300" height="300" src="/i/${at}.png">`,
    ).join('');
  const more = Array.from({ length: 8 }, (_, at) => `<script src="/s/${at}.js"></script>`).join('');
  const head = `<!doctype html><meta charset="utf-8"><title>${kind}</title><link rel="stylesheet" href="/c/1.css">`;
  if (kind === 'shop') return `${head}${images(36, true)}${more}`;
  if (kind === 'tall')
    return `${head}<img src="/large.png"><div style="height:8600px;background:linear-gradient(#eee,#abc)">${words}</div>${more}`;
  if (kind === 'home') return `${head}${images(12, false)}${more}<script>for (let i = 0; i < 6; i++) fetch('/api/' + i)</script>`;
  if (kind === 'busy') return `${head}${images(4, false)}<script>setInterval(() => fetch('/poll?' + Date.now()), 150)</script>`;
  return `${head}${images(6, false)}${more}`;
}

function serve(path: string, response: ServerResponse): void {
  const send = (type: string, body: string | Buffer) =>
    response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
  const hop = /^\/chain(\d)?$/.exec(path);
  if (hop && Number(hop[1] ?? 0) < 4)
    return void response.writeHead(302, { location: `/chain${Number(hop[1] ?? 0) + 1}` }).end('moved');
  if (path.startsWith('/i/')) return void send('image/png', small[Number(/\d+/.exec(path)?.[0]) % small.length] as Buffer);
  if (path === '/large.png') return void send('image/png', large);
  if (path.startsWith('/s/')) return void send('text/javascript', `window.n = (window.n ?? 0) + 1; /* ${'x'.repeat(20_000)} */`);
  if (path.startsWith('/c/')) return void send('text/css', 'body { font-family: sans-serif; max-width: 900px }');
  if (path.startsWith('/api/') || path.startsWith('/poll')) return void send('application/json', '{"ok":true}');
  send('text/html', pageOf(path.slice(1).replace(/\d$/, '')));
}

async function site(): Promise<{ server: Server; port: number }> {
  const server = createServer((request, response) => serve((request.url ?? '').split('?')[0] ?? '', response));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { server, port: (server.address() as AddressInfo).port };
}

/** What anybody would write with the same library, with nothing left out of the list above and nothing added. */
async function bare(browser: Browser, url: string, folder: string): Promise<number> {
  const began = performance.now();
  mkdirSync(folder, { recursive: true });
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport({ width: 1366, height: 900 });
  const bodies: Promise<void>[] = [];
  page.on('response', (answer) => {
    const kept = answer.buffer().then(
      (body) => {
        createHash('sha256').update(body).digest('hex');
        writeFileSync(join(folder, `body-${bodies.length}`), body);
      },
      () => undefined,
    );
    bodies.push(kept);
  });
  await page.goto(url, { waitUntil: 'load' });
  await page.evaluate(async () => {
    for (let before = -1; window.scrollY > before;) {
      before = window.scrollY;
      window.scrollBy(0, window.innerHeight * 0.9);
      await new Promise((done) => setTimeout(done, 100));
    }
    window.scrollTo(0, 0);
  });
  await page.waitForNetworkIdle({ idleTime: 500, timeout: 3_000 }).catch(() => undefined);
  writeFileSync(join(folder, 'full.png'), await page.screenshot({ fullPage: true, optimizeForSpeed: true }));
  writeFileSync(join(folder, 'page.pdf'), await page.pdf({ printBackground: true, format: 'A4' }));
  const session = await page.createCDPSession();
  writeFileSync(join(folder, 'page.mhtml'), (await session.send('Page.captureSnapshot', { format: 'mhtml' })).data);
  writeFileSync(join(folder, 'dom.html'), await page.content());
  await Promise.all(bodies);
  const ms = performance.now() - began;
  await context.close();
  return ms;
}

async function main(): Promise<void> {
  const { server, port } = await site();
  const folder = mkdtempSync(join(tmpdir(), 'bench-capture-'));
  const clock = new SystemClock();
  const config = { ...captureConfig.read(), EGRESS_ALLOW_NET: [`127.0.0.1/32:${port}`] };
  const pool = new BrowserPool({ chromiumPath: config.CHROMIUM_PATH ?? null, locale: 'zh-CN', timezone: 'Asia/Shanghai' }, () =>
    clock.now(),
  );
  const key = generateKey('bench.example/worker-1');
  const floor = await puppeteer.launch({
    executablePath: config.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--hide-scrollbars'],
    pipe: true,
  });
  let n = 0;
  const ours = async (url: string) => {
    await pool.ready();
    const began = performance.now();
    const result = await capturePage(anOrder(url, { n: (n += 1) }), {
      stagingDir: folder,
      takeBrowser: () => pool.takeLast(),
      signers: [key],
      config,
      clock,
    });
    if (result.outcome !== 'complete') throw new Error(`${url}: ${JSON.stringify(result)}`);
    return performance.now() - began;
  };
  const ratios: number[] = [];
  try {
    for (const kind of KINDS) {
      const url = `http://127.0.0.1:${port}/${kind}`;
      const times: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
      for (let run = -1; run < RUNS; run += 1) {
        const theirs = await bare(floor, url, join(folder, `bare-${kind}-${run}`));
        const mine = await ours(url);
        // The first of each is to warm the disk's and the programs' caches.
        if (run < 0) continue;
        times.bare.push(theirs);
        times.ours.push(mine);
      }
      const [mine, theirs] = [median(times.ours), median(times.bare)];
      ratios.push(mine / theirs);
      say(`${kind} wall ms`, mine, theirs, RUNS);
    }
    const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
    console.log(
      JSON.stringify({
        bench: 'capture',
        metric: 'wall, geometric mean of five kinds',
        ours: round(mean),
        peer: 1,
        ratio: round(mean),
        n: RUNS * KINDS.length,
      }),
    );
  } finally {
    await Promise.all([pool.close(), floor.close()]);
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true, force: true });
  }
}

function say(metric: string, ours: number, peer: number, n: number): void {
  console.log(
    JSON.stringify({ bench: 'capture', metric, ours: Math.round(ours), peer: Math.round(peer), ratio: round(ours / peer), n }),
  );
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

void main();
