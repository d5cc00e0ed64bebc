import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '../kernel';
import { generateKey } from '../proof';
import { capturePage } from './capture-page';
import { captureConfig } from './capture.config';
import { BrowserPool } from './chromium/pool';
import { anOrder, FixtureSite, html, text } from './testing';

jest.setTimeout(180_000);

/** Names that whoever knows this program would try first. */
const NAMES = ['studio', 'film', 'record', 'capture', 'nms'];

/** Looks for the page in which the film is drawn by every way that a page has to others, and then strikes at whatever may be there. */
const SNOOP = `
const names = ${JSON.stringify(NAMES)};
const heard = [];
const tried = async (what) => { try { return await Promise.race([what(), new Promise((done) => setTimeout(done, 1500, 'no answer'))]); } catch (error) { return error.name; } };
addEventListener('message', ({ data }) => heard.push(['message', data]));
addEventListener('storage', ({ key }) => heard.push(['storage', key]));
const channels = names.map((name) => { const channel = new BroadcastChannel(name); channel.onmessage = ({ data }) => heard.push([name, data]); channel.postMessage({ end: true, studio: 'end' }); return channel; });
(async () => {
  const found = {
    windows: [length, frames.length, opener === null, parent === self, top === self, history.length, name, document.referrer],
    shown: [document.visibilityState, document.hidden],
    locks: await tried(async () => { const { held, pending } = await navigator.locks.query(); return [held.length, pending.length]; }),
    stores: [localStorage.length, sessionStorage.length, document.cookie, await tried(async () => (await indexedDB.databases()).length), await tried(async () => (await caches.keys()).length)],
    globals: ['studio', 'VideoEncoder', 'T'].map((each) => typeof globalThis[each]),
    workers: await tried(async () => (await navigator.serviceWorker.getRegistrations()).length),
    shared: await tried(() => new Promise((done) => { const worker = new SharedWorker('/shared.js', 'studio'); worker.port.onmessage = ({ data }) => done(data); worker.onerror = () => done('error'); })),
    clients: await tried(async () => {
      await navigator.serviceWorker.register('/sw.js');
      const { active } = await navigator.serviceWorker.ready;
      return new Promise((done) => { const { port1, port2 } = new MessageChannel(); port1.onmessage = ({ data }) => done(data); active.postMessage('who', [port2]); });
    }),
    resources: performance.getEntriesByType('resource').filter(({ name }) => name.includes('.localhost')).length,
  };
  for (const each of names) {
    void tried(() => navigator.locks.request(each, { steal: true }, () => new Promise(() => 0)));
    indexedDB.deleteDatabase(each);
    for (const target of [opener, parent, top]) target?.postMessage({ end: true, studio: 'close' }, '*');
  }
  try { globalThis.studio?.end?.(); } catch {}
  localStorage.clear(); opener?.close?.(); parent.stop(); 
  found.heard = heard.filter(([from]) => from !== 'message');
  document.getElementById('found').textContent = JSON.stringify(found);
})();
`;
const WORKER = `onmessage = async ({ ports }) => ports[0].postMessage((await clients.matchAll({ includeUncontrolled: true, type: 'all' })).map(({ url }) => new URL(url).pathname).sort());`;

const clock = new SystemClock();
const site = new FixtureSite({
  '/': html(`<title>寻</title><h1>商品</h1><pre id="found">还没有</pre><script>${SNOOP}</script>`),
  '/sw.js': text(WORKER, 'text/javascript'),
  '/shared.js': text(`onconnect = ({ ports: [port] }) => port.postMessage(['first', typeof studio])`, 'text/javascript'),
});
const folder = mkdtempSync(join(tmpdir(), 'beside-test-'));

beforeAll(() => site.start());
afterAll(async () => {
  await site.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** One capture by a browser of a pool, with or without the page of the film beside the captured one. */
async function captured(n: number, isFilmed: boolean) {
  const config = {
    ...captureConfig.read({ CHROMIUM_PATH: process.env['CHROMIUM_PATH'] }),
    EGRESS_ALLOW_NET: [`127.0.0.1/32:${site.port}`],
    CAPTURE_VIDEO: isFilmed,
  };
  const settings = { chromiumPath: config.CHROMIUM_PATH ?? null, locale: 'zh-CN', timezone: 'Asia/Shanghai', isFilmed };
  const pool = new BrowserPool(settings, () => clock.now());
  try {
    const fresh = await pool.takeLast().then(async (first) => {
      // What is started without having waited has rehearsed nothing.
      await first.end();
      await pool.ready();
      return pool.takeLast();
    });
    const { targetInfos } = await fresh.connection.send('Target.getTargets');
    const order = anOrder(site.url('/'), { n });
    const signers = [generateKey('test.example/worker-1')];
    const result = await capturePage(order, {
      stagingDir: folder,
      takeBrowser: () => Promise.resolve(fresh),
      signers,
      config,
      clock,
    });
    const root = join(folder, order.packageId);
    return { result, root, pages: targetInfos.filter(({ type }) => type === 'page').length, studio: fresh.studio };
  } finally {
    await pool.close();
  }
}

const read = (root: string, path: string) => readFileSync(join(root, path), 'utf8');
const foundIn = (root: string) => /\{.*\}/.exec(read(root, 'content/text.txt'))?.[0];

describe('F24 a page that looks for the page in which its film is drawn', () => {
  let filmed: Awaited<ReturnType<typeof captured>>;
  let bare: Awaited<ReturnType<typeof captured>>;
  beforeAll(async () => {
    filmed = await captured(1, true);
    bare = await captured(2, false);
  });

  it('finds what it finds where there is none: not by windows, locks, channels, stores, workers or clients', () => {
    expect([filmed.pages, filmed.studio !== null]).toEqual([2, true]);
    const found = JSON.parse(foundIn(filmed.root) ?? 'null') as Record<string, unknown>;
    expect(found).toMatchObject({
      windows: [0, 0, true, true, true, expect.any(Number), '', ''],
      // Not whether it has the focus: without a window manager that comes and goes, with a film and without.
      shown: ['visible', false],
      locks: [0, 0],
      stores: [0, 0, '', 0, 0],
      globals: ['undefined', expect.any(String), 'undefined'],
      workers: 0,
      shared: ['first', 'undefined'],
      clients: ['/', '/shared.js'],
      resources: 0,
      heard: [],
    });
    expect(foundIn(filmed.root)).toBe(foundIn(bare.root));
  });

  it('does nothing to it: the film is whole and so is the package', () => {
    expect(filmed.result).toMatchObject({ outcome: 'complete', limits: [] });
    expect(filmed.result.artefacts).toContainEqual({ path: 'content/video.webm', role: 'video', state: 'ok' });
    expect(statSync(join(filmed.root, 'content/video.webm')).size).toBeGreaterThan(5_000);
  });

  it('and no line of the package knows of it', () => {
    const manifest = JSON.parse(read(filmed.root, 'MANIFEST.json')) as { outcome: { popups: string[] } };
    expect(manifest.outcome.popups).toEqual([]);
    for (const name of readdirSync(join(filmed.root, 'record')).filter((each) => /\.jsonl?$/.test(each)))
      expect([name, read(filmed.root, `record/${name}`).match(/[0-9a-f]{24}\.localhost/)]).toEqual([name, null]);
  });

  it('without a film there is no page for it', () => {
    expect([bare.pages, bare.studio]).toEqual([1, null]);
    expect(bare.result).toMatchObject({ outcome: 'complete' });
  });
});
