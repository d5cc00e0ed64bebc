import { FixedClock } from '../../kernel';
import { type Db, systemClaims } from '../../platform';
import { type TestDatabase, testDatabase } from '../../platform/testing';
import { parseEntry } from '../../proof';
import { Ledger } from './ledger';
import { LedgerGroup } from './ledger-group';

let database: TestDatabase;
let db: Db;
const clock = new FixedClock(new Date('2026-11-22T03:30:00.000Z'));
const ledger = new Ledger(clock);

beforeEach(async () => {
  database = await testDatabase();
  ({ db } = await database.as('nms_api', []));
});
afterEach(() => database.close());

const looked = (subject: string, n = 0) => ({ subject, type: 'evidence.viewed' as const, facts: { who: `reader ${n}` } });
const rows = () =>
  database.admin.query<{ subject: string; seq: number; entry: Buffer; entry_sha256: string; body: string; writer: string }[]>(
    `SELECT e.subject, e.seq, e.entry, e.entry_sha256, b.json AS body, e.xmin::text AS writer
     FROM ledger_entry e JOIN ledger_body b ON b.entry_id = e.id ORDER BY e.subject, e.seq`,
  );

it('I-10 I-11 many callers share few commits, and each subject has one unbroken chain', async () => {
  const group = new LedgerGroup(db, ledger, clock);
  const asked = Array.from({ length: 600 }, (_, n) => ({ ...looked(`subject-${n % 37}`, n), key: `key-${n % 500}` }));
  const inside = db.as(systemClaims('test'), (tx) => ledger.append(tx, looked('subject-5'), 'in a business transaction'));
  const digests = await Promise.all([...asked.map(({ key, ...event }) => group.append(event, key)), inside]);
  const written = await rows();
  expect(written).toHaveLength(501);
  // The last hundred were asked for under keys that were known.
  expect(digests.slice(500, 600)).toEqual(digests.slice(0, 100));
  expect(new Set(digests)).toEqual(new Set(written.map((row) => row.entry_sha256)));
  expect(new Set(written.map(({ writer }) => writer)).size).toBeLessThan(20);
  for (const [subject, its] of Map.groupBy(written, (row) => row.subject))
    for (const [seq, row] of its.entries())
      expect(parseEntry(row.entry)).toMatchObject({ subject, seq, prev: seq ? its[seq - 1]!.entry_sha256 : '' });
});

it('an entry that cannot be written fails for its own caller only, and a caller who comes later is not kept waiting', async () => {
  const group = new LedgerGroup(db, ledger, clock);
  const broken = { ...looked('subject-2'), facts: { share: 0.5 } };
  const results = await Promise.allSettled([
    group.append(looked('subject-1'), 'one'),
    group.append(broken, 'two'),
    group.append(looked('subject-2'), 'three'),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  await group.append(looked('subject-1', 2), 'four');
  expect((await rows()).map(({ subject, seq }) => `${subject} ${seq}`)).toEqual(['subject-1 0', 'subject-1 1', 'subject-2 0']);
});

it('I-10 a head that others moved, or that is gone, is found out before anything is written', async () => {
  const group = new LedgerGroup(db, ledger, clock);
  const other = new LedgerGroup(db, ledger, clock);
  for (let n = 0; n < 6; n += 1) await (n % 2 ? group : other).append(looked('subject-1', n), `key ${n}`);
  await db.as(systemClaims('test'), (tx) => ledger.append(tx, looked('subject-1'), 'in a business transaction'));
  const digest = await group.append(looked('subject-1', 6), 'key 6');
  expect(await other.append(looked('subject-1', 6), 'key 6')).toBe(digest);
  const its = await rows();
  expect(its.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  for (const [seq, row] of its.entries())
    expect(parseEntry(row.entry)).toMatchObject({ seq, prev: seq ? its[seq - 1]!.entry_sha256 : '' });
  // A backup of the day before: what the process remembers is not there.
  await database.admin.query(`ALTER TABLE ledger_entry DISABLE TRIGGER ALL; ALTER TABLE ledger_body DISABLE TRIGGER ALL;
    DELETE FROM ledger_body; DELETE FROM ledger_entry`);
  await group.append(looked('subject-1'), 'after the restore');
  expect((await rows()).map(({ seq }) => seq)).toEqual([0]);
});
