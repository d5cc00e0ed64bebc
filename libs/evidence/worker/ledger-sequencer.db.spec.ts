import { FixedClock } from '../../kernel';
import { type Db, systemClaims, withClaims } from '../../platform';
import { type TestDatabase, testDatabase } from '../../platform/testing';
import { EvidenceService } from '../app/evidence.service';
import { Ledger } from '../store/ledger';
import { LedgerGroup } from '../store/ledger-group';
import { LedgerTrees } from '../store/ledger-trees';
import { LedgerSequencer } from './ledger-sequencer';

const MINUTE = 60_000;
const clock = new FixedClock(new Date('2026-11-22T03:30:00.000Z'));
const ledger = new Ledger(clock);
const system = systemClaims('test');

let database: TestDatabase;
let db: Db;
let sequencer: LedgerSequencer;
/** Of the process, which the sequencer measures open transactions by. */
let elapsed = 0;

beforeEach(async () => {
  database = await testDatabase();
  ({ db } = await database.as('nms_worker', []));
  const names = { agencyDomain: 'aj.test', trustFile: '', workerUrl: '', uploadLimitBytes: 1 };
  const evidence = new EvidenceService(
    clock,
    ledger,
    new LedgerGroup(db, ledger, clock),
    null as never,
    null as never,
    null as never,
    names,
  );
  sequencer = new LedgerSequencer(db, evidence, new LedgerTrees());
  const began = performance.now();
  jest.spyOn(performance, 'now').mockImplementation(() => began + elapsed);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await database.close();
});

const write = (subject: string) =>
  db.as(system, (tx) => ledger.append(tx, { subject, type: 'evidence.viewed', facts: {} }, subject));
const place = () => withClaims(system, () => sequencer.placeAll());
const placed = async (): Promise<string[]> =>
  (
    await database.admin.query<{ subject: string }[]>(
      'SELECT e.subject FROM ledger_place p JOIN ledger_entry e ON e.id = p.entry_id ORDER BY p.idx',
    )
  ).map(({ subject }) => subject);

/** An entry written by a transaction that stays open until `commit`. */
async function heldOpen(subject: string): Promise<{ commit(): Promise<void> }> {
  let commit!: () => void;
  const allowed = new Promise<void>((go) => (commit = go));
  const written = Promise.withResolvers<void>();
  const done = db.as(system, async (tx) => {
    await ledger.append(tx, { subject, type: 'evidence.viewed', facts: {} }, subject);
    written.resolve();
    await allowed;
  });
  await written.promise;
  return {
    async commit() {
      commit();
      await done;
    },
  };
}

it('I-10 what commits late gets a later place, also from a transaction that was open longer than the sequencer looks back', async () => {
  const [late, veryLate] = [await heldOpen('late'), await heldOpen('very late')];
  await write('first');
  expect(await place()).toBe(1);
  await late.commit();
  elapsed += 4 * MINUTE;
  expect(await place()).toBe(1);
  elapsed += 6 * MINUTE;
  expect(await place()).toBe(0);
  await write('second');
  expect(await place()).toBe(1);
  await veryLate.commit();
  expect(await place()).toBe(0); // nobody looks there any more
  elapsed += 20 * MINUTE;
  expect(await place()).toBe(1);
  // The first entry of a log opens it.
  expect(await placed()).toEqual(['aj.test/evidence/2026', 'first', 'late', 'second', 'very late']);
  expect(await place()).toBe(0);
});

it('I-10 many writers and readers of the log at once, some of whom give up: every entry that was committed has one place', async () => {
  const group = new LedgerGroup(db, ledger, clock);
  let over = false;
  const placing = (async () => {
    while (!over) await place();
  })();
  await Promise.all(
    Array.from({ length: 8 }, async (_, writer) => {
      for (let n = 0; n < 40; n += 1)
        if (n % 3 === 0) await group.append({ subject: `g${writer}`, type: 'evidence.viewed', facts: {} }, `${writer}-${n}`);
        else if (n % 3 === 1) await write(`${writer}-${n}`);
        else
          await db
            .as(system, async (tx) => {
              await ledger.append(tx, { subject: `a${writer}`, type: 'evidence.viewed', facts: {} }, `${writer}-${n}`);
              throw new Error('gives up');
            })
            .catch(() => undefined);
    }),
  );
  over = true;
  await placing;
  await place();
  const [{ entries, places }] = await database.admin.query<[{ entries: number; places: number }]>(
    'SELECT (SELECT count(*) FROM ledger_entry)::int AS entries, (SELECT max(idx) + 1 FROM ledger_place)::int AS places',
  );
  expect([entries, places]).toEqual([8 * 27 + 1, 8 * 27 + 1]);
});

it('places more than one group at once, and nothing twice', async () => {
  await db.as(system, (tx) =>
    ledger.appendAll(
      tx,
      Array.from({ length: 4_500 }, (_, n) => ({
        subject: `s${n % 9}`,
        type: 'evidence.verified' as const,
        facts: { n },
        key: `k${n}`,
      })),
    ),
  );
  expect(await place()).toBe(4_500);
  expect(await place()).toBe(0);
  expect(await placed()).toHaveLength(4_501);
});
