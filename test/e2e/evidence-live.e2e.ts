import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'puppeteer';
import { Desk, type Language, startBrowser, until } from '../support/desk';
import { System } from '../support/system';

// A capture as officers see it happen: asked for in the form, followed step by step, taken back, or ended by what the site did.
const MINUTE = 60_000;

let system: System;
let browser: Browser;

const folder = mkdtempSync(join(tmpdir(), 'nms-tls-'));

beforeAll(async () => {
  chmodSync(folder, 0o755); // the browser runs as another user
  const chains = [chainFor('secure.test', []), chainFor('odd.test', ODD_NAMES)];
  const doubtful = chainFor('doubtful.test', []);
  // A site that never answers is given up sooner than in an office.
  system = await System.start({ CAPTURE_PAGE_MS: '12000', CHROMIUM_PATH: browserThatTrusts(chains.map(({ pin }) => pin)) });
  browser = await startBrowser();
  await Promise.all([
    site('gate.test', { page: '<title>安全验证</title><p>请完成下列验证后继续访问</p>' }),
    site('moving.test', { page: MOVING }),
    site('silent.test', { page: 'never sent' }),
    site('gone.test', { page: 'never sent' }),
  ]);
  for (const { name, cert, key } of [...chains, doubtful]) {
    await site(name, { page: '<meta charset="utf-8"><title>安全的商店</title><h1>商品</h1>' });
    await admin('PUT', `certificates/${name}`, { cert, key });
  }
  await site('silent.test', { delayMs: 10 * MINUTE });
  await site('gone.test', { mode: 'gone' });
}, 4 * MINUTE);
afterAll(async () => {
  await browser?.close();
  await system?.stop();
  rmSync(folder, { recursive: true, force: true });
}, MINUTE);

/** Names with which a certificate might wish to be taken for another's: turned writing, two names in one, and a hundred more. */
const ODD_NAMES = ['URI:http://bank.test/\u202egnp.exe', ...Array.from({ length: 100 }, (_, n) => `DNS:n${n}.odd.test`)];

/** Leaf, authority between and root, as a real server shows them, made by openssl; `pin` names the key of the leaf. */
function chainFor(name: string, more: string[]): { name: string; cert: string; key: string; pin: string } {
  const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const make = (who: string, subject: string, extensions: string[], by?: string) => {
    const file = `${name}-${who}`;
    writeFileSync(join(folder, `${file}.cnf`), extensions.join('\n'));
    openssl(
      'req',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-utf8',
      '-subj',
      subject,
      '-keyout',
      `${file}.key`,
      '-out',
      `${file}.csr`,
    );
    const signer = by
      ? ['-CA', `${name}-${by}.pem`, '-CAkey', `${name}-${by}.key`, '-CAcreateserial']
      : ['-signkey', `${file}.key`];
    openssl('x509', '-req', '-in', `${file}.csr`, ...signer, '-days', '90', '-extfile', `${file}.cnf`, '-out', `${file}.pem`);
    return readFileSync(join(folder, `${file}.pem`), 'utf8');
  };
  const root = make('root', '/CN=演示根证书', ['basicConstraints=critical,CA:TRUE']);
  const between = make('between', '/O=演示认证机构/CN=演示中间证书', ['basicConstraints=critical,CA:TRUE'], 'root');
  const names = [`DNS:${name}`, ...more].map((one, n) => one.replace(/^(\w+):/, `$1.${n}=`));
  const leaf = make('leaf', `/O=演示商店/CN=${name}`, ['subjectAltName=@names', '[names]', ...names], 'between');
  const key = readFileSync(join(folder, `${name}-leaf.key`), 'utf8');
  const spki = openssl('pkey', '-in', `${name}-leaf.key`, '-pubout', '-outform', 'DER');
  return { name, cert: leaf + between + root, key, pin: createHash('sha256').update(spki).digest('base64') };
}

/** The browser of this machine, which believes these keys besides the public authorities. No setting of the system is changed for it. */
function browserThatTrusts(pins: string[]): string {
  const real = process.env.CHROMIUM_PATH || execFileSync('which', ['chromium'], { encoding: 'utf8' }).trim();
  const path = join(folder, 'chromium');
  writeFileSync(path, `#!/bin/sh\nexec ${real} --ignore-certificate-errors-spki-list=${pins.join(',')} "$@"\n`, { mode: 0o755 });
  return path;
}

/** A page that looks different at each moment and never rests. */
const MOVING = `<title>滚动价目</title><meta charset="utf-8"><h1 id="n" style="font-size:200px">0</h1>
<script>setInterval(() => { n.textContent = Date.now() % 1000; document.body.style.background = 'hsl(' + Date.now() / 20 % 360 + ' 80% 70%)'; }, 100);
setInterval(() => fetch('/ping?' + Math.random()), 150);</script>`;

async function admin(method: string, path: string, body: object): Promise<void> {
  const answer = await fetch(`${system.addresses.internet}/__admin/${path}`, { method, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
}
const site = (name: string, change: object) => admin('PUT', `hosts/${name}`, change);

async function at(account: string, language: Language, name: string): Promise<Desk> {
  const desk = await Desk.of(system, browser, name);
  await desk.signIn(account, language);
  return desk;
}

/** Fills in the form as it stands and sends it; the page of the capture opens by itself. */
async function ask(desk: Desk, url: string, picture = '', more: Record<string, string> = {}): Promise<string> {
  const second = system.accounts().find(({ account }) => account === 'officer.b')!;
  await desk.open('captures/create');
  await desk.type('url', url);
  await desk.type('purpose', '核查网页公示情况');
  await desk.pick('secondOfficerId', second.name);
  await desk.type('place', '网监股办公室');
  await desk.type('factToProve', '网页当时的内容');
  for (const [field, text] of Object.entries(more)) await desk.type(field, text);
  if (picture) await desk.fit(picture);
  await desk.press('[type=submit]');
  await desk.page.waitForFunction(() => /#\/captures\/ev_[^/]+\/show/.test(location.hash), { timeout: 30_000 });
  return /ev_[0-9A-Z]+/.exec(desk.page.url())![0];
}

const stateOf = async (id: string) =>
  (await system.query<{ state: string }>('SELECT state FROM evidence_package WHERE id = $1', [id]))[0]!.state;
/** Ended without evidence; the page says so by itself and offers to begin again. */
const over = (desk: Desk) => desk.page.waitForSelector('[data-action=again]', { timeout: 2 * MINUTE });
const livePictures = (desk: Desk) =>
  desk.page.evaluate(() => (globalThis as unknown as { livePictures: Set<string> }).livePictures.size);

/** Remembers each different live picture that the page shows. */
function noteLivePictures(): void {
  const seen = new Set<string>();
  Object.assign(globalThis, { livePictures: seen });
  new MutationObserver(() => {
    for (const image of document.querySelectorAll<HTMLImageElement>('figure img[src^="data:image/jpeg"]')) seen.add(image.src);
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['src'] });
}

const WORDS = {
  zh: {
    live: '正在采集', open: '打开网址', notEvidence: '不作为证据保存', env: '采集前环境检查', stamped: /待固定|已固定/,
    cancelled: '取证人员停止了采集', silent: '网站在规定时间内没有应答', gone: '网站没有给出应答就断开了连接',
    inside: '该网址指向内部网络或者保留地址', noName: '域名没有解析结果', challenge: '人机验证页，不是目标网页', required: '必填', moreNames: '另有 90 个名称', unfit: '该网址不能采集',
  },
  en: {
    live: 'Capturing', open: 'Address opened', notEvidence: 'not kept as evidence', env: 'Environment checked before', stamped: /Awaiting|Fixed|stamp/i,
    cancelled: 'Stopped by an officer who asked for it', silent: 'The site gave no answer in time', gone: 'closed the connection without an answer',
    inside: 'internal network or a reserved range', noName: 'The name has no address', challenge: 'not the page itself', required: 'Required', moreNames: '90 more names', unfit: 'cannot be captured',
  },
} as const; // prettier-ignore

describe.each(['zh', 'en'] as const)('in %s', (language) => {
  const words = WORDS[language];
  let desk: Desk;
  beforeAll(async () => (desk = await at('officer.a', language, 'live')), MINUTE);
  afterAll(() => desk?.page.browserContext().close());

  it(
    'says beside the fields what the form lacks and which address cannot be captured',
    async () => {
      await desk.open('captures/create');
      await desk.fit('form-empty');
      await desk.type('purpose', 'x');
      await desk.press('[type=submit]');
      await desk.shown(words.required);
      await desk.fit('form-incomplete');
      expect(await stateOf(await ask(desk, 'http://127.0.0.1:22/'))).toBeTruthy();
      await over(desk);
      await desk.shown(words.inside);
      await desk.fit('inside');
    },
    4 * MINUTE,
  );

  it(
    'shows steps in words and pictures as they come while a capture runs, and the review when it is fixed',
    async () => {
      await desk.page.evaluateOnNewDocument(noteLivePictures);
      const id = await ask(desk, 'http://moving.test/', 'form');
      await desk.shown(words.live);
      // Counted in the page itself: a test that only looks now and then misses pictures on a busy machine.
      await until('more than one live picture', async () => (await livePictures(desk)) > 1);
      await desk.shown(words.notEvidence);
      await desk.look('running');
      const steps = await desk.text('[aria-live=polite]');
      expect(steps).toContain(words.env);
      expect(steps).toContain('http://moving.test/');
      expect(steps).not.toMatch(/\b(env\.before|goto|launch)\b/);
      await until('the capture to be fixed', async () => /fixed|stamped/.test(await stateOf(id)));
      // Nobody reloads: the page itself goes on to the review.
      await desk.page.waitForSelector('figure img[src*="first.png"]', { timeout: MINUTE });
      await desk.fit('review');
      expect(desk.faults).toEqual([]);
    },
    4 * MINUTE,
  );

  it(
    'is taken back by its maker: it stops at once, says so, and the next capture can run',
    async () => {
      const id = await ask(desk, 'http://silent.test/');
      await desk.shown(words.open);
      await desk.fit('waiting-for-site');
      await desk.press('[data-action=cancel]');
      await desk.page.waitForSelector('[role=dialog]');
      await desk.fit('cancel');
      await desk.press('[role=dialog] [type=submit]');
      await over(desk);
      await desk.shown(words.cancelled);
      await desk.fit('cancelled');
      expect(await stateOf(id)).toBe('failed');
      expect(await desk.page.$('[data-action=cancel]')).toBeNull();
    },
    3 * MINUTE,
  );

  it(
    'asks again with what was asked for, but for the second officer, whom the officer names anew',
    async () => {
      await desk.press('[data-action=again]');
      const field = (name: string) => desk.page.$eval(`[name=${name}]`, (input) => (input as HTMLInputElement).value);
      await desk.page.waitForSelector('[name=url]');
      expect([await field('url'), await field('place')]).toEqual(['http://silent.test/', '网监股办公室']);
    },
    MINUTE,
  );

  it.each(['silent', 'gone', 'challenge', 'noName'] as const)(
    'says in words what a site did: %s',
    async (what) => {
      const address = {
        silent: 'http://silent.test/',
        gone: 'http://gone.test/',
        challenge: 'http://gate.test/',
        noName: 'http://nobody.example/',
      }[what];
      const id = await ask(desk, address);
      if (what !== 'challenge') await over(desk);
      // The steps name it as well; the review has to say it above all else.
      else await desk.page.waitForSelector('[data-page-kind=challenge]', { timeout: 2 * MINUTE });
      await desk.shown(words[what], 2 * MINUTE);
      await desk.fit(what);
      expect(await stateOf(id)).toMatch(what === 'challenge' ? /fixed|stamped/ : /failed/);
      expect(desk.faults).toEqual([]);
    },
    4 * MINUTE,
  );

  it(
    'shows the chain of certificates of a site over TLS, and certificates with odd names as what they are',
    async () => {
      const id = await ask(desk, 'https://secure.test/');
      await until('the capture to be fixed', async () => /fixed|stamped/.test(await stateOf(id)));
      await desk.open(`captures/${id}/show/names`);
      await desk.page.waitForSelector('article');
      await desk.fit('certificates');
      // Each before the one that vouches for it, down to the one for which nobody does.
      const shown = await desk.page.$$eval('article', (all) => all.map((one) => (one as HTMLElement).innerText));
      expect(shown.map((text) => /CN=[^\n,]+/.exec(text)?.[0])).toEqual(['CN=secure.test', 'CN=演示中间证书', 'CN=演示根证书']);
      expect(shown[0]).toContain('DNS:secure.test');

      const odd = await ask(desk, 'https://odd.test/');
      await until('the capture to be fixed', async () => /fixed|stamped/.test(await stateOf(odd)));
      await desk.open(`captures/${odd}/show/names`);
      await desk.page.waitForSelector('article details');
      const text = await desk.text('article');
      expect(text).toContain('\\u{202e}');
      expect(text).not.toMatch(/\u202e/);
      expect(text).toContain(words.moreNames);
      await desk.fit('certificates-odd');
      await desk.press('article summary');
      expect(await desk.text('article')).toContain('DNS:n99.odd.test');
      await desk.fit('certificates-odd-open');
      expect(desk.faults).toEqual([]);
    },
    4 * MINUTE,
  );

  it(
    'F26: a site whose certificate nobody vouches for is captured for a written reason, and the page says so above all else',
    async () => {
      const reason = '网站证书无人担保，须固定其现状';
      const id = await ask(desk, 'https://doubtful.test/', 'certificate-reason', { tlsOverrideReason: reason });
      await desk.page.waitForSelector('[data-certificates="1"]', { timeout: 2 * MINUTE });
      const told = await desk.text('[data-certificates]');
      expect(told).toContain(reason);
      expect(told).toContain('doubtful.test ERR_CERT_AUTHORITY_INVALID');
      await desk.fit('certificate-passed');
      expect(await stateOf(id)).toMatch(/fixed|stamped/);
      expect(desk.faults).toEqual([]);
    },
    4 * MINUTE,
  );
});
