import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, ElementHandle, Page } from 'puppeteer';
import { Desk, type Language, type Signed, signedIn, startBrowser, until } from '../support/desk';
import { folderForPictures } from '../support/pictures';
import { System } from '../support/system';

// Evidence leaves the house: as a copy without what its receiver may not have, checked by an expert's tool and by anybody's browser; and
// evidence whose stored bytes were damaged is told to be so, until it was put right.
const ROOT = join(__dirname, '../..');
const MINUTE = 60_000;

let system: System;
let browser: Browser;
let colleague: Signed;
/** One captured and stamped page for the whole file. */
let id: string;

beforeAll(async () => {
  system = await System.start();
  browser = await startBrowser();
  const officer = await signedIn(system, 'officer.a');
  const second = (await officer.call<{ items: { id: string; account: string }[] }>('GET', 'officers?perPage=100')).items.find(
    ({ account }) => account === 'officer.b',
  )!;
  ({ id } = await officer.call<{ id: string }>('POST', 'captures', {
    url: 'http://bare.test/',
    profile: 'desktop',
    purpose: '核查宣传用语',
    factToProve: '网页宣称治愈疾病',
    place: '网监股办公室',
    secondOfficerId: second.id,
  }));
  // One session a person: what is asked beside the console is asked by the other maker.
  colleague = await signedIn(system, 'officer.b');
  // A stamp that was missed once, on a busy machine, is asked for again after a minute; nobody begins this a second time.
  await until('the capture to be stamped', async () => (await shown()).state === 'stamped', 4 * MINUTE);
}, 8 * MINUTE);
afterAll(async () => {
  await browser?.close();
  await system?.stop();
}, MINUTE);

const shown = () => colleague.call<{ state: string; frozenAt: string | null }>('GET', `captures/${id}`);

async function at(account: string, language: Language, name: string): Promise<Desk> {
  const desk = await Desk.of(system, browser, name);
  await desk.signIn(account, language);
  return desk;
}

const nms = (...words: string[]) =>
  spawnSync(process.execPath, [join(ROOT, 'scripts/nms.mjs'), ...words], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, NMS_DATA: system.data, DATABASE_URL: system.told()!.databaseUrl },
  });

/** Drops a file from the disk as a hand does; its bytes never pass through the test. */
async function drop(page: Page, path: string): Promise<void> {
  await page.evaluate(() => {
    const input = Object.assign(document.createElement('input'), { type: 'file', id: 'hand', hidden: true });
    document.body.append(input);
  });
  await ((await page.$('#hand')) as ElementHandle<HTMLInputElement>).uploadFile(path);
  await page.evaluate(() => {
    const hand = document.getElementById('hand') as HTMLInputElement;
    const data = new DataTransfer();
    data.items.add(hand.files![0]!);
    const event = new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true });
    document.getElementById('drop')!.dispatchEvent(event);
    hand.remove();
  });
}

const WORDS = {
  zh: {
    malformed: '64 位十六进制', noRecord: '没有与这两项完全一致的记录', record: '本机关的日志中有这项固定记录', exported: '证据包已导出', given: '交城县人民法院', ground: '个人信息保护法第二十五条', needsGround: '不提供文件的，须写明接收人和法律依据',
    passed: '结论：通过', withheld: '本份未附此文件', left: '未附文件', frozen: '已存文件受损', missing: '文件变短', notThere: '核验未通过', over: '曾经受损', agrees: '核验通过',
  },
  en: {
    malformed: '64 hexadecimal digits', noRecord: 'No record agrees with both', record: 'The log of this agency holds this fixation', exported: 'The package was exported', given: 'Jiaocheng County Court', ground: 'PIPL article 25', needsGround: 'only from a named recipient and on a stated legal ground|withheld only',
    passed: 'Verdict: PASSED', withheld: 'left out of this export', left: 'Left out|left out', frozen: 'A stored file is damaged', missing: 'shortened', notThere: 'Failed', over: 'were damaged once', agrees: 'Passed',
  },
} as const; // prettier-ignore

describe.each(['zh', 'en'] as const)('in %s', (language) => {
  const words = WORDS[language];
  let desk: Desk;
  beforeAll(async () => (desk = await at('officer.a', language, 'out')), MINUTE);
  afterAll(() => desk?.page.browserContext().close());

  it(
    'a copy without two files goes out by dialog, and is accepted by the offline verifier and by the public page in the visitor’s browser',
    async () => {
      const downloads = join(system.data, `out-${language}`);
      const cdp = await desk.page.createCDPSession();
      const { browserContextId } = desk.page.browserContext() as unknown as { id: string; browserContextId?: string };
      await cdp.send('Browser.setDownloadBehavior', {
        behavior: 'allow',
        downloadPath: downloads,
        browserContextId: browserContextId ?? (desk.page.browserContext() as { id?: string }).id,
      });
      await desk.open(`captures/${id}/show`);
      await desk.press('[data-action=export]');
      await desk.page.waitForSelector('[role=dialog] [name=purpose]');
      await desk.fit('export-empty');
      await desk.type('purpose', '移送审查起诉');
      const left = ['content/text.txt', 'record/console.jsonl'];
      for (const path of left) await desk.pick('withheld', path);
      // A hand that slips beside the dialog loses nothing of what was typed.
      await desk.page.mouse.click(30, 500);
      await desk.press('[role=dialog] [type=submit]');
      await desk.shown(new RegExp(words.needsGround)); // neither receiver nor ground was said
      await desk.fit('export-refused');
      await desk.type('recipient', words.given);
      await desk.type('withholdGround', words.ground);
      await desk.fit('export');
      await desk.press('[role=dialog] [type=submit]');
      await desk.look('export-waiting');
      await desk.gone('[role=dialog]', 3 * MINUTE);
      await desk.shown(words.exported);
      const file = await until('the container', async () => {
        const names = await Promise.resolve()
          .then(() => readdirSync(downloads))
          .catch(() => []);
        const whole = names.find((name) => name.endsWith('.evp'));
        return whole && join(downloads, whole);
      });

      // An expert's tool, with no server.
      const trust = join(system.data, 'keys/trust.json');
      const cli = join(ROOT, 'dist/apps/cli/src/main.js');
      const said = spawnSync(process.execPath, [cli, 'verify-package', file, '--trust', trust, '--json'], {
        encoding: 'utf8',
        env: { PATH: process.env.PATH },
      });
      const report = JSON.parse(said.stdout) as {
        verdict: string;
        reasons: object[];
        findings: { code: string; subject: string }[];
      };
      expect({ status: said.status, verdict: report.verdict, reasons: report.reasons }).toEqual({
        status: 0,
        verdict: 'PASSED',
        reasons: [],
      });
      expect(
        report.findings
          .filter(({ code }) => code === 'WITHHELD')
          .map(({ subject }) => subject)
          .sort(),
      ).toEqual(left);

      // Anybody's browser.
      const visitor = await browser.newPage();
      const sent: string[] = [];
      visitor.on('request', (one) => (one.method() !== 'GET' || one.hasPostData()) && sent.push(`${one.method()} ${one.url()}`));
      await visitor.goto(`${system.addresses.portal}/verify-package?lang=${language}`, { waitUntil: 'networkidle2' });
      await drop(visitor, file);
      await visitor.waitForFunction(() => document.querySelector('#outcome:not([hidden]) section'), { timeout: MINUTE });
      const outcome = await visitor.$eval('#outcome', (element) => (element as HTMLElement).innerText);
      await visitor.screenshot({ path: `${folderForPictures()}/out-${language}-portal.png`, fullPage: true });
      expect(outcome).toContain(words.passed);
      expect(outcome).toContain(words.withheld);
      for (const path of left) expect(outcome).toContain(path);
      expect(sent).toEqual([]);

      // Who has the paper only types what stands on it.
      const [record] = await system.query<{ number: string; manifest_sha256: string }>(
        'SELECT number, manifest_sha256 FROM evidence_package WHERE id = $1',
        [id],
      );
      for (const [digest, answer] of [
        [record!.manifest_sha256.slice(0, 16), words.malformed],
        [record!.manifest_sha256.replace(/.$/, (last) => (last === '0' ? '1' : '0')), words.noRecord],
        [record!.manifest_sha256, words.record],
      ] as const) {
        await visitor.goto(`${system.addresses.portal}/fixations?lang=${language}`, { waitUntil: 'networkidle2' });
        await visitor.type('#number', record!.number.toLowerCase());
        await visitor.type('#digest', digest.replace(/(.{16})/g, '$1 '));
        await Promise.all([visitor.waitForNavigation(), visitor.keyboard.press('Enter')]);
        expect(await visitor.$eval('main, body', (element) => (element as HTMLElement).innerText)).toContain(answer);
        await visitor.screenshot({
          path: `${folderForPictures()}/out-${language}-fixation-${digest.length}${answer === words.record ? '-found' : ''}.png`,
          fullPage: true,
        });
      }

      await visitor.close();

      // The house knows to whom it went and what was left out.
      await desk.open(`captures/${id}/show/custody`);
      await desk.shown(words.given);
      await desk.shown(new RegExp(words.left));
      await desk.shown('content/text.txt');
      await desk.fit('custody');
      expect(desk.faults).toEqual([]);
    },
    6 * MINUTE,
  );

  it(
    'F12: a damaged file is found by checking, freezes the evidence, is told with what to do, and is over when the bytes are back',
    async () => {
      const path = 'record/timeline.jsonl'; // no other package holds the same bytes
      const [{ sha256 }] = (await system.query<{ sha256: string }>(
        'SELECT sha256 FROM evidence_file WHERE package_id = $1 AND path = $2',
        [id, path],
      )) as [{ sha256: string }];
      const blob = join(system.data, 'blobs', sha256.slice(0, 2), sha256.slice(2, 4), sha256);
      const whole = readFileSync(blob);
      chmodSync(blob, 0o644);
      truncateSync(blob, 5);
      chmodSync(blob, 0o444);

      await desk.open(`captures/${id}/show`);
      await desk.press('[data-action=verify]');
      await desk.page.waitForSelector('[data-verdict=FAILED]');
      await desk.shown(path);
      await desk.fit('damaged-verify');
      await desk.page.keyboard.press('Escape');

      expect(nms('scrub', '--all').status).toBe(1);
      expect((await shown()).frozenAt).not.toBeNull();
      await desk.open(`captures/${id}/show`);
      await desk.page.waitForSelector('[data-incidents=open]');
      await desk.shown(words.frozen);
      await desk.shown(new RegExp(words.missing));
      expect(await desk.page.$('[data-action=export]')).toBeNull();
      await desk.fit('frozen');
      await desk.open(`captures/${id}/show/custody`);
      await desk.shown(new RegExp(words.missing));
      await desk.fit('frozen-custody');

      // Lifting the freeze is refused while the file is damaged, and works once it is back.
      expect(nms('scrub', '--release', id, '--reason', '从备份恢复').status).not.toBe(0);
      rmSync(blob);
      writeFileSync(blob, whole, { mode: 0o444 });
      chmodSync(blob, 0o444);
      expect(nms('scrub', '--release', id, '--reason', '从备份恢复').status).toBe(0);
      await desk.open(`captures/${id}/show`);
      await desk.page.waitForSelector('[data-incidents=over]');
      await desk.shown(words.over);
      await desk.press('[data-action=verify]');
      await desk.page.waitForSelector('[data-verdict=PASSED]');
      await desk.fit('released');
      await desk.page.keyboard.press('Escape');
      await desk.press('[data-action=export]');
      await desk.page.waitForSelector('[role=dialog]');
      expect(desk.faults).toEqual([]);
    },
    4 * MINUTE,
  );
});
