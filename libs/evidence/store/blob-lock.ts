import type { EntityManager } from 'typeorm';

/**
 * Keeps a blob from being destroyed until the transaction ends: for whoever makes a row for bytes that he did not just put (`shared`).
 * The destroyer takes the same lock alone and never waits for it (`try`); false when it cannot have it now.
 */
export async function lockBlob(tx: EntityManager, sha256: string, how: 'shared' | 'try'): Promise<boolean> {
  const lock = how === 'try' ? 'pg_try_advisory_xact_lock' : 'pg_advisory_xact_lock_shared';
  const [row] = await tx.query<{ got: unknown }[]>(`SELECT ${lock}(hashtextextended('blob:' || $1, 0)) AS got`, [sha256]);
  return how === 'shared' || row?.got === true;
}
