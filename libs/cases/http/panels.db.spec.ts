import { law } from '../../kernel';
import { CaseWorld, type Person } from '../testing/case-world';
import type { CaseClockDto, TaskDto } from './case-parts.dto';
import type { CaseDto } from './case-view.dto';
import type { CasePanelDto } from './panel.dto';

jest.setTimeout(30_000);

let world: CaseWorld;
let officer: Person;
let second: Person;
let reviewer: Person;
let heads: Person[];

beforeAll(async () => {
  world = await CaseWorld.open();
  officer = await world.person('办案人员甲', 'officer');
  second = await world.person('办案人员乙', 'officer');
  reviewer = await world.person('审核人员丁', 'legalReviewer');
  heads = [];
  for (const name of ['负责人戊', '负责人己', '负责人庚', '负责人辛']) heads.push(await world.person(name, 'head'));
});
afterAll(() => world?.close());
beforeEach(() => world.at('2026-09-22T10:00'));

const ARTICLES = [law('电子商务法', 15)];
const move = (who: Person, id: string, body: object, headers: Record<string, string> = {}) =>
  world.call<CaseDto>(who, 'POST', `/cases/${id}/transitions`, body, headers);
async function must(who: Person, id: string, body: object, headers?: Record<string, string>): Promise<CaseDto> {
  const { status, body: answer } = await move(who, id, body, headers);
  expect([status, status === 200 ? '' : JSON.stringify(answer)]).toEqual([200, '']);
  return answer;
}

async function investigating(): Promise<string> {
  const { subject, outlet } = await world.merchant();
  const { id } = await world.ok<CaseDto>(officer, 'POST', '/cases', {
    source: 'inspection',
    matter: '未亮照经营',
    subjectId: subject.id,
    outletId: outlet.id,
    reason: '测试',
  });
  await must(officer, id, {
    action: 'proposeFiling',
    officers: [officer.id, second.id],
    facts: '首页未公示营业执照。',
    articles: ARTICLES,
    jurisdictionConfirmed: true,
  });
  await world.paper(id, '7', 'sealed', officer, heads[0]!);
  await must(heads[0]!, id, { action: 'approveFiling' });
  await must(officer, id, { action: 'startInvestigation' });
  return id;
}

/** A case of which the decision is proposed; `complex` says that the leaders discuss it. */
async function proposed(complex: boolean): Promise<string> {
  const id = await investigating();
  const captureId = await world.capture();
  await world.ok(officer, 'POST', `/cases/${id}/exhibits`, { captureId, factToProve: '首页未亮照' });
  await must(officer, id, { action: 'conclude', report: '事实清楚，证据确凿。' });
  await must(officer, id, { action: 'submitForReview' });
  await must(reviewer, id, { action: 'approveReview', opinion: '同意。' });
  const notice = await world.paper(id, '37', 'sealed', officer, heads[0]!);
  await world.ok(officer, 'POST', `/documents/${notice}/transitions`, {
    action: 'serve',
    service: { method: 'direct', to: '当事人', where: '交城县', at: world.now().toISOString(), receiver: '张三，法定代表人' },
  });
  await must(officer, id, { action: 'notify' });
  world.at('2026-10-11T10:00');
  await must(officer, id, proposal(complex));
  await world.paper(id, '45', 'sealed', officer, heads[0]!);
  return id;
}
const proposal = (complex: boolean) => ({
  action: 'proposeDecision',
  outcome: 'penalty',
  articles: ARTICLES,
  penalty: [{ kind: '罚款', content: '罚款人民币1000元', basis: ARTICLES, amountFen: 100_000 }],
  complex,
});

const calling = (changes: object = {}) => ({
  ground: 'complex',
  question: '是否同意拟处罚意见',
  place: '局会议室',
  plannedAt: new Date(world.now().getTime() + 3_600_000).toISOString(),
  chairId: heads[1]!.id,
  memberIds: heads.slice(1).map(({ id }) => id),
  recorder: '内勤',
  listeners: ['办案人员甲'],
  ...changes,
});
const call = (who: Person, id: string, changes?: object) =>
  world.call<CasePanelDto[]>(who, 'POST', `/cases/${id}/panels`, calling(changes));
async function called(id: string, changes?: object): Promise<CasePanelDto> {
  const { status, body } = await call(heads[0]!, id, changes);
  expect([status, status === 201 ? '' : JSON.stringify(body)]).toEqual([201, '']);
  return body.at(-1)!;
}
const act = (who: Person, id: string, panel: CasePanelDto, what: string, body: object) =>
  world.call<CasePanelDto[]>(who, 'POST', `/cases/${id}/panels/${panel.id}/${what}`, body);
const says = (who: Person, id: string, panel: CasePanelDto, vote = 'agree') =>
  act(who, id, panel, 'opinions', { vote, opinion: '事实清楚，同意。' });
const ends = (who: Person, id: string, panel: CasePanelDto, changes: object = {}) =>
  act(who, id, panel, 'conclusion', {
    conclusion: 'agree',
    text: '同意拟处罚意见。',
    minutes: '会议听取汇报，各成员发表意见。',
    heldAt: world.now().toISOString(),
    ...changes,
  });

describe('J-HED-4 a collective discussion', () => {
  it('is held by leaders who each speak themselves, and the decision of a complex case waits for it', async () => {
    const id = await proposed(true);
    const decide = () => move(heads[0]!, id, { action: 'decide' }, world.fresh);
    expect(await decide()).toMatchObject({ status: 409, body: { code: 'cases.panelMissing' } });
    const panel = await called(id);
    expect(panel).toMatchObject({ n: 1, state: 'convened', tally: { members: 3, quorum: 2, missing: 2 } });
    expect(await decide()).toMatchObject({ status: 409, body: { code: 'cases.panelOpen', n: 1 } });
    const owed = await world.ok<{ items: TaskDto[] }>(heads[2]!, 'GET', `/tasks?view=mine&caseId=${id}`);
    expect(owed.items.map(({ kind }) => kind)).toContain('panelOpinion');

    expect((await says(heads[1]!, id, panel)).status).toBe(201);
    // Nobody sees what others said before he has spoken himself.
    const [blind] = await world.ok<CasePanelDto[]>(heads[2]!, 'GET', `/cases/${id}/panels`);
    expect(blind!.members.map(({ vote }) => vote)).toEqual([null, null, null]);
    const [outside] = await world.ok<CasePanelDto[]>(officer, 'GET', `/cases/${id}/panels`);
    expect(outside!.members.map(({ vote }) => vote)).toEqual([null, null, null]);
    expect(await ends(heads[1]!, id, panel)).toMatchObject({ status: 409, body: { code: 'cases.panelMembersOpen' } });
    await says(heads[2]!, id, panel);
    const spoken = await world.ok<{ items: TaskDto[] }>(heads[2]!, 'GET', `/tasks?view=mine&caseId=${id}`);
    expect(spoken.items.map(({ kind }) => kind)).not.toContain('panelOpinion');
    await act(heads[1]!, id, panel, 'absences', { officerId: heads[3]!.id, reason: '外出开会' });
    const { body } = await ends(heads[1]!, id, panel);
    expect(body.at(-1)).toMatchObject({
      state: 'held',
      conclusion: 'agree',
      tally: { present: 2, absent: 1, agree: 2, missing: 0 },
      availableActions: [],
    });
    expect((await decide()).body).toMatchObject({ state: 'decided' });
    const after = await world.ok<{ items: TaskDto[] }>(heads[2]!, 'GET', `/tasks?view=mine&caseId=${id}`);
    expect(after.items.map(({ kind }) => kind)).not.toContain('panelOpinion');
  });

  it('AC-HED-4.1 without quorum no conclusion can be recorded, and it is said how many are missing', async () => {
    const id = await proposed(true);
    const panel = await called(id);
    await says(heads[1]!, id, panel);
    for (const head of heads.slice(2)) await act(heads[1]!, id, panel, 'absences', { officerId: head.id, reason: '请假' });
    expect(await ends(heads[1]!, id, panel)).toMatchObject({
      status: 409,
      body: { code: 'cases.panelNoQuorum', present: 1, quorum: 2, missing: 1 },
    });
    // Who was noted as absent may still come.
    expect((await says(heads[2]!, id, panel)).status).toBe(201);
    expect((await ends(heads[1]!, id, panel)).status).toBe(200);
  });

  it('AC-HED-4.1 a recused member cannot be called, and one who is recused later cannot open the file', async () => {
    const id = await proposed(true);
    const leaver = await world.person('负责人壬', 'head');
    const panel = await called(id, { memberIds: [...heads.slice(1), leaver].map(({ id: member }) => member) });
    await world.call(leaver, 'POST', `/cases/${id}/recusals`, { officerId: leaver.id, reason: '与当事人有亲属关系' });
    expect((await world.call(leaver, 'GET', `/cases/${id}/panels`)).status).toBe(404);
    expect((await says(leaver, id, panel)).status).toBe(404);
    await act(heads[0]!, id, panel, 'cancellation', { reason: '人员变动' });
    expect(
      (await call(heads[0]!, id, { memberIds: [...heads.slice(1), leaver].map(({ id: member }) => member) })).body,
    ).toMatchObject({
      code: 'cases.panelMembersUnfit',
      unfit: [{ officerId: leaver.id, reason: 'recused' }],
    });
  });

  it.each<[string, () => object, string]>([
    ['officers who are no leaders', () => ({ memberIds: [heads[2]!.id, second.id] }), 'notLeader'],
    ['reviewers', () => ({ memberIds: [heads[2]!.id, reviewer.id] }), 'notLeader'],
  ])('is not held by %s', async (_who, changes, reason) => {
    const id = await investigating();
    const { status, body } = await call(heads[0]!, id, changes());
    expect(status).toBe(422);
    expect((body as unknown as { unfit: { reason: string }[] }).unfit.map((one) => one.reason)).toContain(reason);
  });

  it('needs three members, is called by a leader, and one at a time', async () => {
    const id = await investigating();
    expect((await call(heads[0]!, id, { memberIds: [heads[2]!.id] })).body).toMatchObject({
      code: 'cases.panelMembersUnfit',
      few: 1,
    });
    expect((await call(officer, id)).status).toBe(403);
    const panel = await called(id);
    expect((await call(heads[0]!, id)).body).toMatchObject({ code: 'cases.panelOpen' });
    expect((await says(heads[0]!, id, panel)).body).toMatchObject({ code: 'cases.panelNotMember' });
    expect((await ends(heads[3]!, id, panel)).body).toMatchObject({ code: 'cases.separationOfDuty', rule: 'chairOnly' });
  });

  it('an opinion is given once; what was held is never written again', async () => {
    const id = await proposed(true);
    const panel = await called(id);
    await says(heads[1]!, id, panel, 'disagree');
    expect((await says(heads[1]!, id, panel)).body).toMatchObject({ code: 'cases.panelHeard' });
    await says(heads[2]!, id, panel, 'disagree');
    await says(heads[3]!, id, panel);
    // Against most of those present only with the reason, which stays.
    expect(await ends(heads[1]!, id, panel)).toMatchObject({
      status: 422,
      body: { code: 'cases.fieldsMissing', errors: [{ pointer: '/againstMajority' }] },
    });
    const otherwise = { conclusion: 'otherwise', text: '建议减轻处罚，重新拟定。' };
    expect((await ends(heads[1]!, id, panel, otherwise)).status).toBe(200);
    expect(await move(heads[0]!, id, { action: 'decide' }, world.fresh)).toMatchObject({
      status: 409,
      body: { code: 'cases.panelDisagrees', n: 1, conclusion: 'otherwise' },
    });
    // A new proposal is a new question.
    await must(heads[0]!, id, { action: 'returnDecision', reason: '集体讨论未同意' });
    await must(officer, id, proposal(false));
    expect((await move(heads[0]!, id, { action: 'decide' }, world.fresh)).body).toMatchObject({ state: 'decided' });

    const admin = world.database.admin;
    for (const sql of [
      `UPDATE case_panel SET conclusion = 'agree' WHERE id = '${panel.id}'`,
      `UPDATE case_panel_member SET vote = 'agree' WHERE panel_id = '${panel.id}'`,
      `DELETE FROM case_panel_member`,
      `DELETE FROM case_panel`,
    ])
      await expect(admin.query(sql)).rejects.toThrow(/stays as|insert-only/);
  });

  it('lets a member from outside see the file only while it is open', async () => {
    const id = await investigating();
    const stranger = await world.person('上级负责人癸', 'head', null, '141121');
    expect((await world.call(stranger, 'GET', `/cases/${id}`)).status).toBe(404);
    const panel = await called(id, { memberIds: [heads[2]!.id, stranger.id] });
    expect((await world.call(stranger, 'GET', `/cases/${id}`)).status).toBe(200);
    await act(heads[0]!, id, panel, 'cancellation', { reason: '改期' });
    expect((await world.call(stranger, 'GET', `/cases/${id}`)).status).toBe(404);
  });

  it('程序规定 64: more time than a leader may give rests on a discussion that fixed the day', async () => {
    const id = await investigating();
    const clock = (await world.ok<CaseClockDto[]>(officer, 'GET', `/cases/${id}/clocks`)).find(({ key }) => key === 'decide')!;
    const extend = (until: string) =>
      world.call(heads[0]!, 'POST', `/cases/${id}/clocks/${clock.id}/extensions`, { reason: '集体讨论决定', until });
    await world.ok(heads[0]!, 'POST', `/cases/${id}/clocks/${clock.id}/extensions`, { reason: '案情复杂' });
    expect(await extend('2027-03-31')).toMatchObject({ status: 409, body: { code: 'cases.panelMissing', ground: 'extension' } });
    const panel = await called(id, { ground: 'extension', question: '是否继续延期' });
    for (const head of heads.slice(1)) await says(head, id, panel);
    expect((await ends(heads[1]!, id, panel)).body).toMatchObject({ errors: [{ pointer: '/extendedUntil' }] });
    await ends(heads[1]!, id, panel, { extendedUntil: '2027-03-31', text: '同意延期至2027年3月31日。' });
    expect((await extend('2027-04-30')).status).toBe(409);
    expect((await extend('2027-03-31')).status).toBe(200);
  });

  it('is printed as form 42 from its own record', async () => {
    const id = await investigating();
    const draft = () => world.call<{ id: string }>(officer, 'POST', `/cases/${id}/documents`, { form: '42' });
    const panel = await called(id);
    for (const head of heads.slice(1)) await says(head, id, panel);
    await ends(heads[1]!, id, panel);
    const { id: documentId } = (await draft()).body;
    const { fields } = await world.ok<{ fields: Record<string, unknown> }>(officer, 'GET', `/documents/${documentId}`);
    expect(fields).toMatchObject({
      place: '局会议室',
      chair: '负责人己',
      recorder: '内勤',
      listeners: '办案人员甲',
      conclusion: '同意拟处罚意见。',
      opinions: expect.arrayContaining(['负责人庚（同意）：事实清楚，同意。']),
    });
    await world.ok(officer, 'POST', `/documents/${documentId}/transitions`, { action: 'finish' });
  });
});
