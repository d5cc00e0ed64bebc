import type { LawCitation } from '../../kernel';
import type { TransferKind } from './transfer';

/** One item of a penalty, in the form in which documents print it. */
export interface Penalty {
  kind: string;
  content: string;
  basis: LawCitation[];
  amountFen?: number;
}

/** Everything that a move can be asked with; which of it is needed stands in the transition. */
export interface TransitionInput {
  action: string;
  reason?: string;
  officers?: string[];
  facts?: string;
  articles?: LawCitation[];
  jurisdictionConfirmed?: boolean;
  mergedInto?: string;
  receiver?: string;
  transferKind?: TransferKind;
  /** What goes with a transfer. */
  materials?: string[];
  ground?: string;
  report?: string;
  answers?: { remarkId: string; text: string }[];
  opinion?: string;
  remarks?: { field?: string; text: string }[];
  outcome?: string;
  /** A complex case or a grave violation: the leaders discuss it together. */
  complex?: boolean;
  penalty?: Penalty[];
  statement?: string;
  requestedOn?: string;
  execution?: string;
  executedOn?: string;
}

export const INPUT_FIELDS = [
  'reason',
  'officers',
  'facts',
  'articles',
  'jurisdictionConfirmed',
  'mergedInto',
  'receiver',
  'transferKind',
  'materials',
  'ground',
  'report',
  'answers',
  'opinion',
  'remarks',
  'outcome',
  'complex',
  'penalty',
  'statement',
  'requestedOn',
  'execution',
  'executedOn',
] as const satisfies readonly Exclude<keyof TransitionInput, 'action'>[];

/** Needed fields that are absent or blank. */
export function missingFields(needs: readonly string[], input: TransitionInput): string[] {
  return needs.filter((field) => {
    const value = input[field as keyof TransitionInput];
    return (
      value === undefined ||
      value === null ||
      (typeof value === 'string' && !value.trim()) ||
      (Array.isArray(value) && !value.length)
    );
  });
}
