import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import type { Clock } from '../../kernel';
import { type Db, systemClaims } from '../../platform';
import { checkpointText, MemoryTree, signNote, textOf } from '../../proof';
import { testKeys } from '../../proof/testing';
import { ActRow, PackageRow } from '../store/evidence.entity';
import { Ledger } from '../store/ledger';

/** Carries a fixed package to its disposal by order, as officers would, with the entries that prove it; what they say is left out. */
export async function disposeOf(
  { db, clock, admin }: { db: Db; clock: Clock; admin: DataSource },
  packageId: string,
  what: 'destroyed' | 'returned' = 'destroyed',
): Promise<void> {
  const ledger = new Ledger(clock);
  const order = randomUUID();
  await admin.query(`INSERT INTO evidence_disposal VALUES ($1, $2, $3, '保管期满', '程序规定 78', 'asker', $4)`, [
    order,
    packageId,
    what,
    clock.now(),
  ]);
  for (const by of ['head', 'legal'])
    await admin.query(`INSERT INTO evidence_disposal_approval VALUES ($1, $2, $3, '同意')`, [order, by, clock.now()]);
  await db.as(systemClaims('worker'), async (tx) => {
    for (const type of ['evidence.stamped', 'evidence.confirmed', 'evidence.sealed'] as const)
      await ledger.append(tx, { subject: packageId, type, facts: {} }, `${packageId}:test:${type}`);
    const facts = { what, approvals: ['head', 'legal'] };
    const entrySha256 = await ledger.append(tx, { subject: packageId, type: 'evidence.disposed', facts }, `${packageId}:dispose`);
    await tx.insert(ActRow, {
      id: randomUUID(),
      packageId,
      action: what === 'destroyed' ? 'dispose' : 'giveBack',
      at: clock.now(),
      by: 'asker',
      second: null,
      data: {},
      entrySha256,
    } as never);
    await tx.update(PackageRow, { id: packageId }, { state: 'disposed' });
  });
}

/** Gives every waiting entry its place and signs both trees, with the key of the ledger of tests. */
export async function signCheckpoint(admin: DataSource, origin: string, at: Date): Promise<void> {
  const rows = await admin.query<{ entry: Buffer }[]>(
    'SELECT e.entry FROM ledger_place p JOIN ledger_entry e ON e.id = p.entry_id WHERE p.origin = $1 ORDER BY p.idx',
    [origin],
  );
  const notes: string[] = [];
  for (const [hash, name] of [
    ['sha256', origin],
    ['sm3', `${origin}/sm3`],
  ] as const) {
    const tree = new MemoryTree(hash);
    for (const { entry } of rows) tree.append(new Uint8Array(entry));
    notes.push(textOf(await signNote(checkpointText({ origin: name, size: rows.length, root: tree.root() }), [testKeys.ledger])));
  }
  await admin.query('INSERT INTO ledger_checkpoint VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING', [
    origin,
    rows.length,
    at,
    ...notes,
  ]);
}
