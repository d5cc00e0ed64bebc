import { closeSync, ftruncateSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'puppeteer';
import { Desk, type Language, signedIn, startBrowser, until } from '../support/desk';
import { System } from '../support/system';

// What officers do with evidence, by two of them in two browsers: what a hand does wrong, what both do at once, and the whole life to the
// hand-over.
const MINUTE = 60_000;
const LIMIT = 1 << 20;

let system: System;
let browser: Browser;
let second: { name: string };

beforeAll(async () => {
  system = await System.start({ UPLOAD_LIMIT_BYTES: String(LIMIT) });
  browser = await startBrowser();
  second = system.accounts().find(({ account }) => account === 'officer.b')!;
}, 4 * MINUTE);
afterAll(async () => {
  await browser?.close();
  await system?.stop();
}, MINUTE);

const file = (name: string, bytes: string | Buffer): string => {
  const path = join(system.data, name);
  writeFileSync(path, bytes);
  return path;
};
/** Sparse: the disk holds nothing, whoever reads it gets all of it. */
const largeFile = (name: string, size: number): string => {
  const path = join(system.data, name);
  const handle = openSync(path, 'w');
  ftruncateSync(handle, size);
  closeSync(handle);
  return path;
};

async function at(account: string, language: Language): Promise<Desk> {
  const desk = await Desk.of(system, browser, `hands-${account.at(-1)}`);
  await desk.signIn(account, language);
  return desk;
}

/** A case by the other way, without a browser; the console's sessions come afterwards. */
async function aCase(): Promise<string> {
  const officer = await signedIn(system, 'officer.b');
  const { items } = await officer.call<{ items: { id: string }[] }>('GET', 'subjects');
  const made = await officer.call<{ id: string }>('POST', 'cases', {
    source: 'inspection',
    matter: '未亮照经营',
    subjectId: items[0]!.id,
    reason: '现场检查',
  });
  return made.id;
}

const imports = (caseId: string) =>
  system.query<{ id: string; state: string; number: string }>(
    `SELECT id, state, number FROM evidence_package WHERE case_id = $1 AND kind = 'import' ORDER BY requested_at`,
    [caseId],
  );

async function fillImport(desk: Desk, sender: string): Promise<void> {
  await desk.type('sender', sender);
  await desk.setInstant('[role=dialog] input[type=datetime-local]', '2026-11-20T09:00');
  await desk.type('receiptGround', '协助调查函复函');
  await desk.type('factToProve', '销售数量和金额');
  await desk.type('receivedPlace', '网监股办公室');
  await desk.pick('secondOfficerId', second.name);
}

const WORDS = {
  zh: {
    empty: '文件为空', tooLarge: '文件超出大小限制', limit: '不得超过', csv: '.csv', signIn: '登录已失效', unchecked: '复核记录', notReviewed: '两名执法人员须先各自审核', confirmed: '已确认', sealed: '已封存', transferred: '已移送',
    cannotMove: '证据当前状态不能进行该操作', authenticity: '当事人确认', missing: '必填', checklist: '取证清单',
  },
  en: {
    empty: 'The file is empty', tooLarge: 'The file is too large', limit: 'may have at most', csv: '.csv', signIn: 'session has ended', unchecked: 're-verification record', notReviewed: 'Both officers must have reviewed', confirmed: 'Confirmed', sealed: 'Sealed', transferred: 'Handed over|Transferred',
    cannotMove: 'cannot make this move', authenticity: 'confirm', missing: 'Required', checklist: 'checklist',
  },
} as const; // prettier-ignore

describe.each(['zh', 'en'] as const)('in %s', (language) => {
  const words = WORDS[language];
  let caseId: string;
  let id: string;
  let a: Desk;
  let b: Desk;
  beforeAll(async () => {
    caseId = await aCase();
    a = await at('officer.a', language);
    b = await at('officer.b', language);
  }, 2 * MINUTE);
  afterAll(() => Promise.all([a, b].map((desk) => desk?.page.browserContext().close())));

  it(
    'a hand-in goes wrong in every usual way, is told so in words, and is one hand-in in the end',
    async () => {
      await a.open(`cases/${caseId}/show/evidence`);
      await a.press('[data-action=import]');
      await a.page.waitForSelector('[role=dialog]');
      await a.press('[role=dialog] [type=submit]');
      await a.shown(words.missing);
      await a.fit('import-incomplete');
      await a.upload('uploadIds', file('空.csv', ''));
      await a.shown(words.empty);
      await a.fit('import-empty-file');
      await a.upload('uploadIds', largeFile('录像.mp4', LIMIT * 40));
      await a.shown(words.tooLarge);
      await a.shown(words.limit);
      await a.fit('import-too-large');
      // Rubbish is evidence too: kept as it is, named by what it is and not by what it is called.
      await a.upload('uploadIds', file('交易记录.csv', Buffer.from([0, 1, 2, 3, 255, 254, 0, 7])));
      await a.shown('application/octet-stream');

      // Away by the back button and here again: the page is whole, and nothing was sent.
      await a.page.goBack().catch(() => undefined);
      await a.open(`cases/${caseId}/show/evidence`);
      expect(await imports(caseId)).toEqual([]);

      await a.press('[data-action=import]');
      await a.upload('uploadIds', file('交易记录.csv', '订单,金额\n1,99\n'));
      await a.shown('交易记录.csv');
      await fillImport(a, '某电商平台协查专员');
      await a.fit('import');
      // A double click is one hand-in.
      await (await a.page.$('[role=dialog] [type=submit]'))!.click({ count: 2, delay: 20 });
      await a.gone('[role=dialog]');
      const [only, ...others] = await until('the hand-in to be stamped', async () => {
        const found = await imports(caseId);
        return found.length > 0 && found.every(({ state }) => state === 'stamped') ? found : null;
      });
      expect(others).toEqual([]);
      id = only!.id;
      // What was typed is a time in Shanghai, in whatever zone this machine stands.
      const received = `SELECT request ->> 'receivedAt' AS at FROM evidence_package WHERE id = $1`;
      expect(await system.query(received, [id])).toEqual([{ at: '2026-11-20T01:00:00.000Z' }]);
      await a.open(`captures/${id}/show`);
      await a.shown('某电商平台协查专员');
      await a.fit('import-fixed');
      expect(a.faults).toEqual([]);
    },
    5 * MINUTE,
  );

  it(
    'two officers act upon it in two browsers: each sees what the other did, and a stale page is refused in words',
    async () => {
      const confirm = async (desk: Desk, other: string, picture = '') => {
        await desk.press('[data-action=confirm]');
        await desk.type('personName', '当事人庚');
        await desk.type('personRole', '经营者');
        await desk.upload('paperUploadId', file(`确认书-${desk === a ? 'a' : 'b'}.pdf`, '%PDF-1.7 signed'));
        await desk.shown('application/pdf');
        await desk.pick('secondOfficerId', other);
        if (picture) await desk.fit(picture);
        await desk.press('[role=dialog] [type=submit]');
      };
      const [first] = system.accounts().filter(({ account }) => account === 'officer.a');
      for (const desk of [a, b]) await desk.open(`captures/${id}/show`);
      await confirm(a, second.name, 'confirm');
      await a.shown(words.notReviewed);
      await a.fit('confirm-refused');
      await a.keys('Escape');
      await a.gone('[role=dialog]');
      for (const desk of [a, b]) {
        await desk.press('[data-action=review]');
        await desk.press('[role=dialog] [type=submit]');
        await desk.gone('[data-action=review]');
      }
      // Both have the page from before; who comes second is told what stands in his way.
      await confirm(a, second.name);
      await a.gone('[role=dialog]');
      await a.shown(words.confirmed);
      await confirm(b, first!.name);
      await b.shown(words.cannotMove);
      await b.fit('confirm-second');
      await b.keys('Escape');
      await b.gone('[role=dialog]');
      await b.open(`captures/${id}/show/life`);
      await b.shown('当事人庚');
      await b.fit('life');
      expect([...a.faults, ...b.faults]).toEqual([]);
    },
    5 * MINUTE,
  );

  it(
    'is sealed by the one who did not register the confirmation, and handed over on a receipt',
    async () => {
      const [first] = system.accounts().filter(({ account }) => account === 'officer.a');
      await b.open(`captures/${id}/show`);
      await b.press('[data-action=seal]');
      await b.type('medium', '光盘 BD-R');
      await b.type('copies', '2');
      await b.type('sealNumber', '封签 0001');
      await b.pick('secondOfficerId', first!.name);
      await b.fit('seal');
      await b.press('[role=dialog] [type=submit]');
      // Nobody has checked the bytes yet: what is missing is listed by its name.
      await b.shown(words.unchecked);
      await b.fit('seal-refused');
      await b.keys('Escape');
      await b.gone('[role=dialog]');
      await b.press('[data-action=verify]');
      await b.page.waitForSelector('[data-verdict=PASSED]');
      await b.keys('Escape');
      await b.gone('[role=dialog]');
      await b.press('[data-action=seal]');
      await b.type('medium', '光盘 BD-R');
      await b.type('copies', '2');
      await b.type('sealNumber', '封签 0001');
      await b.pick('secondOfficerId', first!.name);
      await b.press('[role=dialog] [type=submit]');
      await b.gone('[role=dialog]');
      await b.shown(words.sealed);
      await b.press('[data-action=transfer]');
      await b.type('personName', '交城县公安局');
      await b.type('reason', '涉嫌犯罪移送');
      await b.type('legalBasis', '行政执法机关移送涉嫌犯罪案件的规定');
      await b.upload('paperUploadId', file('回执.pdf', '%PDF-1.7 receipt'));
      await b.shown('application/pdf');
      await b.pick('secondOfficerId', first!.name);
      await b.fit('transfer');
      await b.press('[role=dialog] [type=submit]');
      await b.gone('[role=dialog]');
      await b.shown(new RegExp(words.transferred));
      await b.open(`captures/${id}/show/custody`);
      await b.shown('交城县公安局');
      await b.fit('custody');
      await b.open(`captures/${id}/show/life`);
      await b.shown('封签 0001');
      // What was said when it was sealed counts on the checklist.
      expect(await b.page.$('[data-state=missing]')).toBeNull();
      await b.fit('life-over');
      expect(b.faults).toEqual([]);
    },
    4 * MINUTE,
  );

  it(
    'a session that ended meanwhile is told beside what was typed, which is not lost',
    async () => {
      await a.open(`cases/${caseId}/show/evidence`);
      await a.press('[data-action=addThing]');
      await a.type('description', '检查现场扣留的手机（黑色）');
      await signedIn(system, 'officer.a'); // one session a person: signing in elsewhere ends this one
      await a.type('quantity', '1部');
      await a.type('keptAt', '物证室3号柜');
      await a.type('holder', '物证管理员');
      await a.type('factToProve', '后台订单记录');
      await a.press('[role=dialog] [type=submit]');
      await a.shown(words.signIn);
      await a.fit('session-over');
      expect(await a.page.$eval('[role=dialog] [name=description]', (input) => (input as HTMLInputElement).value)).toContain(
        '手机',
      );
    },
    2 * MINUTE,
  );
});
