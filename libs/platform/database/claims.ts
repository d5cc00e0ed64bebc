import { AsyncLocalStorage } from 'node:async_hooks';
import type { EntityManager } from 'typeorm';

/**
 * How far a person sees. `system` is for our own processes, `public` for visitors without account, `none` for accounts that
 * administer and must see no business record.
 */
export type Scope = 'system' | 'all' | 'below' | 'unit' | 'self' | 'public' | 'none';

/** Who acts, from where in the territory, and why. Row security in PostgreSQL reads these and nothing else. */
export interface Claims {
  /** Officer's id, `system:<process>`, `partner:<id>` or `public`. */
  actor: string;
  scope: Scope;
  /** GB/T 2260 code of the unit, six digits. */
  division: string;
  roles: readonly string[];
  requestId?: string;
  /** Where from: address of the caller. */
  origin?: string;
  /** Why the person says that he looks, where a purpose is asked. */
  purpose?: string;
}

interface Context {
  claims: Claims;
  tx?: EntityManager;
  /** What waits for the running transaction to commit. */
  afterCommit?: (() => Promise<void>)[];
}

const context = new AsyncLocalStorage<Context>();

export function currentClaims(): Claims | undefined {
  return context.getStore()?.claims;
}

export function currentTransaction(): EntityManager | undefined {
  return context.getStore()?.tx;
}

export function withClaims<T>(claims: Claims, work: () => T): T {
  return context.run({ claims }, work);
}

/** Puts other claims into the running context: the door knows who calls only after it has read the session. */
export function assumeClaims(claims: Claims): void {
  const running = context.getStore();
  if (running) running.claims = claims;
}

/** Runs `work` with `tx` as the running transaction; returns its result and what it left to do after the commit. */
export async function inTransaction<T>(
  claims: Claims,
  tx: EntityManager,
  work: () => Promise<T>,
): Promise<{ result: T; afterCommit: (() => Promise<void>)[] }> {
  const afterCommit: (() => Promise<void>)[] = [];
  const result = await context.run({ claims, tx, afterCommit }, work);
  return { result, afterCommit };
}

/** Does `act` when the running transaction has committed, or at once when there is none. */
export async function afterCommit(act: () => Promise<void>): Promise<void> {
  const waiting = context.getStore()?.afterCommit;
  if (waiting) waiting.push(act);
  else await act();
}

/** Claims of a process that acts by itself: delivery of facts, sweeps, migrations of data. */
export function systemClaims(process: string): Claims {
  return { actor: `system:${process}`, scope: 'system', division: '000000', roles: ['system'] };
}

/** `141100` → `1411`: what every division below begins with. */
export function divisionPrefix(division: string): string {
  return division.replace(/(00){1,2}$/, '');
}
