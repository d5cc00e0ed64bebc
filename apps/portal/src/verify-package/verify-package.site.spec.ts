import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Browser, Page } from 'puppeteer';
import { type TestDatabase, testDatabase } from '../../../../libs/platform/testing';
import { buildPortal } from '../build';
import { picture, startLooking } from '../testing/browser';
import { freePort } from '../testing/free-port';
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
  const port = await freePort();
  portal = `http://127.0.0.1:${port}`;
  const { url } = await base.as('nms_portal');
  Object.assign(process.env, {
    DATABASE_URL: url,
    PUBLIC_ORIGIN: portal,
    LOG_LEVEL: 'silent',
    VERIFIER_DIR: verifier,
    TRUST_FILE: join(GOLDEN, 'whole.trust.json'),
  });
  app = await buildPortal();
  await app.listen(port, '127.0.0.1');
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
