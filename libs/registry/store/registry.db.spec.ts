import { FixedClock } from '../../kernel';
import { type Claims, type Db, type Scope, withClaims } from '../../platform';
import { someClaims, systemClaims, type TestDatabase, testDatabase } from '../../platform/testing';
import { anOperator, anOutlet, aSubject, aUscc, registryRows, registryServices } from '../testing';
import type { SubjectRow } from './subject.entity';

jest.setTimeout(30_000);

let base: TestDatabase;
let db: Db;
let services: ReturnType<typeof registryServices>;
const clock = new FixedClock();
const county = someClaims({ scope: 'below', division: '141122', roles: ['inspector'] });
const as = <T>(claims: Claims, work: () => Promise<T>) => withClaims(claims, work);
const inCounty = <T>(work: () => Promise<T>) => as(county, work);
const refused = (code: string) => expect.objectContaining({ code });

beforeAll(async () => {
  base = await testDatabase();
  ({ db } = await base.as('nms_api', registryRows));
  services = registryServices(db, clock);
}, 60_000);
afterAll(() => base?.close());

describe('subjects', () => {
  it('refuses a wrong code with position and expected character, and stores nothing', async () => {
    const before = await base.admin.query('SELECT count(*) FROM subject');
    await expect(inCounty(() => services.subjects.create(aSubject({ uscc: '91110000802100433A' }), false))).rejects.toMatchObject({
      code: 'registry.usccWrong',
      status: 422,
      details: { pointer: '/uscc', position: 18, found: 'A', expected: 'B', overridable: true },
    });
    await expect(inCounty(() => services.subjects.create(aSubject({ uscc: '9111000080210043SB' }), true))).rejects.toMatchObject({
      details: { position: 17, found: 'S', expected: '5', overridable: false },
    });
    expect(await base.admin.query('SELECT count(*) FROM subject')).toEqual(before);
  });

  it('lets a supervisor enter a wrongly issued code with a reason, and keeps who and why', async () => {
    const input = aSubject({ uscc: '91350203M0001QAY9B', usccOverrideReason: '执照原件如此，已留存复印件' });
    await expect(inCounty(() => services.subjects.create(input, false))).rejects.toEqual(refused('registry.overrideNotAllowed'));
    const made = await inCounty(() => services.subjects.create(input, true));
    expect(made).toMatchObject({ usccOverrideReason: '执照原件如此，已留存复印件', usccOverrideBy: county.actor, usccWarnings: ['check-character'] });
    const [event] = await base.admin.query(`SELECT details FROM audit_event WHERE act = 'subject.created' AND record = $1`, [made.id]);
    expect(event.details.reason).toBe('执照原件如此，已留存复印件');
  });

  it('keeps every change with who, when, from and to, and the origin of each field', async () => {
    const made = await inCounty(() => services.subjects.create(aSubject({ name: '旧名商行', source: 'registry' }), false));
    clock.advance(60_000);
    const changed = await inCounty(() =>
      services.subjects.change(made.id, 1, { name: '新名商行', legalRep: '张三', source: 'platformReport', reason: '变更登记' }, false),
    );
    expect(changed).toMatchObject({ version: 2, name: '新名商行', usedNames: ['旧名商行'] });
    expect(changed.provenance).toMatchObject({ name: { source: 'platformReport' }, kind: { source: 'registry' } });
    const [latest, first] = await inCounty(() => services.subjects.history(made.id));
    expect(latest).toMatchObject({ version: 2, actor: county.actor, reason: '变更登记', changes: { name: { from: '旧名商行', to: '新名商行' } } });
    expect(first).toMatchObject({ version: 1, source: 'registry' });
    await expect(inCounty(() => services.subjects.change(made.id, 1, { name: '又改' }, false))).rejects.toEqual(
      refused('platform.versionMismatch'),
    );
  });

  it.each(['UPDATE registry_history SET reason = $$x$$', 'DELETE FROM registry_history', 'TRUNCATE registry_history'])('refuses %s', (sql) =>
    expect(base.admin.query(sql)).rejects.toThrow('registry_history is insert-only'),
  );

  it('makes one of two subjects with the same code entered at once', async () => {
    const uscc = aUscc();
    const both = await Promise.allSettled([1, 2].map(() => inCounty(() => services.subjects.create(aSubject({ uscc }), false))));
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: refused('registry.usccTaken') });
  });

  it('says that a code is taken in another division without saying by whom', async () => {
    const made = await inCounty(() => services.subjects.create(aSubject(), false));
    const elsewhere = someClaims({ scope: 'unit', division: '330106' });
    const attempt = as(elsewhere, () => services.subjects.create(aSubject({ uscc: made.uscc, divisionCode: '330106' }), false));
    await expect(attempt).rejects.toMatchObject({ code: 'registry.usccTaken', details: { uscc: made.uscc } });
    await expect(attempt).rejects.not.toMatchObject({ details: { subjectId: made.id } });
  });

  it('asks natural persons for their ground of exemption and everybody else for a code', async () => {
    await expect(inCounty(() => services.subjects.create(aSubject({ uscc: null }), false))).rejects.toEqual(refused('registry.usccMissing'));
    const person = aSubject({ uscc: null, kind: 'natural-person-shop', name: '李四' });
    await expect(inCounty(() => services.subjects.create(person, false))).rejects.toEqual(refused('registry.exemptionMissing'));
    await inCounty(() => services.subjects.create({ ...person, exemption: 'ownFarmProduce' }, false));
  });

  it('refuses to register outside the territory', () =>
    expect(inCounty(() => services.subjects.create(aSubject({ divisionCode: '330106' }), false))).rejects.toEqual(refused('registry.outsideScope')));
});

describe('search', () => {
  let subject: SubjectRow;
  beforeAll(async () => {
    subject = await inCounty(() => services.subjects.create(aSubject({ name: '吕梁赣抚电子商务有限公司' }), false));
    await inCounty(() => services.outlets.create(anOutlet(subject.id, { domain: '交城骏枣.中国', siteName: '枣乡小铺' })));
  });
  it.each([
    ['two characters of the name', '赣抚'],
    ['a longer part', '电子商务有限'],
    ['the site name', '枣乡'],
    ['the domain as written', '交城骏枣.中国'],
    ['the domain in A-labels', 'xn--tlq46to9m2t3c'],
  ])('finds by %s', async (_what, q) => {
    const page = await inCounty(() => services.subjects.find({ q }));
    expect(page.items.map(({ id }) => id)).toContain(subject.id);
    const outlets = await inCounty(() => services.outlets.find({ q }));
    expect(outlets.items.map(({ subjectId }) => subjectId)).toContain(subject.id);
  });
  it('finds by code, however it was typed', async () => {
    const typed = ` ${subject.uscc!.toLowerCase().replace(/^(.{8})/, '$1 ')}`;
    expect((await inCounty(() => services.subjects.find({ q: typed }))).items.map(({ id }) => id)).toEqual([subject.id]);
  });
  it('takes no character of the words for a pattern', async () => {
    for (const q of ['%', '__', '赣_', "赣' OR 1=1"]) expect((await inCounty(() => services.subjects.find({ q }))).total).toBe(0);
  });
  it('finds nothing outside the territory', async () => {
    const elsewhere = someClaims({ scope: 'below', division: '330000' });
    expect((await as(elsewhere, () => services.subjects.find({ q: '赣抚' }))).total).toBe(0);
    expect((await as(elsewhere, () => services.outlets.find({ q: '枣乡' }))).total).toBe(0);
  });
  it('reads two characters from the index in a register of many', async () => {
    await base.admin.query(
      `INSERT INTO subject (name, kind, division_code, status, source, created_at, updated_at)
       SELECT '商行' || i || '号' || chr(20000 + i % 5000), 'unknown', '141122', '1', 'registry', now(), now() FROM generate_series(1, 20000) i`,
    );
    await base.admin.query('ANALYZE subject');
    const plan = await base.admin.query(`EXPLAIN SELECT id FROM subject WHERE bigrams(search) @> bigrams('赣抚')`);
    expect(JSON.stringify(plan)).toContain('subject_search');
    await base.admin.query(`DELETE FROM subject WHERE name LIKE '商行%'`);
  });
});

describe('outlets', () => {
  it('keeps all ten filing items, with source and date of each', async () => {
    const subject = await inCounty(() => services.subjects.create(aSubject(), false));
    const input = anOutlet(subject.id, { domain: 'ten-items.test' });
    const row = await inCounty(() => services.outlets.create(input));
    const { subjectId: _s, carrierKind: _c, ...items } = input;
    expect(row).toMatchObject({ ...items, domain: 'ten-items.test' });
    expect(row.subject).toMatchObject({ name: subject.name, kind: subject.kind });
    for (const item of ['siteName', 'domain', 'ip', 'siteType', 'icpNo', 'isp', 'idcAddress', 'contact', 'otherFilings'])
      expect(row.provenance[item]).toMatchObject({ source: 'selfFiling', by: county.actor });
  });

  it('refuses an address that is not the filed domain’s, with the reason', async () => {
    const subject = await inCounty(() => services.subjects.create(aSubject(), false));
    const attempt = inCounty(() => services.outlets.create(anOutlet(subject.id, { url: 'http://shop-a.test.evil.test/' })));
    await expect(attempt).rejects.toMatchObject({ code: 'registry.urlWrong', details: { pointer: '/url', reason: 'otherHost' } });
    await expect(inCounty(() => services.outlets.create(anOutlet(subject.id, { icpNo: 'ICP备1号' })))).rejects.toEqual(refused('registry.numberFormat'));
  });

  it('AC-MER-1.4 opens a conflict when a second subject files the same domain, and overwrites nothing', async () => {
    const [first, second] = await inCounty(async () => [
      await services.subjects.create(aSubject({ name: '甲公司' }), false),
      await services.subjects.create(aSubject({ name: '乙公司' }), false),
    ]);
    const held = await inCounty(() => services.outlets.create(anOutlet(first!.id, { domain: 'contested.test' })));
    const claim = await inCounty(() => services.outlets.create(anOutlet(second!.id, { domain: 'CONTESTED.test' })));
    expect(claim.id).not.toBe(held.id);
    expect(await inCounty(() => services.outlets.get(held.id))).toMatchObject({ subjectId: first!.id, version: 1 });
    const { items } = await inCounty(() => services.conflicts.find({ outletId: held.id }));
    expect(items).toMatchObject([{ state: 'open', outletId: claim.id, otherOutletId: held.id, address: 'contested.test' }]);
    const decided = await inCounty(() => services.conflicts.decide(items[0]!.id, 'keepExisting', '域名证书在甲公司名下'));
    expect(decided).toMatchObject({ state: 'decided', decidedBy: county.actor });
    const standing = await inCounty(() => db.tx((tx) => services.conflicts.standingAgainst(tx, claim.id)));
    expect(standing).toHaveLength(1);
    expect(await inCounty(() => db.tx((tx) => services.conflicts.standingAgainst(tx, held.id)))).toEqual([]);
  });

  it('AC-MER-1.4 sees a rival in another division, and tells it to both', async () => {
    const other = someClaims({ scope: 'unit', division: '330106' });
    const here = await inCounty(() => services.subjects.create(aSubject(), false));
    const there = await as(other, () => services.subjects.create(aSubject({ divisionCode: '330106' }), false));
    await inCounty(() => services.outlets.create(anOutlet(here.id, { domain: 'far.test' })));
    const claim = await as(other, () => services.outlets.create(anOutlet(there.id, { domain: 'far.test' })));
    for (const claims of [county, other])
      expect((await as(claims, () => services.conflicts.find({ state: 'open' }))).items).toContainEqual(expect.objectContaining({ outletId: claim.id }));
  });

  it('lets two shops live on one platform, but not at one address', async () => {
    const [a, b] = await inCounty(async () => [await services.subjects.create(aSubject(), false), await services.subjects.create(aSubject(), false)]);
    const shop = (subjectId: string, path: string) =>
      inCounty(() => services.outlets.create(anOutlet(subjectId, { domain: 'platform.test', url: `http://platform.test${path}`, carrierKind: 'shop-local-platform' })));
    await shop(a!.id, '/shop/1');
    const neighbour = await shop(b!.id, '/shop/2');
    expect((await inCounty(() => services.conflicts.find({ outletId: neighbour.id }))).total).toBe(0);
    const rival = await shop(b!.id, '/shop/1');
    expect((await inCounty(() => services.conflicts.find({ outletId: rival.id }))).total).toBe(1);
  });

  it('names filed domains that a new one looks like', async () => {
    const subject = await inCounty(() => services.subjects.create(aSubject(), false));
    await inCounty(() => services.outlets.create(anOutlet(subject.id, { domain: 'jujube.test' })));
    const fake = await inCounty(() => services.outlets.create(anOutlet(subject.id, { domain: 'jujubе.test' })));
    expect(fake.mixedScripts).toBe(true);
    expect(await inCounty(() => db.tx((tx) => services.outlets.lookalikes(tx, fake)))).toEqual(['jujube.test']);
  });
});

describe('operators', () => {
  it('keep their contacts in order, and every change', async () => {
    const made = await inCounty(() => services.operators.create(anOperator({ name: '某某平台' })));
    const changed = await inCounty(() => services.operators.change(made.id, 1, { contacts: [...anOperator().contacts].reverse() }));
    expect(changed.contacts.map(({ role }) => role)).toEqual(['executor', 'acknowledger']);
    expect(changed.version).toBe(2);
    await expect(inCounty(() => services.operators.create(anOperator({ name: '某某平台' })))).rejects.toEqual(refused('registry.operatorTaken'));
  });
});

/** Row security by itself: what each claim reaches when the application checks nothing. */
describe('row security', () => {
  let ids: { subject: string; outlet: string };
  beforeAll(async () => {
    ids = await inCounty(async () => {
      const subject = await services.subjects.create(aSubject(), false);
      const outlet = await services.outlets.create(anOutlet(subject.id, { domain: 'secured.test' }));
      return { subject: subject.id, outlet: outlet.id };
    });
    await inCounty(() => services.operators.create(anOperator({ name: '行级安全平台' })));
  });

  const table: [Scope, string, boolean][] = [
    ['system', '000000', true],
    ['all', '330106', true],
    ['below', '140000', true],
    ['below', '141100', true],
    ['below', '141122', true],
    ['below', '330000', false],
    ['unit', '141122', true],
    ['unit', '141100', false],
    ['unit', '330106', false],
    ['self', '141122', false],
    ['public', '141122', false],
    ['none', '141122', false],
  ];
  const verbs: [string, string][] = [
    ['SELECT', 'SELECT 1 FROM subject WHERE id = $1'],
    ['UPDATE', 'UPDATE subject SET domicile = domicile WHERE id = $1 RETURNING 1'],
  ];
  it.each(table.flatMap(([scope, division, sees]) => verbs.map(([verb, sql]) => [scope, division, verb, sees, sql] as const)))(
    'scope %s of %s may %s a subject of 141122: %s',
    async (scope, division, _verb, sees, sql) => {
      const result = await db.as(someClaims({ scope, division }), (tx) => tx.query(sql, [ids.subject]));
      expect((sql.startsWith('UPDATE') ? result[0] : result).length === 1).toBe(sees);
    },
  );
  it.each(table)('scope %s of %s may read outlet and history of 141122, and file there: %s', async (scope, division, sees) => {
    const claims = someClaims({ scope, division });
    expect(await db.as(claims, (tx) => tx.query('SELECT 1 FROM outlet WHERE id = $1', [ids.outlet]))).toHaveLength(sees ? 1 : 0);
    expect(await db.as(claims, (tx) => tx.query('SELECT 1 FROM registry_history WHERE entity_id = $1', [ids.outlet]))).toHaveLength(sees ? 1 : 0);
    const insert = db.as(claims, async (tx) => {
      await tx.query(`INSERT INTO subject (name, kind, division_code, status, source, created_at, updated_at) VALUES ('x', 'unknown', '141122', '1', 'officer', now(), now())`);
    });
    await (sees ? expect(insert).resolves.toBeUndefined() : expect(insert).rejects.toThrow('row-level security'));
  });
  it.each([['system', true], ['all', true], ['below', true], ['unit', true], ['self', true], ['public', false], ['none', false]] as [Scope, boolean][])(
    'scope %s reads operators: %s',
    async (scope, sees) => {
      const rows = await db.as(someClaims({ scope }), (tx) => tx.query(`SELECT 1 FROM operator WHERE name = '行级安全平台'`));
      expect(rows).toHaveLength(sees ? 1 : 0);
    },
  ); // prettier-ignore
  it('reads nothing without a claim', async () => {
    const { source } = await base.as('nms_api');
    for (const name of ['subject', 'outlet', 'operator', 'registry_history', 'registry_conflict'])
      expect(await source.query(`SELECT 1 FROM ${name}`)).toEqual([]);
  });
  it('lets nobody delete a subject, an outlet or its history', async () => {
    for (const name of ['subject', 'outlet', 'registry_history', 'registry_conflict', 'operator'])
      await expect(db.as(systemClaims('test'), (tx) => tx.query(`DELETE FROM ${name}`))).rejects.toThrow('permission denied');
  });
  it.each(['nms_portal', 'nms_ledger'] as const)('%s reaches no table of the register', async (role) => {
    const { db: other } = await base.as(role);
    for (const name of ['subject', 'outlet', 'operator', 'operator_contact', 'registry_history', 'registry_conflict'])
      await expect(other.as(systemClaims('test'), (tx) => tx.query(`SELECT * FROM ${name}`))).rejects.toThrow('permission denied');
  });
});
