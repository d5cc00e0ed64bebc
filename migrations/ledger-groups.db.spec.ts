import { randomBytes } from 'node:crypto';
import { DataSource, type EntityManager } from 'typeorm';
import { EVIDENCE_ROWS, EvidenceFsck, LedgerTrees } from '../libs/evidence';
import { entryFor } from '../libs/evidence/domain/ledger-entry';
import { Db, systemClaims } from '../libs/platform';
import { MemoryTree, rootOf, type TreeHash } from '../libs/proof';
import * as migrations from './index';

const ORIGIN = 'aj.test/evidence/2026';
const HASHES: TreeHash[] = ['sha256', 'sm3'];
/** What the database knew before: each tree for itself with its leaves, then both trees in one row a node, now in one row a tile. */
const STEPS = [/Ledger(Groups|Append|Tiles|Heads)/, /Ledger(Tiles|Heads)/];
const listed = (wanted: (name: string) => boolean) =>
  Object.entries(migrations).flatMap(([name, migration]) => (wanted(name) ? [migration] : []));

let maintenance: DataSource;
let name: string;

beforeEach(async () => {
  maintenance = await new DataSource({ type: 'postgres', url: process.env.NMS_TEST_PG!, installExtensions: false }).initialize();
  name = `t_${randomBytes(6).toString('hex')}`;
  await maintenance.query(`CREATE DATABASE ${name}`);
});

afterEach(async () => {
  await maintenance.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await maintenance.destroy();
});

async function migrated(list: ReturnType<typeof listed>): Promise<DataSource> {
  const url = new URL(process.env.NMS_TEST_PG!);
  url.pathname = `/${name}`;
  const source = await new DataSource({
    type: 'postgres',
    url: url.href,
    migrations: list,
    entities: EVIDENCE_ROWS,
    migrationsTransactionMode: 'each',
    installExtensions: false,
  }).initialize();
  await source.runMigrations();
  return source;
}

/** Every node of the first `size` entries, as it was kept. */
async function keepNodes(old: DataSource, whole: Record<TreeHash, MemoryTree>, size: number, isApart: boolean): Promise<void> {
  const hashAt = (tree: TreeHash, level: number, index: number) => Buffer.from(whole[tree].read({ level, index }));
  for (let level = 0; 2 ** level <= size; level += 1)
    for (let idx = 0; (idx + 1) * 2 ** level <= size; idx += 1) {
      const [sha256, sm3] = HASHES.map((tree) => hashAt(tree, level, idx));
      if (isApart)
        await old.query(
          `INSERT INTO ledger_node (origin, tree, level, idx, hash) VALUES ($1, 'sha256', $2, $3, $4), ($1, 'sm3', $2, $3, $5)`,
          [ORIGIN, level, idx, sha256, sm3],
        );
      else if (level > 0)
        await old.query('INSERT INTO ledger_node (origin, level, idx, sha256, sm3) VALUES ($1, $2, $3, $4, $5)', [ORIGIN, level, idx, sha256, sm3]); // prettier-ignore
    }
}

it.each([
  [21, 'each tree for itself', STEPS[0]!, true],
  [21, 'a row a node', STEPS[1]!, false],
  [303, 'a row a node', STEPS[1]!, false],
])(
  'trees of %i entries kept with %s keep their roots and go on growing, also where later migrations ran first',
  async (size, _how, isNew, isApart) => {
    const old = await migrated(listed((each) => !isNew.test(each)));
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
    for (let n = 0; n < size; n += 1) {
      const { id } = await write(old, n);
      await old.query('INSERT INTO ledger_place VALUES ($1, $2, $3)', [ORIGIN, n, id]);
    }
    await keepNodes(old, whole, size, isApart);
    await old.destroy();

    const source = await migrated(listed((each) => isNew.test(each)));
    const [db, trees] = [new Db(source), new LedgerTrees()];
    const ask = <T>(work: (tx: EntityManager) => Promise<T>) => db.as(systemClaims('test'), work);
    const rootsAt = (n: number) =>
      ask((tx) =>
        Promise.all(HASHES.map(async (hash) => rootOf(hash, n, await trees.reader(tx, ORIGIN, hash, [{ from: 0, to: n }])))),
      );
    const faults = async () => (await new EvidenceFsck(db, null as never, trees).run()).faults;
    for (let n = 1; n <= size; n += n < size - 20 ? 37 : 1)
      expect(await rootsAt(n)).toEqual(HASHES.map((hash) => whole[hash].root(n)));
    expect(await faults()).toEqual([]);
    for (let n = size; n < size + 40; n += 5)
      await ask(async (tx) => {
        const leaves = [];
        for (let i = n; i < n + 5; i += 1) leaves.push(await write(tx, i));
        await trees.append(tx, ORIGIN, leaves);
      });
    for (let n = size; n <= size + 40; n += 1) expect(await rootsAt(n)).toEqual(HASHES.map((hash) => whole[hash].root(n)));
    expect(await faults()).toEqual([]);
    for (const change of ['UPDATE ledger_node SET sha256 = sm3', 'DELETE FROM ledger_node', 'TRUNCATE ledger_node'])
      await expect(source.query(change)).rejects.toThrow();
    await expect(source.query('INSERT INTO ledger_node SELECT * FROM ledger_node LIMIT 1')).rejects.toThrow('ledger_node_pkey');
    await source.destroy();
  },
  60_000,
);
