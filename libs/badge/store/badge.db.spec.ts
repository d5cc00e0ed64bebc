import { FixedClock } from '../../kernel';
import { type Db, type Scope, withClaims } from '../../platform';
import { someClaims, systemClaims, type TestDatabase, testDatabase } from '../../platform/testing';
import { anOutlet, aSubject } from '../../registry/testing';
import { verifyRecord } from '../signing/record-key';
import { aHead, badgeRows, badgeServices, UNIT_SQL } from '../testing';
import type { BadgeRow } from './badge.entity';

jest.setTimeout(30_000);

let base: TestDatabase;
let db: Db;
let worker: Db;
let api: ReturnType<typeof badgeServices>;
let back: ReturnType<typeof badgeServices>;
const clock = new FixedClock();
const county = someClaims({ scope: 'below', division: '141122', roles: ['inspector'] });
const inCounty = <T>(work: () => Promise<T>) => withClaims(county, work);
const asWorker = <T>(work: () => Promise<T>) => withClaims(systemClaims('worker'), work);
const code = (value: string) => expect.objectContaining({ code: value });
const DAY = 86_400_000;
let serial = 0;

beforeAll(async () => {
  base = await testDatabase();
  await base.admin.query(UNIT_SQL);
  ({ db } = await base.as('nms_api', badgeRows));
  ({ db: worker } = await base.as('nms_worker', badgeRows));
  api = badgeServices(db, clock);
  back = badgeServices(worker, clock);
}, 60_000);
afterAll(() => base?.close());

async function aFiledOutlet(domain = `shop-${(serial += 1)}.test`) {
  return inCounty(async () => {
    const subject = await api.subjects.create(aSubject(), false);
    return api.outlets.create(anOutlet(subject.id, { domain }));
  });
}

async function aProvedOutlet(domain?: string) {
  const outlet = await aFiledOutlet(domain);
  const proof = await inCounty(() => api.proofs.request(outlet.id, 'wellKnown'));
  back.outside.files.set(proof.location, `# proof\nnms-badge=${proof.token}\n`);
  await asWorker(() => back.checker.check(proof.id));
  return { outlet, proof };
}

async function aBadge(domain?: string): Promise<BadgeRow> {
  const { outlet } = await aProvedOutlet(domain);
  return inCounty(() => api.service.issue(outlet.id));
}

describe('proof of control', () => {
  it('AC-MER-1.1 issues no badge without a proof', async () => {
    const outlet = await aFiledOutlet();
    await expect(inCounty(() => api.service.issue(outlet.id))).rejects.toEqual(code('badge.notProved'));
    const proof = await inCounty(() => api.proofs.request(outlet.id, 'wellKnown'));
    await expect(inCounty(() => api.service.issue(outlet.id))).rejects.toEqual(code('badge.notProved'));
    await asWorker(() => back.checker.check(proof.id));
    await expect(inCounty(() => api.service.issue(outlet.id))).rejects.toEqual(code('badge.notProved'));
    back.outside.files.set(proof.location, `nms-badge=${proof.token}`);
    await asWorker(() => back.checker.check(proof.id));
    expect(await inCounty(() => api.service.issue(outlet.id))).toMatchObject({ state: 'active', office: '交城县市场监督管理局' });
  });

  it('proves by TXT record, and tells what was seen at which name server when it is not there', async () => {
    const outlet = await aFiledOutlet('txt.test');
    const proof = await inCounty(() => api.proofs.request(outlet.id, 'dnsTxt'));
    expect(proof.location).toBe('_nms-badge.txt.test');
    await inCounty(() => api.proofs.check(proof.id));
    expect(api.queued).toContainEqual({ job: 'checkProof', payload: { proofId: proof.id } });
    await asWorker(() => back.checker.check(proof.id));
    expect(await inCounty(() => api.proofs.get(proof.id))).toMatchObject({
      state: 'waiting',
      seen: { where: '_nms-badge.txt.test', server: '192.0.2.53:53', fault: 'ENOTFOUND', lines: [] },
    });
    back.outside.records.set('_nms-badge.txt.test', ['v=spf1 -all', `nms-badge=${proof.token}`]);
    await asWorker(() => back.checker.check(proof.id));
    expect(await inCounty(() => api.proofs.get(proof.id))).toMatchObject({ state: 'proved', seen: { fault: null } });
  });

  it('gives up after 72 hours, and looks again when asked', async () => {
    const outlet = await aFiledOutlet();
    const proof = await inCounty(() => api.proofs.request(outlet.id, 'wellKnown'));
    clock.advance(72 * 3_600_000 + 1);
    await asWorker(() => back.checker.check(proof.id));
    expect(await inCounty(() => api.proofs.get(proof.id))).toMatchObject({ state: 'failed', checkDue: null });
    await inCounty(() => api.proofs.check(proof.id));
    back.outside.files.set(proof.location, `nms-badge=${proof.token}`);
    await asWorker(() => back.checker.check(proof.id));
    expect(await inCounty(() => api.proofs.get(proof.id))).toMatchObject({ state: 'proved' });
  });

  it('AC-PUB-1.12 makes the proof again by itself before 90 days, and lets the badge lapse and return', async () => {
    const badge = await aBadge('renew.test');
    const [proof] = await inCounty(() => api.proofs.ofOutlet(badge.outletId));
    clock.advance(84 * DAY);
    await asWorker(() => back.upkeep.queueDueProofs());
    expect(back.queued).toContainEqual({ job: 'checkProof', payload: { proofId: proof!.id } });
    back.outside.files.delete(proof!.location);
    await asWorker(() => back.checker.check(proof!.id));
    expect(await inCounty(() => api.proofs.get(proof!.id))).toMatchObject({ state: 'proved' });
    clock.advance(7 * DAY);
    await asWorker(() => back.checker.check(proof!.id));
    await asWorker(() => back.upkeep.lapseOverdue());
    expect(await inCounty(() => api.proofs.get(proof!.id))).toMatchObject({ state: 'expired' });
    expect(await inCounty(() => api.service.get(badge.id))).toMatchObject({ state: 'lapsed' });
    const again = await inCounty(() => api.proofs.request(badge.outletId, 'wellKnown'));
    back.outside.files.set(again.location, `nms-badge=${again.token}`);
    await asWorker(() => back.checker.check(again.id));
    expect(await inCounty(() => api.service.get(badge.id))).toMatchObject({ state: 'active' });
  });

  it('ends with a change of address: the badge lapses until the new one is proved', async () => {
    const badge = await aBadge('before.test');
    const outlet = await inCounty(() => api.outlets.get(badge.outletId));
    await inCounty(() => api.outlets.change(outlet.id, outlet.version, { domain: 'after.test', url: 'http://after.test/' }));
    await worker.as(systemClaims('facts'), (tx) => back.upkeep.outletChanged(tx, outlet.id, true));
    await asWorker(() => back.upkeep.lapseOverdue());
    expect(await inCounty(() => api.service.get(badge.id))).toMatchObject({ state: 'lapsed' });
    expect((await inCounty(() => api.proofs.ofOutlet(outlet.id)))[0]).toMatchObject({ state: 'expired' });
  });

  it('takes a shop on a platform by the platform’s letter only', async () => {
    const subject = await inCounty(() => api.subjects.create(aSubject(), false));
    const shop = await inCounty(() =>
      api.outlets.create(anOutlet(subject.id, { domain: 'platform.test', url: 'http://platform.test/shop/9', carrierKind: 'shop-local-platform' })),
    );
    await expect(inCounty(() => api.proofs.request(shop.id, 'wellKnown'))).rejects.toEqual(code('badge.proofMethodUnfit'));
    const proof = await inCounty(() => api.proofs.request(shop.id, 'platformAttestation'));
    await expect(inCounty(() => api.service.issue(shop.id))).rejects.toEqual(code('badge.notProved'));
    await inCounty(() => api.proofs.attest(proof.id, '平台函〔2026〕9号'));
    expect(await inCounty(() => api.service.issue(shop.id))).toMatchObject({ state: 'active' });
  });
});

describe('issue', () => {
  it('AC-MER-1.4 waits for the decision when another subject filed the address', async () => {
    const { outlet: held } = await aProvedOutlet('both.test');
    const claim = await aFiledOutlet('both.test');
    await expect(inCounty(() => api.service.issue(held.id))).rejects.toEqual(code('badge.conflictOpen'));
    const { items } = await inCounty(() => api.conflicts.find({ outletId: claim.id }));
    await inCounty(() => api.conflicts.decide(items[0]!.id, 'keepExisting', '核对域名证书'));
    await inCounty(() => api.service.issue(held.id));
    await expect(inCounty(() => api.service.issue(claim.id))).rejects.toEqual(code('badge.conflictOpen'));
  });

  it('makes one badge of two officers’ issuing at once', async () => {
    const { outlet } = await aProvedOutlet();
    const both = await Promise.allSettled([1, 2].map(() => inCounty(() => api.service.issue(outlet.id))));
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: code('badge.alreadyIssued') });
    const [{ n }] = await base.admin.query(`SELECT count(*)::int AS n FROM badge WHERE outlet_id = $1`, [outlet.id]);
    expect(n).toBe(1);
  });

  it('gives none to a subject whose licence was revoked', async () => {
    const { outlet } = await aProvedOutlet();
    const subject = await inCounty(() => api.subjects.get(outlet.subjectId));
    await inCounty(() => api.subjects.change(subject.id, subject.version, { status: '3' }, false));
    await expect(inCounty(() => api.service.issue(outlet.id))).rejects.toEqual(code('badge.subjectInactive'));
  });
});

describe('life of a badge', () => {
  const move = (badge: BadgeRow, action: 'suspend' | 'resume' | 'revoke', officer = aHead()) =>
    inCounty(() => api.service.transition(badge.id, action, '测试理由', officer));

  it('is suspended, resumed and revoked with reasons, each an event, an audit entry and a fact', async () => {
    const badge = await aBadge();
    await move(badge, 'suspend');
    await move(badge, 'resume');
    expect(await move(badge, 'revoke')).toMatchObject({ state: 'revoked', reason: '测试理由', version: 4 });
    const events = await inCounty(() => api.service.events(badge.id));
    expect(events.map(({ action, toState }) => [action, toState])).toEqual([
      ['issue', 'active'],
      ['suspend', 'suspended'],
      ['resume', 'active'],
      ['revoke', 'revoked'],
    ]);
    const facts = await base.admin.query(`SELECT type FROM outbox WHERE subject = $1 ORDER BY id`, [badge.id]);
    expect(facts.map(({ type }: { type: string }) => type)).toEqual(['badge.issued', 'badge.suspended', 'badge.resumed', 'badge.revoked']);
    const audit = await base.admin.query(`SELECT act FROM audit_event WHERE kind = 'badge' AND record = $1 ORDER BY id`, [badge.id]);
    expect(audit).toHaveLength(4);
  });

  it('refuses a forced illegal move with 409 and the allowed ones', async () => {
    const badge = await aBadge();
    await expect(move(badge, 'resume')).rejects.toMatchObject({
      code: 'badge.illegalTransition',
      status: 409,
      details: { state: 'active', allowed: ['suspend', 'revoke'] },
    });
    await move(badge, 'revoke');
    await expect(move(badge, 'suspend')).rejects.toMatchObject({ details: { allowed: [] } });
  });

  it('asks the permission of the row', async () => {
    const badge = await aBadge();
    await expect(move(badge, 'suspend', aHead(['badge:read', 'badge:issue']))).rejects.toEqual(code('platform.forbidden'));
  });

  it('AC-MER-2.1 asks a fresh proof for coming back after 90 days', async () => {
    const badge = await aBadge();
    await move(badge, 'suspend');
    clock.advance(91 * DAY);
    await expect(move(badge, 'resume')).rejects.toEqual(code('badge.notProved'));
  });

  it('is held by orders until the last is lifted, and by an officer besides', async () => {
    const badge = await aBadge();
    const hold = (orderId: string) => worker.as(systemClaims('facts'), (tx) => back.holds.suspendByOrder(tx, badge.outletId, orderId, '暂停服务'));
    const lift = (orderId: string) => worker.as(systemClaims('facts'), (tx) => back.holds.restoreByOrder(tx, badge.outletId, orderId, '恢复服务'));
    await hold('order-1');
    await hold('order-1');
    await hold('order-2');
    await expect(move(badge, 'resume')).rejects.toMatchObject({ code: 'badge.heldByOrder', details: { orders: ['order-1', 'order-2'] } });
    expect(await lift('order-1')).toMatchObject({ state: 'suspended', orderHolds: ['order-2'] });
    expect(await lift('order-2')).toMatchObject({ state: 'active', orderHolds: [] });
    await move(badge, 'suspend');
    await hold('order-3');
    expect(await lift('order-3')).toMatchObject({ state: 'suspended', orderHolds: [] });
    expect(await move(badge, 'resume')).toMatchObject({ state: 'active' });
  });

  it('ends by order, and an outlet without badge is no fault', async () => {
    const badge = await aBadge();
    const close = () => worker.as(systemClaims('facts'), (tx) => back.holds.revokeByOrder(tx, badge.outletId, 'order-9', '关闭网站'));
    expect(await close()).toMatchObject({ state: 'revoked' });
    expect(await close()).toBeNull();
  });

  it('carries a signature over its present record, which nobody can pass off as a later one', async () => {
    const badge = await aBadge('signed.test');
    await asWorker(() => back.signer.sign(badge.id));
    const first = await inCounty(() => api.service.get(badge.id));
    const [key] = await base.admin.query('SELECT public_key FROM badge_key WHERE key_id = $1', [first.keyId]);
    expect(verifyRecord(Buffer.from(first.record!), first.signature!, key.public_key)).toBe(true);
    expect(verifyRecord(Buffer.from(first.record!.replace('active', 'Active')), first.signature!, key.public_key)).toBe(false);
    expect(JSON.parse(first.record!)).toMatchObject({ v: 1, code: badge.code, version: 1, state: 'active', outlet: { host: 'signed.test' } });
    await move(badge, 'suspend');
    await asWorker(() => back.upkeep.queueUnsigned());
    expect(back.queued).toContainEqual({ job: 'signRecord', payload: { badgeId: badge.id } });
    await asWorker(() => back.signer.sign(badge.id));
    expect(JSON.parse((await inCounty(() => api.service.get(badge.id))).record!)).toMatchObject({ version: 2, state: 'suspended' });
  });
});

describe('row security', () => {
  let badge: BadgeRow;
  beforeAll(async () => {
    badge = await aBadge('rows.test');
  });
  const table: [Scope, string, boolean][] = [
    ['system', '000000', true],
    ['all', '330106', true],
    ['below', '140000', true],
    ['below', '330000', false],
    ['unit', '141122', true],
    ['unit', '330106', false],
    ['self', '141122', false],
    ['public', '141122', false],
    ['none', '141122', false],
  ];
  it.each(table)('scope %s of %s reaches badge, proof and events of 141122: %s', async (scope, division, sees) => {
    const claims = someClaims({ scope, division });
    for (const sql of [
      'SELECT 1 FROM badge WHERE id = $1',
      'SELECT 1 FROM badge_event WHERE badge_id = $1',
      'SELECT 1 FROM control_proof p JOIN badge b USING (outlet_id) WHERE b.id = $1',
    ])
      expect((await db.as(claims, (tx) => tx.query(sql, [badge.id]))).length > 0).toBe(sees);
    const [, changed] = await db.as(claims, (tx) => tx.query('UPDATE badge SET reason = reason WHERE id = $1', [badge.id]));
    expect(changed === 1).toBe(sees);
  });
  it('reads nothing without a claim', async () => {
    const { source } = await base.as('nms_api');
    for (const name of ['badge', 'badge_event', 'control_proof', 'badge_visit', 'badge_foreign_origin', 'badge_report', 'badge_key'])
      expect(await source.query(`SELECT 1 FROM ${name}`)).toEqual([]);
  });
  it('lets the portal see the public view and no table', async () => {
    const { db: portal } = await base.as('nms_portal');
    const visitor = someClaims({ actor: 'public', scope: 'public', roles: [] });
    for (const name of ['badge', 'badge_event', 'control_proof', 'badge_visit', 'badge_foreign_origin', 'badge_report'])
      await expect(portal.as(visitor, (tx) => tx.query(`SELECT 1 FROM ${name}`))).rejects.toThrow('permission denied');
    const [row] = await portal.as(visitor, (tx) => tx.query('SELECT * FROM public_badge WHERE code = $1', [badge.code]));
    expect(row).toMatchObject({ state: 'active', domain: 'rows.test' });
    expect(Object.keys(row)).not.toEqual(expect.arrayContaining(['contact_phone']));
    for (const hidden of ['legal_rep', 'contact', 'contact_phone', 'reason', 'issued_by', 'declarant', 'order_holds']) expect(row).not.toHaveProperty(hidden);
  });
  it.each(['UPDATE badge_event SET reason = $$x$$', 'DELETE FROM badge_event', 'UPDATE badge_key SET public_key = $$x$$'])('refuses %s', (sql) =>
    expect(base.admin.query(sql)).rejects.toThrow('insert-only'),
  );
});

describe('foreign origins', () => {
  it('AC-PUB-1.3 become one fact an origin and day, however often they were seen', async () => {
    const badge = await aBadge('origin.test');
    const { db: portal } = await base.as('nms_portal');
    const visitor = someClaims({ actor: 'public', scope: 'public', roles: [] });
    const note = (origin: string, day: string) =>
      portal.as(visitor, (tx) => tx.query('SELECT public_note_foreign_origin($1, $2, $3, now(), $4)', [badge.code, origin, 'copied', day]));
    for (const [origin, day] of [['copy.test', '2026-11-22'], ['copy.test', '2026-11-22'], ['copy.test', '2026-11-23'], ['other.test', '2026-11-22']]) await note(origin!, day!); // prettier-ignore
    await asWorker(() => back.origins.publishWaiting());
    await asWorker(() => back.origins.publishWaiting());
    const facts = await base.admin.query(`SELECT payload FROM outbox WHERE type = 'badge.foreignOrigin' AND subject = $1 ORDER BY id`, [badge.id]);
    expect(facts.map(({ payload }: { payload: { origin: string; day: string } }) => `${payload.origin} ${payload.day}`).sort()).toEqual([
      'copy.test 2026-11-22',
      'copy.test 2026-11-23',
      'other.test 2026-11-22',
    ]);
  });
  it('cannot be invented without end', async () => {
    const badge = await aBadge('flood.test');
    const { db: portal } = await base.as('nms_portal');
    await portal.as(someClaims({ actor: 'public', scope: 'public' }), async (tx) => {
      for (let i = 0; i < 230; i += 1) await tx.query(`SELECT public_note_foreign_origin($1, $2, 'copied', now(), '2026-11-22')`, [badge.code, `x${i}.test`]);
    });
    const [{ n }] = await base.admin.query('SELECT count(*)::int AS n FROM badge_foreign_origin WHERE badge_id = $1', [badge.id]);
    expect(n).toBe(200);
  });
});
