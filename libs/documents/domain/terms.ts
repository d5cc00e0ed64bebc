import { type LawCitation, law } from '../../kernel';
import { chineseNumber } from './citation';

export interface StatutoryTerm {
  value: number;
  unit: '日' | '个工作日' | '个月';
  basis: LawCitation;
}

/** Periods that stand in printed texts, each with its basis; no template prints a period from anywhere else. */
export const TERMS = {
  statement: { value: 5, unit: '个工作日', basis: law('程序规定', 57) },
  payment: { value: 15, unit: '日', basis: law('程序规定', 72) },
  reconsideration: { value: 60, unit: '日', basis: law('行政复议法', 20) },
  litigation: { value: 6, unit: '个月', basis: law('行政诉讼法', 46) },
} as const satisfies Record<string, StatutoryTerm>;

export type TermName = keyof typeof TERMS;

/** `五个工作日`, `六十日`. */
export function termZh(name: TermName): string {
  const { value, unit } = TERMS[name];
  return chineseNumber(value) + unit;
}
