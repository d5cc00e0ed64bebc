import { law } from '../../kernel';
import { Db, systemClaims } from '../../platform';
import { EvidenceRetention, PackageRow } from '../../evidence';
import { CaseService } from '../app/case.service';
import { type Answer, CaseWorld, type Person } from '../testing/case-world';
import type { CaseDto } from './case-view.dto';
import type { CaseClockDto, CaseExhibitDto, TaskDto } from './case-parts.dto';

jest.setTimeout(30_000);

let world: CaseWorld;
let officer: Person;
let second: Person;
let third: Person;
let reviewer: Person;
let head: Person;
let otherHead: Person;

beforeAll(async () => {
  world = await CaseWorld.open();
  officer = await world.person('办案人员甲', 'officer');
  second = await world.person('办案人员乙', 'officer');
  third = await world.person('办案人员丙', 'officer');
  reviewer = await world.person('审核人员丁', 'legalReviewer');
  head = await world.person('负责人戊', 'head');
  otherHead = await world.person('负责人己', 'head');
});
afterAll(() => world?.close());

const ARTICLES = [law('电子商务法', 15)];
const filing = () => ({
  action: 'proposeFiling',
  officers: [officer.id, second.id],
  facts: '其自建网站首页未公示营业执照信息。',
  articles: ARTICLES,
  jurisdictionConfirmed: true,
});

async function clue(by = officer): Promise<CaseDto> {
  const { subject, outlet } = await world.merchant();
  return world.ok<CaseDto>(by, 'POST', '/cases', {
    source: 'inspection',
    matter: '未亮照经营',
    subjectId: subject.id,
    outletId: outlet.id,
    reason: '测试',
  });
}

const move = (who: Person, id: string, action: string | object, headers: Record<string, string> = {}): Promise<Answer<CaseDto>> =>
  world.call<CaseDto>(who, 'POST', `/cases/${id}/transitions`, typeof action === 'string' ? { action } : action, headers);

async function must(who: Person, id: string, action: string | object, headers?: Record<string, string>): Promise<CaseDto> {
  const { status, body } = await move(who, id, action, headers);
  expect([status, status === 200 ? '' : JSON.stringify(body)]).toEqual([200, '']);
  return body;
}

const clocks = (id: string) => world.ok<CaseClockDto[]>(officer, 'GET', `/cases/${id}/clocks`);
const clockOf = async (id: string, key: string) => (await clocks(id)).filter((one) => one.key === key).at(-1)!;

/** Whether documents are really drafted, approved, sealed and printed, as one test does; elsewhere the row that this leaves is enough. */
let printed = false;

async function sealed(id: string, form: string, fields: object): Promise<string> {
  if (!printed) return world.paper(id, form, 'sealed', officer, head);
  const draft = await world.ok<{ id: string }>(officer, 'POST', `/cases/${id}/documents`, { form, fields });
  await documentMove(officer, draft.id, { action: 'submit' });
  await documentMove(head, draft.id, { action: 'approve' });
  await documentMove(head, draft.id, { action: 'seal' }, world.fresh);
  return draft.id;
}
async function receipt(id: string): Promise<void> {
  if (!printed) return void (await world.paper(id, '50', 'finished', officer, head));
  const draft = await world.ok<{ id: string }>(officer, 'POST', `/cases/${id}/documents`, { form: '50' });
  await documentMove(officer, draft.id, { action: 'finish' });
}
const documentMove = (who: Person, id: string, body: object, headers: Record<string, string> = {}) =>
  world.ok(who, 'POST', `/documents/${id}/transitions`, body, headers);
const served = (id: string) =>
  documentMove(officer, id, {
    action: 'serve',
    service: {
      method: 'direct',
      to: '当事人',
      where: '山西省交城县天宁镇',
      at: world.now().toISOString(),
      receiver: '张三，法定代表人',
    },
  });

async function filed(): Promise<CaseDto> {
  const { id } = await clue();
  await must(officer, id, filing());
  await sealed(id, '7', { reason: '符合立案条件。' });
  return must(head, id, 'approveFiling');
}

async function investigating(): Promise<string> {
  const { id } = await filed();
  await must(officer, id, 'startInvestigation');
  return id;
}

async function concluded(): Promise<string> {
  const id = await investigating();
  const captureId = await world.capture();
  await world.ok(officer, 'POST', `/cases/${id}/exhibits`, { captureId, factToProve: '首页未亮照' });
  await must(officer, id, { action: 'conclude', report: '事实清楚,证据确凿。' });
  return id;
}

async function reviewed(): Promise<string> {
  const id = await concluded();
  await must(officer, id, 'submitForReview');
  await must(reviewer, id, { action: 'approveReview', opinion: '同意。' });
  return id;
}

async function notified(): Promise<string> {
  const id = await reviewed();
  await served(await sealed(id, '37', { proposed: '罚款人民币1000元。', hearing: false }));
  await must(officer, id, 'notify');
  return id;
}

const PROPOSAL = {
  action: 'proposeDecision',
  outcome: 'penalty',
  articles: ARTICLES,
  penalty: [{ kind: '罚款', content: '罚款人民币1000元', basis: ARTICLES, amountFen: 100_000 }],
  statement: '当事人未提出陈述申辩。',
};

async function decided(): Promise<string> {
  world.at('2026-09-22T10:00');
  const id = await notified();
  world.at('2026-10-11T10:00');
  await must(officer, id, PROPOSAL);
  const decision = await sealed(id, '45', { perform: '自收到本决定书之日起十五日内缴纳。' });
  await must(head, id, 'decide', world.fresh);
  await served(decision);
  return id;
}

async function onServed(): Promise<string> {
  const id = await decided();
  await receipt(id);
  await must(officer, id, 'serve');
  return id;
}

async function closed(): Promise<string> {
  const id = await onServed();
  await must(officer, id, { action: 'proposeClosing', execution: '罚款已缴纳。', executedOn: '2026-10-11' });
  await sealed(id, '53', { ground: '行政处罚决定执行完毕' });
  await must(head, id, 'close');
  return id;
}

describe('from clue to filed case', () => {
  beforeEach(() => world.at('2026-09-22T10:00'));

  it('AC-OFF-1.1 filing without second officer shows the field and changes nothing', async () => {
    const { id, version } = await clue();
    for (const officers of [[officer.id], [officer.id, officer.id], [officer.id, reviewer.id], undefined]) {
      const refused = await move(officer, id, { ...filing(), officers });
      expect(refused).toMatchObject({
        status: 422,
        body: { code: 'cases.twoOfficersRequired', errors: [{ pointer: '/officers' }] },
      });
    }
    const after = await world.ok<CaseDto>(officer, 'GET', `/cases/${id}`);
    expect(after).toMatchObject({ state: 'clue', version, officers: [], facts: null });
  });

  it('AC-OFF-1.2 verify stops and decide starts at the approval instant; working days skip the long holiday, calendar days do not', async () => {
    const { id } = await clue();
    expect(await clockOf(id, 'verify')).toMatchObject({ due: '2026-10-20', state: 'running', basisZh: '《程序规定》第18条' });
    world.at('2026-09-30T16:00');
    await must(officer, id, filing());
    await sealed(id, '7', { reason: '符合立案条件。' });
    world.at('2026-09-30T17:30');
    const file = await must(head, id, 'approveFiling');
    const [verify, decide] = [await clockOf(id, 'verify'), await clockOf(id, 'decide')];
    expect(verify).toMatchObject({ state: 'stopped', due: '2026-10-20' });
    expect(decide).toMatchObject({ state: 'running', due: '2026-12-29', unit: 'day', n: 90 });
    expect(new Set([verify.stoppedAt!.slice(0, 16), decide.startedAt.slice(0, 16), file.filedAt!.slice(0, 16)]).size).toBe(1);
    expect(verify.explanation.map(({ zh }) => zh)).toContain('2026-10-01 – 2026-10-07 国庆节,不计 7 日');
    expect(decide.explanation.some(({ kind }) => kind === 'notCounted')).toBe(false);
  });

  it('AC-OFF-1.3 the officer cannot approve his own proposal: no such action is offered, a forced one is refused', async () => {
    const { id } = await clue();
    const file = await must(officer, id, filing());
    expect(file.availableActions).toEqual([]);
    expect(await move(officer, id, 'approveFiling')).toMatchObject({ status: 403, body: { code: 'cases.separationOfDuty' } });
    // Also a head who had submitted it himself, with every right.
    Object.assign(head, { permissions: [...head.permissions, 'case:handle'] });
    const own = await clue();
    await must(head, own.id, filing());
    await sealed(own.id, '7', { reason: '符合立案条件。' });
    const refused = await move(head, own.id, 'approveFiling');
    expect(refused).toMatchObject({ status: 403, body: { code: 'cases.separationOfDuty', rule: 'approverIsNotSubmitter' } });
    const shown = await world.ok<CaseDto>(head, 'GET', `/cases/${own.id}`);
    expect(shown.actions.find(({ action }) => action === 'approveFiling')).toMatchObject({
      allowed: false,
      reason: { code: 'cases.separationOfDuty', zh: '提请人不得审批本人的提请' },
    });
    expect((await must(otherHead, own.id, 'approveFiling')).state).toBe('filed');
  });

  it('AC-OFF-1.4 a number is not used again after a discarded clue', async () => {
    const first = await clue();
    await must(officer, first.id, { action: 'discard', reason: '重复登记' });
    const next = await clue();
    expect(first.number).toMatch(/^141122-2026-\d{5}$/);
    expect(Number(next.number.slice(-5))).toBe(Number(first.number.slice(-5)) + 1);
  });

  it('a missing form 7 is named and offered as reason', async () => {
    const { id } = await clue();
    await must(officer, id, filing());
    expect(await move(head, id, 'approveFiling')).toMatchObject({
      status: 409,
      body: { code: 'cases.documentsMissing', missing: [{ form: '7', state: null }] },
    });
  });

  it('a forced illegal transition gets 409 with the allowed ones', async () => {
    const { id } = await clue();
    expect(await move(officer, id, 'decide')).toMatchObject({
      status: 409,
      body: { code: 'cases.illegalTransition', state: 'clue', allowed: ['proposeFiling', 'discard'] },
    });
  });

  it('an act of another role gets 403', async () => {
    const { id } = await clue();
    expect(await move(reviewer, id, filing())).toMatchObject({ status: 403, body: { code: 'platform.forbidden' } });
  });

  it('unknown fields are refused', async () => {
    const { id } = await clue();
    expect(await move(officer, id, { action: 'discard', reason: 'x', surprise: 1 })).toMatchObject({
      status: 422,
      body: { code: 'platform.invalid' },
    });
  });

  it('of two heads who approve at once one succeeds and the other is told what is allowed now', async () => {
    const { id } = await clue();
    await must(officer, id, filing());
    await sealed(id, '7', { reason: '符合立案条件。' });
    const answers = await Promise.all([move(head, id, 'approveFiling'), move(otherHead, id, 'approveFiling')]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]));
    expect(answers.find(({ status }) => status === 409)!.body).toMatchObject({ code: 'cases.illegalTransition', state: 'filed' });
    expect((await clocks(id)).filter(({ key }) => key === 'decide')).toHaveLength(1);
  });

  it('a version that was changed meanwhile is refused', async () => {
    const { id, version } = await clue();
    await must(officer, id, filing(), { 'if-match': `"${version}"` });
    expect(await move(head, id, { action: 'returnProposal', reason: 'x' }, { 'if-match': `"${version}"` })).toMatchObject({
      status: 412,
    });
  });

  it('the same POST with the same key makes one clue', async () => {
    const { subject } = await world.merchant();
    const body = { source: 'report', matter: '同一来源', subjectId: subject.id };
    const [a, b] = await Promise.all(
      [1, 2].map(() => world.ok<CaseDto>(officer, 'POST', '/cases', body, { 'idempotency-key': 'clue-1' })),
    );
    expect(a!.id).toBe(b!.id);
  });

  it('a second clue on an outlet that has a running case needs a reason', async () => {
    const { outlet } = await world.merchant();
    const body = { source: 'report', matter: '未亮照', outletId: outlet.id };
    const first = await world.ok<CaseDto>(officer, 'POST', '/cases', body);
    expect(await world.call(officer, 'POST', '/cases', body)).toMatchObject({
      status: 409,
      body: { code: 'cases.outletHasCase', cases: [{ id: first.id }] },
    });
    const next = await world.ok<CaseDto>(officer, 'POST', '/cases', { ...body, reason: '另一违法行为' });
    expect(await world.ok(officer, 'GET', `/cases/${next.id}/links`)).toMatchObject([{ otherId: first.id }]);
  });

  it('a case out of scope is answered like one that does not exist, byte for byte', async () => {
    const { id } = await clue();
    const stranger = await world.person('邻县人员', 'officer', undefined, '141121');
    for (const path of ['', '/timeline', '/clocks', '/documents', '/exhibits', '/notes']) {
      const hidden = await world.app.inject({ url: `/cases/${id}${path}`, headers: { 'x-person': stranger.id } });
      const unknown = await world.app.inject({
        url: `/cases/00000000-0000-4000-8000-000000000000${path}`,
        headers: { 'x-person': stranger.id },
      });
      expect([hidden.statusCode, hidden.body]).toEqual([404, unknown.body]);
    }
    expect((await move(stranger, id, filing())).status).toBe(404);
  });

  it('a recused officer cannot be named, and loses sight of the case at once', async () => {
    const { id } = await clue();
    expect(
      (await world.call(third, 'POST', `/cases/${id}/recusals`, { officerId: third.id, reason: '与当事人有亲属关系' })).status,
    ).toBe(204);
    expect((await world.call(third, 'GET', `/cases/${id}`)).status).toBe(404);
    expect(await move(officer, id, { ...filing(), officers: [officer.id, third.id] })).toMatchObject({
      status: 422,
      body: { code: 'cases.officerRecused' },
    });
    expect((await world.call(officer, 'POST', `/cases/${id}/recusals`, { officerId: second.id, reason: 'x' })).status).toBe(403);
  });
});

describe('investigation and review', () => {
  beforeEach(() => world.at('2026-09-22T10:00'));

  it('only an officer of the case investigates it', async () => {
    const { id } = await filed();
    expect(await move(third, id, 'startInvestigation')).toMatchObject({
      status: 403,
      body: { code: 'cases.separationOfDuty', rule: 'handlerOnly' },
    });
  });

  it('cannot be concluded without an exhibit, nor with one that is no longer what it was', async () => {
    const id = await investigating();
    const report = { action: 'conclude', report: '…' };
    expect(await move(officer, id, report)).toMatchObject({ status: 409, body: { code: 'cases.exhibitsMissing' } });
    const captureId = await world.capture();
    await world.ok(officer, 'POST', `/cases/${id}/exhibits`, { captureId, factToProve: '首页未亮照' });
    expect(await world.call(officer, 'POST', `/cases/${id}/exhibits`, { captureId, factToProve: '再次' })).toMatchObject({
      status: 409,
      body: { code: 'cases.exhibitTwice', number: 1 },
    });
    await world.database.admin.query(
      `ALTER TABLE evidence_package DISABLE TRIGGER ALL; UPDATE evidence_package SET manifest_sha256 = repeat('0', 64) WHERE id = '${captureId}'`,
    );
    await world.database.admin.query('ALTER TABLE evidence_package ENABLE TRIGGER ALL');
    expect(await move(officer, id, report)).toMatchObject({
      status: 409,
      body: { code: 'cases.exhibitsUnverified', exhibits: [{ number: 1, reason: 'FILE_DIGEST MANIFEST.json' }] },
    });
    const [shown] = await world.ok<CaseExhibitDto[]>(officer, 'GET', `/cases/${id}/exhibits`);
    expect(shown).toMatchObject({ number: 1, captureId, fault: 'manifestChanged' });
  });

  it('cannot be concluded on bytes that are no longer those that were signed; what was found stands in the custody chain', async () => {
    const id = await investigating();
    const captureId = await world.capture();
    await world.ok(officer, 'POST', `/cases/${id}/exhibits`, { captureId, factToProve: '首页未亮照' });
    await world.damage(captureId, 'content/text.txt');
    const refused = await move(officer, id, { action: 'conclude', report: '…' });
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'cases.exhibitsUnverified', exhibits: [{ number: 1, reason: 'FILE_SIZE content/text.txt; MANIFEST_SET content/text.txt' }] },
    });
    expect(await world.ok(officer, 'GET', `/cases/${id}/exhibits`)).toMatchObject([{ fault: 'verificationFailed' }]);
  });

  it('other officers are named by the head: two, not recused, not who reviewed; the work goes to them', async () => {
    const id = await investigating();
    await world.ok(head, 'POST', `/cases/${id}/recusals`, { officerId: second.id, reason: '与当事人有利害关系' });
    const name = (who: Person, ...officers: Person[]) =>
      world.call<CaseDto>(who, 'POST', `/cases/${id}/officers`, { officers: officers.map((one) => one.id) });
    expect((await name(officer, officer, third)).status).toBe(403);
    expect(await name(head, officer)).toMatchObject({ status: 422, body: { code: 'cases.twoOfficersRequired' } });
    expect(await name(head, officer, second)).toMatchObject({ status: 422, body: { code: 'cases.officerRecused' } });
    expect(await name(head, officer, third)).toMatchObject({
      status: 200,
      body: { officers: [{ id: officer.id }, { id: third.id }] },
    });
    expect((await world.ok<{ items: TaskDto[] }>(third, 'GET', `/tasks?caseId=${id}`)).items).toMatchObject([
      { kind: 'investigate' },
    ]);
  });

  it('a stay moves the end by the days really paused; its ground must be one of the law', async () => {
    const id = await investigating();
    const before = await clockOf(id, 'decide');
    expect(await move(head, id, { action: 'pause', ground: 'tired', reason: 'x' })).toMatchObject({
      status: 422,
      body: { code: 'cases.groundNotListed' },
    });
    await must(head, id, { action: 'pause', ground: 'partyMissing', reason: '当事人下落不明' });
    world.at('2026-10-12T10:00');
    await must(head, id, { action: 'resume', reason: '已找到当事人' });
    expect(before.due).toBe('2026-12-21');
    expect(await clockOf(id, 'decide')).toMatchObject({ pausedDays: 20, due: '2027-01-11', provisional: true });
  });

  it('a clock is extended once by approval, further only to a stated day; testing time does not count', async () => {
    const id = await investigating();
    const { id: clockId } = await clockOf(id, 'decide');
    const at = `/cases/${id}/clocks/${clockId}`;
    expect((await world.call(officer, 'POST', `${at}/extensions`, { reason: '案情复杂' })).status).toBe(403);
    await world.ok(head, 'POST', `${at}/extensions`, { reason: '案情复杂' });
    expect((await clockOf(id, 'decide')).due).toBe('2027-01-20');
    expect(await world.call(head, 'POST', `${at}/extensions`, { reason: '仍需时间' })).toMatchObject({
      status: 409,
      body: { code: 'cases.clockRefused', reason: 'collectiveNeeded' },
    });
    const further = { reason: '集体讨论决定', until: '2027-03-31' };
    expect((await world.call(head, 'POST', `${at}/extensions`, further)).body).toMatchObject({ code: 'cases.panelMissing' });
    expect(await world.call(head, 'POST', `${at}/pauses`, { ground: 'secrecyCheck', reason: 'x' })).toMatchObject({
      status: 409,
      body: { reason: 'groundNotListed' },
    });
    await world.ok(head, 'POST', `${at}/pauses`, { ground: 'appraisal', reason: '委托鉴定' });
    expect(await clockOf(id, 'decide')).toMatchObject({ state: 'paused' });
    await world.ok(head, 'POST', `${at}/resumptions`);
  });

  it('AC-LEG-1.1 a reviewer without edit right decides; the officer of the case does not', async () => {
    const id = await concluded();
    await must(officer, id, 'submitForReview');
    expect((await world.call(reviewer, 'POST', `/cases/${id}/exhibits`, { captureId: 'ev_x', factToProve: 'x' })).status).toBe(
      403,
    );
    expect(await move(officer, id, { action: 'approveReview', opinion: '同意' })).toMatchObject({
      status: 403,
      body: { code: 'cases.separationOfDuty', rule: 'reviewerIsNotOfficer' },
    });
    expect((await must(reviewer, id, { action: 'approveReview', opinion: '同意。' })).state).toBe('reviewed');
  });

  it('AC-LEG-1.2 who took part in the investigation cannot be assigned as reviewer', async () => {
    const turncoat = await world.person('转岗人员', 'officer');
    await world.database.admin.query(`INSERT INTO officer_role VALUES ($1, 'legalReviewer', 'unit', 'test', now())`, [
      turncoat.id,
    ]);
    const { id } = await clue();
    await must(officer, id, { ...filing(), officers: [turncoat.id, officer.id] });
    await must(head, id, { action: 'returnProposal', reason: '更换办案人员' });
    await must(officer, id, filing());
    expect(await world.call(head, 'POST', `/cases/${id}/reviewer`, { officerId: turncoat.id })).toMatchObject({
      status: 403,
      body: { code: 'cases.separationOfDuty' },
    });
    expect(await world.call(head, 'POST', `/cases/${id}/reviewer`, { officerId: second.id })).toMatchObject({ status: 422 });
    await world.ok(head, 'POST', `/cases/${id}/reviewer`, { officerId: reviewer.id });
  });

  it('AC-LEG-1.3 AC-LEG-1.4 a returned file needs an answer to each remark, and its time with the officer does not count', async () => {
    world.at('2026-11-02T10:00');
    const id = await concluded();
    await must(officer, id, 'submitForReview');
    expect((await clockOf(id, 'legalReview')).due).toBe('2026-11-16');
    world.at('2026-11-04T10:00');
    await must(reviewer, id, {
      action: 'returnForCorrection',
      remarks: [{ field: 'report', text: '补充定性理由' }, { text: '证据1未注明来源' }],
    });
    expect(await clockOf(id, 'legalReview')).toMatchObject({ state: 'paused' });
    world.at('2026-11-11T10:00');
    const remarks = await world.ok<{ id: string }[]>(officer, 'GET', `/cases/${id}/remarks`);
    const answers = remarks.map((remark, n) => ({ remarkId: remark.id, text: `已补充${n}` }));
    expect(await move(officer, id, { action: 'submitForReview', answers: answers.slice(1) })).toMatchObject({
      status: 422,
      body: { code: 'cases.remarksUnanswered', remarks: [remarks[0]!.id] },
    });
    await must(officer, id, { action: 'submitForReview', answers });
    expect(await clockOf(id, 'legalReview')).toMatchObject({ state: 'running', due: '2026-11-23', pausedDays: 7 });
    expect(await world.ok(reviewer, 'GET', `/cases/${id}/remarks`)).toMatchObject([
      { round: 1, field: 'report', answer: '已补充0' },
      { round: 1, answer: '已补充1' },
    ]);
  });
});

describe('notice, decision, service', () => {
  beforeEach(() => world.at('2026-09-22T10:00'));

  it('the notice must be served before the party counts as notified', async () => {
    const id = await reviewed();
    expect(await move(officer, id, 'notify')).toMatchObject({ status: 409, body: { code: 'cases.documentsMissing' } });
    await sealed(id, '37', { proposed: '罚款。', hearing: false, contact: '0358-0000000' });
    expect(await move(officer, id, 'notify')).toMatchObject({ status: 409, body: { code: 'cases.serviceMissing', form: '37' } });
  });

  it('no decision before the statement period is over; who reviewed does not decide; the act needs a fresh second factor', async () => {
    const id = await notified();
    expect((await clockOf(id, 'statement')).due).toBe('2026-09-30');
    expect(await move(officer, id, PROPOSAL)).toMatchObject({
      status: 409,
      body: { code: 'cases.statementPeriodRunning', until: '2026-09-30' },
    });
    world.at('2026-10-08T10:00');
    await must(officer, id, PROPOSAL);
    await sealed(id, '45', { perform: '十五日内缴纳。' });
    expect(await move(officer, id, 'decide')).toMatchObject({ status: 403, body: { code: 'cases.separationOfDuty' } });
    expect(await move(head, id, 'decide')).toMatchObject({ status: 403, body: { code: 'officers.secondFactorRequired' } });
    const file = await must(head, id, 'decide', world.fresh);
    expect(file).toMatchObject({ state: 'decided', decided: true, outcome: 'penalty' });
    expect(await clockOf(id, 'decide')).toMatchObject({ state: 'stopped' });
    expect(await clockOf(id, 'publish')).toMatchObject({ due: '2026-11-04' });
  });

  it('AC-OFF-4.3 a hearing asked for in time pauses decide from that day; a late one is refused with the arithmetic', async () => {
    const id = await notified();
    world.at('2026-09-29T10:00');
    await must(officer, id, { action: 'requestHearing', reason: '当事人书面要求', requestedOn: '2026-09-28' });
    const decide = await clockOf(id, 'decide');
    expect(decide).toMatchObject({ state: 'paused', pauses: [{ ground: 'hearing', from: '2026-09-27T16:00:00.000Z' }] });
    world.at('2026-09-22T10:00');
    await must(officer, id, { action: 'endHearing', report: '听证报告' });
    await must(officer, id, 'submitForReview');
    await must(reviewer, id, { action: 'approveReview', opinion: '同意。' });
    expect((await move(officer, id, PROPOSAL)).body).toMatchObject({ code: 'cases.statementPeriodRunning' });
    world.at('2026-10-09T10:00');
    expect((await must(officer, id, PROPOSAL)).state).toBe('decisionProposed');
    world.at('2026-09-22T10:00');
    const late = await notified();
    world.at('2026-10-09T10:00');
    const refused = await move(officer, late, { action: 'requestHearing', reason: 'x', requestedOn: '2026-10-09' });
    expect(refused).toMatchObject({ status: 409, body: { code: 'cases.statementPeriodEnded' } });
    expect((refused.body as unknown as { calculation: unknown[] }).calculation.length).toBeGreaterThan(3);
  });
});

describe('closing and archive', () => {
  afterEach(() => void (printed = false));

  it('the whole way, with real papers: every state once, each with its event; both times are kept', async () => {
    printed = true;
    const id = await closed();
    const file = await must(head, id, 'archive');
    expect(file).toMatchObject({ state: 'archived', availableActions: ['reopen'] });
    const events = await world.ok<{ kind: string; happenedAt: string; recordedAt: string; actorName: string }[]>(
      officer,
      'GET',
      `/cases/${id}/timeline`,
    );
    const kinds = [
      'opened',
      'proposeFiling',
      'approveFiling',
      'startInvestigation',
      'conclude',
      'submitForReview',
      'approveReview',
      'notify',
      'proposeDecision',
      'decide',
      'serve',
      'proposeClosing',
      'close',
      'archive',
    ];
    expect(events.map(({ kind }) => kind).filter((kind) => kinds.includes(kind))).toEqual(kinds);
    expect(events.every(({ happenedAt, recordedAt }) => happenedAt <= recordedAt)).toBe(true);
    const facts = await world.database.admin.query<{ type: string }[]>(`SELECT type FROM outbox WHERE subject = $1 ORDER BY id`, [
      id,
    ]);
    expect(facts.map(({ type }) => type)).toEqual([
      'case.opened',
      'case.filed',
      'case.notified',
      'case.decided',
      'case.served',
      'case.closed',
      'case.archived',
    ]);
    const audit = await world.ok<{ act: string }[]>(head, 'GET', `/cases/${id}/audit`);
    expect(audit.map(({ act }) => act)).toEqual(
      expect.arrayContaining(['case.open', 'case.decide', 'case.archive', 'exhibit.accept', 'case.read']),
    );
  });

  it('AC-OFF-5.1 an open order blocks closing with its name; done, it does not', async () => {
    const id = await onServed();
    const [cases, db] = [world.app.get(CaseService, { strict: false }), world.app.get(Db)];
    const order = { kind: 'order', ref: 'o-1', text: '暂停提供服务通知书 交市监停服〔2026〕1号' };
    await db.as(systemClaims('test'), async (tx) => {
      await cases.block(tx, id, order);
      await cases.block(tx, id, order);
    });
    const proposal = { action: 'proposeClosing', execution: '罚款已缴纳。', executedOn: '2026-10-11' };
    expect(await move(officer, id, proposal)).toMatchObject({
      status: 409,
      body: { code: 'cases.ordersOpen', blockers: [order] },
    });
    const offered = (await world.ok<CaseDto>(officer, 'GET', `/cases/${id}`)).actions.find(
      ({ action }) => action === 'proposeClosing',
    );
    expect(offered).toMatchObject({ allowed: false, reason: { code: 'cases.ordersOpen', details: { blockers: [order] } } });
    await db.as(systemClaims('test'), (tx) => cases.unblock(tx, id, order));
    await must(officer, id, proposal);
  });

  it('AC-OFF-5.2 a late document is filed into a closed case, marked so, and changes no state; an exhibit is not', async () => {
    const id = await closed();
    await world.ok(officer, 'POST', `/cases/${id}/documents`, { form: '50', fields: {} });
    await world.ok(officer, 'POST', `/cases/${id}/notes`, { text: '更正: 送达地址笔误' });
    const file = await world.ok<CaseDto>(officer, 'GET', `/cases/${id}`);
    expect(file.state).toBe('closed');
    const late = (await world.ok<{ kind: string; afterClose: boolean }[]>(officer, 'GET', `/cases/${id}/timeline`)).filter(
      ({ afterClose }) => afterClose,
    );
    expect(late.map(({ kind }) => kind)).toEqual(['documentDrafted', 'noteAdded']);
    const captureId = await world.capture();
    expect(await world.call(officer, 'POST', `/cases/${id}/exhibits`, { captureId, factToProve: 'x' })).toMatchObject({
      status: 409,
      body: { code: 'cases.caseEnded' },
    });
  });

  it('AC-OFF-5.3 the retention date is that of the outcome; reopening clears it and keeps the history', async () => {
    const id = await closed();
    world.at('2026-10-20T10:00');
    expect(await must(head, id, 'archive')).toMatchObject({ retention: { class: 'penalty', until: '2056-10-11' } });
    const reopened = await must(otherHead, id, { action: 'reopen', reason: '决定被确认违法' });
    expect(reopened).toMatchObject({ state: 'investigating', retention: null, closedAt: null, archivedAt: null });
    expect((await world.ok<unknown[]>(officer, 'GET', `/cases/${id}/timeline`)).length).toBeGreaterThan(14);
    expect(await clockOf(id, 'decide')).toMatchObject({ state: 'running', startedBy: 'reopen' });
  });
});

describe('workbench', () => {
  const tasks = async (who: Person, id: string, view = 'mine') =>
    (await world.ok<{ items: TaskDto[] }>(who, 'GET', `/tasks?view=${view}&caseId=${id}`)).items;

  it('the work of a state is owed by who can do it, and ends when the case moves on', async () => {
    world.at('2026-09-22T10:00');
    const { id } = await clue();
    expect(await tasks(officer, id)).toMatchObject([
      { kind: 'assessClue', due: '2026-10-20', ofState: true, caseNumber: expect.stringMatching(/^141122-/) },
    ]);
    expect(await tasks(reviewer, id)).toEqual([]);
    const [owed] = await tasks(officer, id);
    expect(await world.call(officer, 'POST', `/tasks/${owed!.id}/done`, {})).toMatchObject({
      status: 409,
      body: { code: 'cases.taskClosesItself' },
    });
    await must(officer, id, filing());
    expect(await tasks(officer, id)).toEqual([]);
    expect(await tasks(otherHead, id)).toMatchObject([{ kind: 'decideFiling' }]);
    expect(await tasks(officer, id, 'done')).toMatchObject([{ kind: 'assessClue', state: 'done' }]);
  });

  it('a task by hand stands in the way of closing until it is done, by whom it is assigned to', async () => {
    const id = await onServed();
    const [made] = (
      await world.ok<TaskDto[]>(reviewer, 'POST', `/cases/${id}/tasks`, {
        title: '补充送达照片',
        assignees: [second.id],
        blocks: true,
      })
    ).filter(({ kind }) => kind === 'manual');
    const proposal = { action: 'proposeClosing', execution: '罚款已缴纳。', executedOn: '2026-10-11' };
    expect(await move(officer, id, proposal)).toMatchObject({
      status: 409,
      body: { code: 'cases.tasksOpen', tasks: [{ id: made!.id, title: '补充送达照片' }] },
    });
    expect((await world.call(officer, 'POST', `/tasks/${made!.id}/done`, {})).status).toBe(403);
    await world.ok(second, 'POST', `/tasks/${made!.id}/done`, { note: '已补充' });
    await must(officer, id, proposal);
  });

  it('AC-OFF-6.3 a held task leaves "mine" and comes back on its day with a marker', async () => {
    world.at('2026-09-22T10:00');
    const { id } = await clue();
    const [owed] = await tasks(officer, id);
    expect((await world.call(reviewer, 'POST', `/tasks/${owed!.id}/hold`, { until: '2026-09-25' })).status).toBe(403);
    await world.ok(officer, 'POST', `/tasks/${owed!.id}/hold`, { until: '2026-09-25' });
    expect(await tasks(officer, id)).toEqual([]);
    expect(await tasks(officer, id, 'held')).toHaveLength(1);
    world.at('2026-09-25T08:00');
    expect(await tasks(officer, id)).toMatchObject([{ id: owed!.id, returned: true }]);
  });
});

describe('who sees a case', () => {
  const seesPackage = (who: Person, id: string) =>
    world.app
      .get(Db)
      .as(
        { actor: who.id, scope: 'unit', division: who.division, roles: who.roles },
        async (tx) => (await tx.query<unknown[]>('SELECT FROM evidence_package WHERE id = $1', [id])).length > 0,
      );

  it('restricted: the named and the heads; others find neither entry nor case', async () => {
    world.at('2026-09-22T10:00');
    const { id, number } = await clue();
    const paper = await world.ok<{ id: string }>(officer, 'POST', `/cases/${id}/documents`, { form: '7' });
    const captureId = await world.capture();
    await world.ok(officer, 'POST', `/cases/${id}/exhibits`, { captureId, factToProve: '首页未亮照' });
    expect((await world.call(third, 'GET', `/documents/${paper.id}`)).status).toBe(200);
    expect(await seesPackage(third, captureId)).toBe(true);
    expect(
      (await world.call(officer, 'POST', `/cases/${id}/visibility`, { visibility: 'restricted', reason: '涉举报人' })).status,
    ).toBe(403);
    await world.ok(head, 'POST', `/cases/${id}/visibility`, {
      visibility: 'restricted',
      reason: '涉举报人',
      review: '2027-01-01',
    });
    expect((await world.call(third, 'GET', `/cases/${id}`)).status).toBe(404);
    expect((await world.ok<{ total: number }>(third, 'GET', `/cases?q=${number}`)).total).toBe(0);
    // What hangs on the case in other rooms is hidden with it.
    expect((await world.call(third, 'GET', `/documents/${paper.id}`)).status).toBe(404);
    expect((await world.ok<{ total: number }>(third, 'GET', `/documents?caseId=${id}`)).total).toBe(0);
    expect(await seesPackage(third, captureId)).toBe(false);
    await world.ok(head, 'POST', `/cases/${id}/members`, { officerId: third.id });
    expect((await world.call(third, 'GET', `/cases/${id}`)).status).toBe(200);
    expect((await world.ok<{ total: number }>(third, 'GET', `/cases?q=${number}&mine=true`)).total).toBe(1);
    expect((await world.call(third, 'GET', `/documents/${paper.id}`)).status).toBe(200);
    expect(await seesPackage(third, captureId)).toBe(true);
  });

  it('the party is kept as it was; what the register says today is shown beside it', async () => {
    const { id, subjectId } = await clue();
    await world.database.admin.query(`UPDATE subject SET name = '交城骏枣商贸集团有限公司' WHERE id = $1`, [subjectId]);
    const [party] = await world.ok<{ snapshot: Record<string, unknown>; differences: unknown[] }[]>(
      officer,
      'GET',
      `/cases/${id}/parties`,
    );
    expect(party!.snapshot).toMatchObject({ name: '交城骏枣商贸有限公司', legalRep: '张三' });
    expect(party!.differences).toEqual([
      { field: 'name', inFile: '交城骏枣商贸有限公司', inRegister: '交城骏枣商贸集团有限公司' },
    ]);
  });
});

describe('working calendar', () => {
  const notice = {
    basis: '国务院办公厅关于2027年部分节假日安排的通知',
    issued: '2026-11-20',
    holidays: [{ name: '元旦', from: '2027-01-01', to: '2027-01-03' }],
    workdays: ['2027-01-09'],
  };

  it('a year without notice is warned about from 1 November; a loaded notice ends the warning and moves dates', async () => {
    const admin = await world.person('系统管理员', 'systemAdmin');
    world.at('2026-10-31T10:00');
    expect(await world.ok(officer, 'GET', '/calendar')).toMatchObject({ missing: [] });
    world.at('2026-11-01T10:00');
    expect(await world.ok(officer, 'GET', '/calendar')).toMatchObject({ missing: [2027] });
    expect((await world.call(officer, 'PUT', '/calendar/2027', notice)).status).toBe(403);
    expect(await world.call(admin, 'PUT', '/calendar/2027', { ...notice, workdays: ['2027-01-02'] })).toMatchObject({
      status: 422,
      body: { code: 'cases.calendarFaulty' },
    });
    expect(await world.ok(admin, 'PUT', '/calendar/2027', notice)).toMatchObject({ missing: [] });
    const [years] = [(await world.ok<{ years: { year: number; confirmed: boolean }[] }>(officer, 'GET', '/calendar')).years];
    expect(years.find(({ year }) => year === 2027)).toMatchObject({ confirmed: true, basis: notice.basis });
  });
});

describe('exhibits that are things, and who holds them', () => {
  const thing = {
    description: '检查现场扣留的手机（黑色）',
    quantity: '1部',
    keptAt: '物证室3号柜',
    holder: '物证管理员',
    factToProve: '后台订单记录',
  };

  it('run in the same numbers as packages, and need no digest', async () => {
    const { id } = await clue();
    const captureId = await world.capture();
    await world.ok(officer, 'POST', `/cases/${id}/exhibits`, { captureId, factToProve: '首页未亮照' });
    const added = await world.ok<CaseExhibitDto>(officer, 'POST', `/cases/${id}/exhibits/things`, thing);
    expect(added).toMatchObject({
      number: 2,
      captureId: null,
      thing: { quantity: '1部' },
      holder: '物证管理员',
      keptAt: '物证室3号柜',
      fault: null,
    });
    expect(await world.ok(officer, 'GET', `/cases/${id}/exhibits`)).toMatchObject([
      { number: 1, captureId, holder: officer.id, thing: null },
      { number: 2, captureId: null },
    ]);
    expect((await world.call(reviewer, 'POST', `/cases/${id}/exhibits/things`, thing)).status).toBe(403);
  });

  it('change hands against a receipt: who hands over is who holds it by the record', async () => {
    const { id } = await clue();
    const { id: exhibit } = await world.ok<CaseExhibitDto>(officer, 'POST', `/cases/${id}/exhibits/things`, thing);
    const path = `/cases/${id}/exhibits/${exhibit}/handovers`;
    const next = {
      to: '鉴定机构收件人',
      keptAt: '鉴定机构',
      receipt: 'H-001',
      reason: '送检',
      happenedAt: '2026-09-22T01:30:00.000Z',
    };
    expect(await world.ok(officer, 'POST', path, next)).toMatchObject({ n: 1, from: '物证管理员', to: '鉴定机构收件人' });
    expect((await world.call(officer, 'POST', path, next)).body).toMatchObject({
      code: 'cases.holderSame',
      holder: '鉴定机构收件人',
    });
    const back = { ...next, to: '物证管理员', keptAt: '物证室3号柜', receipt: 'H-002', reason: '检毕退回' };
    for (const happenedAt of ['2026-09-22T01:00:00.000Z', '2036-01-01T00:00:00.000Z'])
      expect((await world.call(officer, 'POST', path, { ...back, happenedAt })).body).toMatchObject({
        code: 'cases.handoverTooEarly',
      });
    expect(await world.ok(officer, 'POST', path, { ...back, happenedAt: '2026-09-22T01:45:00.000Z' })).toMatchObject({ n: 2 });
    const [shown] = await world.ok<CaseExhibitDto[]>(officer, 'GET', `/cases/${id}/exhibits`);
    expect(shown).toMatchObject({ holder: '物证管理员', handovers: [{ receipt: 'H-001' }, { receipt: 'H-002' }] });
    const [events] = await world.database.admin.query<{ acts: string[] }[]>(
      `SELECT array_agg(act) AS acts FROM audit_event WHERE case_id = $1 AND kind = 'exhibit'`,
      [id],
    );
    expect(events!.acts.filter((act) => act === 'exhibit.handOver')).toHaveLength(2);
  });

  it('S002 21, §1.8: are listed on forms 11 and 24 by the record, whatever the caller would have it say', async () => {
    const { id, number } = await clue();
    const captureId = await world.capture();
    await world.ok(officer, 'POST', `/cases/${id}/exhibits`, { captureId, factToProve: '首页未亮照' });
    const { id: exhibit } = await world.ok<CaseExhibitDto>(officer, 'POST', `/cases/${id}/exhibits/things`, thing);
    const next = {
      to: second.id,
      keptAt: '物证室1号柜',
      receipt: 'H-9',
      reason: '换人保管',
      happenedAt: '2026-09-22T01:30:00.000Z',
    };
    await world.ok(officer, 'POST', `/cases/${id}/exhibits/${exhibit}/handovers`, next);
    const draft = (form: string, fields: object = {}) =>
      world.ok<{ id: string }>(officer, 'POST', `/cases/${id}/documents`, { form, fields });
    const shown = (documentId: string) =>
      world.ok<{ fields: Record<string, unknown>; version: number }>(officer, 'GET', `/documents/${documentId}`);
    const fields = async (documentId: string) => (await shown(documentId)).fields;

    const list = await draft('11', { exhibits: [], note: '移送前清点' });
    const of11 = await fields(list.id);
    expect(of11).toMatchObject({ case: `未亮照经营（${number}）`, note: '移送前清点' });
    expect(of11['exhibits']).toMatchObject([
      { number: 1, kind: 'electronic', proves: '首页未亮照', sha256: expect.stringMatching(/^[0-9a-f]{64}$/), handovers: [] },
      { number: 2, kind: 'thing', sha256: null, place: '物证室1号柜', handovers: [{ n: 1, from: '物证管理员', receipt: 'H-9' }] },
    ]);
    // Officers are printed by name and certificate, whoever is named by the record.
    const [first, moved] = of11['exhibits'] as { holder: string }[];
    expect([first!.holder, moved!.holder]).toEqual([
      expect.stringMatching(/^办案人员甲（执法证号：.+）$/),
      expect.stringMatching(/^办案人员乙（执法证号：.+）$/),
    ]);
    const headers = { 'if-match': `"${(await shown(list.id)).version}"` };
    const forged = await world.call(officer, 'PATCH', `/documents/${list.id}`, { fields: { exhibits: [] } }, headers);
    expect(forged).toMatchObject({ status: 422, body: { code: 'documents.fieldsFaulty' } });

    const things = await fields((await draft('24')).id);
    expect(things['things']).toMatchObject([{ number: 2, name: thing.description, quantity: '1部' }]);
  });

  it('are seen with the case only, and hand-overs are never changed', async () => {
    const { id } = await clue();
    const { id: exhibit } = await world.ok<CaseExhibitDto>(officer, 'POST', `/cases/${id}/exhibits/things`, thing);
    const next = { to: '鉴定机构', keptAt: '鉴定机构', receipt: 'H-1', reason: '送检', happenedAt: '2026-09-22T01:30:00.000Z' };
    await world.ok(officer, 'POST', `/cases/${id}/exhibits/${exhibit}/handovers`, next);
    const db = world.app.get(Db);
    const seen = (division: string) =>
      db.as({ ...systemClaims('test'), scope: 'unit', division, actor: 'x' }, (tx) =>
        tx.query<unknown[]>('SELECT FROM case_exhibit_handover WHERE case_id = $1', [id]),
      );
    expect([(await seen('141122')).length, (await seen('141121')).length]).toEqual([1, 0]);
    for (const sql of ['DELETE FROM case_exhibit_handover', `UPDATE case_exhibit_handover SET to_holder = 'x'`])
      await expect(world.database.admin.query(sql)).rejects.toThrow('insert-only');
  });
});

describe('F30 how long cases keep the evidence that they rest on', () => {
  const obstacle = async (captureId: string) => {
    const db = world.app.get(Db);
    return db.as({ ...systemClaims('test'), scope: 'unit', division: '141122', actor: 'x' }, async (tx) => {
      const row = await tx.findOneByOrFail(PackageRow, { id: captureId });
      return world.app.get(EvidenceRetention).obstacle(tx, row);
    });
  };
  const closed = (id: string, until: string | null) =>
    world.database.admin.query(
      `UPDATE case_file SET closed_at = now(), archived_at = now(), retention_class = 'penalty', retention_until = $2 WHERE id = $1`,
      [id, until],
    );

  it('a running case keeps it, also one that the asker may not see; then the longest of all cases; then nothing', async () => {
    const [first, other] = [await clue(), await clue()];
    const captureId = await world.capture();
    for (const { id } of [first, other])
      await world.ok(officer, 'POST', `/cases/${id}/exhibits`, { captureId, factToProve: '首页未亮照' });
    expect(await obstacle(captureId)).toEqual({ because: 'caseRunning', until: null });
    await closed(first.id, '2020-01-01');
    await world.database.admin.query(
      `UPDATE case_file SET visibility = 'sealed', visibility_reason = '保密', visibility_review = '2030-01-01' WHERE id = $1`,
      [other.id],
    );
    expect(await obstacle(captureId)).toEqual({ because: 'caseRunning', until: null });
    await closed(other.id, null);
    expect(await obstacle(captureId)).toEqual({ because: 'forEver', until: null });
    await closed(other.id, '2056-01-01');
    expect(await obstacle(captureId)).toEqual({ because: 'until', until: '2056-01-01' });
    await closed(other.id, '2021-01-01');
    expect(await obstacle(captureId)).toBeNull();
  });

  it('one that no case took is kept two years, like a clue that was not filed', async () => {
    expect(await obstacle(await world.capture())).toMatchObject({
      because: 'until',
      until: expect.stringMatching(/^20\d\d-\d\d-\d\d$/),
    });
  });
});
