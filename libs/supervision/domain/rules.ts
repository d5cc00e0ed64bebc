import type { Mark } from '../../kernel';
import library from './data/prohibited-behaviours.json';

export interface RuleBasis {
  law: string;
  art: string;
  mark: Mark;
}

export interface Rule {
  id: string;
  zh: string;
  en: string;
  /** Article of the county rules that asks for the rule, or null. */
  seed: string | null;
  group: string;
  basis: readonly RuleBasis[];
  penalty: readonly (RuleBasis & { summaryZh: string })[];
  keywords: readonly string[];
  regex: readonly string[];
  exclude: readonly string[];
  /** 1 light, 2 medium, 3 heavy. */
  severity: number;
  /** What a person has to look at before the hit means anything. */
  check: string;
}

/** The rule of absent licence display: it asks what is not on the page. */
export const DISPLAY_RULE = 'PB12';

/** Rules that no word decides: absence of the display, forged identification (every lawful badge carries its words), missing ICP number. */
const STRUCTURAL = new Set([DISPLAY_RULE, 'PB04', 'PB29']);

export const RULES: readonly Rule[] = (library.rules as unknown as Rule[]).map((rule) => Object.freeze(rule));

export const ruleById = (id: string): Rule | null => RULES.find((rule) => rule.id === id) ?? null;

export const isStructural = (rule: Rule): boolean => STRUCTURAL.has(rule.id);

/** Rules that are looked for as words and patterns in a page's text. */
export const wordRules = (): readonly Rule[] =>
  RULES.filter((rule) => !isStructural(rule) && (rule.keywords.length > 0 || rule.regex.length > 0));
