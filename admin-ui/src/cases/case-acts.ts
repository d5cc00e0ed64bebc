import { reason, type ActField, type ActShapes } from '../parts/act-fields';

const mayReason: ActField = { ...reason, required: false, minLength: undefined };
const long = (name: string, required = true): ActField => ({ name, kind: 'long', required });
const day = (name: string): ActField => ({ name, kind: 'day', required: true });
const articles: ActField = { name: 'articles', kind: 'lines', required: true };

export const stayGrounds = ['relatedCase', 'interpretation', 'forceMajeure', 'partyMissing', 'other'];
export const outcomes = ['penalty', 'noPenalty', 'noViolation', 'transfer', 'terminated'];

/** What each move of a case asks for, after `needs` and `may` of the procedure's definition. */
export const caseActs: ActShapes = {
  proposeFiling: {
    fields: [
      { name: 'officers', kind: 'officers', required: true },
      long('facts'),
      articles,
      { name: 'jurisdictionConfirmed', kind: 'yes', required: true },
      mayReason,
    ],
  },
  discard: { fields: [reason, { name: 'mergedInto', kind: 'reference', reference: 'cases', shows: 'number' }], grave: true },
  transfer: { fields: [{ name: 'receiver', kind: 'text', required: true }, reason], grave: true },
  approveFiling: { fields: [mayReason] },
  declineFiling: { fields: [reason] },
  returnProposal: { fields: [reason] },
  archive: { fields: [mayReason] },
  startInvestigation: { fields: [mayReason] },
  conclude: { fields: [long('report')] },
  pause: { fields: [{ name: 'ground', kind: 'choice', values: stayGrounds, required: true }, reason] },
  resume: { fields: [reason] },
  terminate: { fields: [reason], grave: true },
  takeBack: { fields: [reason] },
  close: { fields: [{ name: 'outcome', kind: 'choice', values: outcomes }, mayReason] },
  submitForReview: { fields: [{ name: 'answers', kind: 'lines' }, mayReason] },
  reopenInvestigation: { fields: [reason] },
  approveReview: { fields: [long('opinion')] },
  returnForWork: { fields: [{ name: 'remarks', kind: 'lines', required: true }, long('opinion', false)] },
  returnForCorrection: { fields: [{ name: 'remarks', kind: 'lines', required: true }, long('opinion', false)] },
  notify: { fields: [mayReason] },
  requestHearing: { fields: [day('requestedOn'), reason] },
  endHearing: { fields: [long('report')] },
  proposeDecision: {
    fields: [
      { name: 'outcome', kind: 'choice', values: outcomes, required: true },
      long('penalty'),
      articles,
      long('statement', false),
    ],
  },
  returnDecision: { fields: [reason] },
  decide: { fields: [mayReason], grave: true },
  serve: { fields: [mayReason] },
  proposeClosing: { fields: [long('execution'), day('executedOn'), mayReason] },
  returnClosing: { fields: [reason] },
  reopen: { fields: [reason] },
};
