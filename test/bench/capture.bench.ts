import { createHash } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import puppeteer, { type Browser } from 'puppeteer';
import { BrowserPool, captureConfig, capturePage, easeHeap, type CaptureResult, type Limits } from '../../libs/capture';
import { SystemClock } from '../../libs/kernel';
import { generateKey } from '../../libs/proof';
import { anOrder } from '../../libs/capture/testing';
import { median, tell } from './figure';
import { TreeMeter, type Spent } from './tree-meter';

/**
 * A complete signed capture, its video included, beside a bare warm browser that does the same looking: load, scroll, idle (at most 3 s),
 * full-height PNG with the same options, PDF, MHTML, DOM, every body hashed and written. Runs alternate.
 *
 * `npm run bench -- capture [runs] [--pages N] [--soak N] [--only kind …]`: N pages two at once (30; 0 for none), N captures of which every other one is
 * short of memory.
 */
const option = (name: string, otherwise: number) => {
  const at = process.argv.indexOf(`--${name}`);
  return at > 0 ? Number(process.argv[at + 1]) : otherwise;
};
const RUNS = /^\d+$/.test(process.argv[2] ?? '') ? Number(process.argv[2]) : 3;
const PAGES = option('pages', 30);
const SOAK = option('soak', 0);
const LANES = 2;
const SOAK_TOLD_EVERY = 10;
const ALL_KINDS = ['shop', 'tall', 'chain', 'home', 'busy'];
const KINDS = ALL_KINDS.filter((kind) => !process.argv.includes('--only') || process.argv.includes(kind));
/** All that a capture promises on a page without limits. */
const PROMISED = [
  'capture.wacz',
  'screen/first.png',
  'screen/full-0001.png',
  'page.mhtml',
  'page.pdf',
  'dom.html',
  'text.txt',
  'video.webm',
];

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

interface Served {
  line: string;
}

/** One line for each answer that left the server: what the records must have. */
const served: Served[] = [];

function serve(path: string, url: string, method: string, response: ServerResponse): void {
  const note = (status: number, body: string | Buffer) =>
    served.push({ line: `${method} ${url} ${status} ${createHash('sha256').update(body).digest('hex')}` });
  const send = (type: string, body: string | Buffer) => {
    note(200, body);
    response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
  };
  const hop = /^\/chain(\d)?$/.exec(path);
  if (hop && Number(hop[1] ?? 0) < 4) {
    note(302, 'moved');
    return void response.writeHead(302, { location: `/chain${Number(hop[1] ?? 0) + 1}` }).end('moved');
  }
  if (path.startsWith('/i/')) return send('image/png', small[Number(/\d+/.exec(path)?.[0]) % small.length] as Buffer);
  if (path === '/large.png') return send('image/png', large);
  if (path.startsWith('/s/')) return send('text/javascript', `window.n = (window.n ?? 0) + 1; /* ${'x'.repeat(20_000)} */`);
  if (path.startsWith('/c/')) return send('text/css', 'body { font-family: sans-serif; max-width: 900px }');
  if (path.startsWith('/api/') || path.startsWith('/poll')) return send('application/json', '{"ok":true}');
  send('text/html', pageOf(path.slice(1).replace(/\d$/, '')));
}

async function site(): Promise<{ server: Server; port: number }> {
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    serve(url.split('?')[0] ?? '', url, request.method ?? '', response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { server, port: (server.address() as AddressInfo).port };
}

/** What anybody would write with the same library, with nothing left out of the list above and nothing added. */
async function bare(browser: Browser, url: string, folder: string): Promise<void> {
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
  await context.close();
}

/** What of the served answers is on record with the digest of exactly what was sent; each record counts once. */
function fidelity(folder: string, port: number, sent: readonly Served[]): { exact: number; of: number } {
  const records = new Map<string, number>();
  const lines = readFileSync(join(folder, 'record', 'exchanges.jsonl'), 'utf8')
    .split('\n')
    .filter(Boolean);
  for (const text of lines) {
    const { method, url, status, sha256 } = JSON.parse(text) as { method: string; url: string; status: number; sha256: string };
    const line = `${method} ${url.replace(`http://127.0.0.1:${port}`, '')} ${status} ${sha256}`;
    records.set(line, (records.get(line) ?? 0) + 1);
  }
  const exact = sent.filter(({ line }) => {
    const left = records.get(line) ?? 0;
    records.set(line, left - 1);
    return left > 0;
  });
  return { exact: exact.length, of: sent.length };
}

/** Promised artefacts of which nothing is said, and files said to be whole that are not what their digest says. */
function lost(result: CaptureResult, folder: string): string[] {
  if (result.outcome === 'failed' || result.outcome === 'refused') return result.reason ? [] : ['reason'];
  const told = new Map(result.artefacts.map(({ path, state, reason }) => [path, state === 'ok' ? 'ok' : (reason ?? '')]));
  const silent = PROMISED.map((name) => `content/${name}`).filter((path) => !told.get(path));
  const { files } = JSON.parse(readFileSync(join(folder, 'MANIFEST.json'), 'utf8')) as {
    files: { path: string; sha256: string }[];
  };
  const digests = new Map(files.map(({ path, sha256 }) => [path, sha256]));
  const broken = [...told].filter(([path, state]) => {
    const full = join(folder, path);
    return (
      state === 'ok' && (!existsSync(full) || createHash('sha256').update(readFileSync(full)).digest('hex') !== digests.get(path))
    );
  });
  return [...silent, ...broken.map(([path]) => path)];
}

async function main(): Promise<void> {
  // As the capture process does; it holds for the bare browser's side too.
  easeHeap();
  const { server, port } = await site();
  const folder = mkdtempSync(join(tmpdir(), 'bench-capture-'));
  const clock = new SystemClock();
  const config = { ...captureConfig.read(), EGRESS_ALLOW_NET: [`127.0.0.1/32:${port}`] };
  const poolOf = (waiting: number) =>
    new BrowserPool({ chromiumPath: config.CHROMIUM_PATH ?? null, locale: 'zh-CN', timezone: 'Asia/Shanghai', waiting }, () =>
      clock.now(),
    );
  let pool = poolOf(1);
  const key = generateKey('bench.example/worker-1');
  const floor = await puppeteer.launch({
    executablePath: config.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--hide-scrollbars'],
    pipe: true,
  });
  const meter = new TreeMeter();
  let n = 0;
  const urlOf = (kind: string) => `http://127.0.0.1:${port}/${kind}`;
  const capture = async (kind: string, { ready = true, limits = {} as Partial<Limits>, last = true } = {}) => {
    if (ready) await pool.ready();
    const order = anOrder(urlOf(kind), { n: (n += 1), limits });
    const spent = meter.begin();
    const result = await capturePage(order, {
      stagingDir: folder,
      takeBrowser: async () => {
        const fresh = await (last ? pool.takeLast() : pool.take());
        spent.tree(fresh.pid);
        // Its processes are gone after this, and what they used with them.
        return { ...fresh, end: () => (spent.look(), fresh.end()) };
      },
      signers: [key],
      config,
      clock,
    });
    return { result, spent: spent.end(), folder: join(folder, order.packageId) };
  };
  const whole = async (kind: string, settings = {}) => {
    const taken = await capture(kind, settings);
    if (taken.result.outcome !== 'complete') throw new Error(`${kind}: ${JSON.stringify(taken.result)}`);
    return taken;
  };
  const theirs = async (kind: string, name: string) => {
    const spent = meter.begin();
    spent.tree(floor.process()?.pid ?? 0);
    await bare(floor, urlOf(kind), join(folder, name));
    return spent.end();
  };
  const forget = (path: string) => rmSync(path, { recursive: true, force: true });

  const kinds = async () => {
    const ratios: Record<keyof Spent, number[]> = { ms: [], cpuMs: [], peakBytes: [] };
    const found = { exact: 0, of: 0 };
    for (const kind of KINDS) {
      const mine: Spent[] = [];
      const other: Spent[] = [];
      for (let run = -1; run < RUNS; run += 1) {
        const floorSpent = await theirs(kind, `bare-${kind}-${run}`);
        served.length = 0;
        const taken = await whole(kind);
        const { exact, of } = fidelity(taken.folder, port, served);
        found.exact += exact;
        found.of += of;
        forget(taken.folder);
        // The first of each is to warm the disk's and the programs' caches.
        if (run < 0) continue;
        other.push(floorSpent);
        mine.push(taken.spent);
      }
      for (const [what, name] of [
        ['ms', 'wall ms'],
        ['cpuMs', 'CPU ms'],
        ['peakBytes', 'peak bytes'],
      ] as const) {
        const [ours, peer] = [median(mine.map((spent) => spent[what])), median(other.map((spent) => spent[what]))];
        ratios[what].push(ours / peer);
        tell('capture', `${kind} ${name}`, ours, peer, RUNS);
      }
    }
    for (const [what, name] of [
      ['ms', 'wall'],
      ['cpuMs', 'CPU'],
      ['peakBytes', 'peak memory'],
    ] as const)
      tell('capture', `${name}, geometric mean of ${KINDS.length} kinds`, geometricMean(ratios[what]), 1, RUNS * KINDS.length);
    tell('capture', 'answers on record with their exact digest', found.exact, found.of, (RUNS + 1) * KINDS.length);
  };

  /** The same pages for both, two at once, as the capture process runs them. */
  const throughput = async () => {
    const queue = Array.from({ length: PAGES }, (_, at) => KINDS[at % KINDS.length]!);
    const minutes = async (one: (kind: string, at: number) => Promise<unknown>) => {
      let next = 0;
      const began = performance.now();
      const lane = async () => {
        for (let at = next++; at < queue.length; at = next++) await one(queue[at] as string, at);
      };
      await Promise.all(Array.from({ length: LANES }, lane));
      return (performance.now() - began) / 60_000;
    };
    const floorMinutes = await minutes((kind, at) => bare(floor, urlOf(kind), join(folder, `two-${at}`)));
    // As the capture process keeps them: as many as there are captures at the same time.
    await pool.close();
    pool = poolOf(LANES);
    await pool.ready();
    const ourMinutes = await minutes(async (kind) => forget((await whole(kind, { ready: false, last: false })).folder));
    tell('capture', `pages a minute, ${PAGES} pages two at once`, PAGES / ourMinutes, PAGES / floorMinutes, PAGES);
  };

  /** Every other capture has so little memory that its limit is reached somewhere on the way. */
  const soak = async () => {
    const silent: string[] = [];
    const outcomes: Record<string, number> = {};
    for (let at = 0; at < SOAK; at += 1) {
      const kind = KINDS[at % KINDS.length]!;
      const limits = at % 2 === 1 ? { memoryBytes: (60 + ((at * 37) % 240)) * 1_048_576 } : {};
      const { result, folder: own } = await capture(kind, { limits });
      silent.push(...lost(result, own).map((path) => `${kind}: ${path}`));
      const name = `${result.outcome} ${result.limits.join(' ')}`.trim();
      outcomes[name] = (outcomes[name] ?? 0) + 1;
      forget(own);
      // It takes the better part of an hour: whoever ends it early knows how far it came.
      if ((at + 1) % SOAK_TOLD_EVERY === 0 && at + 1 < SOAK)
        tell('capture', 'soak so far, artefacts lost without being named', silent.length, 1, at + 1);
    }
    tell('capture', 'soak, artefacts lost without being named', silent.length, 1, SOAK);
    process.stdout.write(
      `${JSON.stringify({ bench: 'capture', metric: 'soak, outcomes', outcomes, silent: silent.slice(0, 20) })}\n`,
    );
  };

  try {
    if (RUNS > 0) await kinds();
    if (PAGES > 0) await throughput();
    if (SOAK > 0) await soak();
  } finally {
    meter.close();
    await Promise.all([pool.close(), floor.close()]);
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true, force: true });
  }
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

void main();
