import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { Ledger, LedgerTrees } from '../../libs/evidence';
import { SystemClock } from '../../libs/kernel';
import { Db, systemClaims } from '../../libs/platform';
import { hashesOf, inclusionRanges } from '../../libs/proof';
import { median, tell } from './figure';
import { dataFolder, start } from './product';

/**
 * Entries a second by many writers, each in a transaction of its own with claims, chained per subject, beside bare INSERT and commit
 * of the same bytes on the same server in alternating rounds; and an inclusion proof beside a read by primary key.
 * `npm run bench -- ledger [entries a round]`.
 */
const ENTRIES = Number(process.argv[2] ?? 8_000);
const ROUNDS = 3;
const GROUP = 64;

async function rate(writers: number, each: (writer: number, n: number) => Promise<void>, acts = ENTRIES): Promise<number> {
  const share = Math.ceil(acts / writers);
  const began = performance.now();
  await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      for (let n = 0; n < share; n += 1) await each(writer, n);
    }),
  );
  return (share * writers * 1000) / (performance.now() - began);
}

async function main(): Promise<void> {
  const folder = dataFolder();
  const { stop } = await start(folder.data);
  const { databaseUrl } = JSON.parse(readFileSync(join(folder.data, 'run/system.json'), 'utf8')) as { databaseUrl: string };
  const source = await new DataSource({
    type: 'postgres',
    url: databaseUrl,
    poolSize: 64,
    installExtensions: false,
  }).initialize();
  try {
    const db = new Db(source);
    const ledger = new Ledger(new SystemClock());
    await source.query('CREATE TABLE bench_bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, entry bytea, body text)');
    const entry = Buffer.alloc(330, 1);
    const body = 'x'.repeat(180);
    let round = 0;
    const bare = () => source.query('INSERT INTO bench_bare (entry, body) VALUES ($1, $2)', [entry, body]).then(() => undefined);
    const append = (writer: number, n: number) =>
      db
        .as(systemClaims('bench'), (tx) =>
          ledger.append(
            tx,
            { subject: `bench-${round}-${writer}`, type: 'evidence.viewed', facts: { who: 'bench', purpose: body } },
            `bench-${round}-${writer}-${n}`,
          ),
        )
        .then(() => undefined);
    for (const writers of [8, 64]) {
      const [ours, peers]: [number[], number[]] = [[], []];
      for (let i = 0; i < ROUNDS; i += 1) {
        round += 1;
        peers.push(await rate(writers, bare));
        ours.push(await rate(writers, append));
      }
      tell(
        'ledger',
        `entries per second, ${writers} writers, over bare insert and commit`,
        median(ours),
        median(peers),
        ROUNDS * ENTRIES,
      );
    }
    /** Entries of `GROUP` subjects committed together, as a scrub or a renewal writes them; the peer has as many writers. */
    const group = (writer: number, n: number) =>
      db
        .as(systemClaims('bench'), (tx) =>
          ledger.appendAll(
            tx,
            Array.from({ length: GROUP }, (_, i) => ({
              subject: `bench-${round}-${writer}-${i}`,
              type: 'evidence.verified' as const,
              facts: { who: 'bench', purpose: body },
              key: `bench-${round}-${writer}-${n}-${i}`,
            })),
          ),
        )
        .then(() => undefined);
    const [ours, peers]: [number[], number[]] = [[], []];
    for (let i = 0; i < ROUNDS; i += 1) {
      round += 1;
      peers.push(await rate(GROUP, bare));
      ours.push((await rate(2, group, Math.ceil((ENTRIES * 2) / GROUP))) * GROUP);
    }
    tell(
      'ledger',
      `entries per second in groups of ${GROUP}, over bare insert and commit by ${GROUP} writers`,
      median(ours),
      median(peers),
      ROUNDS * ENTRIES,
    );
    await proofs(source);
  } finally {
    await source.destroy();
    await stop();
    folder.remove();
  }
}

/** Waits until the running sequencer has placed everything; then proofs of single entries beside reads of single rows. */
async function proofs(source: DataSource): Promise<void> {
  const trees = new LedgerTrees();
  const waiting = () =>
    source
      .query<[{ n: string }]>(
        'SELECT count(*) AS n FROM ledger_entry e WHERE NOT EXISTS (SELECT FROM ledger_place p WHERE p.entry_id = e.id)',
      )
      .then(([row]) => Number(row.n));
  while ((await waiting()) > 0) await new Promise((go) => setTimeout(go, 200));
  const [{ origin, size }] = await source.query<[{ origin: string; size: string }]>(
    'SELECT origin, count(*) AS size FROM ledger_place GROUP BY origin ORDER BY count(*) DESC LIMIT 1',
  );
  const [ours, peers]: [number[], number[]] = [[], []];
  for (let i = 0; i < 300; i += 1) {
    const index = Math.floor((i * Number(size)) / 300);
    let began = performance.now();
    const ranges = inclusionRanges(index, Number(size));
    hashesOf('sha256', ranges, await trees.reader(source.manager, origin, 'sha256', ranges));
    ours.push(performance.now() - began);
    began = performance.now();
    await source.query('SELECT entry_id FROM ledger_place WHERE origin = $1 AND idx = $2', [origin, index]);
    peers.push(performance.now() - began);
  }
  tell('ledger', `inclusion proof in ms at ${size} entries, over a read by primary key`, median(ours), median(peers), 300);
}

void main();
