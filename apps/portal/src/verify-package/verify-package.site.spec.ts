import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Browser, Page } from 'puppeteer';
import { type TestDatabase, testDatabase } from '../../../../libs/platform/testing';
import { bytesSource, jsonLines, type Report, trustBundleBytes, verifyPackage, verifyWire } from '../../../../libs/proof';
import {
  type Answer,
  aSiteCertificate,
  aTrustBundle,
  aWire,
  evp,
  type Files,
  fixed,
  sealed,
} from '../../../../libs/proof/testing';
import { picture, startLooking } from '../testing/browser';
import { openPortal } from '../testing/portal';
import { builtVerifier, GOLDEN } from '../testing/verifier';

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const WHOLE = join(GOLDEN, 'whole.evp');
let base: TestDatabase;
let app: NestFastifyApplication;
let browser: Browser;
let portal: string;
let verifier: string;
let damaged: string;

beforeAll(async () => {
  base = await testDatabase();
  verifier = builtVerifier();
  damaged = join(verifier, 'damaged.evp');
  const bytes = readFileSync(WHOLE);
  bytes[bytes.indexOf('示例商店\n')]! ^= 1; // inside of content/text.txt
  writeFileSync(damaged, bytes);
  ({ app, address: portal } = await openPortal(base, verifier));
  browser = await startLooking(1);
});
afterAll(async () => {
  await browser?.close();
  await app?.close();
  await base?.close();
  rmSync(verifier, { recursive: true });
});

/** The page with a list of everything it asks for. */
async function opened(lang: string): Promise<{ page: Page; asked: string[] }> {
  const page = await browser.newPage();
  await page.setViewport({ width: 1280, height: 860 });
  const asked: string[] = [];
  page.on('request', (request) => asked.push(`${request.method()} ${request.url()}${request.hasPostData() ? ' with body' : ''}`));
  await page.goto(`${portal}/verify-package?lang=${lang}`, { waitUntil: 'networkidle2' });
  return { page, asked };
}

/** Drops a file as a hand does: what the page gets is a DataTransfer with a File. */
async function dropped(page: Page, path: string): Promise<string> {
  const content = readFileSync(path).toString('base64');
  await page.evaluate(
    (base64, name) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))], name));
      document
        .getElementById('drop')!
        .dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
    },
    content,
    path.split('/').at(-1)!,
  );
  return outcomeOf(page);
}

async function outcomeOf(page: Page): Promise<string> {
  await page.waitForFunction(() => document.querySelector('#outcome:not([hidden]) section'));
  return page.$eval('#outcome', (outcome) => (outcome as HTMLElement).innerText);
}

const tone = (page: Page) => page.$eval('#outcome section', (section) => section.className.split(' ').at(-1));

/** What makes the page scroll sideways. */
const tooWide = (page: Page) =>
  page.$$eval('body *', (all) =>
    all.filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5).map((one) => one.outerHTML.slice(0, 120)),
  );

async function graveFaults(page: Page): Promise<string[]> {
  await page.setBypassCSP(true); // axe itself is a script that the page would refuse
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    type Violation = { id: string; impact: string; nodes: { html: string }[] };
    const axe = (globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } }).axe;
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id} ${nodes[0]!.html}`);
  });
}

describe.each([
  ['zh', '结论：通过', '结论：不通过', '文件摘要不符'],
  ['en', 'Verdict: PASSED', 'Verdict: FAILED', 'a file has another digest'],
])('in %s', (lang, passes, fails, digest) => {
  it('says of a whole package and of a damaged one what the offline verifier says, and sends nothing', async () => {
    const { page, asked } = await opened(lang);
    const good = await dropped(page, WHOLE);
    expect(good).toContain(passes);
    expect(await tone(page)).toBe('green');
    expect(await page.$$eval('.steps li.red, .steps li.amber', (rows) => rows.length)).toBe(0);
    expect(await page.$$eval('.steps li svg', (icons) => icons.length)).toBe(12);
    expect(await graveFaults(page)).toEqual([]);
    await picture(page, `verify-package-passed-${lang}`);
    const bad = await dropped(page, damaged);
    expect(bad).toContain(fails);
    expect(bad).toContain(digest);
    expect(bad).toContain('content/text.txt');
    expect(await tone(page)).toBe('red');
    await picture(page, `verify-package-failed-${lang}`);
    expect(asked.length).toBeGreaterThan(2);
    expect(asked.filter((one) => !one.startsWith(`GET ${portal}/`) || one.endsWith('with body'))).toEqual([]);
    await page.close();
  });
});

it.each(['zh', 'en'])('asks for a fixation without script, readable by everybody and on a telephone (%s)', async (lang) => {
  const page = await browser.newPage();
  const form = { number: 'E-141122-2026-000001', digest: 'ab'.repeat(32), lang };
  await page.goto(`${portal}/fixations?${new URLSearchParams(form).toString()}`);
  await page.waitForSelector('[data-answer="none"]');
  expect(await page.$$eval('script', (scripts) => scripts.length)).toBe(0);
  await page.setViewport({ width: 320, height: 640 });
  expect(await tooWide(page)).toEqual([]);
  expect(await graveFaults(page)).toEqual([]);
  await picture(page, `fixation-${lang}`);
  await page.close();
});

it('verifies a file that was chosen instead of dropped, and what is no package is told as such', async () => {
  const { page } = await opened('zh');
  const input = (await page.$('#package')) as import('puppeteer').ElementHandle<HTMLInputElement>;
  await input.uploadFile(join(GOLDEN, 'manifest.schema.json'));
  expect(await outcomeOf(page)).toContain('容器无法读取');
  await page.close();
});

it('believes a trust bundle of the visitor instead of the published one', async () => {
  const { page } = await opened('zh');
  await page.$eval('details', (details) => ((details as HTMLDetailsElement).open = true));
  const trust = (await page.$('#trust')) as import('puppeteer').ElementHandle<HTMLInputElement>;
  await trust.uploadFile(WHOLE);
  expect(await dropped(page, WHOLE)).toContain('不能核验');
  expect(await tone(page)).toBe('grey');
  await page.close();
});

it('fits a telephone in the dark, and without script shows no form', async () => {
  const { page } = await opened('zh');
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
  await page.setViewport({ width: 320, height: 640, deviceScaleFactor: 2 });
  await dropped(page, damaged);
  expect(await tooWide(page)).toEqual([]);
  expect(await graveFaults(page)).toEqual([]);
  await picture(page, 'verify-package-phone-dark-zh');
  await page.setJavaScriptEnabled(false);
  await page.goto(`${portal}/verify-package`);
  expect(await page.$eval('#verify', (form) => getComputedStyle(form).display)).toBe('none');
  expect(await page.$eval('#no-script', (words) => getComputedStyle(words).display)).toBe('block');
  await page.close();
});

describe('V11 in the browser of the visitor', () => {
  const plain = Buffer.from('<title>价格 12 元</title>'.repeat(20_000));
  const answerOf = (path: string, type: string, body: Uint8Array, coding: string, decoded: Uint8Array): Answer => ({
    path,
    status: 200,
    headers: [['content-type', type], ['content-length', String(body.length)], ...(coding ? [['content-encoding', coding] as [string, string]] : [])], // prettier-ignore
    body: new Uint8Array(body),
    decoded: new Uint8Array(decoded),
  });
  const page = (coding: string, body: Uint8Array, decoded: Uint8Array = plain) =>
    answerOf(`/${coding}`, 'text/html; charset=utf-8', body, coding, decoded);
  const text = Buffer.from('zstd');
  const gbk = Uint8Array.of(0xc4, 0xe3);
  const answers: Answer[] = [
    page('gzip', gzipSync(plain)),
    page('deflate', deflateSync(plain)),
    page('br', brotliCompressSync(plain)),
    // One raw block, as RFC 8878 writes it.
    page('zstd', Buffer.concat([Buffer.from('28b52ffd0058210000', 'hex'), text]), text),
    answerOf('/gbk', 'text/plain; charset=gbk', gbk, '', gbk),
  ];
  const bundle = aTrustBundle();
  const trustFile = () => join(verifier, 'wire.trust.json');
  let lines: Record<string, unknown>[];
  let wireFiles: Files;

  /** One record of five connections: every cipher, both versions, HTTP/1.1 and HTTP/2. */
  beforeAll(async () => {
    const tls = aSiteCertificate('ec', '-pkeyopt', 'ec_paramgen_curve:P-256');
    const over = (cipher: string, version: 'TLSv1.2' | 'TLSv1.3', http2 = false) =>
      aWire(answers, { ...tls, cipher, version, http2 });
    const wires = [
      await over('TLS_AES_128_GCM_SHA256', 'TLSv1.3'),
      await over('TLS_CHACHA20_POLY1305_SHA256', 'TLSv1.3', true),
      await over('ECDHE-ECDSA-AES256-GCM-SHA384', 'TLSv1.2', true),
      await over('ECDHE-ECDSA-AES128-SHA', 'TLSv1.2'),
      await over('ECDHE-ECDSA-AES256-SHA384', 'TLSv1.2'),
    ];
    lines = wires.flatMap((wire) => wire.lines);
    wireFiles = {
      'record/request.json': Buffer.from('{}'),
      'wire/capture.pcap': Buffer.concat(wires.map(({ capture }, n) => capture.subarray(n ? 24 : 0))),
      'wire/keylog.txt': Buffer.concat(wires.map(({ keylog }) => keylog)),
    };
    writeFileSync(trustFile(), trustBundleBytes(bundle));
  });

  async function packageWith(name: string, changed: Record<string, unknown>[]): Promise<{ path: string; said: Report }> {
    const bytes = await evp(await sealed(await fixed({ ...wireFiles, 'record/exchanges.jsonl': jsonLines(changed) })));
    const path = join(verifier, name);
    writeFileSync(path, bytes);
    const asked = { at: new Date(), level: 1 as const, checkpoints: [], wire: verifyWire };
    return { path, said: await verifyPackage({ form: 'file', source: bytesSource(bytes) }, bundle, asked) };
  }

  const eleventh = (page: Page) => page.$eval('.steps li:last-child', (row) => row.className);
  const of11 = ({ steps, reasons }: Report) => ({
    result: steps.find(({ step }) => step === 'V11')!.result,
    reasons: reasons.filter(({ step }) => step === 'V11').map(({ code, subject, detail }) => `${code}  ${subject} · ${detail}`),
  });

  it('opens the raw bytes in a worker when asked, and says what Node says', async () => {
    const { page, asked } = await opened('en');
    await page.$eval('details', (details) => ((details as HTMLDetailsElement).open = true));
    await ((await page.$('#trust')) as import('puppeteer').ElementHandle<HTMLInputElement>).uploadFile(trustFile());
    await page.select('#level', '1');
    const whole = await packageWith('wire.evp', lines);
    await dropped(page, whole.path);
    expect(await eleventh(page)).toContain('grey');
    await page.click('#wire');
    await dropped(page, whole.path);
    expect(of11(whole.said)).toEqual({ result: 'passed', reasons: [] });
    expect(await eleventh(page)).toContain('green');
    // One digest of a body behind each encoding, and a certificate, in each of the connections.
    const changed = lines.map((line, n) =>
      n % 6 === 5 ? { ...line, tls: { leafSha256: 'ab'.repeat(32) } } : { ...line, sha256: 'cd'.repeat(32) },
    );
    const wrong = await packageWith('wire-wrong.evp', changed);
    const shown = await dropped(page, wrong.path);
    expect(of11(wrong.said).reasons).toHaveLength(lines.length);
    for (const reason of of11(wrong.said).reasons) expect(shown.replace(/\s+/g, ' ')).toContain(reason.replace(/\s+/g, ' '));
    expect(await eleventh(page)).toContain('red');
    expect(asked.filter((one) => !one.startsWith(`GET ${portal}/`) || one.endsWith('with body'))).toEqual([]);
    await page.close();
  });

  it('the work is done beside the page: each question has a worker of its own, which ends with it', async () => {
    const { page } = await opened('en');
    const started: string[] = [];
    page.on('workercreated', (worker) => started.push(worker.url()));
    const gone: string[] = [];
    page.on('workerdestroyed', (worker) => gone.push(worker.url()));
    await dropped(page, WHOLE);
    await dropped(page, damaged);
    expect(started).toHaveLength(2);
    expect(new Set(started.map((url) => url.split('?')[0]))).toEqual(new Set([`${portal}/assets/verify-package.js`]));
    for (let n = 0; n < 600 && gone.length < 2; n++) await setTimeout(50);
    expect(gone).toHaveLength(2);
    await page.close();
  });
});
