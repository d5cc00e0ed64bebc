import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { answer, CaptureHarness, FixtureSite, html, redirect, text, type Captured, type Handler } from './testing';

jest.setTimeout(90_000);

interface Line {
  url: string;
  method: string;
  status: number;
  source: string;
  sha256: string;
  decodedBytes: number;
  outcome: string;
  truncated: string;
  requestBodySha256: string | null;
}

const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');

const unchanged: Handler = (request, response) => {
  if (request.headers['if-none-match']) return void response.writeHead(304, { etag: '"a"' }).end();
  answer(response, 200, 'text/plain', '第一次', { etag: '"a"', 'cache-control': 'no-cache' });
};

/** Speaks as much of RFC 6455 as short texts need: one unmasked answer for each masked question. */
const server = createServer();
const upgraded = new Set<Duplex>();
server.on('upgrade', (request, socket: Duplex) => {
  upgraded.add(socket);
  const accept = createHash('sha1')
    .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64');
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  socket.on('error', () => undefined);
  socket.on('data', (frame: Buffer) => {
    if (frame[0] !== 0x81) return;
    const length = (frame[1] as number) & 0x7f;
    const said = frame.subarray(6, 6 + length).map((byte, at) => byte ^ (frame[2 + (at % 4)] as number));
    const answer = Buffer.from(`答 ${Buffer.from(said).toString('utf8')}`);
    socket.write(Buffer.concat([Buffer.from([0x81, answer.length]), answer]));
  });
});
const socketUrl = () => `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;

const site = new FixtureSite({
  '/': (request, response) =>
    html(`<title>往来</title><p id="p">等</p><canvas id="c" width="20" height="20"></canvas><div id="s"></div>
    <script>
      const c = document.getElementById('c').getContext('2d'); c.fillStyle = '#00ff00'; c.fillRect(0, 0, 20, 20);
      const root = document.getElementById('s').attachShadow({ mode: 'closed' });
      root.innerHTML = '<canvas width="8" height="8"></canvas><b>里面</b>';
      root.firstChild.getContext('2d').fillRect(0, 0, 8, 8);
      const ws = new WebSocket('${socketUrl()}'); ws.onopen = () => ws.send('问'); ws.onmessage = ({ data }) => { document.getElementById('p').textContent = data };
      (async () => {
        await fetch('/unchanged'); await fetch('/unchanged', { cache: 'no-cache' });
        await fetch('/kept'); await fetch('/kept');
        await fetch('/nothing'); await fetch('/form', { method: 'POST', body: new URLSearchParams({ 名: '值' }) }); await fetch('/moved');
        new EventSource('/events');
      })();
    </script>`)(request, response, Buffer.alloc(0)),
  '/unchanged': unchanged,
  '/kept': (_request, response) => answer(response, 200, 'text/plain', '留着', { 'cache-control': 'max-age=600' }),
  '/nothing': (_request, response) => void response.writeHead(204).end(),
  '/form': (_request, response, body) => answer(response, 200, 'text/plain', Buffer.concat([Buffer.from('收到 '), body])),
  '/moved': redirect('/kept?2', 308),
  '/events': (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: 一\n\n');
    setTimeout(() => response.write('data: 二\n\n'), 300);
  },
  '/worked': html(`<title>网站给的</title><p>网站给的页面</p><script>
    navigator.serviceWorker.register('/worker.js'); navigator.serviceWorker.ready.then(async () => {
      while (!navigator.serviceWorker.controller) await new Promise((done) => setTimeout(done, 20));
      await (await fetch('/made')).text(); await new Promise((done) => setTimeout(done, 300)); location.reload() })</script>`),
  '/worker.js': text(
    `addEventListener('install', () => skipWaiting()); addEventListener('activate', (e) => e.waitUntil(clients.claim()));
    addEventListener('fetch', (e) => { const path = new URL(e.request.url).pathname;
      if (path === '/made') e.respondWith(new Response('工作线程做的'));
      if (e.request.mode === 'navigate') e.respondWith(new Response('<!doctype html><meta charset=utf-8><title>线程给的</title><p>线程给的页面</p>', { headers: { 'content-type': 'text/html' } })); });`,
    'text/javascript',
  ),
});
const harness = new CaptureHarness();
const allow = () => [`127.0.0.1/32:${site.port}`, `127.0.0.1/32:${(server.address() as AddressInfo).port}`];

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  await site.start();
});
afterAll(async () => {
  for (const socket of upgraded) socket.destroy();
  server.close();
  await site.stop();
  harness.cleanUp();
});

describe('every kind of exchange', () => {
  let captured: Captured;
  let lines: Line[];
  const of = (path: string) => lines.filter(({ url }) => url === site.url(path));
  beforeAll(async () => {
    captured = await harness.capture(site.url('/'), { allow: allow() });
    lines = captured.lines<Line>('record/exchanges.jsonl');
  });

  it('an answer from the cache is told apart from one of the network, and has its body', () => {
    expect(site.served('/kept').filter(({ url }) => url === '/kept')).toHaveLength(1);
    expect(of('/kept').map(({ source, sha256: digest }) => [source, digest])).toEqual([
      ['network', sha256('留着')],
      ['cache', sha256('留着')],
    ]);
  });

  it('304 and 204 are on record as what they were, without a body', () => {
    expect(of('/unchanged').map(({ status, decodedBytes }) => [status, decodedBytes])).toEqual([
      [200, Buffer.byteLength('第一次')],
      [304, 0],
    ]);
    expect(of('/nothing')).toMatchObject([{ status: 204, outcome: 'ok', decodedBytes: 0, truncated: '' }]);
  });

  it('the body of a redirect and of a form are there', () => {
    expect(of('/moved')).toMatchObject([{ status: 308, sha256: sha256('<p>moved to /kept?2</p>'.replace('</p>', '')) }]);
    const sent = new URLSearchParams({ 名: '值' }).toString();
    expect(of('/form')).toMatchObject([{ method: 'POST', requestBodySha256: sha256(sent), sha256: sha256(`收到 ${sent}`) }]);
  });

  it('an event stream has what came so far and says that it was cut', () => {
    expect(of('/events')).toMatchObject([{ truncated: 'time', sha256: sha256('data: 一\n\ndata: 二\n\n') }]);
  });

  it('frames of a web socket, both ways, are in the archive', () => {
    const wacz = captured.read('content/capture.wacz');
    const start = wacz.indexOf('archive/data.warc.gz') + 'archive/data.warc.gz'.length;
    const records = captured
      .lines<{ offset: number; length: number }>('record/warc-index.jsonl')
      .map(({ offset, length }) => gunzipSync(wacz.subarray(start + offset, start + offset + length)).toString('utf8'));
    const record = records.find((each) => each.includes('urn:websocket:0')) ?? '';
    const { url, frames } = JSON.parse(record.slice(record.indexOf('\r\n\r\n') + 4).trim()) as {
      url: string;
      frames: { out: boolean; payload: string }[];
    };
    expect(url).toBe(`${socketUrl()}/`);
    expect(frames.map(({ out, payload }) => [out, payload])).toEqual([
      [true, '问'],
      [false, '答 问'],
    ]);
  });

  it('the pixels of a canvas, in a closed shadow root too, are in the copy of the tree', async () => {
    const dom = captured.text('content/dom.html');
    const shown = [...dom.matchAll(/<canvas[^>]* data-recorded-pixels="data:image\/png;base64,([^"]+)"/g)].map(([, base64]) =>
      Buffer.from(base64 ?? '', 'base64'),
    );
    expect(shown).toHaveLength(2);
    const { PNG } = await import('pngjs');
    const [open, closed] = shown.map((png) => PNG.sync.read(png));
    expect([open?.width, [...(open?.data.subarray(0, 4) ?? [])]]).toEqual([20, [0, 255, 0, 255]]);
    expect([closed?.width, [...(closed?.data.subarray(0, 4) ?? [])]]).toEqual([8, [0, 0, 0, 255]]);
    expect(dom).toMatch(/<template shadowrootmode="closed"><canvas[^>]*><\/canvas><b>里面<\/b>/);
  });
});

describe('F27: what a service worker gives is not taken for the site', () => {
  it('a page that was given by its worker is told as such; a made answer has its source and its body', async () => {
    const captured = await harness.capture(site.url('/worked'), { allow: allow() });
    expect(captured.result).toMatchObject({ outcome: 'partial', limits: ['documentFromServiceWorker'] });
    const lines = captured.lines<Line>('record/exchanges.jsonl');
    expect(lines.filter(({ url }) => url === site.url('/made'))).toMatchObject([
      { source: 'serviceWorker', sha256: sha256('工作线程做的'), outcome: 'ok' },
    ]);
    expect(lines.filter(({ url }) => url === site.url('/worked')).map(({ source }) => source)).toEqual([
      'network',
      'serviceWorker',
    ]);
    expect(site.served('/made')).toEqual([]);
  });

  it('the first load of a fresh profile comes from the site, although an earlier capture left a worker behind', async () => {
    const before = site.served('/worked').length;
    const { text: read, lines } = await harness.capture(site.url('/worked'), {
      allow: allow(),
      onProgress: () => undefined,
    });
    expect(site.served('/worked').length).toBe(before + 1);
    expect(lines<Line>('record/exchanges.jsonl').find(({ url }) => url === site.url('/worked'))).toMatchObject({
      source: 'network',
    });
    expect(JSON.parse(read('record/environment.json')).before.find(({ id }: { id: string }) => id === 'E02')).toMatchObject({
      result: 'pass',
    });
  });
});

describe('over TLS', () => {
  const secure = new FixtureSite(
    {
      '/': html('<title>坏图</title><p>图片打不开</p><img src="/broken.png">'),
      '/broken.png': (_request, response) => answer(response, 200, 'image/png', Buffer.alloc(100_000, 7)),
    },
    true,
  );
  beforeAll(() => secure.start());
  afterAll(() => secure.stop());

  it('a picture that cannot be decoded, of which Chromium keeps nothing, is said to be cut and not taken for an empty answer', async () => {
    const captured = await harness.capture(secure.url('/'), { allow: [`127.0.0.1/32:${secure.port}`] });
    const [line] = captured.lines<Line>('record/exchanges.jsonl').filter(({ url }) => url === secure.url('/broken.png'));
    expect(line).toMatchObject({ status: 200, truncated: 'unspecified' });
  });
});
