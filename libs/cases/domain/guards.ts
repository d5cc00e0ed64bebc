import { instantOfLocal, localDate, mustBeOneOf, type Problem, type WorkingCalendar } from '../../kernel';
import { type CaseClock, dueOf } from './case-clock';
import type { CaseTransition } from './definition';
import { explain } from './explanation';
import type { TransitionInput } from './input';
import { CasesProblem, recusedFault } from './problems';

export interface NamedOfficer {
  id: string;
  name: string;
  certificate: string | null;
  active: boolean;
}

export interface DocumentView {
  form: string;
  state: string;
  /** When it was served, once it was. */
  servedAt: Date | null;
}

export interface ExhibitView {
  number: number;
  /** Null when the package is fixed and verifies; else why not. */
  fault: string | null;
}

/** Everything that a guard may look at: plain data, read in the transaction of the move. */
export interface GuardContext {
  actor: string;
  now: Date;
  calendar: WorkingCalendar;
  row: CaseTransition;
  file: { subjectId: string | null; filedAt: Date | null; outcome: string | null; complex: boolean };
  handlers: readonly NamedOfficer[];
  /** Everybody who ever handled the case, whatever came after. */
  everHandled: readonly string[];
  /** Everybody whose review agreed. */
  reviewers: readonly string[];
  assignedReviewer: string | null;
  /** Who brought the case into its present state. */
  submitter: string | null;
  recused: readonly string[];
  reviewPassed: boolean;
  /** Discussions of the present proposal: called or held since it was made, oldest first. */
  panels: readonly { n: number; state: 'convened' | 'held'; ground: string; conclusion: string | null }[];
  hearingHeld: boolean;
  /** State of the newest transfer; null when there was none. */
  transfer: string | null;
  documents: readonly DocumentView[];
  exhibits: readonly ExhibitView[];
  blockers: readonly { kind: string; ref: string; text: string }[];
  openTasks: readonly { id: string; title: string }[];
  clocks: readonly CaseClock[];
  unanswered: readonly string[];
  pauseGrounds: readonly string[];
  /** Null while the move is only offered: what depends on the request is then not yet judged. */
  input: TransitionInput | null;
  /** The officers whom the request names, looked up. */
  named: readonly NamedOfficer[];
}

/** Why the move cannot be made, or null. Guards change nothing. */
export type Guard = (context: GuardContext) => Problem | null;

const separation = (rule: string, zh: string, en: string) => CasesProblem.separationOfDuty({ rule, zh, en });
const DONE = ['sealed', 'served', 'finished'];
const latest = (clocks: readonly CaseClock[], key: string) => clocks.filter((clock) => clock.key === key).at(-1);

export const GUARDS = {
  /** 程序规定 art. 22: at least two officers with certificates. Looks at the officers named in the request, else at the case's. */
  twoOfficers({ row, input, named, handlers }) {
    const asksForThem = row.needs?.includes('officers') ?? false;
    if (asksForThem && !input) return null;
    const fit = (asksForThem ? named : handlers).filter(({ certificate, active }) => certificate && active);
    const asked = asksForThem ? (input?.officers ?? []) : handlers.map(({ id }) => id);
    if (new Set(fit.map(({ id }) => id)).size >= 2 && fit.length === new Set(asked).size) return null;
    return CasesProblem.twoOfficersRequired({
      errors: [
        { pointer: '/officers', detail: 'two different active officers with certificates', zh: '两名不同的在岗持证执法人员' },
      ],
    });
  },

  /** 程序规定 art. 4: nobody who is recused takes part. */
  officersFree({ input, handlers, recused }) {
    const taking = input?.officers ?? handlers.map(({ id }) => id);
    const officerId = taking.find((id) => recused.includes(id));
    return officerId
      ? CasesProblem.officerRecused({
          officerId,
          errors: [recusedFault('/officers')],
        })
      : null;
  },

  partyKnown: ({ file }) => (file.subjectId ? null : CasesProblem.partyUnknown()),

  jurisdictionConfirmed: ({ input }) =>
    !input || input.jurisdictionConfirmed === true
      ? null
      : CasesProblem.fieldsMissing({
          errors: [{ pointer: '/jurisdictionConfirmed', detail: 'must be confirmed before filing', zh: '立案前须确认管辖权' }],
        }),

  handlerOnly: ({ actor, handlers }) =>
    handlers.some(({ id }) => id === actor)
      ? null
      : separation('handlerOnly', '须由本案办案人员进行', 'Only an officer who handles this case may do this'),

  notHandler: ({ actor, everHandled }) =>
    everHandled.includes(actor)
      ? separation('approverIsNotOfficer', '办案人员不得审批本案', 'Who handled the case may not approve in it')
      : null,

  approverIsNotSubmitter: ({ actor, submitter }) =>
    actor === submitter
      ? separation('approverIsNotSubmitter', '提请人不得审批本人的提请', 'Who submitted a proposal may not approve it')
      : null,

  approverIsNotReviewer: ({ actor, reviewers }) =>
    reviewers.includes(actor)
      ? separation('approverIsNotReviewer', '审核人员不得作出决定', 'Who reviewed the case may not decide it')
      : null,

  /** 程序规定 art. 49: officers of the case do not review it; a named reviewer reviews it himself. */
  reviewerIsNotOfficer({ actor, everHandled, assignedReviewer }) {
    if (everHandled.includes(actor))
      return separation('reviewerIsNotOfficer', '办案人员不得担任审核人员', 'Who handled the case may not review it');
    if (assignedReviewer && assignedReviewer !== actor)
      return separation('assignedReviewer', '本案已指定其他审核人员', 'Another reviewer was named for this case');
    return null;
  },

  documentsSealed({ row, documents }) {
    const missing = (row.documents ?? []).flatMap((form) => {
      const made = documents.filter((document) => document.form === form);
      return made.some(({ state }) => DONE.includes(state)) ? [] : [{ form, state: made.at(-1)?.state ?? null }];
    });
    return missing.length ? CasesProblem.documentsMissing({ missing }) : null;
  },

  noticeServed: ({ documents }) => (servedAt(documents, '37') ? null : CasesProblem.serviceMissing({ form: '37' })),
  decisionServed: ({ documents }) => (servedAt(documents, '45') ? null : CasesProblem.serviceMissing({ form: '45' })),

  exhibitsPresent: ({ exhibits }) => (exhibits.length ? null : CasesProblem.exhibitsMissing()),

  exhibitsVerified({ exhibits }) {
    const faulty = exhibits.filter(({ fault }) => fault !== null).map(({ number, fault }) => ({ number, reason: fault! }));
    return faulty.length ? CasesProblem.exhibitsUnverified({ exhibits: faulty }) : null;
  },

  noOpenOrders: ({ blockers }) => (blockers.length ? CasesProblem.ordersOpen({ blockers: [...blockers] }) : null),
  noOpenTasks: ({ openTasks }) => (openTasks.length ? CasesProblem.tasksOpen({ tasks: [...openTasks] }) : null),

  /** Clocks that the move itself stops do not stand in its way. */
  noOpenClocks({ clocks, row }) {
    const stopped = (row.clocks ?? []).filter((effect) => effect.do === 'stop' && effect.key !== '*').map(({ key }) => key);
    const open = clocks.filter((clock) => clock.blocksClosing && clock.state !== 'stopped' && !stopped.includes(clock.key));
    return open.length ? CasesProblem.clocksOpen({ clocks: open.map(({ key }) => key) }) : null;
  },

  /** 程序规定 art. 57: no decision before the party's five working days are over. */
  statementPeriodOver({ clocks, calendar, now }) {
    const clock = latest(clocks, 'statement');
    const end = clock ? dueOf(calendar, clock, now) : null;
    return end && now.getTime() > end.dueAt.getTime() ? null : CasesProblem.statementPeriodRunning({ until: end?.due ?? null });
  },

  /** 行政处罚法 art. 64(1): a hearing is asked for within five (working) days of the notice. */
  statementPeriodOpen({ clocks, calendar, now, input }) {
    const clock = latest(clocks, 'statement');
    if (!clock) return CasesProblem.statementPeriodEnded({ until: null, calculation: [] });
    const end = dueOf(calendar, clock, now);
    const asked = input?.requestedOn ?? localDate(now);
    const begun = localDate(clock.startedAt);
    const inTime = asked >= begun && asked <= end.due && instantOfLocal(asked).getTime() <= now.getTime();
    return inTime ? null : CasesProblem.statementPeriodEnded({ until: end.due, calculation: explain(clock, end) });
  },

  /** Every remark of an earlier round is answered, in the file or in this request. */
  remarksAnswered({ unanswered, input }) {
    const answered = new Set(input?.answers?.filter(({ text }) => text.trim()).map(({ remarkId }) => remarkId));
    const open = input ? unanswered.filter((id) => !answered.has(id)) : [];
    return open.length ? CasesProblem.remarksUnanswered({ remarks: open }) : null;
  },

  reviewPassed: ({ reviewPassed }) => (reviewPassed ? null : CasesProblem.reviewNotPassed()),

  /**
   * 程序规定 art. 60(2), 行政处罚法 art. 57(2): a complex case is discussed by the leaders together before it is decided. A discussion that
   * was called is waited for, and one that did not agree is not passed over.
   */
  discussed({ panels, file }) {
    const own = panels.filter(({ ground }) => ground !== 'extension');
    const open = own.find(({ state }) => state === 'convened');
    if (open) return CasesProblem.panelOpen({ n: open.n });
    const last = own.at(-1);
    if (!last) return file.complex ? CasesProblem.panelMissing({ ground: 'complex' }) : null;
    return last.conclusion === 'agree' ? null : CasesProblem.panelDisagrees({ n: last.n, conclusion: last.conclusion! });
  },

  /** 行政处罚法 art. 65: after the hearing the decision follows, without a second notice. */
  hearingHeld: ({ hearingHeld }) => (hearingHeld ? null : CasesProblem.hearingNotHeld()),

  /** 程序规定 art. 46 lists the grounds on which an investigation is stayed. */
  groundListed: ({ input, pauseGrounds }) =>
    !input || pauseGrounds.includes(input.ground ?? '')
      ? null
      : CasesProblem.groundNotListed({ errors: [mustBeOneOf('/ground', pauseGrounds)] }),

  /** 程序规定 art. 17: what another organ has not sent back is not taken back. A file older than transfers' own record knows no answer. */
  transferReturned: ({ transfer }) =>
    transfer === null || transfer === 'returned' ? null : CasesProblem.transferUnanswered({ state: transfer }),

  /** Nothing is closed as transferred before the receiver has taken it. */
  transferAccepted: ({ transfer }) =>
    transfer === null || transfer === 'accepted' ? null : CasesProblem.transferUnanswered({ state: transfer }),

  neverFiled: ({ file }) => (file.filedAt ? CasesProblem.wasFiled() : null),

  wasFiled: ({ file }) => (file.filedAt ? null : CasesProblem.neverFiled()),
  outcomeChosen: ({ file, input }) => ((file.outcome ?? input?.outcome) ? null : CasesProblem.outcomeMissing()),
} as const satisfies Record<string, Guard>;

export type GuardName = keyof typeof GUARDS;
export const GUARD_NAMES = Object.keys(GUARDS) as GuardName[];

/** When the last served document of a form was served. */
export function servedAt(documents: readonly DocumentView[], form: string): Date | null {
  const times = documents
    .filter((one) => one.form === form && one.state === 'served' && one.servedAt)
    .map((one) => one.servedAt!.getTime());
  return times.length ? new Date(Math.max(...times)) : null;
}

/** The first guard of the move that does not hold, as its refusal; null when the move can be made. */
export function refusalOf(context: GuardContext): Problem | null {
  if (context.recused.includes(context.actor)) return separation('recused', '您已回避本案', 'You are recused from this case');
  for (const name of context.row.guards ?? []) {
    const refused = (GUARDS as Record<string, Guard>)[name]!(context);
    if (refused) return refused;
  }
  return null;
}
