import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, ElementHandle, Page } from 'puppeteer';
import { signedIn, startBrowser } from '../support/desk';
import { folderForPictures } from '../support/pictures';
import { System } from '../support/system';

// What officers do with evidence that others handed over, in a real browser, on the processes that `npm start` runs.
const MINUTE = 60_000;

let system: System;
let browser: Browser;
let page: Page;
const faults: string[] = [];

beforeAll(async () => {
  system = await System.start();
  browser = await startBrowser();
  page = await browser.newPage();
  await page.setViewport({ width: 1440, height: 1000 });
  page.on('pageerror', (fault) => faults.push(String(fault)));
  page.on('console', (message) => message.type() === 'error' && !/40\d/.test(message.text()) && faults.push(message.text()));
}, 4 * MINUTE);
afterAll(async () => {
  await browser?.close();
  await system?.stop();
}, MINUTE);

async function until(what: string, holds: () => Promise<boolean>, timeoutMs: number): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await pause(500);
  }
}

const shown = (words: string) =>
  page.waitForFunction((text) => document.body.innerText.includes(text), { timeout: 30_000 }, words);
const press = async (selector: string) => (await page.waitForSelector(selector, { timeout: 30_000 }))!.click();
const picture = (name: string) =>
  page.screenshot({ path: `${folderForPictures()}/acts-${name}.png` as `${string}.png`, fullPage: true });
const speak = async (language: string) => {
  await page.evaluate((chosen) => localStorage.setItem('RaStore.locale', JSON.stringify(chosen)), language);
  await page.reload({ waitUntil: 'networkidle2' });
};
const type = async (source: string, words: string) => {
  const input = await page.waitForSelector(`[role=dialog] [name="${source}"]`, { timeout: 15_000 });
  await input!.type(words);
};
/** Second officer: typed by name and taken from the list that opens. */
const pickOfficer = async (name: string) => {
  const input = await page.waitForSelector('[role=dialog] .MuiAutocomplete-root input', { timeout: 15_000 });
  await input!.type(name);
  const option = await page.waitForSelector(`.MuiAutocomplete-popper ::-p-text(${name})`, { timeout: 15_000 });
  await option!.click();
};
const noKeys = async () =>
  expect(await page.evaluate(() => document.body.innerText)).not.toMatch(
    /\b(resources|ra|console|action|field|says|choice|tab)\.[a-z]+\.?[a-z]/i,
  );

it(
  'receives a file, reviews it, joins a notary’s deed to it, and keeps a thing and its holders in a case',
  async () => {
    const officer = await signedIn(system, 'officer.a');
    const { items } = await officer.call<{ items: { id: string; account: string; name: string; certificate: string | null }[] }>(
      'GET',
      'officers?perPage=100',
    );
    const second = items.find(({ account }) => account === 'officer.b')!;
    const upload = randomUUID();
    await officer.call(
      'PUT',
      `evidence-uploads/${upload}?name=${encodeURIComponent('交易记录.csv')}`,
      Buffer.from('订单,金额\n1,99\n'),
    );
    const { id } = await officer.call<{ id: string }>('POST', 'evidence-imports', {
      uploadIds: [upload],
      sender: '某电商平台协查专员',
      receivedAt: new Date(Date.now() - 600_000).toISOString(),
      ground: '协助调查函复函',
      purpose: '调取交易记录',
      factToProve: '销售数量和金额',
      place: '网监股办公室',
      secondOfficerId: second.id,
    });
    const is = (state: string) => async () => (await officer.call<{ state: string }>('GET', `captures/${id}`)).state === state;
    await until('the import to be fixed and stamped', is('stamped'), 60_000);

    // One session a person: signing in at the console ends the one above, so what is asked beside it is asked by the other maker.
    const colleague = await signedIn(system, 'officer.b');
    const { account, password } = system.accounts().find((each) => each.account === 'officer.a')!;
    await page.goto(system.addresses.console, { waitUntil: 'networkidle2' });
    await page.waitForSelector('input[type=password]', { timeout: 30_000 });
    await (await page.$('input:not([type=password]):not([type=checkbox])'))!.type(account);
    await (await page.$('input[type=password]'))!.type(password);
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => !document.querySelector('input[type=password]'), { timeout: 30_000 });
    await speak('zh');

    // review
    await page.goto(`${system.addresses.console}/#/captures/${id}/show`);
    await shown('某电商平台协查专员');
    await picture('zh-import');
    await press('[data-action=review]');
    await page.waitForSelector('[role=dialog]');
    await picture('zh-review');
    await press('[role=dialog] [type=submit]');
    await page.waitForFunction(() => !document.querySelector('[data-action=review]'), { timeout: 30_000 });

    // a confirmation is refused by the server's own words while the second officer has not reviewed
    const paper = join(system.data, '公证书.pdf');
    writeFileSync(paper, '%PDF-1.7 deed');
    await press('[data-action=confirm]');
    await type('personName', '当事人庚');
    await type('personRole', '经营者');
    await ((await page.waitForSelector('[data-upload=paperUploadId]')) as ElementHandle<HTMLInputElement>).uploadFile(paper);
    await shown('application/pdf');
    await pickOfficer(second.name);
    await picture('zh-confirm');
    await press('[role=dialog] [type=submit]');
    await shown('两名执法人员须先各自审核该证据');
    await picture('zh-confirm-refused');
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => !document.querySelector('[role=dialog]'));

    // a statement of another is joined to it
    await page.goto(`${system.addresses.console}/#/captures/${id}/show/life`);
    await press('[data-action=attest]');
    await press('[role=dialog] [role=combobox]');
    await press('[role=option][data-value=notary]');
    await ((await page.waitForSelector('[data-upload=uploadIds]')) as ElementHandle<HTMLInputElement>).uploadFile(paper);
    await shown('application/pdf');
    await type('sender', '交城县公证处');
    await page.evaluate(() => {
      const input = document.querySelector<HTMLInputElement>('[role=dialog] input[type=datetime-local]')!;
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!.call(input, '2026-11-20T09:00');
      input.dispatchEvent(new Event('input', { bubbles: true }));
      input.dispatchEvent(new Event('change', { bubbles: true }));
    });
    await type('receiptGround', '公证申请');
    await pickOfficer(second.name);
    await picture('zh-attest');
    await press('[role=dialog] [type=submit]');
    await until(
      'the deed to be joined',
      async () => (await colleague.call<{ attachments: unknown[] }>('GET', `captures/${id}/life`)).attachments.length === 1,
      60_000,
    );
    await page.reload({ waitUntil: 'networkidle2' });
    await shown('公证书.pdf');
    await noKeys();
    await picture('zh-life');
    await speak('en');
    await shown('On what authenticity rests');
    await noKeys();
    await picture('en-life');
    await speak('zh');

    // a thing in a case, and who holds it
    const { items: subjects } = await colleague.call<{ items: { id: string }[] }>('GET', 'subjects');
    const file = await colleague.call<{ id: string }>('POST', 'cases', {
      source: 'inspection',
      matter: '未亮照经营',
      subjectId: subjects[0]!.id,
      reason: '现场检查',
    });
    await page.goto(`${system.addresses.console}/#/cases/${file.id}/show/evidence`);
    await press('[data-action=addThing]');
    for (const [source, words] of [
      ['description', '检查现场扣留的手机（黑色）'],
      ['quantity', '1部'],
      ['keptAt', '物证室3号柜'],
      ['holder', '物证管理员'],
      ['factToProve', '后台订单记录'],
    ] as const)
      await type(source, words);
    await picture('zh-thing');
    await press('[role=dialog] [type=submit]');
    await shown('物证室3号柜');
    await picture('zh-exhibits');
    await press('[data-action=handOver]');
    await page.waitForSelector('[role=dialog]');
    await picture('zh-hand-over');
    await noKeys();
    expect(faults).toEqual([]);
  },
  6 * MINUTE,
);
