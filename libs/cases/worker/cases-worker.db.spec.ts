import { randomUUID } from 'node:crypto';
import type { INestApplicationContext } from '@nestjs/common';
import { type CalendarYear, WorkingCalendar } from '../../kernel';
import { Db, FactDelivery, Facts, systemClaims, withClaims } from '../../platform';
import { CaseService } from '../app/case.service';
import { DeadlineSweep } from '../app/deadline-sweep';
import type { FindingConfirmed } from '../domain/facts';
import { CaseWorld, COUNTY, type Person } from '../testing/case-world';
import type { CaseClockDto, TaskDto } from '../http/case-parts.dto';
import type { CaseDto } from '../http/case-view.dto';

jest.setTimeout(30_000);

let world: CaseWorld;
let worker: INestApplicationContext;
let officer: Person;
let head: Person;

beforeAll(async () => {
  world = await CaseWorld.open();
  officer = await world.person('办案人员甲', 'officer');
  head = await world.person('负责人戊', 'head');
  worker = await world.worker();
});

afterAll(async () => {
  await world?.close();
});

const system = <T>(work: () => Promise<T>) => withClaims(systemClaims('sweep'), work);
const sweep = () => system(() => worker.get(DeadlineSweep).run());
const reminders = async (who: Person, caseId: string) =>
  (await world.ok<{ items: TaskDto[] }>(who, 'GET', `/tasks?view=mine&caseId=${caseId}`)).items.filter(({ kind }) =>
    kind.startsWith('clock.'),
  );

async function finding(): Promise<FindingConfirmed> {
  const { subject, outlet } = await world.merchant();
  return {
    findingId: randomUUID(),
    outletId: outlet.id,
    subjectId: subject.id,
    captureId: await world.capture(),
    rule: 'badge.missing',
    summary: '首页未公示营业执照信息',
    division: COUNTY,
  };
}

describe('a confirmed finding', () => {
  it('becomes one clue, however often the fact arrives, with the capture as its first exhibit', async () => {
    const fact = await finding();
    const db = worker.get(Db);
    for (let times = 0; times < 3; times += 1)
      await db.as(systemClaims('test'), (tx) => worker.get(Facts).publish(tx, 'finding.confirmed', fact.findingId, fact));
    // The loop of the worker carries them too; whoever is first, the case is one.
    for (
      let tries = 0;
      tries < 50 &&
      (await world.database.admin.query(`SELECT FROM outbox WHERE type = 'finding.confirmed' AND delivered_at IS NULL`)).length;
      tries += 1
    )
      await worker.get(FactDelivery).deliver();
    const { items } = await world.ok<{ items: CaseDto[] }>(officer, 'GET', `/cases?outletId=${fact.outletId}`);
    expect(items).toMatchObject([
      { state: 'clue', source: 'monitoring', findingId: fact.findingId, matter: fact.summary, partyName: '交城骏枣商贸有限公司' },
    ]);
    expect(await world.ok(officer, 'GET', `/cases/${items[0]!.id}/exhibits`)).toMatchObject([
      { number: 1, captureId: fact.captureId },
    ]);
    expect(await world.ok(officer, 'GET', `/cases/${items[0]!.id}/clocks`)).toMatchObject([{ key: 'verify', state: 'running' }]);
  });

  it('on an outlet with a running case is registered beside it and linked', async () => {
    const fact = await finding();
    const open = (findingId: string) =>
      worker
        .get(Db)
        .as(systemClaims('test'), async (tx) =>
          worker.get(CaseService, { strict: false }).openFromFinding(tx, { ...fact, findingId, captureId: null }),
        );
    const first = await open(randomUUID());
    const next = await open(randomUUID());
    expect(next.id).not.toBe(first.id);
    expect(await world.ok(officer, 'GET', `/cases/${next.id}/links`)).toMatchObject([{ otherId: first.id }]);
  });
});

it('a sealed and a served document leave their line in the timeline, with the day of the service', async () => {
  const { subject } = await world.merchant();
  const { id } = await world.ok<CaseDto>(officer, 'POST', '/cases', {
    source: 'inspection',
    matter: '未亮照',
    subjectId: subject.id,
  });
  const documentId = await world.paper(id, '37', 'sealed', officer, head);
  const at = '2026-09-21T02:00:00.000Z';
  await world.ok(officer, 'POST', `/documents/${documentId}/transitions`, {
    action: 'serve',
    service: { method: 'direct', to: '当事人', where: '交城县', at, receiver: '张三' },
  });
  const told = async () =>
    (await world.ok<{ kind: string; happenedAt: string }[]>(officer, 'GET', `/cases/${id}/timeline`)).filter(
      ({ kind }) => kind === 'documentServed',
    );
  for (let tries = 0; tries < 50 && !(await told()).length; tries += 1) await worker.get(FactDelivery).deliver();
  expect(await told()).toMatchObject([{ kind: 'documentServed', happenedAt: at }]);
});

describe('time limits', () => {
  async function aClue(): Promise<string> {
    const { subject } = await world.merchant();
    return (await world.ok<CaseDto>(officer, 'POST', '/cases', { source: 'inspection', matter: '未亮照', subjectId: subject.id }))
      .id;
  }

  it('are reminded of at half, at four fifths and on the last working day, once each; overdue daily to the head', async () => {
    world.at('2026-09-22T10:00'); // verify: fifteen working days, until 20 October
    const id = await aClue();
    await sweep();
    expect(await reminders(officer, id)).toEqual([]);
    const seen: Record<string, string[]> = {};
    for (const day of ['2026-09-30', '2026-10-09', '2026-10-10', '2026-10-16', '2026-10-19', '2026-10-20']) {
      world.at(`${day}T09:00`);
      await sweep();
      await sweep();
      seen[day] = (await reminders(officer, id)).map(({ kind }) => kind.slice(6));
    }
    expect(seen).toEqual({
      '2026-09-30': [],
      '2026-10-09': [],
      '2026-10-10': ['half'],
      '2026-10-16': ['most'],
      '2026-10-19': ['most'],
      '2026-10-20': ['lastDay'],
    });
    expect((await reminders(officer, id)).at(-1)).toMatchObject({ zh: '紧急: 线索核查期限最后一个工作日,2026-10-20 届满' });
    for (const day of ['2026-10-21', '2026-10-22']) {
      world.at(`${day}T09:00`);
      await sweep();
    }
    expect(await reminders(head, id)).toMatchObject([
      { kind: 'clock.overdue', overdue: true, createdAt: expect.stringMatching(/^2026-10-22/) },
    ]);
    const events = await world.ok<{ kind: string }[]>(officer, 'GET', `/cases/${id}/timeline`);
    expect(events.filter(({ kind }) => kind === 'clockOverdue')).toHaveLength(1);
    await world.ok(officer, 'POST', `/cases/${id}/transitions`, { action: 'discard', reason: '重复' });
    expect(await reminders(head, id)).toEqual([]);
  });

  it('are counted again when the notice of a year is loaded', async () => {
    world.at('2026-12-14T10:00');
    const id = await aClue();
    const verify = async () => (await world.ok<CaseClockDto[]>(officer, 'GET', `/cases/${id}/clocks`))[0]!;
    expect(await verify()).toMatchObject({ due: '2027-01-05', provisional: true });
    const shipped = WorkingCalendar.builtIn().years.find(({ year }) => year === 2027)!;
    const notice: CalendarYear = {
      ...shipped,
      confirmed: true,
      mark: 'F',
      holidays: [{ name: '元旦', from: '2027-01-01', to: '2027-01-04' }],
      workdays: [],
    };
    await world.database.admin.query(`INSERT INTO working_calendar_year VALUES (2027, 1, $1, 'test', now())`, [
      JSON.stringify(notice),
    ]);
    await sweep();
    expect(await verify()).toMatchObject({ due: '2027-01-06', provisional: false });
    const [row] = await world.database.admin.query<{ due: Date; provisional: boolean }[]>(
      `SELECT provisional FROM case_clock WHERE case_id = $1`,
      [id],
    );
    expect(row!.provisional).toBe(false);
  });
});
