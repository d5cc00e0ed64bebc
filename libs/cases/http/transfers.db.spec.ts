import { law } from '../../kernel';
import { CaseWorld, type Person } from '../testing/case-world';
import type { TaskDto } from './case-parts.dto';
import type { CaseDto } from './case-view.dto';
import type { CaseTransferDto } from './transfer.dto';

jest.setTimeout(30_000);

let world: CaseWorld;
let officer: Person;
let second: Person;
let head: Person;

beforeAll(async () => {
  world = await CaseWorld.open();
  officer = await world.person('办案人员甲', 'officer');
  second = await world.person('办案人员乙', 'officer');
  head = await world.person('负责人戊', 'head');
});
afterAll(() => world?.close());
beforeEach(() => world.at('2026-09-22T10:00'));

const move = (who: Person, id: string, body: object) => world.call<CaseDto>(who, 'POST', `/cases/${id}/transitions`, body);
async function must(who: Person, id: string, body: object): Promise<CaseDto> {
  const { status, body: answer } = await move(who, id, body);
  expect([status, status === 200 ? '' : JSON.stringify(answer)]).toEqual([200, '']);
  return answer;
}

async function clue(): Promise<string> {
  const { subject, outlet } = await world.merchant();
  const body = { source: 'inspection', matter: '虚假宣传', subjectId: subject.id, outletId: outlet.id, reason: '测试' };
  return (await world.ok<CaseDto>(officer, 'POST', '/cases', body)).id;
}
async function investigating(): Promise<string> {
  const id = await clue();
  await must(officer, id, {
    action: 'proposeFiling',
    officers: [officer.id, second.id],
    facts: '宣传内容与实际不符。',
    articles: [law('反不正当竞争法', 9)],
    jurisdictionConfirmed: true,
  });
  await world.paper(id, '7', 'sealed', officer, head);
  await must(head, id, { action: 'approveFiling' });
  await must(officer, id, { action: 'startInvestigation' });
  return id;
}

const decision = (changes: object = {}) => ({
  action: 'transfer',
  transferKind: 'crime',
  receiver: '交城县公安局',
  reason: '涉嫌构成虚假广告罪',
  materials: ['涉嫌犯罪案件移送书', '调查报告', '涉案物品清单'],
  ...changes,
});
const list = (id: string) => world.ok<CaseTransferDto[]>(officer, 'GET', `/cases/${id}/transfers`);
const last = async (id: string) => (await list(id)).at(-1)!;
const act = async (id: string, body: object, who = officer) =>
  world.call<CaseTransferDto[]>(who, 'POST', `/cases/${id}/transfers/${(await last(id)).id}/transitions`, {
    happenedAt: world.now().toISOString(),
    ...body,
  });
async function done(id: string, body: object): Promise<CaseTransferDto> {
  const { status, body: answer } = await act(id, body);
  expect([status, status === 200 ? '' : JSON.stringify(answer)]).toEqual([200, '']);
  return answer.at(-1)!;
}
const send = { action: 'send', documentNumber: '交市监移〔2026〕1号', delivery: '专人送达' };
const receive = { action: 'receive', receipt: '收字 7 号', receivedBy: '值班民警' };
const tasks = async (id: string) => (await world.ok<{ items: TaskDto[] }>(officer, 'GET', `/tasks?view=mine&caseId=${id}`)).items;

describe('程序规定 17: a case that goes to the police', () => {
  it('is sent within 24 hours, received against a signature, answered within three days, and closed only then', async () => {
    const id = await investigating();
    expect((await move(head, id, { ...decision(), materials: [] })).body).toMatchObject({ errors: [{ pointer: '/materials' }] });
    await must(head, id, decision());
    const made = await last(id);
    expect(made).toMatchObject({ n: 1, kind: 'crime', state: 'decided', late: false, availableActions: ['send'] });
    expect(Date.parse(made.sendUntil!) - Date.parse(made.decidedAt)).toBe(24 * 3_600_000);
    expect((await tasks(id)).map(({ kind }) => kind)).toContain('transfer.send');
    for (const action of ['takeBack', 'close'])
      expect((await move(head, id, { action, reason: 'x', outcome: 'transferredCrime' })).status).toBe(409);

    expect((await act(id, { action: 'send' })).body).toMatchObject({
      code: 'cases.fieldsMissing',
      errors: [{ pointer: '/documentNumber' }, { pointer: '/delivery' }],
    });
    expect((await act(id, { ...send, happenedAt: '2026-09-21T10:00:00.000Z' })).body).toMatchObject({
      code: 'cases.transferTooEarly',
    });
    expect((await act(id, { ...send, happenedAt: '2030-01-01T00:00:00.000Z' })).body).toMatchObject({
      code: 'cases.transferTooEarly',
    });
    // Sent in the minute of the decision: what is written down of it has no seconds.
    const sent = { ...send, happenedAt: `${made.decidedAt.slice(0, 16)}:00.000Z` };
    expect(await done(id, sent)).toMatchObject({ state: 'sent', late: false });
    expect((await act(id, { action: 'accept' })).body).toMatchObject({
      code: 'cases.transferIllegal',
      allowed: ['receive', 'return'],
    });
    expect(await done(id, receive)).toMatchObject({ state: 'received', receivedBy: '值班民警', answerUntil: '2026-09-25' });
    expect((await tasks(id)).filter(({ kind }) => kind.startsWith('transfer.'))).toMatchObject([
      { kind: 'transfer.answer', due: '2026-09-25' },
    ]);
    expect((await move(head, id, { action: 'close', outcome: 'transferredCrime' })).body).toMatchObject({
      code: 'cases.transferUnanswered',
      state: 'received',
    });
    expect(await done(id, { action: 'accept', answerNumber: '立字 3 号' })).toMatchObject({
      state: 'accepted',
      availableActions: [],
    });
    expect((await tasks(id)).filter(({ kind }) => kind.startsWith('transfer.'))).toEqual([]);
    expect((await move(head, id, { action: 'takeBack', reason: 'x' })).body).toMatchObject({ code: 'cases.transferUnanswered' });
    await world.paper(id, '53', 'sealed', officer, head);
    expect(await must(head, id, { action: 'close', outcome: 'transferredCrime' })).toMatchObject({ state: 'closed' });
  });

  it('that is sent late says so', async () => {
    const id = await investigating();
    await must(head, id, decision());
    world.at('2026-09-23T12:00');
    expect(await last(id)).toMatchObject({ late: true });
    expect(await done(id, send)).toMatchObject({ late: true });
  });

  it('that comes back is taken up again, and may go out once more', async () => {
    const id = await investigating();
    await must(head, id, decision());
    await done(id, send);
    expect((await act(id, { action: 'return' })).body).toMatchObject({ errors: [{ pointer: '/reason' }] });
    expect(await done(id, { action: 'return', reason: '不构成犯罪' })).toMatchObject({
      state: 'returned',
      answerReason: '不构成犯罪',
    });
    expect(await must(head, id, { action: 'takeBack', reason: '公安机关不予立案' })).toMatchObject({ state: 'investigating' });
    await must(head, id, decision({ transferKind: 'authority', receiver: '邻县市场监督管理局' }));
    expect(await list(id)).toMatchObject([
      { n: 1, state: 'returned' },
      { n: 2, state: 'decided', kind: 'authority', sendUntil: null },
    ]);
  });
});

describe('程序规定 14: a clue for another authority', () => {
  it('comes back as a clue, and its time begins anew', async () => {
    const id = await clue();
    await must(head, id, decision({ transferKind: 'authority', receiver: '邻县市场监督管理局', reason: '不属于本局管辖' }));
    await done(id, send);
    await done(id, receive);
    await done(id, { action: 'return', reason: '管辖有异议' });
    expect((await move(head, id, { action: 'takeBack', reason: 'x' })).body).toMatchObject({ code: 'cases.neverFiled' });
    expect(await must(head, id, { action: 'takeBackClue', reason: '继续核查' })).toMatchObject({ state: 'clue' });
    const clocks = await world.ok<{ key: string; state: string }[]>(officer, 'GET', `/cases/${id}/clocks`);
    expect(clocks.filter(({ key, state }) => key === 'verify' && state === 'running')).toHaveLength(1);
  });

  it('is seen with the case only, and never rewritten', async () => {
    const id = await clue();
    await must(head, id, decision({ transferKind: 'judiciary', receiver: '交城县人民法院' }));
    const outside = await world.person('邻县人员', 'officer', undefined, '141121');
    expect((await world.call(outside, 'GET', `/cases/${id}/transfers`)).status).toBe(404);
    expect((await act(id, send, head)).status).toBe(403);
    const { id: transfer } = await last(id);
    for (const sql of [
      `UPDATE case_transfer SET receiver = 'x' WHERE id = '${transfer}'`,
      `DELETE FROM case_transfer WHERE id = '${transfer}'`,
    ])
      await expect(world.database.admin.query(sql)).rejects.toThrow(/stays as it was|insert-only/);
  });
});
