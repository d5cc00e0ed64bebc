import { law, stateTable } from '../../kernel';

const suspend = law('电子商务信用管理制度', 23);
const ours = law('本系统工作规则(非法律依据)', '4.4', 'I');

/** Who does what the table says: an officer holds a permission; these two are no officers. */
export const BY_PARTNER = 'partner';
export const BY_SYSTEM = 'system';

/** States in which the measure is out in the world and can still be lifted. */
const RUNNING = ['dispatched', 'delivered', 'acknowledged', 'executing', 'reported', 'verifying', 'verified', 'contested', 'failed', 'escalated'] as const; // prettier-ignore
/** States in which the operator may tell, or tell again, what was done. */
const REPORTABLE = ['acknowledged', 'executing', 'reported', 'verifying', 'contested', 'failed', 'escalated'] as const;
const PRESSED = ['dispatched', 'delivered', 'acknowledged', 'executing', 'contested', 'failed'] as const;
const UNSENT = ['draft', 'checked', 'approved', 'sealed'] as const;
const LIFTED = ['lapsed', 'withdrawn'] as const;

/**
 * Every move that an order can make. Bases marked I are our own working rules: the law names the paper and the precondition and nothing
 * in between. A restoration is an order of its own; the last five states belong to the order that it lifts and follow it.
 */
// prettier-ignore
export const orderStates = stateTable({
  name: 'order',
  initial: 'draft',
  final: ['discarded', 'restoreVerified'],
  rows: [
    { from: 'draft', action: 'submit', to: 'checked', requires: 'order:draft', basis: suspend, guards: ['caseAllows', 'contentComplete', 'contactReachable'] },
    { from: 'checked', action: 'revise', to: 'draft', requires: 'order:draft', basis: ours },
    { from: 'checked', action: 'agree', to: 'checked', requires: 'order:review', basis: ours, guards: ['reviewerIsNotOfficer'] },
    { from: 'checked', action: 'return', to: 'draft', requires: 'order:review', basis: ours, guards: ['writtenReason'] },
    { from: 'checked', action: 'approve', to: 'approved', requires: 'order:approve', basis: ours, guards: ['caseAllows', 'contentComplete', 'approverIsNotSubmitter', 'legallyReviewed', 'secondFactor'] },
    { from: 'approved', action: 'seal', to: 'sealed', requires: 'order:seal', basis: ours, guards: ['secondFactor'], documents: ['X1', 'X2', 'X3'] },
    { from: 'sealed', action: 'dispatch', to: 'dispatched', requires: 'order:dispatch', basis: suspend, guards: ['caseAllows', 'contactReachable'] },
    { from: 'dispatched', action: 'deliver', to: 'delivered', requires: BY_SYSTEM, basis: ours },
    { from: 'delivered', action: 'acknowledge', to: 'acknowledged', requires: BY_PARTNER, basis: ours },
    { from: 'acknowledged', action: 'begin', to: 'executing', requires: BY_PARTNER, basis: ours },
    ...REPORTABLE.map((from) => ({ from, action: 'report', to: 'reported', requires: BY_PARTNER, basis: ours }) as const),
    { from: 'reported', action: 'verify', to: 'verifying', requires: BY_SYSTEM, basis: ours, guards: ['somethingDone'] },
    { from: 'reported', action: 'contest', to: 'contested', requires: BY_SYSTEM, basis: ours, guards: ['nothingDone'] },
    { from: 'verifying', action: 'confirm', to: 'verified', requires: BY_SYSTEM, basis: ours, guards: ['threeEqualObservations'] },
    { from: 'verifying', action: 'fail', to: 'failed', requires: BY_SYSTEM, basis: ours, guards: ['threeEqualObservations'] },
    { from: 'verifying', action: 'reopen', to: 'executing', requires: BY_SYSTEM, basis: ours, guards: ['relapsed'] },
    { from: 'verified', action: 'reopen', to: 'executing', requires: BY_SYSTEM, basis: ours, guards: ['relapsed'] },
    { from: 'contested', action: 'insist', to: 'executing', requires: 'order:dispatch', basis: ours, guards: ['writtenReason'] },
    ...PRESSED.map((from) => ({ from, action: 'escalate', to: 'escalated', requires: 'order:dispatch', basis: ours, guards: ['writtenReason'] }) as const),
    ...RUNNING.map((from) => ({ from, action: 'lapse', to: 'lapsed', requires: BY_SYSTEM, basis: ours, guards: ['untilPassed'] }) as const),
    ...RUNNING.map((from) => ({ from, action: 'withdraw', to: 'withdrawn', requires: BY_SYSTEM, basis: ours, guards: ['restorationDispatched'] }) as const),
    ...LIFTED.map((from) => ({ from, action: 'restoreDispatch', to: 'restoreDispatched', requires: BY_SYSTEM, basis: ours, guards: ['restorationDispatched'] }) as const),
    { from: 'restoreDispatched', action: 'restoreReport', to: 'restoreReported', requires: BY_SYSTEM, basis: ours },
    { from: 'restoreReported', action: 'restoreConfirm', to: 'restoreVerified', requires: BY_SYSTEM, basis: ours, guards: ['restorationVerified'] },
    // A written decision of the head in place of the observations, for a site that can no longer be looked at.
    ...(['restoreDispatched', 'restoreReported'] as const).map((from) => ({ from, action: 'override', to: 'restoreVerified', requires: 'order:approve', basis: ours, guards: ['writtenReason', 'secondFactor'] }) as const),
    ...UNSENT.map((from) => ({ from, action: 'discard', to: 'discarded', requires: 'order:draft', basis: ours }) as const),
    // A restoration that waits in a drawer while the suspension lapses gives way to the one that the lapse makes.
    ...UNSENT.map((from) => ({ from, action: 'supersede', to: 'discarded', requires: BY_SYSTEM, basis: ours }) as const),
  ],
});

export type OrderState = (typeof orderStates.states)[number];
export type OrderAction = (typeof orderStates.rows)[number]['action'];

export const runningStates: readonly OrderState[] = RUNNING;
export const unsentStates: readonly OrderState[] = UNSENT;
/** States in which the operator still has something to read or to answer, so that a lost link is replaced. */
export const linkedStates: readonly OrderState[] = RUNNING;
/** An order stands in the way of closing its case until it is verified, restored or never sent. */
export const settledStates: readonly OrderState[] = ['verified', 'restoreVerified', 'discarded'];
