import { type LawCitation, type StateTable, stateTable } from '../../kernel';
import ordinaryPenalty1 from '../data/ordinary-penalty.v1.json';
import ordinaryPenalty2 from '../data/ordinary-penalty.v2.json';
import type { ClockEffect } from './clock-book';

export interface CaseStateSpec {
  code: string;
  zh: string;
  en: string;
  /** Work goes on: the case has a next step that somebody owes. */
  open?: boolean;
  /** The case has been filed; orders to the outside may be made from here on. */
  filed?: boolean;
  decided?: boolean;
  final?: boolean;
  /** Work that is owed as long as the case is in this state. */
  task?: { kind: string; requires: string; to: 'handlers' | 'permission' };
}

export interface CaseTransition {
  from: string;
  action: string;
  to: string;
  zh: string;
  en: string;
  requires: string;
  basis: LawCitation;
  guards?: readonly string[];
  /** Forms that must be finished before the move. */
  documents?: readonly string[];
  /** Fields of the request that must be given, and those that may. */
  needs?: readonly string[];
  may?: readonly string[];
  clocks?: readonly ClockEffect[];
  /** The agency binds itself: a fresh second factor is needed. */
  sealing?: boolean;
  /** Fact that is told to the rooms above. */
  emits?: string;
}

/**
 * How a family of cases runs, as data. A version is never edited after release: a case keeps the version it was opened with, so
 * a rename in a later one cannot orphan it.
 */
export interface CaseDefinition {
  key: string;
  version: number;
  zh: string;
  en: string;
  validFrom: string;
  initial: string;
  states: readonly CaseStateSpec[];
  transitions: readonly CaseTransition[];
  pauseGrounds: readonly { key: string; zh: string; en: string }[];
  /** What can be done in every state and changes none. */
  always: readonly string[];
}

const ALL: readonly CaseDefinition[] = [ordinaryPenalty1 as CaseDefinition, ordinaryPenalty2 as CaseDefinition];

/** The version of a family that a case opened on `day` takes. */
export function definitionFor(key: string, day: string): CaseDefinition {
  const fitting = ALL.filter((one) => one.key === key && one.validFrom <= day).sort((a, b) => b.version - a.version);
  if (!fitting[0]) throw new TypeError(`no definition ${key} on ${day}`);
  return fitting[0];
}

/** The version that a case is pinned to. */
export function definitionOf(key: string, version: number): CaseDefinition {
  const found = ALL.find((one) => one.key === key && one.version === version);
  if (!found) throw new TypeError(`definition ${key} ${version} is not installed`);
  return found;
}

export const allDefinitions = (): readonly CaseDefinition[] => ALL;

const tables = new Map<CaseDefinition, StateTable<string, string>>();

/** The definition as the kernel's state table; made, and checked by it, once. */
export function tableOf(definition: CaseDefinition): StateTable<string, string> {
  const made = tables.get(definition);
  if (made) return made;
  const table = stateTable<string, string>({
    name: `case-${definition.key}-${definition.version}`,
    initial: definition.initial,
    final: definition.states.filter((state) => state.final).map((state) => state.code),
    rows: definition.transitions,
  });
  tables.set(definition, table);
  return table;
}

export function transitionOf(definition: CaseDefinition, from: string, action: string): CaseTransition | null {
  return tableOf(definition).move(from, action) as CaseTransition | null;
}

export function transitionsFrom(definition: CaseDefinition, state: string): readonly CaseTransition[] {
  return tableOf(definition).actionsFrom(state) as readonly CaseTransition[];
}

export function stateOf(definition: CaseDefinition, code: string): CaseStateSpec {
  const state = definition.states.find((one) => one.code === code);
  if (!state) throw new TypeError(`${definition.key} ${definition.version} has no state ${code}`);
  return state;
}
