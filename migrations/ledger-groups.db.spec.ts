import { randomBytes } from 'node:crypto';
import { DataSource, type EntityManager } from 'typeorm';
import { LedgerTrees } from '../libs/evidence';
import { entryFor } from '../libs/evidence/domain/ledger-entry';
import { Db, systemClaims } from '../libs/platform';
import { MemoryTree, rootOf, type TreeHash } from '../libs/proof';
import * as migrations from './index';

const ORIGIN = 'aj.test/evidence/2026';
const HASHES: TreeHash[] = ['sha256', 'sm3'];
const isNew = (name: string) => /Ledger(Groups|Append)/.test(name);
const [before, after] = [false, true].map((wanted) =>
  Object.entries(migrations).flatMap(([name, migration]) => (isNew(name) === wanted ? [migration] : [])),
);

let maintenance: DataSource;
let name: string;

beforeAll(async () => {
  maintenance = await new DataSource({ type: 'postgres', url: process.env.NMS_TEST_PG!, installExtensions: false }).initialize();
  name = `t_${randomBytes(6).toString('hex')}`;
  await maintenance.query(`CREATE DATABASE ${name}`);
});

afterAll(async () => {
  await maintenance.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await maintenance.destroy();
});

async function migrated(list: typeof before): Promise<DataSource> {
  const url = new URL(process.env.NMS_TEST_PG!);
  url.pathname = `/${name}`;
  const source = await new DataSource({
    type: 'postgres',
    url: url.href,
    migrations: list,
    migrationsTransactionMode: 'each',
    installExtensions: false,
  }).initialize();
  await source.runMigrations();
  return source;
}

it('trees of before keep their roots and go on growing, also where later migrations ran first', async () => {
  const old = await migrated(before);
  const whole = { sha256: new MemoryTree('sha256'), sm3: new MemoryTree('sm3') };
  const at = new Date('2026-11-22T03:30:00.000Z');
  let prev = '';
  const write = async (tx: Pick<EntityManager, 'query'>, n: number) => {
    const made = entryFor({ subject: 'subject', type: 'evidence.viewed', facts: { n } }, { seq: n, prev }, at);
    prev = made.sha256;
    for (const hash of HASHES) whole[hash].append(made.bytes);
    const [row] = await tx.query<[{ id: string }]>(
      `INSERT INTO ledger_entry (subject, seq, type, at, key, entry, entry_sha256, leaf, leaf_sm3)
       VALUES ('subject', $1, 'evidence.viewed', $2, $3, $4, $5, $6, $7) RETURNING id`,
      [n, at, `k${n}`, made.bytes, made.sha256, made.leaf, made.leafSm3],
    );
    return { id: row.id, leaf: made.leaf, leaf_sm3: made.leafSm3 };
  };
  for (let n = 0; n < 21; n += 1) {
    const { id } = await write(old, n);
    await old.query('INSERT INTO ledger_place VALUES ($1, $2, $3)', [ORIGIN, n, id]);
  }
  // As they were kept: each tree for itself, leaves included.
  for (const tree of HASHES)
    for (let level = 0; 2 ** level <= 21; level += 1)
      for (let idx = 0; (idx + 1) * 2 ** level <= 21; idx += 1)
        await old.query('INSERT INTO ledger_node (origin, tree, level, idx, hash) VALUES ($1, $2, $3, $4, $5)', [
          ORIGIN,
          tree,
          level,
          idx,
          Buffer.from(whole[tree].read({ level, index: idx })),
        ]);
  await old.destroy();

  const source = await migrated(after);
  const [db, trees] = [new Db(source), new LedgerTrees()];
  const rootsAt = (size: number) =>
    db.as(systemClaims('test'), (tx) =>
      Promise.all(HASHES.map(async (hash) => rootOf(hash, size, await trees.reader(tx, ORIGIN, hash, [{ from: 0, to: size }])))),
    );
  expect(await rootsAt(21)).toEqual(HASHES.map((hash) => whole[hash].root()));
  await db.as(systemClaims('test'), async (tx) => trees.append(tx, ORIGIN, [await write(tx, 21), await write(tx, 22)]));
  expect(await rootsAt(23)).toEqual(HASHES.map((hash) => whole[hash].root()));
  await expect(source.query('UPDATE ledger_node SET sha256 = sm3')).rejects.toThrow();
  await source.destroy();
});
