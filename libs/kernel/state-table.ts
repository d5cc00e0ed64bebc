import type { LawCitation } from './law';

/** One move. What is not a row cannot happen. */
export interface StateRow<S extends string = string, A extends string = string> {
  from: S;
  action: A;
  to: S;
  /** Permission that the acting person must hold. */
  requires: string;
  basis: LawCitation;
  /** Names of guards that must hold; each is a tested function of the room. */
  guards?: readonly string[];
  /** Official forms that must be sealed before the move. */
  documents?: readonly string[];
}

export interface StateTableSpec<S extends string, A extends string> {
  name: string;
  initial: S;
  final: readonly S[];
  rows: readonly StateRow<S, A>[];
}

export interface StateTable<S extends string, A extends string> extends StateTableSpec<S, A> {
  states: readonly S[];
  /** The row for `action` out of `from`, or null when that cannot happen. */
  move(from: string, action: string): StateRow<S, A> | null;
  actionsFrom(state: string): readonly StateRow<S, A>[];
}

/**
 * A state table that has been checked. Throws at start-up, so that no process runs on a broken table, when two rows share
 * (from, action), a state cannot be reached, or a state that is not final has no way out.
 */
export function stateTable<const S extends string, const A extends string>(spec: StateTableSpec<S, A>): StateTable<S, A> {
  const faults = faultsOf(spec);
  if (faults.length) throw new Error(`state table ${spec.name}: ${faults.join('; ')}`);
  const byKey = new Map(spec.rows.map((row) => [`${row.from}\n${row.action}`, row]));
  return {
    ...spec,
    states: statesOf(spec),
    move: (from, action) => byKey.get(`${from}\n${action}`) ?? null,
    actionsFrom: (state) => spec.rows.filter((row) => row.from === state),
  };
}

function statesOf<S extends string, A extends string>(spec: StateTableSpec<S, A>): S[] {
  return [...new Set([spec.initial, ...spec.rows.flatMap((row) => [row.from, row.to]), ...spec.final])];
}

/** All faults of a table in words; empty when it is sound. */
export function faultsOf(spec: StateTableSpec<string, string>): string[] {
  const faults: string[] = [];
  const seen = new Set<string>();
  for (const { from, action, requires } of spec.rows) {
    if (seen.has(`${from}\n${action}`)) faults.push(`two rows for ${action} from ${from}`);
    seen.add(`${from}\n${action}`);
    if (!requires) faults.push(`${action} from ${from} names nobody who may do it`);
  }
  const reached = new Set([spec.initial]);
  for (let grew = true; grew;) {
    grew = false;
    for (const row of spec.rows) if (reached.has(row.from) && !reached.has(row.to)) grew = !!reached.add(row.to);
  }
  for (const state of statesOf(spec)) {
    if (!reached.has(state)) faults.push(`${state} cannot be reached`);
    if (!spec.final.includes(state) && !spec.rows.some((row) => row.from === state)) faults.push(`${state} has no way out`);
  }
  return faults;
}
