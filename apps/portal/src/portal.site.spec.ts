import { readFileSync } from 'node:fs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Browser, Page } from 'puppeteer';
import { badgeWorld } from '../../../libs/badge/testing/world';
import { snippetHtml } from '../../../libs/badge';
import { FixedClock } from '../../../libs/kernel';
import { type TestDatabase, testDatabase } from '../../../libs/platform/testing';
import { Internet, LOOK_ALIKE } from '../../../test/support/internet';
import { freePort } from './testing/free-port';
import { buildPortal } from './build';
import { picture, startLooking } from './testing/browser';

jest.setTimeout(60_000);

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
let base: TestDatabase;
let app: NestFastifyApplication;
let world: Awaited<ReturnType<typeof badgeWorld>>;
let internet: Internet;
let browser: Browser;
let portal: string;
let code: string;

beforeAll(async () => {
  internet = await Internet.start();
  base = await testDatabase();
  world = await badgeWorld(base, new FixedClock(new Date()));
  const port = await freePort();
  portal = `http://127.0.0.1:${port}`;
  const { url } = await base.as('nms_portal');
  Object.assign(process.env, { DATABASE_URL: url, PUBLIC_ORIGIN: portal, LOG_LEVEL: 'silent' });
  app = await buildPortal();
  await app.listen(port, '127.0.0.1');
  const badge = await world.badge({ domain: 'shop-a.test', siteName: '青禾农产' }, { name: '青禾农产品示例有限公司', uscc: '91141122MA0QH00111' });
  code = badge.code;
  internet.world.named('shop-a.test')!.badgeHtml = snippetHtml({ code, name: '青禾农产品示例有限公司', uscc: null, siteUrl: 'http://shop-a.test/' }, portal);
  internet.world.named('nohdr.test')!.copiesBadgeOf = 'shop-a.test';
  browser = await startLooking(internet.ports.http);
});
afterAll(async () => {
  await browser?.close();
  await app?.close();
  await internet?.close();
  await base?.close();
});

/** Opens the site, follows the badge as a visitor does, and answers with the page that opens. */
async function follow(site: string, phone = false): Promise<Page> {
  const page = await browser.newPage();
  await page.setExtraHTTPHeaders({ 'accept-language': 'zh-CN,zh;q=0.9' });
  if (phone) await page.setViewport({ width: 390, height: 844, deviceScaleFactor: 2, isMobile: true, hasTouch: true });
  else await page.setViewport({ width: 1280, height: 860 });
  await page.goto(`http://${site}/`, { waitUntil: 'domcontentloaded' });
  const link = await page.waitForSelector(`a[href^="${portal}/b/"]`);
  // In this tab instead of a new one: what the browser tells about where it comes from is the same.
  await link!.evaluate((a) => a.removeAttribute('target'));
  await Promise.all([page.waitForNavigation(), link!.evaluate((a) => (a as HTMLElement).click())]);
  return page;
}

const told = (page: Page) => page.$eval('.verdict', (section) => [section.className.split(' ').at(-1), section.querySelector('h1')!.textContent]);

it('AC-PUB-1.1 AC-MER-1.2 the snippet on the genuine shop leads to green', async () => {
  const page = await follow('shop-a.test');
  expect(await told(page)).toEqual(['green', '核验通过：亮照标识属实']);
  await picture(page, 'verification-green-zh');
  await page.goto(`${portal}/b/${code}?lang=en`, { referer: 'http://shop-a.test/' });
  await picture(page, 'verification-green-en');
  await page.close();
});

it('AC-PUB-1.2 a site that sends no referrer leads to blue', async () => {
  const site = internet.world.named('nohdr.test')!;
  site.badgeHtml = internet.world.named('shop-a.test')!.badgeHtml.replaceAll(' referrerpolicy="origin"', '');
  const page = await follow('nohdr.test', true);
  expect(await told(page)).toEqual(['blue', '标识属实，请比对网址']);
  await picture(page, 'verification-blue-phone-zh');
  await page.close();
});

it('AC-PUB-1.3 the copied badge on another shop leads to red', async () => {
  const page = await follow('copy.test', true);
  expect(await told(page)).toEqual(['red', '警示：该标识属于 shop-a.test']);
  await picture(page, 'verification-red-phone-zh');
  await page.close();
});

it('AC-PUB-1.4 a look-alike leads to red with the difference marked', async () => {
  const page = await follow(LOOK_ALIKE);
  expect(await told(page)).toEqual(['red', '警示：网址相似，但不是同一网站']);
  expect(await page.$eval('.theirs mark', (mark) => mark.textContent)).toBe('а');
  await picture(page, 'verification-lookalike-zh');
  await page.close();
});

it('AC-MER-1.3 the badge is seen on the shop and passes axe', async () => {
  const page = await browser.newPage();
  await page.goto('http://shop-a.test/', { waitUntil: 'networkidle2' });
  const image = await page.$(`a[href^="${portal}/b/"] img`);
  await image!.evaluate((img) => img.scrollIntoView());
  await page.waitForFunction((img) => (img as HTMLImageElement).complete && (img as HTMLImageElement).naturalWidth > 0, {}, image!);
  await image!.screenshot({ path: '.data/pictures/portal/badge-on-shop.png' });
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const axe = (globalThis as unknown as { axe: { run(scope: object): Promise<{ violations: { id: string }[] }> } }).axe;
    return (await axe.run({ include: [['a[rel=noopener]:has(img)']] })).violations.map(({ id }) => id);
  });
  expect(found).toEqual([]);
  await page.close();
});

/** Pages as people meet them: serious and critical faults are none, and nothing overflows sideways on a phone. */
describe.each(['zh', 'en'])('in %s', (lang) => {
  // Three columns in every row: with fewer, jest-each takes the last parameter for a callback.
  const pages: [string, () => string, string | undefined][] = [
    ['verification', () => `/b/${code}?lang=${lang}`, undefined],
    ['copied', () => `/b/${code}?lang=${lang}`, 'http://copy.test/'],
    ['unknown', () => `/b/141122-26-AAAAAAA?lang=${lang}`, undefined],
    ['lookup', () => `/lookup?lang=${lang}&q=${encodeURIComponent('青禾')}`, undefined],
    ['report', () => `/b/${code}/report?lang=${lang}&from=copy.test`, undefined],
    ['large', () => `/b/${code}?lang=${lang}&large=1`, undefined],
  ];
  it.each(pages)('AC-PUB-1.16 the %s page passes axe light on a desktop and dark on a phone, and fits 320 px', async (name, path, referer) => {
    const page = await browser.newPage();
    await page.setBypassCSP(true); // axe itself is a script; the page runs none
    for (const [kind, width, scheme] of [['desktop', 1280, 'light'], ['phone', 390, 'dark']] as const) {
      await page.setViewport({ width, height: 860 });
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      await page.goto(portal + path(), { referer });
      await page.evaluate(AXE);
      const grave = await page.evaluate(async () => {
        type Violation = { id: string; impact: string; nodes: { html: string }[] };
        const axe = (globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } }).axe;
        const { violations } = await axe.run();
        return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => `${id} ${nodes[0]!.html}`);
      });
      expect(grave).toEqual([]);
      await picture(page, `${name}-${kind}-${scheme}-${lang}`);
    }
    // 400 % zoom of a 1280 px window leaves 320 px.
    await page.setViewport({ width: 320, height: 640 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    await page.close();
  });
});

it('AC-PUB-1.16 says the same without script, pictures and style', async () => {
  const page = await browser.newPage();
  await page.setExtraHTTPHeaders({ 'accept-language': 'zh-CN,zh;q=0.9' });
  await page.setJavaScriptEnabled(false);
  const response = await page.goto(`${portal}/b/${code}`, { referer: 'http://copy.test/' });
  expect(await response!.text()).toContain('警示：该标识属于 shop-a.test');
  await page.close();
});

it('answers the same JSON from the cache as from the register', async () => {
  const [first, second] = [await fetch(`${portal}/b/${code}.json`), await fetch(`${portal}/b/${code}.json`)];
  expect(await second.text()).toBe(await first.text());
  for (const name of ['content-type', 'cache-control', 'access-control-allow-origin', 'x-content-type-options'])
    expect(second.headers.get(name)).toBe(first.headers.get(name));
  expect((await fetch(`${portal}/public/v1/badges/141122-26-AAAAAAA`)).status).toBe(404);
});

it('AC-PUB-1.17 shows nothing inside a foreign frame', async () => {
  internet.world.add('frame.test', `<iframe src="${portal}/b/${code}"></iframe>`);
  const page = await browser.newPage();
  await page.goto('http://frame.test/', { waitUntil: 'networkidle2' });
  const frame = page.frames().find((one) => one !== page.mainFrame());
  const text = await frame!.evaluate(() => document.body?.innerText ?? '').catch(() => '');
  expect(text).not.toContain('shop-a.test');
  await page.close();
});
