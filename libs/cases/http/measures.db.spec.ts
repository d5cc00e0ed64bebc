import { randomUUID } from 'node:crypto';
import type { INestApplicationContext } from '@nestjs/common';
import { law } from '../../kernel';
import { systemClaims, withClaims } from '../../platform';
import { MeasureSweep } from '../app/measure-sweep';
import { CaseWorld, type Person } from '../testing/case-world';
import type { TaskDto } from './case-parts.dto';
import type { CaseDto } from './case-view.dto';
import type { CaseMeasureDto } from './measure.dto';

jest.setTimeout(30_000);

let world: CaseWorld;
let worker: INestApplicationContext;
let officer: Person;
let second: Person;
let head: Person;
let otherHead: Person;

beforeAll(async () => {
  world = await CaseWorld.open();
  officer = await world.person('办案人员甲', 'officer');
  second = await world.person('办案人员乙', 'officer');
  head = await world.person('负责人戊', 'head');
  otherHead = await world.person('负责人己', 'head');
  worker = await world.worker();
});
afterAll(async () => {
  await world?.close();
});
beforeEach(() => world.at('2026-09-22T10:00'));

const STATUTE = [law('反不正当竞争法', 13)];
const sweep = () => withClaims(systemClaims('sweep'), () => worker.get(MeasureSweep).run());

async function filed(): Promise<string> {
  const { subject, outlet } = await world.merchant();
  const { id } = await world.ok<CaseDto>(officer, 'POST', '/cases', {
    source: 'inspection',
    matter: '虚假宣传',
    subjectId: subject.id,
    outletId: outlet.id,
    reason: '测试',
  });
  const move = (who: Person, body: object) => world.ok(who, 'POST', `/cases/${id}/transitions`, body);
  await move(officer, {
    action: 'proposeFiling',
    officers: [officer.id, second.id],
    facts: '宣传内容与实际不符。',
    articles: STATUTE,
    jurisdictionConfirmed: true,
  });
  await world.paper(id, '7', 'sealed', officer, head);
  await move(head, { action: 'approveFiling' });
  await move(officer, { action: 'startInvestigation' });
  return id;
}

const proposal = (changes: object = {}) => ({
  kind: 'preservation',
  reason: '存放订单数据的设备可能被转移',
  basis: [],
  objects: [{ description: '存储订单数据的硬盘', quantity: '2 块' }],
  place: '本局物证室',
  keeper: '物证管理员',
  ...changes,
});
const propose = (who: Person, id: string, changes?: object) =>
  world.call<CaseMeasureDto[]>(who, 'POST', `/cases/${id}/measures`, proposal(changes));
async function proposed(id: string, changes?: object): Promise<CaseMeasureDto> {
  const { status, body } = await propose(officer, id, changes);
  expect([status, status === 201 ? '' : JSON.stringify(body)]).toEqual([201, '']);
  return body.at(-1)!;
}
const act = (who: Person, id: string, { id: measure }: CaseMeasureDto, body: object) =>
  world.call<CaseMeasureDto[]>(who, 'POST', `/cases/${id}/measures/${measure}/transitions`, body);
async function done(who: Person, id: string, measure: CaseMeasureDto, body: object): Promise<CaseMeasureDto> {
  const { status, body: answer } = await act(who, id, measure, body);
  expect([status, status === 200 ? '' : JSON.stringify(answer)]).toEqual([200, '']);
  return answer.find((one) => one.id === measure.id)!;
}
const shown = async (id: string, n = 1) =>
  (await world.ok<CaseMeasureDto[]>(officer, 'GET', `/cases/${id}/measures`)).find((one) => one.n === n)!;
const tasks = async (who: Person, id: string) =>
  (await world.ok<{ items: TaskDto[] }>(who, 'GET', `/tasks?view=mine&caseId=${id}`)).items.map(({ kind }) => kind);
const blockers = (id: string) =>
  world.database.admin.query<unknown[]>(`SELECT FROM case_blocker WHERE case_id = $1 AND kind = 'measure'`, [id]);

describe('程序规定 33-35: preservation by registration', () => {
  it('is proposed by the officers, approved by a leader who has never handled the case, and runs seven working days', async () => {
    const id = await filed();
    const measure = await proposed(id);
    expect(measure).toMatchObject({ n: 1, state: 'proposed', due: null, availableActions: [] });
    expect(await tasks(head, id)).toContain('measure.approve');
    expect(await act(officer, id, measure, { action: 'approve', opinion: '同意' })).toMatchObject({ status: 403 });
    expect(await act(head, id, measure, { action: 'approve' })).toMatchObject({
      status: 422,
      body: { code: 'cases.fieldsMissing', errors: [{ pointer: '/opinion' }] },
    });
    const inForce = await done(head, id, measure, {
      action: 'approve',
      opinion: '同意。',
      documentNumber: '交市监登保〔2026〕1号',
    });
    // 22 September 2026 is a Tuesday; the long holiday of 1-7 October and the Mid-Autumn day do not count.
    expect(inForce).toMatchObject({ state: 'inForce', documentNumber: '交市监登保〔2026〕1号', approvedBy: head.id });
    expect(inForce.explanation.length).toBeGreaterThan(0);
    expect(inForce.due! > '2026-09-30').toBe(true);
    expect(await tasks(head, id)).not.toContain('measure.approve');
    expect(await blockers(id)).toHaveLength(1);
    // It knows no extension.
    expect(await act(head, id, inForce, { action: 'extend', reason: '仍需时间' })).toMatchObject({
      status: 409,
      body: { code: 'cases.clockRefused', reason: 'noExtension' },
    });
  });

  it('ends by itself when its days are over, is owed back, and stands in the way of closing until somebody has looked', async () => {
    const id = await filed();
    const { due } = await done(head, id, await proposed(id), { action: 'approve', opinion: '同意。' });
    world.at(`${due}T23:00`);
    await sweep();
    expect(await shown(id)).toMatchObject({ state: 'inForce' });
    expect(await tasks(officer, id)).toContain('measure.lastDay');
    const after = new Date(Date.parse(`${due}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
    world.at(`${after}T00:30`);
    expect(await sweep()).toBeGreaterThan(0);
    await sweep(); // told once
    const lapsed = await shown(id);
    expect(lapsed).toMatchObject({ state: 'lapsed', availableActions: ['recheck'] });
    expect((await tasks(officer, id)).filter((kind) => kind === 'measure.release')).toHaveLength(1);
    expect(await blockers(id)).toHaveLength(1);
    expect(await act(head, id, lapsed, { action: 'recheck', note: '已返还' })).toMatchObject({ status: 403 });
    const over = await done(second, id, lapsed, { action: 'recheck', note: '当事人已领回，签收单在卷', disposal: 'returned' });
    expect(over).toMatchObject({ state: 'released', disposal: 'returned', availableActions: [] });
    expect(await blockers(id)).toEqual([]);
    expect(await tasks(officer, id)).not.toContain('measure.release');
  });

  it('may be taken at once: approval is owed within 24 hours, and what is not approved is lifted at once', async () => {
    const id = await filed();
    const measure = await proposed(id, { urgent: true });
    expect(measure).toMatchObject({ state: 'urgent', due: expect.any(String) });
    expect(Date.parse(measure.approveUntil!) - Date.parse(measure.proposedAt)).toBe(24 * 3_600_000);
    expect(await blockers(id)).toHaveLength(1);
    const refused = await done(head, id, measure, { action: 'refuse', opinion: '没有必要' });
    expect(refused).toMatchObject({ state: 'lifted', liftGround: 'notApproved', liftReason: '没有必要' });
    await done(officer, id, refused, { action: 'recheck', note: '已返还' });
    const again = await proposed(id, { urgent: true });
    const taken = again.due;
    world.at('2026-09-22T20:00');
    // Approved later, it counts from when it was taken.
    expect(await done(head, id, again, { action: 'approve', opinion: '同意补办。' })).toMatchObject({
      state: 'inForce',
      due: taken,
    });
  });
});

describe('程序规定 36-42: sealing and seizure', () => {
  it('need a statute that somebody has read', async () => {
    const id = await filed();
    for (const basis of [[], [law('某条例', 3, 'K')]])
      expect(await propose(officer, id, { kind: 'seizure', basis })).toMatchObject({
        status: 422,
        body: { code: 'cases.fieldsMissing', errors: [{ pointer: '/basis' }] },
      });
    expect(await proposed(id, { kind: 'seizure', basis: STATUTE })).toMatchObject({ state: 'proposed' });
  });

  it('last thirty days, are extended once by thirty, and testing does not count', async () => {
    const id = await filed();
    const measure = await done(head, id, await proposed(id, { kind: 'sealing', basis: STATUTE }), {
      action: 'approve',
      opinion: '同意。',
    });
    expect(measure.due).toBe('2026-10-22');
    const paused = await done(head, id, measure, { action: 'pause', ground: 'testing', reason: '委托检测' });
    expect(paused).toMatchObject({ paused: true, pauses: [{ ground: 'testing', to: null }] });
    world.at('2026-10-02T10:00');
    const resumed = await done(head, id, paused, { action: 'resume' });
    expect(resumed).toMatchObject({ paused: false, due: '2026-11-02' }); // ten days later, and over a Sunday
    expect(await act(head, id, resumed, { action: 'pause', ground: 'holiday', reason: 'x' })).toMatchObject({
      status: 409,
      body: { reason: 'groundNotListed' },
    });
    const longer = await done(head, id, resumed, { action: 'extend', reason: '情况复杂' });
    expect(longer.due! > '2026-11-29').toBe(true);
    expect(await act(head, id, longer, { action: 'extend', reason: '再延' })).toMatchObject({
      status: 409,
      body: { reason: 'extensionsUsed' },
    });
  });

  it('are lifted on a ground, and nobody approves or lifts in a case that he handles', async () => {
    const id = await filed();
    const measure = await done(head, id, await proposed(id, { kind: 'sealing', basis: STATUTE }), {
      action: 'approve',
      opinion: '同意。',
    });
    const lift = { action: 'lift', ground: 'unrelated', reason: '与违法行为无关', disposal: 'unsealed' };
    expect((await act(officer, id, measure, lift)).status).toBe(403);
    expect((await act(otherHead, id, measure, { ...lift, ground: 'tired' })).body).toMatchObject({ code: 'cases.fieldsMissing' });
    const lifted = await done(otherHead, id, measure, lift);
    expect(lifted).toMatchObject({ state: 'lifted', liftGround: 'unrelated', disposal: 'unsealed' });
    expect((await act(otherHead, id, lifted, lift)).body).toMatchObject({ code: 'cases.measureIllegal', allowed: ['recheck'] });
    await sweep();
    expect(await shown(id)).toMatchObject({ state: 'lifted' }); // what was lifted does not lapse as well
  });

  it('are for the officers of a filed case, unseen outside of it, and never rewritten', async () => {
    const id = await filed();
    const stranger = await world.person('办案人员丙', 'officer');
    expect((await propose(stranger, id)).body).toMatchObject({ code: 'cases.separationOfDuty', rule: 'handlerOnly' });
    const outside = await world.person('邻县人员', 'officer', undefined, '141121');
    expect((await world.call(outside, 'GET', `/cases/${id}/measures`)).status).toBe(404);
    const measure = await proposed(id);
    expect((await act(outside, id, measure, { action: 'recheck', note: 'x' })).status).toBe(404);
    expect((await act(officer, id, { ...measure, id: randomUUID() }, { action: 'recheck', note: 'x' })).status).toBe(404);
    for (const sql of [
      `UPDATE case_measure SET objects = '[]' WHERE id = '${measure.id}'`,
      `DELETE FROM case_measure WHERE id = '${measure.id}'`,
    ])
      await expect(world.database.admin.query(sql)).rejects.toThrow(/stays as it was taken|insert-only/);
    expect((await propose(officer, id, { objects: [] })).status).toBe(422);
    expect((await propose(officer, id, { kind: 'arrest' })).status).toBe(422);
  });
});
