import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { FixtureSite, html } from '../../libs/capture/testing';
import { parseTrustBundle } from '../../libs/proof';
import { differences, findingsOf, ours, type Question } from './support';

const PAGE = `<!doctype html><meta charset="utf-8"><title>店铺</title><link rel="stylesheet" href="/a.css"><h1>你好</h1>
<script src="/moved.js"></script><script>fetch('/form', { method: 'POST', body: 'q=1' }); fetch('/head', { method: 'HEAD' })</script>`;

/** A package as the product's own command line makes it, judged by both verifiers with `--wire`. */
describe('two verifiers, on a capture', () => {
  let server: Server;
  let asked: Question & { name: string };

  beforeAll(async () => {
    server = createServer((request, response) => {
      const say = (status: number, headers: Record<string, string | string[]>, body: Uint8Array | string) =>
        response.writeHead(status, headers).end(body);
      switch (request.url) {
        case '/':
          return say(200, { 'content-type': 'text/html; charset=utf-8', 'set-cookie': ['a=1', 'b=2'] }, PAGE);
        case '/a.css':
          return say(200, { 'content-type': 'text/css', 'content-encoding': 'gzip' }, gzipSync('h1 { color: red }'));
        case '/moved.js':
          return say(302, { location: '/script.js' }, 'over there');
        case '/script.js':
          return say(
            200,
            { 'content-type': 'text/javascript', 'content-encoding': 'deflate' },
            deflateSync('document.title += "!"'),
          );
        default:
          return say(404, { 'content-type': 'text/plain' }, 'nothing here');
      }
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const out = mkdtempSync(join(tmpdir(), 'clean-room-capture-'));
    const { port } = server.address() as AddressInfo;
    await capture(`http://127.0.0.1:${port}/`, out);
    asked = { name: 'untouched', ...questionAbout(out) };
  }, 180_000);

  afterAll(() => void server?.close());

  it('I-19: agree that what the browser recorded is what went over the network', async () => {
    expect(await differences([asked])).toEqual([]);
    expect(await ours(asked)).toEqual({ verdict: 'PASSED', level: 2, reasons: [] });
  });

  it('I-19: agree on the capture with a byte of its recording changed', async () => {
    const bytes = Buffer.from(asked.input as Uint8Array);
    const at = bytes.indexOf('你好</h1>');
    expect(at).toBeGreaterThan(0);
    const questions: (Question & { name: string })[] = [];
    for (let from = 0; (from = bytes.indexOf('你好</h1>', from)) >= 0; from++) {
      const changed = Uint8Array.from(bytes);
      changed[from]! ^= 1;
      questions.push({ ...asked, name: `byte ${from}`, input: changed });
    }
    expect(await differences(questions)).toEqual([]);
    for (const question of questions) expect(await ours(question)).toMatchObject({ verdict: 'FAILED', level: 0 });
  });
});

it('F26: the command line goes on despite a bad certificate for a written reason only, and both verifiers tell of it', async () => {
  const site = await new FixtureSite({ '/': html('<title>店</title>正文') }, true).start();
  const folder = () => mkdtempSync(join(tmpdir(), 'clean-room-capture-'));
  try {
    await expect(capture(site.url('/'), folder())).rejects.toThrow('capture ended with 1');
    await expect(capture(site.url('/'), folder(), '--pass-certificate-errors', ' ')).rejects.toThrow('capture ended with 3');
    const out = folder();
    await capture(site.url('/'), out, '--pass-certificate-errors', '网站证书无人担保，须固定其现状');
    const question = questionAbout(out);
    const told = await findingsOf(question, 'TLS_ERROR');
    expect(told.ours).toEqual([expect.stringContaining('ERR_CERT_AUTHORITY_INVALID')]);
    expect(told.theirs).toEqual(told.ours);
    expect(await differences([{ ...question, name: 'certificate passed over' }])).toEqual([]);
    expect(await ours(question)).toEqual({ verdict: 'PASSED', level: 2, reasons: [] });
  } finally {
    await site.stop();
  }
}, 180_000);

function questionAbout(out: string): Question {
  const input = readFileSync(
    join(
      out,
      readdirSync(out).find((name) => name.endsWith('.evp'))!,
    ),
  );
  const bundle = parseTrustBundle(readFileSync(join(out, 'trust.json')));
  return { input, bundle, at: new Date().toISOString(), level: 1, checkpoints: [], wire: true };
}

function capture(address: string, out: string, ...more: string[]): Promise<void> {
  const script = join(__dirname, '../../scripts/nms.mjs');
  const child = spawn(process.execPath, [script, 'capture', address, '--out', out, '--allow-net', '127.0.0.1/32', ...more], {
    stdio: 'pipe',
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (said += part.toString()));
  return new Promise((done, failed) => {
    child.on('error', failed);
    child.on('close', (code) => (code === 0 ? done() : failed(new Error(`capture ended with ${code}:\n${said}`))));
  });
}
