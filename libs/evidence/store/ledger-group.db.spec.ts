import { FixedClock } from '../../kernel';
import { type Db, systemClaims } from '../../platform';
import { type TestDatabase, testDatabase } from '../../platform/testing';
import { parseEntry } from '../../proof';
import { Ledger } from './ledger';
import { LedgerGroup } from './ledger-group';

let database: TestDatabase;
let db: Db;
const ledger = new Ledger(new FixedClock(new Date('2026-11-22T03:30:00.000Z')));

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
  const group = new LedgerGroup(db, ledger);
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
  const group = new LedgerGroup(db, ledger);
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
