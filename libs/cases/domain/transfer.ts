import type { LawCitation } from '../../kernel';
import book from '../data/transfers.json';

export const TRANSFER_KINDS = ['authority', 'crime', 'judiciary'] as const;
export type TransferKind = (typeof TRANSFER_KINDS)[number];

interface Limit {
  n: number;
  basis: LawCitation;
}
export interface TransferSpec {
  key: TransferKind;
  zh: string;
  en: string;
  basis: LawCitation;
  /** Number of the form that goes with it in the set of 2021. */
  form: string;
  /** Hours from the decision until it is sent; absent where no rule says. */
  sendHours?: Limit;
  /** Days from the receipt until the receiver has decided. */
  answerDays?: Limit;
}

const SPECS = book.kinds as TransferSpec[];
export const transferSpec = (kind: TransferKind): TransferSpec => SPECS.find(({ key }) => key === kind)!;
