import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EvidenceModule, Ledger, LedgerTrees } from '../../../libs/evidence';
import { FixedClock } from '../../../libs/kernel';
import { type Db, systemClaims } from '../../../libs/platform';
import { type TestDatabase, testDatabase } from '../../../libs/platform/testing';
import {
  openCheckpoint,
  utf8,
  verifyConsistency,
  verifyInclusion,
  leafHash,
  hashesOf,
  inclusionRanges,
  consistencyRanges,
} from '../../../libs/proof';
import { testKeys } from '../../../libs/proof/testing';
import { CheckpointSigner, LedgerIncident } from './checkpoint-signer';
import { KeptRoots } from './remembered';

const ORIGIN = 'aj.test/evidence/2026';
const worker = systemClaims('worker');
const clock = new FixedClock();
const trees = new LedgerTrees();

let database: TestDatabase;
let db: Db;
let signerDb: Db;
let file: string;

beforeEach(async () => {
  expect(EvidenceModule).toBeDefined();
  database = await testDatabase();
  db = (await database.as('nms_worker')).db;
  signerDb = (await database.as('nms_ledger')).db;
  file = join(mkdtempSync(join(tmpdir(), 'nms-signer-')), 'kept-roots.json');
});

afterEach(() => database.close());

const signer = (adopt = false) =>
  new CheckpointSigner(signerDb, clock, testKeys.ledger, new KeptRoots(file), { intervalMs: 0, adopt });

let made = 0;
/** Appends `n` entries and gives them their places, as the worker does. */
async function entries(n: number): Promise<void> {
  const ledger = new Ledger(clock);
  for (let i = 0; i < n; i += 1) {
    made += 1;
    await db.as(worker, (tx) =>
      ledger.append(tx, { subject: 'ev_01JD8000000000000000000000', type: 'evidence.viewed', facts: { n: made } }, `k${made}`),
    );
  }
  await db.as(worker, async (tx) => {
    const waiting = await tx.query<{ id: string; leaf: Buffer; leaf_sm3: Buffer }[]>(
      'SELECT id, leaf, leaf_sm3 FROM ledger_entry e WHERE NOT EXISTS (SELECT FROM ledger_place p WHERE p.entry_id = e.id) ORDER BY id',
    );
    await trees.append(tx, ORIGIN, waiting);
  });
}

const checkpoints = () => db.as(worker, (tx) => trees.checkpoints(tx, ORIGIN));

it('signs both roots of what it re-read, and each checkpoint grows out of the one before', async () => {
  await entries(5);
  const one = signer();
  expect(await one.look()).toEqual(new Map([[ORIGIN, 5]]));
  expect(await one.look()).toEqual(new Map());
  await entries(8);
  await one.look();
  const [older, newer] = (await checkpoints()).map(({ note }) => openCheckpoint(utf8(note), testKeys.ledger).checkpoint);
  const ranges = consistencyRanges(5, 13);
  const proof = await db.as(worker, async (tx) => hashesOf('sha256', ranges, await trees.reader(tx, ORIGIN, 'sha256', ranges)));
  expect(verifyConsistency('sha256', older!, newer!, proof)).toBe(true);
  for (const hash of ['sha256', 'sm3'] as const) {
    const stored = (await checkpoints()).at(-1)!;
    const { checkpoint } = openCheckpoint(utf8(hash === 'sha256' ? stored.note : stored.noteSm3), testKeys.ledger);
    for (let index = 0; index < 13; index += 1) {
      const path = inclusionRanges(index, 13);
      const hashes = await db.as(worker, async (tx) => hashesOf(hash, path, await trees.reader(tx, ORIGIN, hash, path)));
      const [placed] = await db.as(worker, (tx) => trees.entries(tx, ORIGIN, index, index + 1));
      const leaf = leafHash(hash, new Uint8Array(placed!.entry));
      expect(verifyInclusion(hash, { index, size: 13, leaf, proof: hashes, root: checkpoint.root })).toBe(true);
    }
  }
});

it('I-08 goes on after a restart, from what it remembers', async () => {
  await entries(3);
  await signer().look();
  await entries(3);
  expect(await signer().look()).toEqual(new Map([[ORIGIN, 6]]));
});

it('F10 stops when an entry was changed between write and sign, and signs nothing', async () => {
  await entries(4);
  await signer().look();
  await entries(2);
  await database.admin.query(
    `ALTER TABLE ledger_entry DISABLE TRIGGER ALL; UPDATE ledger_entry SET entry = set_byte(entry, 40, 55) WHERE id = (SELECT entry_id FROM ledger_place WHERE idx = 1)`,
  );
  await expect(signer().look()).rejects.toThrow(LedgerIncident);
  expect(await checkpoints()).toHaveLength(1);
});

it.each([
  ['the tail was cut off', `DELETE FROM ledger_node; DELETE FROM ledger_place WHERE idx >= 2`],
  [
    'a backup of yesterday was restored',
    `DELETE FROM ledger_checkpoint; DELETE FROM ledger_node; DELETE FROM ledger_place WHERE idx >= 1`,
  ],
  ['everything was taken away', `DELETE FROM ledger_checkpoint; DELETE FROM ledger_node; DELETE FROM ledger_place`],
  [
    'an entry was dropped and the rest moved up',
    `UPDATE ledger_place SET idx = -idx - 100 WHERE idx >= 2; DELETE FROM ledger_place WHERE idx = -102; UPDATE ledger_place SET idx = -idx - 101 WHERE idx < 0`,
  ],
])('F09 I-07 refuses when %s', async (_what, sql) => {
  await entries(5);
  await signer().look();
  for (const table of ['ledger_place', 'ledger_node', 'ledger_checkpoint'])
    await database.admin.query(
      `ALTER TABLE ${table} DISABLE TRIGGER ALL; ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ${table}_idx_check`,
    );
  await database.admin.query(sql);
  await expect(signer().look()).rejects.toThrow(LedgerIncident);
});

it('F11 a signer with an older memory passes through every checkpoint that was signed since', async () => {
  await entries(3);
  await signer().look();
  copyFileSync(file, `${file}.old`);
  await entries(3);
  await signer().look();
  copyFileSync(`${file}.old`, file);
  await entries(1);
  expect(await signer().look()).toEqual(new Map([[ORIGIN, 7]]));
  copyFileSync(`${file}.old`, file);
  await database.admin.query(
    `ALTER TABLE ledger_entry DISABLE TRIGGER ALL; UPDATE ledger_entry SET entry = set_byte(entry, 40, 55) WHERE id = (SELECT entry_id FROM ledger_place WHERE idx = 4)`,
  );
  await expect(signer().look()).rejects.toThrow('another history');
});

it('F11 refuses a ledger that it does not remember until somebody says so', async () => {
  await entries(3);
  await signer().look();
  rmSync(file);
  await expect(signer().look()).rejects.toThrow('file of kept roots is missing');
  await entries(1);
  expect(await signer(true).look()).toEqual(new Map([[ORIGIN, 4]]));
});

it('I-08 never signs a second root for a size, also when the first one was lost on its way', async () => {
  await entries(3);
  await signer().look();
  for (const table of ['ledger_checkpoint', 'ledger_entry', 'ledger_place', 'ledger_node'])
    await database.admin.query(`ALTER TABLE ${table} DISABLE TRIGGER ALL`);
  const [first] = await checkpoints();
  await database.admin.query('DELETE FROM ledger_checkpoint');
  await database.admin.query(
    `UPDATE ledger_entry SET entry = set_byte(entry, 40, 55) WHERE id = (SELECT entry_id FROM ledger_place WHERE idx = 1)`,
  );
  await expect(signer().look()).rejects.toThrow('not those that were signed');
  expect(await checkpoints()).toEqual([]);
  expect(first?.size).toBe(3);
});

it('I-15 can write nothing but checkpoints', async () => {
  for (const table of ['ledger_entry', 'ledger_place', 'ledger_node', 'ledger_body'])
    await expect(signerDb.as(systemClaims('ledger-signer'), (tx) => tx.query(`DELETE FROM ${table}`))).rejects.toThrow(
      'permission denied',
    );
});
