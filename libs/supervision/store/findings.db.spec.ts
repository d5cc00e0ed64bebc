import type { EntityManager } from 'typeorm';
import { AuditTrail } from '../../audit';
import { FixedClock } from '../../kernel';
import { type Claims, type Db, Facts, withClaims } from '../../platform';
import { someClaims, type TestDatabase, testDatabase } from '../../platform/testing';
import { anOutlet, aSubject, registryRows, registryServices } from '../../registry/testing';
import { type CapturedPage, CapturedPages } from '../app/captured-pages';
import { FindingsService } from '../app/findings.service';
import { FindingRow, SUPERVISION_ROWS } from './finding.entity';

/** Captures as this test needs them; the real ones come from the evidence room. */
class SomePages extends CapturedPages {
  readonly pages = new Map<string, CapturedPage>();

  pageOf(_tx: EntityManager, captureId: string): Promise<CapturedPage> {
    return Promise.resolve(this.pages.get(captureId)!);
  }
}

const PORTAL = 'https://badge.test';
const clock = new FixedClock();
const inspector = { id: '00000000-0000-4000-8000-000000000001' };
const pages = new SomePages();
let database: TestDatabase;
let db: Db;
let findings: FindingsService;
let outletId: string;
let subjectId: string;
let uscc: string;
let captures = 0;

const as = <T>(work: (tx: EntityManager) => Promise<T>, claims: Partial<Claims> = {}): Promise<T> =>
  db.as(someClaims(claims), work);
const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no refusal',
    (fault: { code?: string }) => fault.code ?? fault,
  );
function capture(page: Partial<CapturedPage>): string {
  const id = `ev_${String((captures += 1)).padStart(26, '0')}`;
  pages.pages.set(id, { outletId, url: 'http://shop-a.test/', text: '', title: '', dom: '', ...page });
  return id;
}

beforeAll(async () => {
  database = await testDatabase();
  ({ db } = await database.as('nms_api', [...registryRows, ...SUPERVISION_ROWS]));
  const { subjects, outlets } = registryServices(db, clock);
  const input = aSubject();
  uscc = input.uscc!;
  const subject = await withClaims(someClaims(), () => subjects.create(input, false));
  const outlet = await withClaims(someClaims(), () => outlets.create(anOutlet(subject.id)));
  [subjectId, outletId] = [subject.id, outlet.id];
  findings = new FindingsService(pages, outlets, new Facts(clock), new AuditTrail(clock), clock, { publicOrigin: PORTAL });
}, 60_000);
afterAll(() => database?.close());

it('records one finding a rule, the heaviest first, and a missing display', async () => {
  const captureId = capture({ text: '国家级配方，刷 单兼职', dom: '<h1>国家级配方</h1>' });
  const rows = await as((tx) => findings.record(tx, { outletId, captureId }, inspector));
  expect(rows.map((row) => [row.ruleId, row.kind, row.severity])).toEqual([
    ['PB05a', 'word', 3],
    ['PB05c', 'word', 2],
    ['PB12', 'badgeMissing', 1],
  ]);
  const stored = await as((tx) => findings.byId(tx, rows[0]!.id));
  expect(stored).toMatchObject({
    outletId,
    subjectId,
    captureId,
    state: 'open',
    hits: [{ word: '刷 单', at: 6, evaded: true, context: expect.stringContaining('刷单') }],
  });
});

it('finds nothing on a clean page that shows its licence', async () => {
  const captureId = capture({ text: `骏枣 统一社会信用代码 ${uscc}`, dom: '' });
  expect(await refusal(as((tx) => findings.record(tx, { outletId, captureId }, inspector)))).toBe('supervision.nothingFound');
  const linked = capture({ text: '骏枣', dom: `<a href="${PORTAL}/b/141122-26-7QK4M9T"></a>` });
  expect(await refusal(as((tx) => findings.record(tx, { outletId, captureId: linked, kind: 'badgeMissing' }, inspector)))).toBe(
    'supervision.nothingFound',
  );
});

it('records a rule once a capture, also when two scan it at once', async () => {
  const captureId = capture({ text: '全国第一', dom: '' });
  const scans = await Promise.all(
    [1, 2, 3].map(() => as((tx) => findings.record(tx, { outletId, captureId, kind: 'word' }, inspector))),
  );
  expect(new Set(scans.flat().map((row) => row.id)).size).toBe(1);
});

it('takes the word of an inspector with a note, and not without', async () => {
  const captureId = capture({ text: '' });
  const manual = { outletId, captureId, rule: 'PB04', manual: true };
  expect(await refusal(as((tx) => findings.record(tx, { ...manual, note: ' ' }, inspector)))).toBe('supervision.noteMissing');
  expect(await refusal(as((tx) => findings.record(tx, { ...manual, rule: 'PB99', note: 'x' }, inspector)))).toBe(
    'supervision.unknownRule',
  );
  const [row] = await as((tx) => findings.record(tx, { ...manual, note: '页脚图片冒用亮照标识' }, inspector));
  expect(row).toMatchObject({ ruleId: 'PB04', origin: 'manual', note: '页脚图片冒用亮照标识' });
});

it('refuses a capture of another outlet', async () => {
  const captureId = capture({ outletId: '00000000-0000-4000-8000-00000000000f', text: '全国第一' });
  expect(await refusal(as((tx) => findings.record(tx, { outletId, captureId }, inspector)))).toBe(
    'supervision.captureOfOtherOutlet',
  );
});

it('confirms once, and tells the rooms above', async () => {
  const [row] = await as((tx) =>
    findings.record(tx, { outletId, captureId: capture({ text: '全国第一，行业第一' }), kind: 'word' }, inspector),
  );
  const confirmed = await as((tx) => findings.decide(tx, row!.id, 'confirm', undefined, inspector));
  expect([confirmed.state, confirmed.decidedBy]).toEqual(['confirmed', inspector.id]);
  const facts = await database.admin.query<{ type: string; payload: object }[]>(
    'SELECT type, payload FROM outbox WHERE subject = $1',
    [row!.id],
  );
  expect(facts).toEqual([
    {
      type: 'finding.confirmed',
      payload: {
        findingId: row!.id,
        outletId,
        subjectId,
        captureId: row!.captureId,
        rule: 'PB05c',
        kind: 'word',
        summary: '广告绝对化用语：“全国第一”、“行业第一”',
        division: '141122',
        confirmedBy: inspector.id,
      },
    },
  ]);
  await expect(as((tx) => findings.decide(tx, row!.id, 'dismiss', '误报', inspector))).rejects.toMatchObject({
    code: 'supervision.illegalTransition',
    details: { state: 'confirmed', allowed: [] },
  });
});

it('AC-INS-1.1 cannot be dismissed without a reason, in the service and in the database', async () => {
  const [row] = await as((tx) =>
    findings.record(tx, { outletId, captureId: capture({ text: '全国第一' }), kind: 'word' }, inspector),
  );
  for (const reason of [undefined, '', '  '])
    expect(await refusal(as((tx) => findings.decide(tx, row!.id, 'dismiss', reason, inspector)))).toBe(
      'supervision.reasonMissing',
    );
  await expect(
    database.admin.query(`UPDATE finding SET state = 'dismissed', decided_by = 'x', decided_at = now() WHERE id = $1`, [row!.id]),
  ).rejects.toThrow('finding_dismissed_with_reason');
  const dismissed = await as((tx) => findings.decide(tx, row!.id, 'dismiss', '系书名引用,非商品宣传', inspector));
  expect([dismissed.state, dismissed.reason]).toEqual(['dismissed', '系书名引用,非商品宣传']);
  expect(await database.admin.query('SELECT 1 FROM outbox WHERE subject = $1', [row!.id])).toEqual([]);
});

it.each([
  'DELETE FROM finding',
  `UPDATE finding SET hits = '[]'`,
  `UPDATE finding SET state = 'open', decided_by = NULL, decided_at = NULL WHERE state <> 'open'`,
])('refuses %s', (sql) => expect(database.admin.query(sql)).rejects.toThrow(/insert-only|decided once/));

describe('row security', () => {
  it.each([
    ['the own division', { scope: 'unit', division: '141122' }, true],
    ['the city above', { scope: 'below', division: '141100' }, true],
    ['the finder himself', { scope: 'self', division: '141122' }, true],
    ['somebody else with own records only', { scope: 'self', actor: 'another' }, false],
    ['a neighbour', { scope: 'unit', division: '141121' }, false],
    ['the public', { scope: 'public', division: '000000' }, false],
    ['an administrator', { scope: 'none', division: '141122' }, false],
  ] as [string, Partial<Claims>, boolean][])('for %s', async (_who, claims, sees) => {
    const [row] = await as((tx) =>
      findings.record(tx, { outletId, captureId: capture({ text: '全国第一' }), kind: 'word' }, inspector),
    );
    expect(await as((tx) => tx.existsBy(FindingRow, { id: row!.id }), claims)).toBe(sees);
    if (!sees) expect(await refusal(as((tx) => findings.byId(tx, row!.id), claims))).toBe('supervision.findingNotFound');
  });

  it('keeps an outlet of a neighbour out of reach', async () => {
    const captureId = capture({ text: '全国第一' });
    expect(
      await refusal(as((tx) => findings.record(tx, { outletId, captureId }, inspector), { scope: 'unit', division: '141121' })),
    ).toBe('registry.notFound');
  });
});
