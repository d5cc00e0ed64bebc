import { type Problem, WorkingCalendar } from '../../kernel';
import { startClock, stopClock } from './case-clock';
import { clockSpec } from './clock-book';
import { definitionFor, transitionOf } from './definition';
import { type GuardContext, GUARDS, GUARD_NAMES, refusalOf } from './guards';

const definition = definitionFor('ordinaryPenalty', '2026-11-22');
const move = (from: string, action: string) => transitionOf(definition, from, action)!;
const officer = (id: string, certificate: string | null = `141122${id}`, active = true) => ({
  id,
  name: `办案人员${id}`,
  certificate,
  active,
});
const monday = new Date('2026-11-23T02:00:00Z');
const clock = (key: string, at: string) => startClock(clockSpec(key, '2026-11-22'), new Date(at));

const base: GuardContext = {
  actor: 'c',
  now: monday,
  calendar: WorkingCalendar.builtIn(),
  row: move('filingProposed', 'approveFiling'),
  file: { subjectId: 's', filedAt: null, outcome: null, complex: false },
  handlers: [officer('a'), officer('b')],
  everHandled: ['a', 'b'],
  reviewers: [],
  assignedReviewer: null,
  submitter: 'a',
  recused: [],
  reviewPassed: true,
  panels: [],
  transfer: null,
  hearingHeld: false,
  documents: [],
  exhibits: [],
  blockers: [],
  openTasks: [],
  clocks: [],
  unanswered: [],
  pauseGrounds: definition.pauseGrounds.map(({ key }) => key),
  input: { action: 'x' },
  named: [],
};
type Change = Partial<GuardContext>;
const complexFile = { ...base.file, complex: true };
const panel = (state: 'convened' | 'held', conclusion: string | null = null) => ({ n: 1, state, ground: 'complex', conclusion });
const propose = move('clue', 'proposeFiling');
const notice = clock('statement', '2026-11-23T02:00:00Z'); // five working days: until 30 November

/** For each guard: what holds, and what is refused with which code (and rule). A new guard without lines here does not compile. */
const cases: Record<keyof typeof GUARDS, { holds: Change[]; refuses: [Change, string, string?][] }> = {
  twoOfficers: {
    holds: [
      {},
      { row: propose, input: null, handlers: [] },
      { row: propose, input: { action: '', officers: ['a', 'b'] }, named: [officer('a'), officer('b')] },
    ],
    refuses: [
      [{ handlers: [officer('a')] }, 'cases.twoOfficersRequired'],
      [{ handlers: [officer('a'), officer('b', null)] }, 'cases.twoOfficersRequired'],
      [{ handlers: [officer('a'), officer('b', '2', false)] }, 'cases.twoOfficersRequired'],
      [
        { row: propose, input: { action: '', officers: ['a', 'a'] }, named: [officer('a'), officer('a')] },
        'cases.twoOfficersRequired',
      ],
      [
        { row: propose, input: { action: '', officers: ['a', 'b', 'x'] }, named: [officer('a'), officer('b')] },
        'cases.twoOfficersRequired',
      ],
    ],
  },
  transferReturned: {
    holds: [{}, { transfer: 'returned' }],
    refuses: [
      [{ transfer: 'sent' }, 'cases.transferUnanswered'],
      [{ transfer: 'accepted' }, 'cases.transferUnanswered'],
    ],
  },
  transferAccepted: {
    holds: [{}, { transfer: 'accepted' }],
    refuses: [
      [{ transfer: 'received' }, 'cases.transferUnanswered'],
      [{ transfer: 'returned' }, 'cases.transferUnanswered'],
    ],
  },
  neverFiled: { holds: [{}], refuses: [[{ file: { ...base.file, filedAt: monday } }, 'cases.wasFiled']] },
  discussed: {
    holds: [
      {},
      { panels: [panel('held', 'agree')], file: complexFile },
      { panels: [panel('held', 'otherwise'), panel('held', 'agree')] },
      { panels: [{ ...panel('convened'), ground: 'extension' }] },
    ],
    refuses: [
      [{ file: complexFile }, 'cases.panelMissing'],
      [{ panels: [{ ...panel('held', 'agree'), ground: 'extension' }], file: complexFile }, 'cases.panelMissing'],
      [{ panels: [panel('convened')] }, 'cases.panelOpen'],
      [{ panels: [panel('held', 'agree'), panel('held', 'supplement')] }, 'cases.panelDisagrees'],
    ],
  },
  officersFree: {
    holds: [{}, { recused: ['x'] }],
    refuses: [
      [{ recused: ['b'] }, 'cases.officerRecused'],
      [{ recused: ['x'], input: { action: '', officers: ['a', 'x'] } }, 'cases.officerRecused'],
    ],
  },
  partyKnown: { holds: [{}], refuses: [[{ file: { ...base.file, subjectId: null } }, 'cases.partyUnknown']] },
  jurisdictionConfirmed: {
    holds: [{ input: null }, { input: { action: '', jurisdictionConfirmed: true } }],
    refuses: [
      [{ input: { action: '', jurisdictionConfirmed: false } }, 'cases.fieldsMissing'],
      [{}, 'cases.fieldsMissing'],
    ],
  },
  handlerOnly: { holds: [{ actor: 'a' }], refuses: [[{}, 'cases.separationOfDuty', 'handlerOnly']] },
  notHandler: {
    holds: [{}],
    refuses: [
      [{ actor: 'a' }, 'cases.separationOfDuty', 'approverIsNotOfficer'],
      [{ actor: 'a', handlers: [] }, 'cases.separationOfDuty', 'approverIsNotOfficer'],
    ],
  },
  approverIsNotSubmitter: { holds: [{}], refuses: [[{ submitter: 'c' }, 'cases.separationOfDuty', 'approverIsNotSubmitter']] },
  approverIsNotReviewer: {
    holds: [{ reviewers: ['r'] }],
    refuses: [[{ reviewers: ['c'] }, 'cases.separationOfDuty', 'approverIsNotReviewer']],
  },
  reviewerIsNotOfficer: {
    holds: [{}, { assignedReviewer: 'c' }],
    refuses: [
      [{ actor: 'b' }, 'cases.separationOfDuty', 'reviewerIsNotOfficer'],
      [{ assignedReviewer: 'r' }, 'cases.separationOfDuty', 'assignedReviewer'],
    ],
  },
  documentsSealed: {
    holds: [{ documents: [{ form: '7', state: 'sealed', servedAt: null }] }, { row: propose }],
    refuses: [
      [{}, 'cases.documentsMissing'],
      [{ documents: [{ form: '7', state: 'approved', servedAt: null }] }, 'cases.documentsMissing'],
      [{ documents: [{ form: '7', state: 'void', servedAt: null }] }, 'cases.documentsMissing'],
      [{ documents: [{ form: '37', state: 'sealed', servedAt: null }] }, 'cases.documentsMissing'],
    ],
  },
  noticeServed: {
    holds: [{ documents: [{ form: '37', state: 'served', servedAt: monday }] }],
    refuses: [
      [{}, 'cases.serviceMissing'],
      [{ documents: [{ form: '37', state: 'sealed', servedAt: null }] }, 'cases.serviceMissing'],
    ],
  },
  decisionServed: {
    holds: [{ documents: [{ form: '45', state: 'served', servedAt: monday }] }],
    refuses: [[{ documents: [{ form: '37', state: 'served', servedAt: monday }] }, 'cases.serviceMissing']],
  },
  exhibitsPresent: { holds: [{ exhibits: [{ number: 1, fault: null }] }], refuses: [[{}, 'cases.exhibitsMissing']] },
  exhibitsVerified: {
    holds: [{}, { exhibits: [{ number: 1, fault: null }] }],
    refuses: [
      [
        {
          exhibits: [
            { number: 1, fault: null },
            { number: 2, fault: 'staged' },
          ],
        },
        'cases.exhibitsUnverified',
      ],
    ],
  },
  noOpenOrders: {
    holds: [{}],
    refuses: [[{ blockers: [{ kind: 'order', ref: 'o', text: '交市监停服〔2026〕1号' }] }, 'cases.ordersOpen']],
  },
  noOpenTasks: { holds: [{}], refuses: [[{ openTasks: [{ id: 't', title: '补充材料' }] }, 'cases.tasksOpen']] },
  noOpenClocks: {
    holds: [
      { clocks: [stopClock(clock('decide', '2026-11-20T02:00:00Z'), monday), clock('litigation', '2026-11-20T02:00:00Z')] },
      { row: move('served', 'proposeClosing'), clocks: [clock('pay', '2026-11-20T02:00:00Z')] },
    ],
    refuses: [[{ clocks: [clock('pay', '2026-11-20T02:00:00Z')] }, 'cases.clocksOpen']],
  },
  statementPeriodOver: {
    holds: [{ clocks: [notice], now: new Date('2026-11-30T16:00:00Z') }],
    refuses: [
      [{}, 'cases.statementPeriodRunning'],
      [{ clocks: [notice], now: new Date('2026-11-30T15:59:59.999Z') }, 'cases.statementPeriodRunning'],
      [{ clocks: [clock('statement', '2026-11-01T02:00:00Z'), notice] }, 'cases.statementPeriodRunning'],
    ],
  },
  statementPeriodOpen: {
    holds: [
      { clocks: [notice] },
      { clocks: [notice], now: new Date('2026-12-02T02:00:00Z'), input: { action: '', requestedOn: '2026-11-30' } },
    ],
    refuses: [
      [{}, 'cases.statementPeriodEnded'],
      [{ clocks: [notice], now: new Date('2026-12-01T02:00:00Z') }, 'cases.statementPeriodEnded'],
      [{ clocks: [notice], input: { action: '', requestedOn: '2026-11-25' } }, 'cases.statementPeriodEnded'],
      [{ clocks: [notice], input: { action: '', requestedOn: '2026-11-20' } }, 'cases.statementPeriodEnded'],
    ],
  },
  remarksAnswered: {
    holds: [
      {},
      { unanswered: ['1'], input: null },
      { unanswered: ['1'], input: { action: '', answers: [{ remarkId: '1', text: '已补充' }] } },
    ],
    refuses: [
      [{ unanswered: ['1'] }, 'cases.remarksUnanswered'],
      [{ unanswered: ['1'], input: { action: '', answers: [{ remarkId: '1', text: ' ' }] } }, 'cases.remarksUnanswered'],
    ],
  },
  hearingHeld: { holds: [{ hearingHeld: true }], refuses: [[{}, 'cases.hearingNotHeld']] },
  reviewPassed: { holds: [{}], refuses: [[{ reviewPassed: false }, 'cases.reviewNotPassed']] },
  groundListed: {
    holds: [{ input: null }, { input: { action: '', ground: 'forceMajeure' } }],
    refuses: [[{ input: { action: '', ground: 'tired' } }, 'cases.groundNotListed']],
  },
  wasFiled: { holds: [{ file: { ...base.file, filedAt: monday } }], refuses: [[{}, 'cases.neverFiled']] },
  outcomeChosen: { holds: [{ file: { ...base.file, outcome: 'penalty' } }], refuses: [[{}, 'cases.outcomeMissing']] },
};

const judge = (name: keyof typeof GUARDS, change: Change): Problem | null => GUARDS[name]({ ...base, ...change });

it.each(GUARD_NAMES.flatMap((name) => cases[name].holds.map((change, n) => [name, n + 1, change] as const)))(
  '%s holds (%d)',
  (name, _n, change) => {
    expect(judge(name, change)).toBeNull();
  },
);

it.each(
  GUARD_NAMES.flatMap((name) => cases[name].refuses.map(([change, code, rule], n) => [name, n + 1, change, code, rule] as const)),
)('%s refuses (%d)', (name, _n, change, code, rule) => {
  const refused = judge(name, change);
  expect(refused?.code).toBe(code);
  if (rule) expect(refused?.details.rule).toBe(rule);
});

it('AC-OFF-1.3 the officer cannot approve his own proposal, whatever else is in order', () => {
  const documents = [{ form: '7', state: 'sealed', servedAt: null }];
  expect(refusalOf({ ...base, documents })).toBeNull();
  expect(refusalOf({ ...base, documents, actor: 'a' })).toMatchObject({ status: 403, code: 'cases.separationOfDuty' });
});

it('a recused person is refused everything, before any other guard', () => {
  expect(refusalOf({ ...base, recused: ['c'] })).toMatchObject({ status: 403, details: { rule: 'recused' } });
});

it('AC-LEG-1.2 a reviewer who took part in the investigation is refused, also after he left it', () => {
  expect(judge('reviewerIsNotOfficer', { actor: 'b', handlers: [officer('a')] })).toMatchObject({
    status: 403,
    code: 'cases.separationOfDuty',
  });
});

it('AC-OFF-4.3 a hearing asked for too late is refused with the date arithmetic', () => {
  const refused = judge('statementPeriodOpen', { clocks: [notice], now: new Date('2026-12-01T02:00:00Z') });
  expect(refused?.details.until).toBe('2026-11-30');
  expect((refused!.details.calculation as { zh: string }[]).map(({ zh }) => zh)).toEqual([
    '《程序规定》第57条: 5个工作日',
    '2026-11-23 起算事由发生,当日不计入',
    '2026-11-24 – 2026-11-27 计 4 日',
    '2026-11-28 – 2026-11-29 休息日,不计 2 日',
    '2026-11-30 计 1 日',
    '2026-11-30 届满(北京时间当日24时)',
  ]);
});
