import type { LawCitation, RollPolicy, TermUnit } from '../../kernel';
import book from '../data/clocks.json';

/** A time limit as the law gives it. Numbers are configuration with basis and validity; none stands in code. */
export interface ClockSpec {
  key: string;
  zh: string;
  en: string;
  n: number;
  unit: TermUnit;
  policy: RollPolicy;
  basis: LawCitation;
  validFrom: string;
  validTo: string | null;
  /** One approval adds so many units, so many times; `further: collective` then allows a fixed day. */
  extension?: { n: number; unit: TermUnit; times: number; by: string; further?: 'collective'; mark?: 'K' | 'I' };
  pauseGrounds?: readonly string[];
  /** A case cannot be closed while it runs. */
  blocksClosing?: boolean;
  /** Tells a date and owes nobody anything: no reminders, never overdue. */
  informs?: boolean;
  effect?: string;
}

export interface PauseGround {
  key: string;
  zh: string;
  en: string;
  basis: LawCitation;
}

/** What a transition does to a clock. `from` names the day that starts it when that is not the instant of the move. */
export interface ClockEffect {
  do: 'start' | 'stop' | 'pause' | 'resume' | 'startOrResume' | 'restart';
  key: string;
  ground?: string;
  from?: string;
  /** Only when somebody outside reported the matter and is to be told. */
  when?: 'reported';
}

export const CLOCKS = book.clocks as ClockSpec[];
export const PAUSE_GROUNDS = book.pauseGrounds as PauseGround[];

/** The limit in force on `day`. */
export function clockSpec(key: string, day: string): ClockSpec {
  const spec = CLOCKS.find((one) => one.key === key && one.validFrom <= day && (one.validTo === null || day <= one.validTo));
  if (!spec) throw new TypeError(`no clock ${key} on ${day}`);
  return spec;
}

export const pauseGround = (key: string): PauseGround | undefined => PAUSE_GROUNDS.find((one) => one.key === key);
