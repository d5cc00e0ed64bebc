export const FINDING_CONFIRMED = 'finding.confirmed';

/** Published when an inspector confirms a finding; the cases room makes a clue of it. */
export interface FindingConfirmed {
  findingId: string;
  outletId: string;
  subjectId: string;
  captureId: string;
  rule: string;
  kind: 'badgeMissing' | 'word';
  summary: string;
  division: string;
  confirmedBy: string;
}
