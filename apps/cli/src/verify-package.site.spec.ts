import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Report, trustBundleBytes } from '../../../libs/proof';
import { aTrustBundle } from '../../../libs/proof/testing';
import { answer, type Captured, CaptureHarness, FixtureSite, html, redirect, text } from '../../../libs/capture/testing';
import { verifyPackageCommand } from './verify-package';

jest.setTimeout(120_000);

const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');
const SCRIPT = `self.addEventListener('fetch', () => {}); fetch('/from-worker');`;
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

const pages = {
  '/start': redirect('/shop'),
  '/shop': html(
    '<title>店铺</title><link rel="icon" href="/icon.png"><link rel="stylesheet" href="/style.css"><body>商品<script src="/app.js"></script>',
    { 'set-cookie': ['a=1', 'b=2'] },
  ),
  '/style.css': text('body { background: #eee }', 'text/css', 'gzip'),
  '/app.js': text(
    `for (const path of ['/br', '/deflate', '/zstd', '/gbk', '/missing', '/moved']) fetch(path);
    fetch('/post', { method: 'POST', body: '价格' }); navigator.serviceWorker?.register('/sw.js'); new EventSource('/events');`,
    'text/javascript',
  ),
  '/sw.js': text(SCRIPT, 'text/javascript'),
  '/from-worker': text('worker'),
  '/br': text('br 内容', 'application/json', 'br'),
  '/deflate': text('deflate 内容', 'application/json', 'deflate'),
  '/zstd': text('zstd 内容', 'application/json', 'zstd'),
  '/moved': redirect('/br', 307),
  '/gbk': (_request, response) => answer(response, 200, 'text/plain; charset=gbk', Buffer.from([0xc4, 0xe3, 0xba, 0xc3])),
  '/post': (_request, response, body) => answer(response, 201, 'application/json', Buffer.concat([Buffer.from('got '), body])),
  '/icon.png': (_request, response) => answer(response, 200, 'image/png', PIXEL),
  '/events': (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: 一\n\n');
  },
} satisfies ConstructorParameters<typeof FixtureSite>[0];

interface Told {
  step: string;
  reasons: string[];
  proves: { subject: string; detail: string }[];
}

const trust = join(mkdtempSync(join(tmpdir(), 'wire-trust-')), 'trust.json');
writeFileSync(trust, trustBundleBytes(aTrustBundle()));

/** What V11 says of the folder that a capture left; the steps before it miss the seal, which an export would have. */
async function told(folder: string): Promise<Told> {
  let out = '';
  const sink = { write: (words: string) => Boolean((out += words)) };
  await verifyPackageCommand([folder, '--trust', trust, '--wire', '--json'], sink, sink);
  const report = JSON.parse(out) as Report;
  return {
    step: report.steps.find(({ step }) => step === 'V11')!.result,
    reasons: report.reasons
      .filter(({ step }) => step === 'V11')
      .map(({ code, subject, detail }) => `${code} ${subject} ${detail}`),
    proves: report.findings.filter(({ code }) => code === 'WIRE_PROVES'),
  };
}

describe.each([
  ['TLS', true],
  ['plain HTTP', false],
])('V11 on a capture over %s', (_name, secure) => {
  const site = new FixtureSite(pages, secure);
  const harness = new CaptureHarness();
  let captured: Captured;
  const copy = (): string => {
    const folder = mkdtempSync(join(tmpdir(), 'wire-'));
    cpSync(captured.folder, folder, { recursive: true });
    return folder;
  };

  beforeAll(async () => {
    await site.start();
    captured = await harness.capture(site.url('/start'), { allow: [`127.0.0.1/32:${site.port}`] });
    expect(captured.result).toMatchObject({ outcome: 'complete' });
  });
  afterAll(async () => {
    await site.stop();
    harness.cleanUp();
  });

  it('I-21: the raw bytes agree with every line, and show what DevTools kept to itself over TLS', async () => {
    const { step, reasons, proves } = await told(captured.folder);
    expect({ step, reasons }).toEqual({ step: 'passed', reasons: [] });
    const lines = captured.lines<{ url: string; sha256: string }>('record/exchanges.jsonl');
    // Whatever the site sent has its digest either in a line or in what the wire shows beside it.
    const known = [...lines.map((line) => line.sha256), ...proves.map(({ detail }) => detail)].join('\n');
    for (const { url, sha256: digest } of site.log) if (url !== '/events') expect(`${url} ${known}`).toContain(digest);
    if (!secure) return;
    const provedOf = (path: string) =>
      proves.find(({ subject }) => lines[Number(subject.split('#')[1]) - 1]?.url.endsWith(path))?.detail ??
      proves.find(({ detail }) => detail.includes(`${path} `))?.detail;
    expect(provedOf('/start')).toContain(site.served('/start')[0]!.sha256);
    expect(provedOf('/moved')).toContain(site.served('/moved')[0]!.sha256);
    // A browser that gives the script of a worker itself, as the shell from npm does, has it in its line.
    expect(provedOf('/sw.js') ?? known).toContain(sha256(SCRIPT));
    if (site.served('/from-worker').length > 0) expect(known).toContain(sha256('worker'));
  });

  it('names the line of a record that was changed with all its digests made right', async () => {
    const folder = copy();
    const path = join(folder, 'record/exchanges.jsonl');
    const lines = readFileSync(path, 'utf8').split('\n');
    const at = lines.findIndex((line) => line.includes('/missing"'));
    lines[at] = lines[at]!.replace('"status":404', '"status":200');
    writeFileSync(path, lines.join('\n'));
    expect((await told(folder)).reasons).toEqual([`WIRE_MISMATCH record/exchanges.jsonl#${at + 1} status`]);
  });

  it('says when the raw bytes were cut or changed', async () => {
    const whole = captured.read('wire/capture.pcap');
    const folder = copy();
    const path = join(folder, 'wire/capture.pcap');
    writeFileSync(path, whole.subarray(0, whole.length - 7));
    expect((await told(folder)).reasons).toEqual([expect.stringMatching(/^WIRE_UNREADABLE .*packet is cut$/)]);
    const bent = Buffer.from(whole);
    // Inside of an encrypted record, or of a body that is not encrypted.
    bent[secure ? whole.lastIndexOf(Buffer.of(0x17, 3, 3)) + 12 : whole.indexOf('nothing at /missing')]! ^= 1;
    writeFileSync(path, bent);
    expect((await told(folder)).step).toBe('failed');
  });

  const hasTshark = spawnSync('tshark', ['--version']).status === 0;
  (hasTshark ? it : it.skip)('I-04: tshark reads the same answers out of wire/ (skipped without tshark)', () => {
    const wire = (name: string) => join(captured.folder, 'wire', name);
    const fields = ['http.response.code', 'http.request.uri', 'http.request.method'].flatMap((name) => ['-e', name]);
    const options = ['-o', `tls.keylog_file:${wire('keylog.txt')}`, '-d', `tcp.port==${site.port},${secure ? 'tls' : 'http'}`];
    const asked = execFileSync(
      'tshark',
      ['-r', wire('capture.pcap'), ...options, '-Y', 'http', '-T', 'fields', '-E', 'separator=|', ...fields],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    ).toString();
    const requests = asked.split('\n').flatMap((line) => {
      const [, uris = '', methods = ''] = line.split('|');
      return uris === '' ? [] : uris.split(',').map((uri, i) => `${methods.split(',')[i]} ${uri}`);
    });
    expect(requests.sort()).toEqual(site.log.map(({ method, url }) => `${method} ${url}`).sort());
  });
});
