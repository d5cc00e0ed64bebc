import { setTimeout as pause } from 'node:timers/promises';
import type { EntityManager } from 'typeorm';
import { FixedClock } from '../../kernel';
import { type Db, systemClaims, withClaims } from '../../platform';
import { type TestDatabase, testDatabase } from '../../platform/testing';
import { EvidenceService } from '../app/evidence.service';
import { Ledger } from '../store/ledger';
import { LedgerGroup } from '../store/ledger-group';
import { LedgerTrees } from '../store/ledger-trees';
import { LedgerSequencer } from './ledger-sequencer';

const clock = new FixedClock(new Date('2026-11-22T03:30:00.000Z'));
const ledger = new Ledger(clock);
const system = systemClaims('test');

let database: TestDatabase;
let db: Db;
let sequencer: LedgerSequencer;

beforeEach(async () => {
  database = await testDatabase();
  ({ db } = await database.as('nms_worker', []));
  sequencer = sequencerOf(db);
});
afterEach(() => database.close());

function sequencerOf(db: Db): LedgerSequencer {
  const names = { agencyDomain: 'aj.test', trustFile: '', workerUrl: '', vantages: ['main'], uploadLimitBytes: 1 };
  const evidence = new EvidenceService(
    clock,
    ledger,
    new LedgerGroup(db, ledger, clock),
    null as never,
    null as never,
    null as never,
    names,
  );
  return new LedgerSequencer(db, evidence, new LedgerTrees());
}

const write = (subject: string) =>
  db.as(system, (tx) => ledger.append(tx, { subject, type: 'evidence.viewed', facts: {} }, subject));
const place = () => withClaims(system, () => sequencer.placeAll());
const placed = async (): Promise<string[]> =>
  (
    await database.admin.query<{ subject: string }[]>(
      'SELECT e.subject FROM ledger_place p JOIN ledger_entry e ON e.id = p.entry_id ORDER BY p.idx',
    )
  ).map(({ subject }) => subject);

const gaps = () => (Reflect.get(sequencer, 'progress') as { gaps: unknown[] }).gaps;

const givesUp = (subject: string) => async (tx: EntityManager) => {
  await ledger.append(tx, { subject, type: 'evidence.viewed', facts: {} }, subject);
  throw new Error('gives up');
};

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

it('I-10 what commits late gets a later place, however long its transaction was open, and what was given up is not waited for', async () => {
  const [late, veryLate] = [await heldOpen('late'), await heldOpen('very late')];
  await write('first');
  expect(await place()).toBe(1);
  await late.commit();
  expect(await place()).toBe(1);
  await db.as(system, givesUp('given up')).catch(() => undefined);
  for (const subject of ['second', 'third']) {
    await write(subject);
    expect(await place()).toBe(1);
  }
  // What was given up is waited for as long as a transaction runs that is older.
  expect(gaps()).toHaveLength(2);
  await veryLate.commit();
  expect(await place()).toBe(1);
  // Other tests have transactions on the same server.
  for (let tries = 0; tries < 600 && gaps().length; tries += 1) {
    expect(await place()).toBe(0);
    await pause(100);
  }
  expect(gaps()).toEqual([]);
  // The first entry of a log opens it.
  expect(await placed()).toEqual(['aj.test/evidence/2026', 'first', 'late', 'second', 'third', 'very late']);
}, 90_000);

it('I-10 a sequencer that begins while a transaction is open finds its entry too, once it commits', async () => {
  const late = await heldOpen('late');
  await write('first');
  await place();
  await write('second');
  const next = sequencerOf(db);
  expect(await withClaims(system, () => next.placeAll())).toBe(1);
  await late.commit();
  expect(await withClaims(system, () => next.placeAll())).toBe(1);
  expect(await place()).toBe(0);
  expect(await placed()).toEqual(['aj.test/evidence/2026', 'first', 'second', 'late']);
});

it('I-10 what is written while a sequencer walks through the ledger for the first time is found, however late it commits', async () => {
  // A number that is missing gets the sequencer's transaction a number of its own.
  await db.as(system, givesUp('given up')).catch(() => undefined);
  await write('first');
  let late: Awaited<ReturnType<typeof heldOpen>> | null = null;
  // Between the first walk and the first group a transaction takes the next number, and another one commits behind it.
  const asOthersWrite = {
    as: async <T>(claims: Parameters<Db['as']>[0], work: (tx: EntityManager) => Promise<T>): Promise<T> => {
      const result = await db.as(claims, (tx) =>
        work(
          new Proxy(tx, {
            get: (target, name) =>
              name === 'query'
                ? async (sql: string, values?: unknown[]) => {
                    const rows: unknown = await target.query(sql, values);
                    if (sql.includes('AS first') && !late) {
                      late = await heldOpen('late');
                      await write('behind');
                    }
                    return rows;
                  }
                : (Reflect.get(target, name) as unknown),
          }),
        ),
      );
      return result;
    },
  } as unknown as Db;
  sequencer = sequencerOf(asOthersWrite);
  expect(await place()).toBe(2);
  expect(await place()).toBe(0);
  await late!.commit();
  expect(await place()).toBe(1);
  expect(await placed()).toEqual(['aj.test/evidence/2026', 'first', 'behind', 'late']);
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
        else await db.as(system, givesUp(`a${writer}`)).catch(() => undefined);
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
