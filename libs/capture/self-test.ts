import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { PNG } from 'pngjs';
import type { Clock } from '../kernel';
import { generateKey } from '../proof';
import type { CaptureConfig } from './capture.config';
import { capturePage } from './capture-page';
import { temporaryFolder, type FreshBrowser } from './chromium/fresh-browser';
import type { CaptureOrder } from './domain/capture-order';
import { digest, finding, SELF_TEST, type Finding, type SelfTest } from './environment/finding';

/** What a self-test found. */
export interface SelfTestResult {
  passed: boolean;
  /** Empty when passed; else each thing that differed. */
  reason: string;
  at: string;
  ms: number;
  browserSha256: string;
  bodies: number;
  pixels: number;
}

export interface SelfTestDeps {
  config: CaptureConfig;
  takeBrowser(): Promise<FreshBrowser>;
  clock: Clock;
}

interface Body {
  type: string;
  text: string;
  /** Golden value: SHA-256 of the bytes. Written out, so that an edit of the page is an edit of two places. */
  sha256: string;
}

const WIDTH = 1366;
const HEIGHT = 900;
const GROUND = [32, 64, 96] as const;
/**
 * What the page paints, in order: by style, by script on a canvas, from a picture, from fetched data. No letters: fonts differ. All of it is
 * there at `load`, however busy the machine is: the first view is taken then, and a test that hangs on speed would stop every capture.
 */
const PAINTED = [
  { x: 0, y: 0, width: 200, height: 150, colour: [200, 30, 30] },
  { x: 250, y: 200, width: 300, height: 100, colour: [30, 200, 30] },
  { x: 600, y: 300, width: 120, height: 80, colour: [30, 30, 200] },
  { x: 800, y: 500, width: 64, height: 64, colour: [200, 200, 30] },
] as const;

export const SELF_TEST_PAGE: Record<string, Body> = {
  '/': {
    type: 'text/html; charset=utf-8',
    text: '<!doctype html><html lang="zh"><title>自检</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css"><body><div id="style"></div><canvas id="canvas" width="300" height="100"></canvas><img id="picture" src="/picture.svg" alt=""><div id="data"></div><script src="/script.js"></script></body></html>',
    sha256: '32f178caa79daafe887e886f1e34cd9fd7f99aa3da2deffe2818866d9686ccef',
  },
  '/style.css': {
    type: 'text/css; charset=utf-8',
    text: 'html, body { margin: 0; height: 900px; overflow: hidden; background: #204060 } body > * { position: absolute } #style { left: 0; top: 0; width: 200px; height: 150px; background: #c81e1e } #canvas { left: 250px; top: 200px } #picture { left: 600px; top: 300px; width: 120px; height: 80px } #data { left: 800px; top: 500px; width: 64px; height: 64px }',
    sha256: '8063e215a025ab9289fde45461ddf8056eaa4a52193cf4cd8747586cbdeec11b',
  },
  '/script.js': {
    type: 'text/javascript; charset=utf-8',
    text: 'const pen = document.getElementById("canvas").getContext("2d"); pen.fillStyle = "#1ec81e"; pen.fillRect(0, 0, 300, 100); const ask = new XMLHttpRequest(); ask.open("GET", "/data.json", false); ask.send(); document.getElementById("data").style.background = JSON.parse(ask.responseText).colour;',
    sha256: '5c8a9d2aa249106b1c8be05808dcdd8104f0fe91f3e590b3f1db069df97d1f5e',
  },
  '/picture.svg': {
    type: 'image/svg+xml',
    text: '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="80"><rect width="120" height="80" fill="#1e1ec8"/></svg>',
    sha256: '24a354e1570d4227d53578ec83f173fb9bdd2041db660aa5e8e4ed7822cf3040',
  },
  '/data.json': {
    type: 'application/json',
    text: '{"colour":"#c8c81e"}',
    sha256: 'e4f42b20d1a049bbc02d7a59be6c46afc7d4b82830f36174ed290543c8992c6f',
  },
};

/**
 * Captures the built-in page by the same path as any other – browser, egress, recorder, archive – and compares every body in the WARC and
 * every pixel of the first view with the golden ones. Takes some seconds and one browser; nothing of it is kept.
 */
export async function selfTest(
  deps: SelfTestDeps,
  page: Record<string, Pick<Body, 'type' | 'text'>> = SELF_TEST_PAGE,
): Promise<SelfTestResult> {
  const began = performance.now();
  const at = deps.clock.now().toISOString();
  const server = createServer((request, response) => {
    const body = page[request.url ?? ''];
    response.writeHead(body ? 200 : 404, { 'content-type': body?.type ?? 'text/plain', 'cache-control': 'no-store' });
    response.end(body?.text ?? '');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const folder = await temporaryFolder('self-test');
  const order = selfTestOrder(`http://127.0.0.1:${port}/`, at);
  let browserSha256 = '';
  try {
    const { outcome, reason = '' } = await capturePage(order, {
      stagingDir: folder,
      takeBrowser: async () => {
        const fresh = await deps.takeBrowser();
        browserSha256 = await fresh.program.sha256();
        return fresh;
      },
      signers: [generateKey('self-test.invalid/worker-1')],
      // Only its own page may be reached, and nothing that lies outside this machine is asked.
      config: {
        ...deps.config,
        EGRESS_HOSTS: [],
        EGRESS_ALLOW_NET: [`127.0.0.1/32:${port}`],
        TIME_SERVERS: [],
        CONTROL_PAGES: [],
        MALWARE_SCANNER: undefined,
      },
      clock: deps.clock,
    });
    const root = join(folder, order.packageId);
    const faults =
      outcome === 'complete' ? [...(await bodyFaults(root)), ...(await pixelFaults(root))] : [`capture ${outcome}: ${reason}`];
    return resultOf(faults);
  } catch (error) {
    return resultOf([`not made: ${error instanceof Error ? error.message : String(error)}`]);
  } finally {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  }

  function resultOf(faults: string[]): SelfTestResult {
    const ms = Math.round(performance.now() - began);
    const reason = faults.join('; ').slice(0, 1_000);
    const bodies = Object.keys(SELF_TEST_PAGE).length;
    return { passed: faults.length === 0, reason, at, ms, browserSha256, bodies, pixels: WIDTH * HEIGHT };
  }
}

/**
 * Keeps the result for the browser it was made with, so that it does not cost every capture. One that failed counts for those who waited for
 * it and is not kept: whatever disturbed it once must not stop every capture until somebody restarts the process.
 */
export class SelfTestDesk implements SelfTest {
  private last: Promise<SelfTestResult> | null = null;

  constructor(private readonly deps: SelfTestDeps) {}

  /** The kept result, or a new one. */
  result(): Promise<SelfTestResult> {
    return this.last ?? this.again();
  }

  async again(): Promise<SelfTestResult> {
    const made = selfTest(this.deps);
    this.last = made;
    const result = await made;
    if (!result.passed && this.last === made) this.last = null;
    return result;
  }

  /** E15 of a capture made with the browser of that digest. One that was exchanged meanwhile is tested before it is used. */
  async finding(browserSha256: string): Promise<Finding> {
    const kept = await this.result();
    return findingOf(kept.browserSha256 === browserSha256 ? kept : await this.again(), browserSha256);
  }
}

function findingOf({ passed, reason, at, ms, browserSha256, bodies, pixels }: SelfTestResult, used: string): Finding {
  const made = `made ${at} in ${ms} ms with browser ${browserSha256 || 'none'}`;
  if (browserSha256 !== used) return finding('fail', SELF_TEST, `${made}: not the browser of this capture; ${reason}`);
  return finding(
    passed ? 'pass' : 'fail',
    SELF_TEST,
    `${made}; ${passed ? `${bodies} bodies and ${pixels} pixels equal` : reason}`,
  );
}

interface Member {
  offset: number;
  length: number;
  type: string;
}

/** By the archive itself, not by our list of it: payload digest as declared and as computed. */
async function bodyFaults(root: string): Promise<string[]> {
  const wacz = await readFile(join(root, 'content', 'capture.wacz'));
  const members = (await readFile(join(root, 'record', 'warc-index.jsonl'), 'utf8')).trim().split('\n');
  const start = startOfWarc(wacz);
  const seen = new Map<string, string[]>();
  for (const { offset, length, type } of members.map((line) => JSON.parse(line) as Member)) {
    if (type !== 'response') continue;
    const record = gunzipSync(wacz.subarray(start + offset, start + offset + length));
    const headEnd = record.indexOf('\r\n\r\n');
    const head = record.subarray(0, headEnd).toString('utf8');
    const block = record.subarray(headEnd + 4, record.length - 4);
    const payload = block.subarray(block.indexOf('\r\n\r\n') + 4);
    const path = new URL(/^WARC-Target-URI: (.+)$/m.exec(head)?.[1]?.trim() ?? 'http://none.invalid/').pathname;
    const declared = /^WARC-Payload-Digest: sha256:([0-9a-f]{64})/m.exec(head)?.[1] ?? 'none';
    seen.set(path, [...(seen.get(path) ?? []), declared, digest(payload)]);
  }
  const faults = Object.entries(SELF_TEST_PAGE)
    .filter(([path, { sha256 }]) => !seen.get(path)?.every((sum) => sum === sha256))
    .map(([path]) => `body of ${path} is ${seen.get(path)?.join(' ') ?? 'not recorded'}`);
  const more = [...seen.keys()]
    .filter((path) => !(path in SELF_TEST_PAGE))
    .map((path) => `recorded ${path}, which is not of the page`);
  return [...faults, ...more];
}

function startOfWarc(wacz: Buffer): number {
  for (let at = wacz.indexOf('PK\x03\x04', 0, 'latin1'); at >= 0; at = wacz.indexOf('PK\x03\x04', at + 4, 'latin1')) {
    const name = wacz.subarray(at + 30, at + 30 + wacz.readUInt16LE(at + 26)).toString('latin1');
    if (/^archive\/.+\.warc\.gz$/.test(name)) return at + 30 + wacz.readUInt16LE(at + 26) + wacz.readUInt16LE(at + 28);
  }
  throw new Error('no WARC in the archive');
}

async function pixelFaults(root: string): Promise<string[]> {
  const { width, height, data } = PNG.sync.read(await readFile(join(root, 'content', 'screen', 'first.png')));
  if (width !== WIDTH || height !== HEIGHT) return [`picture is ${width} × ${height}`];
  const golden = goldenPicture();
  let different = 0;
  let first = '';
  for (let at = 0; at < golden.length; at += 4) {
    if (data.readUInt32BE(at) === golden.readUInt32BE(at)) continue;
    different += 1;
    const pixel = at / 4;
    first ||= `${pixel % WIDTH},${Math.floor(pixel / WIDTH)} is ${data.toString('hex', at, at + 4)}, golden ${golden.toString('hex', at, at + 4)}`;
  }
  return different > 0 ? [`${different} pixels differ, first ${first}`] : [];
}

/** RGBA, line by line. */
function goldenPicture(): Buffer {
  const picture = Buffer.alloc(WIDTH * HEIGHT * 4);
  const fill = (x: number, y: number, width: number, height: number, [red, green, blue]: readonly number[]) => {
    const line = Buffer.alloc(width * 4, Buffer.from([red as number, green as number, blue as number, 255]));
    for (let row = y; row < y + height; row += 1) line.copy(picture, (row * WIDTH + x) * 4);
  };
  fill(0, 0, WIDTH, HEIGHT, GROUND);
  for (const { x, y, width, height, colour } of PAINTED) fill(x, y, width, height, colour);
  return picture;
}

function selfTestOrder(url: string, at: string): CaptureOrder {
  const packageId = `ev_${'0'.repeat(10)}${randomBytes(8).toString('hex').toUpperCase()}`;
  const makers = [1, 2].map((n) => ({ name: '自检', certificate: '自检', role: 'officer' as const, account: `self-test-${n}` }));
  return {
    packageId,
    number: '自检',
    kind: 'web_capture',
    entrySha256: '0'.repeat(64),
    factToProve: '自检',
    agency: { division: '000000', name: '自检', ledger: 'none' },
    place: '自检',
    request: {
      v: 1,
      id: packageId,
      jobId: packageId,
      url,
      purpose: '自检',
      profile: 'desktop',
      caseRef: null,
      clue: '自检',
      factToProve: '自检',
      makers,
      place: '自检',
      requestedAt: at,
      nonce: randomBytes(16).toString('hex'),
    },
    // It is the path that is tested here; the environment of a capture is judged at that capture.
    override: { by: 'self-test', reason: 'tests the path, not the environment' },
  };
}
