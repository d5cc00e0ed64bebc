/** Told to the rooms above when a case moves; `type` is the transition's `emits`. */
export interface CaseMoved {
  caseId: string;
  number: string;
  state: string;
  division: string;
  subjectId: string | null;
  outletId: string | null;
}

export const CASE_OPENED = 'case.opened';
export const CASE_FILED = 'case.filed';
export const CASE_DECIDED = 'case.decided';
export const CASE_SERVED = 'case.served';
export const CASE_CLOSED = 'case.closed';

/** What supervision tells when an inspector has confirmed a finding. */
export interface FindingConfirmed {
  findingId: string;
  outletId: string | null;
  subjectId: string | null;
  captureId: string | null;
  rule: string;
  summary: string;
  division: string;
}
