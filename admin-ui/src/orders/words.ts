export const orderKinds = ['suspension', 'closure', 'restoration'];
export const orderScopes = ['account', 'shop', 'listing', 'domain', 'resolution', 'access'];
export const restorationGrounds = ['corrected', 'noViolation', 'decisionAnnulled', 'mistake'];
export const orderStates = [
  'draft',
  'checked',
  'approved',
  'sealed',
  'dispatched',
  'delivered',
  'acknowledged',
  'executing',
  'reported',
  'verifying',
  'verified',
  'contested',
  'failed',
  'escalated',
  'lapsed',
  'withdrawn',
  'restoreDispatched',
  'restoreReported',
  'restoreVerified',
  'discarded',
];

/** Columns of the board: what waits for whom. Every state is in one of them. */
export const boardColumns: Record<string, string[]> = {
  preparing: ['draft', 'checked', 'approved', 'sealed'],
  awaitingOperator: ['dispatched', 'delivered', 'acknowledged', 'executing'],
  toLookAt: ['reported', 'contested', 'failed', 'escalated'],
  watching: ['verifying', 'verified'],
  ending: ['lapsed', 'withdrawn', 'restoreDispatched', 'restoreReported'],
  ended: ['restoreVerified', 'discarded'],
};
