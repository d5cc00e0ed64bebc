import { closeSync, ftruncateSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Browser, ElementHandle, Page } from 'puppeteer';
import { type TestDatabase, testDatabase } from '../../../../libs/platform/testing';
import { graveFaults } from '../../../../libs/platform/testing';
import { picture, startLooking } from '../testing/browser';
import { openPortal } from '../testing/portal';
import { builtVerifier, GOLDEN } from '../testing/verifier';

const MINUTE = 60_000;
const HUGE = 300 * 1_048_576;

let base: TestDatabase;
let app: NestFastifyApplication;
let browser: Browser;
let portal: string;
let verifier: string;
/** What the server itself heard, with what came along. */
const heard: { line: string; bytes: number }[] = [];

/** What a visitor may drop, by mistake or to do harm. */
const FILES: Record<string, (path: string) => void> = {
  'empty.evp': (path) => writeFileSync(path, ''),
  'letter.evp': (path) => writeFileSync(path, '此件为情况说明。\n'.repeat(50)),
  'page.evp': (path) => writeFileSync(path, '<script>document.title="run"</script><img src=x onerror="document.title=1">'),
  'bomb.evp': (path) => writeFileSync(path, aBomb()),
  'many.evp': (path) =>
    writeFileSync(path, Buffer.concat(Array.from({ length: 30_000 }, (_, n) => localHeader(`a/${n}`, 0, 0, 0, 0)))),
  'huge.evp': (path) => {
    // Sparse: the disk holds some kilobytes, whoever reads it gets all of it.
    const file = openSync(path, 'w');
    writeSync(file, localHeader('MANIFEST.json', 0, 0, HUGE, HUGE));
    ftruncateSync(file, HUGE);
    closeSync(file);
  },
};

function localHeader(name: string, method: number, crc: number, packed: number, size: number): Buffer {
  const head = Buffer.alloc(30);
  head.writeUInt32LE(0x04034b50, 0);
  head.writeUInt16LE(20, 4);
  head.writeUInt16LE(0x0800, 6);
  head.writeUInt16LE(method, 8);
  head.writeUInt16LE(0x21, 12);
  head.writeUInt32LE(crc >>> 0, 14);
  head.writeUInt32LE(packed, 18);
  head.writeUInt32LE(size, 22);
  head.writeUInt16LE(name.length, 26);
  return Buffer.concat([head, Buffer.from(name)]);
}

/** A ZIP of some kilobytes that says it holds a gigabyte, and does. */
function aBomb(): Buffer {
  const block = Buffer.alloc(1 << 26);
  const packed = deflateRawSync(block, { level: 9 });
  const [crc, name] = [crc32(block), 'MANIFEST.json'];
  const local = Buffer.concat([localHeader(name, 8, crc, packed.length, block.length), packed]);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  localHeader(name, 8, crc, packed.length, block.length).copy(central, 6, 4, 30);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(16, 8);
  end.writeUInt16LE(16, 10);
  end.writeUInt32LE(16 * (46 + name.length), 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, ...Array.from({ length: 16 }, () => Buffer.concat([central, Buffer.from(name)])), end]);
}

beforeAll(async () => {
  base = await testDatabase();
  verifier = builtVerifier();
  for (const [name, make] of Object.entries(FILES)) make(join(verifier, name));
  mkdirSync(join(verifier, 'folder.evp'));
  ({ app, address: portal } = await openPortal(base, verifier));
  app.getHttpServer().on('request', (request: IncomingMessage) => {
    const entry = { line: `${request.method} ${request.url?.split('?')[0]}`, bytes: 0 };
    heard.push(entry);
    entry.bytes = Number(request.headers['content-length'] ?? (request.headers['transfer-encoding'] ? Infinity : 0));
  });
  browser = await startLooking(1);
}, 2 * MINUTE);
afterAll(async () => {
  await browser?.close();
  await app?.close();
  await base?.close();
  rmSync(verifier, { recursive: true });
});

async function opened(lang: string): Promise<Page> {
  const page = await browser.newPage();
  await page.setViewport({ width: 1024, height: 860 });
  await page.goto(`${portal}/verify-package?lang=${lang}`, { waitUntil: 'networkidle2' });
  return page;
}

/** Drops files from the disk as a hand does; their bytes never pass through the test. */
async function drop(page: Page, ...paths: string[]): Promise<void> {
  await page.evaluate(() => {
    const input = Object.assign(document.createElement('input'), { type: 'file', id: 'hand', hidden: true, multiple: true });
    document.body.append(input);
  });
  await ((await page.$('#hand')) as ElementHandle<HTMLInputElement>).uploadFile(...paths);
  await page.evaluate(() => {
    const hand = document.getElementById('hand') as HTMLInputElement;
    const data = new DataTransfer();
    for (const file of hand.files!) data.items.add(file);
    document
      .getElementById('drop')!
      .dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
    hand.remove();
  });
}

const outcomeOf = async (page: Page): Promise<string> => {
  await page.waitForFunction(() => document.querySelector('#outcome:not([hidden]) section'), { timeout: 2 * MINUTE });
  return page.$eval('#outcome', (outcome) => (outcome as HTMLElement).innerText);
};

async function expectFit(page: Page, name: string): Promise<void> {
  await picture(page, name);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  await page.setBypassCSP(true); // axe itself is a script that the page would refuse
  const found = await graveFaults(page);
  expect([name, found]).toEqual([name, []]);
}

describe.each([
  [
    'zh',
    {
      empty: '0 字节',
      none: '不是电子证据包',
      packed: '重新压缩',
      one: '一次核验一个',
      unreadable: '读不到该文件',
      passed: '结论：通过',
    },
  ],
  [
    'en',
    {
      empty: '0 bytes',
      none: 'no evidence package',
      packed: 're-zipped',
      one: 'one package at a time',
      unreadable: 'cannot read this file',
      passed: 'Verdict: PASSED',
    },
  ],
])('F16: what is dropped by mistake or to do harm (%s)', (lang, words) => {
  // prettier-ignore
  let page: Page;
  beforeAll(async () => void (page = await opened(lang)));
  afterAll(() => page?.close());
  beforeEach(() => void (heard.length = 0));
  // The next file is dropped on the very page that met the last one: it is alive and no answer is mixed up.
  afterEach(() => {
    const others = heard.filter(({ line }) => line !== 'GET /trust.json' && line !== 'GET /assets/verify-package.js');
    expect([others, heard.filter(({ bytes }) => bytes > 0)]).toEqual([[], []]);
  });

  it.each([
    ['empty.evp', words.empty],
    ['letter.evp', words.none],
    ['page.evp', words.none],
    ['bomb.evp', words.packed],
    ['many.evp', words.none],
    ['huge.evp', words.none],
    ['folder.evp', words.unreadable],
  ])(
    '%s is told in plain words, the page stays alive, nothing is uploaded',
    async (name, said) => {
      const title = await page.title();
      await drop(page, join(verifier, name));
      // While the file is looked at, the page answers.
      expect(await page.evaluate(() => document.getElementById('drop') !== null)).toBe(true);
      expect(await outcomeOf(page)).toContain(said);
      expect(await page.title()).toBe(title);
      await expectFit(page, `hostile-${lang}-${name.replace('.evp', '')}`);
    },
    3 * MINUTE,
  );

  it(
    'two at once are refused, and a whole package afterwards passes',
    async () => {
      await drop(page, join(verifier, 'letter.evp'), join(GOLDEN, 'whole.evp'));
      expect(await outcomeOf(page)).toContain(words.one);
      await page.evaluate(() => document.getElementById('outcome')!.replaceChildren());
      await drop(page, join(GOLDEN, 'whole.evp'));
      expect(await outcomeOf(page)).toContain(words.passed);
    },
    2 * MINUTE,
  );
});
