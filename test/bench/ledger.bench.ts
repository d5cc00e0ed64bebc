import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { EVIDENCE_ROWS, EvidenceFsck, Ledger, LedgerGroup, LedgerTrees } from '../../libs/evidence';
import { SystemClock } from '../../libs/kernel';
import { Db, systemClaims } from '../../libs/platform';
import { hashesOf, inclusionRanges, leafHash, readCheckpoint, rootOf, verifyInclusion } from '../../libs/proof';
import { median, tell } from './figure';
import { fill } from './ledger-fill';
import { dataFolder, start } from './product';

/**
 * `npm run bench -- ledger [entries a round]`: entries a second beside bare INSERT and commit of the same bytes, by as many writers on
 * the same connections, in alternating rounds; fsck, size on disk, time to a signed checkpoint. The sequencer runs beside the writers,
 * and has to come to rest before the peer is measured.
 * `npm run bench -- ledger --entries N [--on <database>]`: a log of N entries, then inclusion proofs beside reads by primary key, and
 * appends behind it. `--on` takes a migrated database of the same machine, and fills it only when it is empty.
 */
const FILL = process.argv[2] === '--entries' ? Number(process.argv[3]) : 0;
const ON = process.argv[4] === '--on' ? process.argv[5] : undefined;
const ENTRIES = Number((!FILL && process.argv[2]) || 20_000);
const ROUNDS = 5;
const GROUP = 64;
const PROOFS = 1_000;

type Act = (writer: number, n: number) => Promise<unknown>;

/** Acts a second by so many writers, each of whom begins the next when the last is committed. */
async function rate(writers: number, act: Act, acts = ENTRIES): Promise<number> {
  const share = Math.ceil(acts / writers);
  const began = performance.now();
  await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      for (let n = 0; n < share; n += 1) await act(writer, n);
    }),
  );
  return (share * writers * 1000) / (performance.now() - began);
}

async function main(): Promise<void> {
  if (ON) return onFilled(ON);
  const folder = dataFolder();
  const { system, stop } = await start(folder.data);
  const { databaseUrl } = JSON.parse(readFileSync(join(folder.data, 'run/system.json'), 'utf8')) as { databaseUrl: string };
  const { owner, worker } = await open(databaseUrl);
  const paused = FILL ? ['worker', 'ledger-signer'].map((name) => system.processes[name]!) : [];
  try {
    if (FILL) {
      // Nobody else places or reads while a log is filled by hand.
      for (const pid of paused) process.kill(pid, 'SIGSTOP');
      const origin = 'bench.test/evidence/2026';
      const { root, ms } = await fill(owner, origin, FILL, folder.data);
      process.stderr.write(`${FILL} entries filled in ${Math.round(ms / 1000)} s\n`);
      await proofs(owner, origin, root);
      await disk(owner);
      await behind(owner, worker, FILL);
    } else {
      await rates(owner, worker);
      await disk(owner);
      const origin = await largest(owner);
      await proofs(owner, origin, null);
      await fsck(owner);
      await checkpoint(owner, new Ledger(new SystemClock()));
    }
  } finally {
    for (const pid of paused) process.kill(pid, 'SIGCONT');
    await Promise.all([owner.destroy(), worker.destroy()]);
    await stop();
    folder.remove();
  }
}

async function open(url: string): Promise<{ owner: DataSource; worker: DataSource }> {
  const opened = (extra: object) =>
    new DataSource({
      type: 'postgres',
      url,
      poolSize: 64,
      installExtensions: false,
      entities: EVIDENCE_ROWS,
      extra,
    }).initialize();
  // As the worker, whom row security holds.
  return { owner: await opened({}), worker: await opened({ options: '-c role=nms_worker' }) };
}

async function onFilled(url: string): Promise<void> {
  const { owner, worker } = await open(url);
  const folder = dataFolder();
  try {
    const [{ entries }] = await owner.query<[{ entries: number }]>('SELECT count(*)::int AS entries FROM ledger_entry');
    const filled = entries ? null : await fill(owner, 'bench.test/evidence/2026', FILL, folder.data);
    if (filled) process.stderr.write(`${FILL} entries filled in ${Math.round(filled.ms / 1000)} s\n`);
    await proofs(owner, 'bench.test/evidence/2026', filled?.root ?? null);
    await disk(owner);
    await behind(owner, worker, entries || FILL);
  } finally {
    await Promise.all([owner.destroy(), worker.destroy()]);
    folder.remove();
  }
}

/** What an append costs behind a log of that length, beside bare insert and commit; the same as on a short one, or it slows as the log grows. */
async function behind(owner: DataSource, worker: DataSource, entries: number): Promise<void> {
  const ledger = new Ledger(new SystemClock());
  const db = new Db(worker);
  await bareTable(owner);
  const round = Date.now();
  const [mine, bares]: [number[], number[]] = [[], []];
  for (let i = 0; i < ROUNDS; i += 1) {
    bares.push(await rate(8, () => bareInsert(worker), 2_000));
    mine.push(
      await rate(
        8,
        (writer, n) =>
          db.as(systemClaims('bench'), (tx) =>
            ledger.append(
              tx,
              { subject: `behind-${round}-${i}-${writer}`, type: 'evidence.viewed', facts: { n } },
              `behind-${round}-${i}-${writer}-${n}`,
            ),
          ),
        2_000,
      ),
    );
  }
  tell('ledger', `entries per second behind ${entries}, 8 writers, each in a transaction of its own, over bare`, median(mine), median(bares), ROUNDS * 2_000); // prettier-ignore
}

async function bareTable(owner: DataSource): Promise<void> {
  await owner.query(
    `CREATE TABLE IF NOT EXISTS bench_bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, entry bytea, body text);
     GRANT INSERT ON bench_bare TO nms_worker`,
  );
}

const INSERT_BARE = 'INSERT INTO bench_bare (entry, body) VALUES ($1, $2)';
const BARE = [Buffer.alloc(330, 1), 'x'.repeat(180)];

function bareInsert(worker: DataSource): Promise<unknown> {
  return worker.query(INSERT_BARE, BARE);
}

async function rates(owner: DataSource, worker: DataSource): Promise<void> {
  const db = new Db(worker);
  const clock = new SystemClock();
  const ledger = new Ledger(clock);
  const group = new LedgerGroup(db, ledger, clock);
  await bareTable(owner);
  const body = 'x'.repeat(180);
  let round = 0;
  const event = (writer: number | string) => ({
    subject: `bench-${round}-${writer}`,
    type: 'evidence.viewed' as const,
    facts: { who: 'bench', purpose: body },
  });
  const key = (writer: number, n: number) => `bench-${round}-${writer}-${n}`;
  const bare: Act = () => bareInsert(worker);
  const alone: Act = (writer, n) => group.append(event(writer), key(writer, n));
  const inside: Act = (writer, n) => db.as(systemClaims('bench'), (tx) => ledger.append(tx, event(writer), key(writer, n)));
  /** Entries of `GROUP` subjects committed together, as a scrub or a renewal writes them. */
  const together: Act = (writer, n) =>
    db.as(systemClaims('bench'), (tx) =>
      ledger.appendAll(
        tx,
        Array.from({ length: GROUP }, (_, i) => ({ ...event(`${writer}-${i}`), key: `${key(writer, n)}-${i}` })),
      ),
    );
  /** The floor of whoever has a transaction anyhow: claims, bare insert, commit. */
  const framed: Act = () => db.as(systemClaims('bench'), (tx) => tx.query(INSERT_BARE, BARE));
  const beside = async (metric: string, writers: number, ours: () => Promise<number>, other?: Act): Promise<void> => {
    const [mine, bares, placed, others]: [number[], number[], number[], number[]] = [[], [], [], []];
    for (let i = 0; i < ROUNDS; i += 1) {
      round += 1;
      bares.push(await rate(writers, bare));
      if (other) others.push(await rate(writers, other));
      const began = performance.now();
      mine.push(await ours());
      await allPlaced(owner);
      placed.push((ENTRIES * 1000) / (performance.now() - began));
    }
    tell('ledger', `entries per second, ${metric}, over bare insert and commit by ${writers}`, median(mine), median(bares), ROUNDS * ENTRIES); // prettier-ignore
    if (other) tell('ledger', 'the same over claims, bare insert and commit', median(mine), median(others), ROUNDS * ENTRIES);
    tell('ledger', `the same until both trees hold them`, median(placed), median(bares), ROUNDS * ENTRIES);
  };
  for (const writers of [8, 64]) await beside(`${writers} writers`, writers, () => rate(writers, alone));
  for (const writers of [8, 64]) await beside(`${writers} writers, each in a transaction of its own`, writers, () => rate(writers, inside), framed); // prettier-ignore
  const groups = async () => (await rate(2, together, Math.ceil(ENTRIES / GROUP))) * GROUP;
  await beside(`two writers in groups of ${GROUP}`, GROUP, groups);
}

async function allPlaced(owner: DataSource): Promise<void> {
  const waiting = () =>
    owner
      .query<[{ n: string }]>('SELECT (SELECT count(*) FROM ledger_entry) - (SELECT count(*) FROM ledger_place) AS n')
      .then(([row]) => Number(row.n));
  while ((await waiting()) > 0) await pause(50);
}

async function largest(owner: DataSource): Promise<string> {
  const [{ origin }] = await owner.query<[{ origin: string }]>(
    'SELECT origin FROM ledger_place GROUP BY origin ORDER BY count(*) DESC LIMIT 1',
  );
  return origin;
}

/** Proofs of single entries beside reads of single rows; each is verified against the root, which is `expected` when somebody knows it. */
async function proofs(owner: DataSource, origin: string, expected: Uint8Array | null): Promise<void> {
  const trees = new LedgerTrees();
  const db = new Db(owner);
  const read = <T>(work: (tx: typeof owner.manager) => Promise<T>) => db.as(systemClaims('bench'), work);
  const size = await read((tx) => trees.size(tx, origin));
  const whole = [{ from: 0, to: size }];
  const root = rootOf('sha256', size, await read((tx) => trees.reader(tx, origin, 'sha256', whole)));
  if (expected && !Buffer.from(root).equals(expected)) throw new Error('the root is not that of the entries');
  const [ours, peers]: [number[], number[]] = [[], []];
  for (let i = 0; i < PROOFS; i += 1) {
    const index = Math.floor(Math.random() * size);
    const { made, row, ms, floor } = await read(async (tx) => {
      let began = performance.now();
      const ranges = inclusionRanges(index, size);
      const made = hashesOf('sha256', ranges, await trees.reader(tx, origin, 'sha256', ranges));
      const ms = performance.now() - began;
      began = performance.now();
      await tx.query('SELECT entry_id FROM ledger_place WHERE origin = $1 AND idx = $2', [origin, (index * 7) % size]);
      const floor = performance.now() - began;
      return { made, ms, floor, row: (await trees.entries(tx, origin, index, index + 1))[0]! };
    });
    if (!verifyInclusion('sha256', { index, size, leaf: leafHash('sha256', row.entry), proof: made, root }))
      throw new Error(`the proof of ${index} does not verify`);
    ours.push(ms);
    peers.push(floor);
  }
  const p95 = ours.sort((a, b) => a - b)[Math.floor(ours.length * 0.95)]!;
  tell('ledger', `inclusion proof in ms at ${size} entries, over a read by primary key`, median(ours), median(peers), PROOFS);
  tell('ledger', `inclusion proof in ms at ${size} entries, p95, over 25 ms`, p95, 25, PROOFS);
}

/** Entries, places and subtrees of both trees, with their indexes; events are kept apart and are not counted. */
async function disk(owner: DataSource): Promise<void> {
  const [{ bytes, n }] = await owner.query<[{ bytes: number; n: number }]>(
    `SELECT (pg_total_relation_size('ledger_entry') + pg_total_relation_size('ledger_place') + pg_total_relation_size('ledger_node'))::float8 AS bytes,
       (SELECT count(*) FROM ledger_entry)::float8 AS n`,
  );
  tell('ledger', 'bytes on disk for an entry, its place and its nodes, over 1.2 KiB', bytes / n, 1.2 * 1024, n);
}

async function fsck(owner: DataSource): Promise<void> {
  const began = performance.now();
  const report = await new EvidenceFsck(new Db(owner), null as never, new LedgerTrees()).run();
  if (report.faults.length) throw new Error(`fsck: ${report.faults.slice(0, 3).join(', ')}`);
  tell('ledger', 'entries per second, fsck, over 12,000', (report.entries * 1000) / (performance.now() - began), 12_000, report.entries); // prettier-ignore
}

async function checkpoint(owner: DataSource, ledger: Ledger): Promise<void> {
  const db = new Db(owner);
  const began = performance.now();
  const sha256 = await db.as(systemClaims('bench'), (tx) =>
    ledger.append(tx, { subject: 'bench-checkpoint', type: 'evidence.viewed', facts: {} }, 'bench-checkpoint'),
  );
  for (;;) {
    const [found] = await owner.query<{ note: string; idx: string }[]>(
      `SELECT c.note, p.idx FROM ledger_entry e JOIN ledger_place p ON p.entry_id = e.id
       JOIN ledger_checkpoint c ON c.origin = p.origin AND c.size > p.idx WHERE e.entry_sha256 = $1 LIMIT 1`,
      [sha256],
    );
    if (found && readCheckpoint(Buffer.from(found.note)).size > Number(found.idx)) break;
    await pause(100);
  }
  tell('ledger', 'seconds from an entry to a signed checkpoint, over 90', (performance.now() - began) / 1000, 90, 1);
}

void main();
