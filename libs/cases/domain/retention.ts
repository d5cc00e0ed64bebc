import { addMonths, type LawCitation } from '../../kernel';
import rules from '../data/retention.json';

export interface RetentionRule {
  outcome: string;
  zh: string;
  en: string;
  /** Null: kept for ever. */
  years: number | null;
  basis: LawCitation;
}

export const RETENTION_RULES = rules.outcomes as RetentionRule[];
export const OUTCOMES = RETENTION_RULES.map(({ outcome }) => outcome);

/** Last day on which the file must be kept, counted from the day on which it was closed; null means for ever. */
export function retentionOf(outcome: string, closedOn: string): { rule: RetentionRule; until: string | null } {
  const rule = RETENTION_RULES.find((one) => one.outcome === outcome);
  if (!rule) throw new TypeError(`no retention rule for ${outcome}`);
  return { rule, until: rule.years === null ? null : addMonths(closedOn, rule.years * 12) };
}
