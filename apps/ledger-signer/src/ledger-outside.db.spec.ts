import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import { AffectedPackages, KeyLog, LedgerPublication, LogCloser } from '../../../libs/evidence';
import { Db, Log } from '../../../libs/platform';
import { aHouse, aWitness, type AWitness, type House, type HouseOptions } from '../../../libs/evidence/testing';
import {
  bytesSource,
  checkpointText,
  type ContainerEntry,
  digestsOf,
  MemoryTree,
  parseConsistency,
  parseNote,
  readCheckpoint,
  keyOf,
  readContainer,
  type Reason,
  signNote,
  textOf,
  utf8,
  verifierOf,
  verifyConsistency,
  openNote,
} from '../../../libs/proof';
import { aTrustBundle, testKeys } from '../../../libs/proof/testing';
import { CheckpointSigner } from './checkpoint-signer';
import { KeptRoots } from './remembered';

const ORIGIN = 'aj.test/evidence/2026';
const DAY_MS = 86_400_000;

let house: House;
let witness: AWitness | undefined;

afterEach(async () => {
  await house.close();
  witness?.close();
  witness = undefined;
});

/** The house and its signer, as the two processes work together. */
async function open(options: HouseOptions = {}, idleMs?: number) {
  house = await aHouse(options);
  const signer = new CheckpointSigner(
    house.signerDb,
    house.clock,
    testKeys.ledger,
    new KeptRoots(join(house.root, 'kept.json')),
    {
      intervalMs: 0,
      adopt: false,
      ...(idleMs !== undefined && { idleMs }),
    },
  );
  return () => signer.look();
}

async function opened(asked: HouseOptions = {}) {
  const signers = aTrustBundle().signers.map((signer) => ({ ...signer, to: '2036-01-01T00:00:00.000Z' }));
  const options = { ...asked, trust: { signers, ...asked.trust } };
  const sign = await open(options);
  const row = await house.fixedPackage();
  await house.settle(sign);
  return { sign, row };
}

async function withWitness(options: HouseOptions = {}) {
  witness = await aWitness('court.test/witness-2', testKeys.ledger.vkey, () => house.clock.now());
  const { name, vkey, line } = witness;
  return opened({ authorities: [], witnessLines: [line], ...options, trust: { witnesses: [{ name, vkey }], ...options.trust } });
}

/** All files below a folder. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((found) => found.isFile())
    .map((found) => join(found.parentPath, found.name));
}

/** A tile as C2SP names it: whole, or partial with its width. */
function tile(folder: string, n: number, width: number): Buffer {
  return readFileSync(join(folder, `${String(n).padStart(3, '0')}${width === 256 ? '' : `.p/${width}`}`));
}

function hashesOfTiles(folder: string, level: number, count: number): Uint8Array[] {
  const hashes: Uint8Array[] = [];
  for (let n = 0; n * 256 < count; n += 1) {
    const bytes = tile(join(folder, 'tile', String(level)), n, Math.min(256, count - n * 256));
    for (let at = 0; at < bytes.length; at += 32) hashes.push(new Uint8Array(bytes.subarray(at, at + 32)));
  }
  return hashes;
}

function entriesOf(folder: string, count: number): Uint8Array[] {
  const entries: Uint8Array[] = [];
  for (let n = 0; n * 256 < count; n += 1) {
    const bytes = tile(join(folder, 'tile/entries'), n, Math.min(256, count - n * 256));
    for (let at = 0; at < bytes.length; at += 2 + bytes.readUInt16BE(at))
      entries.push(new Uint8Array(bytes.subarray(at + 2, at + 2 + bytes.readUInt16BE(at))));
  }
  return entries;
}

/** What a real export holds, and the bundle it is verified with, read by a validator that is not ours. */
async function fitsPublishedSchemas(entries: readonly ContainerEntry[]): Promise<void> {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true });
  const folder = join(__dirname, '../../../testdata/evidence');
  const schema = (name: string) => ajv.compile(JSON.parse(readFileSync(join(folder, `${name}.schema.json`), 'utf8')) as object);
  const text = async (path: string) => {
    const { source } = entries.find((entry) => entry.path === path)!;
    return textOf(await source.read(0, source.size));
  };
  const [manifest, entry, trust] = [schema('manifest'), schema('entry'), schema('trust')];
  expect([manifest(JSON.parse(await text('MANIFEST.json'))), manifest.errors]).toEqual([true, null]);
  expect([trust(JSON.parse(JSON.stringify(house.bundle()))), trust.errors]).toEqual([true, null]);
  const lines = (await text('proofs/custody.jsonl')).trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(2);
  for (const line of lines) expect([entry((JSON.parse(line) as { entry: object }).entry), entry.errors]).toEqual([true, null]);
}

const codes = (reasons: readonly Reason[]) => [...new Set(reasons.map(({ code }) => code))].sort();
const checkpoints = () => house.run(() => house.db.tx((tx) => house.trees.checkpoints(tx, ORIGIN)));
const anchors = () => house.run(() => house.db.tx((tx) => house.anchors.anchors(tx, ORIGIN)));
const renewals = () => house.run(() => house.db.tx((tx) => house.anchors.renewals(tx, ORIGIN)));

describe('checkpoints', () => {
  it('are signed again each day while nothing happens, with the same root', async () => {
    const sign = await open();
    await house.fixedPackage();
    await house.run(() => house.sequencer.placeAll());
    await sign();
    for (let hour = 0; hour < 49; hour += 1) {
      house.clock.advance(3_600_000);
      await sign();
    }
    const all = await checkpoints();
    expect(all).toHaveLength(3);
    expect(new Set(all.map(({ note }) => note)).size).toBe(1);
  });

  it('I-08 the database takes no second root for a size, whoever signs it', async () => {
    const { sign } = await opened();
    await sign();
    const [first] = await checkpoints();
    const other = checkpointText({ origin: ORIGIN, size: first!.size, root: new Uint8Array(32).fill(9) });
    const note = textOf(await signNote(other, [testKeys.ledger]));
    await expect(
      house.database.admin.query(`INSERT INTO ledger_checkpoint VALUES ($1, $2, now(), $3, $3)`, [ORIGIN, first!.size, note]),
    ).rejects.toThrow('another root');
  });

  it('that hold evidence are stamped in hourly batches, and a package with such a token reaches level 5', async () => {
    const { sign, row } = await opened();
    expect(await anchors()).toHaveLength(1);
    await house.fixedPackage();
    await house.settle(sign);
    expect(await anchors()).toHaveLength(1);
    house.clock.advance(3_600_000);
    await house.settle(sign);
    expect(await anchors()).toHaveLength(2);
    house.clock.advance(3_600_000);
    await house.settle(sign); // the stamped entry alone brings no new evidence
    expect(await anchors()).toHaveLength(2);
    const report = await house.verify(await house.exported(row.id, sign));
    expect(report.reasons).toEqual([]);
    expect([report.verdict, report.level]).toEqual(['PASSED', 5]);
  });

  it('are asked to be stamped for ever when the authority is away', async () => {
    const sign = await open();
    house.away.add('outer');
    await house.fixedPackage();
    for (let i = 0; i < 60; i += 1) {
      await house.settle(sign);
      house.clock.advance(3_600_000);
    }
    expect(await anchors()).toEqual([]);
    house.away.clear();
    await house.settle(sign);
    expect(await anchors()).toHaveLength(1);
  });
});

describe('an export', () => {
  it('F07 does not wait for an authority that is away: it goes out with its checkpoint, and a later one has the token', async () => {
    const { sign, row } = await opened();
    house.clock.advance(3_600_000);
    house.away.add('outer');
    // A look at the package: its chain goes beyond the checkpoint that has a token already.
    const look = { subject: row.id, type: 'evidence.viewed', facts: { who: '办案人员甲' } } as const;
    await house.db.as(house.worker, (tx) => house.ledger.append(tx, look, 'look'));
    const asked = house.clock.now().getTime();
    const without = await house.exported(row.id, sign);
    expect(house.clock.now().getTime() - asked).toBeLessThanOrEqual(15_000); // steps of 3 s of the test's own clock
    const report = await house.verify(without);
    expect([report.level, codes(report.reasons)]).toEqual([4, ['WITNESS_QUORUM']]);
    house.away.clear();
    house.clock.advance(3_600_000);
    const after = await house.verify(await house.exported(row.id, sign));
    expect([after.verdict, after.level]).toEqual(['PASSED', 5]);
  });
});

describe('witnesses', () => {
  it('sign what grows by proof; their lines are exported and lift a package to level 5 without any token', async () => {
    const { sign, row } = await withWitness();
    await house.fixedPackage();
    await house.settle(sign);
    expect(witness!.heads.get(ORIGIN)!.size).toBe((await checkpoints()).at(-1)!.size);
    const report = await house.verify(await house.exported(row.id, sign), {
      trust: { policy: { tokens: 0, witnesses: 1, maxLateMinutes: 10 } },
    });
    expect(codes(report.reasons)).not.toContain('WITNESS_QUORUM');
    expect(report.reasons.filter(({ step }) => step === 'V7')).toEqual([]);
  });

  it('whose answer was lost tell their size, and one that is away is asked for ever', async () => {
    const { sign } = await withWitness();
    await house.database.admin.query('ALTER TABLE ledger_cosignature DISABLE TRIGGER ALL; DELETE FROM ledger_cosignature');
    witness!.away = true;
    await house.fixedPackage();
    for (let i = 0; i < 30; i += 1) {
      await house.settle(sign);
      house.clock.advance(3_600_000);
    }
    const size = (await checkpoints()).at(-1)!.size;
    const kept = () => house.run(() => house.db.tx((tx) => house.anchors.cosignatures(tx, ORIGIN, size)));
    expect(await kept()).toEqual([]);
    witness!.away = false;
    await house.settle(sign);
    const [line] = await kept();
    const { text } = parseNote(utf8((await checkpoints()).at(-1)!.note));
    expect(openNote(utf8(`${text}\n${line!.line}`), [verifierOf(witness!.vkey)]).signers).toEqual([witness!.name]);
  });

  it('F14 I-07 refuse a second history, even with the key of the log, and it is not told as witnessed', async () => {
    const { sign } = await withWitness();
    const before = witness!.heads.get(ORIGIN)!;
    // The house loses its past and begins again with a shorter memory: same key, other entries.
    for (const table of ['ledger_entry', 'ledger_place', 'ledger_node', 'ledger_checkpoint', 'ledger_cosignature', 'ledger_body'])
      await house.database.admin.query(`ALTER TABLE ${table} DISABLE TRIGGER ALL`);
    await house.database.admin.query(
      `DELETE FROM ledger_cosignature; DELETE FROM ledger_checkpoint; DELETE FROM ledger_node; DELETE FROM ledger_place;
       UPDATE ledger_entry SET leaf = sha256(leaf), leaf_sm3 = sha256(leaf_sm3)`,
    );
    await house.fixedPackage();
    // A house that begins again has no sequencer that remembers.
    await house.run(() => house.newSequencer().placeAll());
    const size = await house.run(() => house.db.tx((tx) => house.trees.size(tx, ORIGIN)));
    expect(size).toBeGreaterThan(before.size);
    const root = await house.run(() =>
      house.db.tx(async (tx) => {
        const tree = new MemoryTree('sha256');
        for (const { leaf } of await tx.query<{ leaf: Buffer }[]>(
          'SELECT e.leaf FROM ledger_place p JOIN ledger_entry e ON e.id = p.entry_id ORDER BY idx',
        ))
          tree.appendLeaf(new Uint8Array(leaf));
        return tree.root();
      }),
    );
    const note = textOf(await signNote(checkpointText({ origin: ORIGIN, size, root }), [testKeys.ledger]));
    await house.database.admin.query('INSERT INTO ledger_checkpoint VALUES ($1, $2, now(), $3, $3)', [ORIGIN, size, note]);
    await house.run(() => house.anchorer.look());
    expect(witness!.heads.get(ORIGIN)).toEqual(before);
    const lines = await house.run(() => house.db.tx((tx) => house.anchors.cosignatures(tx, ORIGIN, size)));
    expect(lines).toEqual([]);
    await expect(sign()).rejects.toThrow('another history');
  });
});

describe('the public form', () => {
  const publication = () => new LedgerPublication(house.db, house.trees, house.anchors);

  it('I-16 tiles alone give both roots and all entries, and hold no address, name or number', async () => {
    const { sign } = await opened();
    for (let n = 0; n < 300; n += 1)
      await house.db.as(house.worker, (tx) =>
        house.ledger.append(
          tx,
          { subject: `ev_${String(n % 7)}`, type: 'evidence.viewed', facts: { who: '办案人员甲', n } },
          `t${n}`,
        ),
      );
    await house.settle(sign);
    const folder = join(house.root, 'tiles');
    const { size } = await publication().tiles(ORIGIN, folder);
    expect(size).toBeGreaterThan(300);
    for (const [top, hash] of [
      ['', 'sha256'],
      ['sm3', 'sm3'],
    ] as const) {
      const signed = readCheckpoint(new Uint8Array(readFileSync(join(folder, top, 'checkpoint'))));
      expect(signed.size).toBe(size);
      const fromEntries = new MemoryTree(hash);
      for (const entry of entriesOf(folder, size)) fromEntries.append(entry);
      expect(fromEntries.root()).toEqual(signed.root);
      // Level 1 of the tiles holds the roots of full tiles of level 0; the rest is folded from the partial tile.
      const leaves = hashesOfTiles(join(folder, top), 0, size);
      const fromTiles = new MemoryTree(hash);
      for (const leaf of leaves) fromTiles.appendLeaf(leaf);
      expect(fromTiles.root()).toEqual(signed.root);
      const above = hashesOfTiles(join(folder, top), 1, Math.floor(size / 256));
      expect(above).toEqual([fromTiles.read({ level: 8, index: 0 })]);
    }
    const all =
      filesBelow(folder)
        .map((file) => readFileSync(file).toString('latin1'))
        .join('\n') + filesBelow(folder).join('\n');
    const [{ number }] = await house.database.admin.query<[{ number: string }]>('SELECT number FROM evidence_package LIMIT 1');
    for (const word of ['shop.test', Buffer.from('办案人员甲').toString('latin1'), number, 'officer.a', 'C-1001'])
      expect(all).not.toContain(word);
  });

  it('an exported checkpoint proves that the log grew, and lifts a package that has no other anchor', async () => {
    const { sign, row } = await opened({ authorities: [] });
    const bytes = await house.exported(row.id, sign);
    const held = (await checkpoints()).at(-1)!;
    expect(await publication().checkpoint(ORIGIN, held.size)).toBeNull();
    await house.fixedPackage();
    await house.settle(sign);
    const slip = (await publication().checkpoint(ORIGIN, held.size))!;
    const [step] = parseConsistency(slip);
    const [older, newer] = [readCheckpoint(utf8(held.note)), readCheckpoint(step!.checkpoint)];
    expect(verifyConsistency('sha256', older, newer, step!.hashes)).toBe(true);
    const report = await house.verify(bytes, { checkpoints: [slip] });
    expect(report.reasons.filter(({ step: at }) => at === 'V7')).toEqual([]);
  });
});

describe('F14 a stolen ledger key', () => {
  it('F14 a second history is told as SPLIT_VIEW by any older slip of that size', async () => {
    const { sign, row } = await opened();
    const bytes = await house.exported(row.id, sign);
    const slip = (await anchors()).at(-1)!;
    const forged = await signNote(checkpointText({ origin: ORIGIN, size: slip.size, root: new Uint8Array(32).fill(7) }), [
      testKeys.ledger,
    ]);
    const report = await house.verify(bytes, { checkpoints: [forged] });
    expect(codes(report.reasons)).toContain('SPLIT_VIEW');
    expect(report.verdict).toBe('FAILED');
  });

  it('F14 a history that nobody outside has seen does not reach level 5: WITNESS_QUORUM', async () => {
    const { sign, row } = await opened({ authorities: [] });
    const report = await house.verify(await house.exported(row.id, sign));
    expect(codes(report.reasons)).toContain('WITNESS_QUORUM');
    expect(report.level).toBeLessThan(5);
  });
});

describe('F13 a stolen worker key', () => {
  const revoked = (invalidFrom: string) => ({ invalidFrom, reason: 'the key was copied' });
  const withRevocation = (at: string) => ({
    signers: house
      .bundle()
      .signers.map((signer) => (signer.name === testKeys.worker.name ? { ...signer, revoked: revoked(at) } : signer)),
  });

  it('F13 what an outside token dates before the revocation still counts, what is dated after it is KEY_REVOKED', async () => {
    const { sign, row } = await opened();
    const bytes = await house.exported(row.id, sign);
    const trusted = { signers: withRevocation('2026-11-23T00:00:00.000Z').signers };
    expect((await house.verify(bytes, { trust: trusted })).verdict).toBe('PASSED');
    const late = await house.verify(bytes, { trust: withRevocation('2026-11-22T00:00:00.000Z') });
    expect(late.verdict).toBe('FAILED');
    expect(codes(late.reasons)).toContain('KEY_REVOKED');
  });
});

describe('keys in the ledger', () => {
  it('F13 a revocation is logged, every checkpoint is stamped anew, and what suffers is listed', async () => {
    const { sign, row } = await opened();
    const log = new KeyLog(house.db, house.content, house.ledger, {
      agencyDomain: 'aj.test',
      trustFile: join(house.root, 'trust.json'),
      workerUrl: 'http://127.0.0.1:1/',
      vantages: ['main'],
      uploadLimitBytes: 300_000,
    });
    const affected = new AffectedPackages(house.db, house.content);
    const invalidFrom = house.clock.now().toISOString();
    house.away.add('outer');
    house.clock.advance(60_000);
    const undated = await house.fixedPackage();
    await house.settle(sign);
    const signers = house
      .bundle()
      .signers.map((signer) =>
        signer.name === testKeys.worker.name ? { ...signer, revoked: { invalidFrom, reason: 'the key was copied' } } : signer,
      );
    house.setTrust({ signers });
    await house.run(() => log.look());
    await house.run(() => log.look());
    const chain = await house.run(() => house.db.tx((tx) => house.ledger.custodyOf(tx, testKeys.worker.name)));
    expect(chain.map(({ type }) => type)).toEqual(['key.added', 'key.revoked']);
    house.clock.advance(3_600_000);
    house.away.clear();
    const before = new Set((await checkpoints()).map(({ size }) => size));
    await house.settle(sign);
    const again = (await anchors()).filter(({ round }) => round === 1);
    expect(new Set(again.map(({ size }) => size))).toEqual(before);
    expect((await affected.of(testKeys.worker.name, new Date(invalidFrom))).map(({ id }) => id)).toEqual([row.id, undated.id]);
    expect(await affected.of(testKeys.worker.name, new Date(house.clock.now().getTime() + 1))).toEqual([]);
    expect(await affected.of('aj.test/worker-9', new Date(invalidFrom))).toEqual([]);
  });
});

describe('F14 a stolen ledger key', () => {
  it('F14 is revoked: copies that nothing dated before do not count, the log goes on under the next key and so does the package', async () => {
    const { sign, row } = await opened();
    const old = await house.exported(row.id, sign);
    const [ledger, next] = [testKeys.ledger, keyOf('aj.test/ledger-2', 'ed25519', new Uint8Array(32).fill(78))];
    const revokedFrom = (invalidFrom: string) => ({
      logs: house.bundle().logs.flatMap((log) => [
        { ...log, revoked: { invalidFrom, reason: 'the key was copied' } },
        { ...log, vkey: next.vkey },
      ]),
    });
    const early = revokedFrom('2026-11-22T00:00:00.000Z');
    const late = revokedFrom(new Date(house.clock.now().getTime() + DAY_MS).toISOString());
    expect((await house.verify(old, { trust: late })).verdict).toBe('PASSED');
    const failed = await house.verify(old, { trust: early });
    expect([failed.verdict, codes(failed.reasons)]).toEqual(['FAILED', ['KEY_REVOKED']]);

    const affected = new AffectedPackages(house.db, house.content);
    house.setTrust(early);
    const log = new KeyLog(house.db, house.content, house.ledger, {
      agencyDomain: 'aj.test',
      trustFile: join(house.root, 'trust.json'),
      workerUrl: 'http://127.0.0.1:1/',
      vantages: ['main'],
      uploadLimitBytes: 300_000,
    });
    for (const _ of [1, 2]) await house.run(() => log.look());
    const chain = await house.run(() => house.db.tx((tx) => house.ledger.custodyOf(tx, ledger.name)));
    expect(chain.map(({ type }) => type)).toEqual(['key.added', 'key.revoked']);
    expect((await affected.of(ledger.name, new Date('2026-11-22T00:00:00.000Z'))).map(({ id }) => id)).toEqual([row.id]);
    expect(await affected.of(ledger.name, new Date(house.clock.now().getTime() + DAY_MS))).toEqual([]);

    const signer = new CheckpointSigner(house.signerDb, house.clock, next, new KeptRoots(join(house.root, 'kept.json')), {
      intervalMs: 0,
      adopt: false,
      older: [ledger],
    });
    const signNext = () => signer.look();
    await house.settle(signNext);
    const again = await house.verify(await house.exported(row.id, signNext));
    expect([again.verdict, again.level, again.reasons]).toEqual(['PASSED', 5, []]);
    expect((await house.run(() => house.fsck.run())).faults).toEqual([]);
  });
});

describe('two authorities at once', () => {
  it('F07 one with SHA-256 and one with SM3: both tokens are exported; one that is away two days is told as LATE_STAMP', async () => {
    const [outer, sm3] = [
      { name: 'outer', algorithm: 'sha256', from: '2026-01-01', to: '2030-01-01' },
      { name: 'guomi', algorithm: 'sm3', from: '2026-01-01', to: '2030-01-01' },
    ] as const;
    const { sign, row } = await opened({
      authorities: [outer, sm3],
      trust: { policy: { tokens: 2, witnesses: 1, maxLateMinutes: 10 } },
    });
    const report = await house.verify(await house.exported(row.id, sign));
    expect([report.verdict, report.level, report.reasons]).toEqual(['PASSED', 5, []]);
    house.away.add('outer').add('guomi');
    const late = await house.fixedPackage();
    for (let hour = 0; hour < 48; hour += 1) {
      await house.settle(sign);
      house.clock.advance(3_600_000);
    }
    house.away.clear();
    await house.settle(sign);
    const told = await house.verify(await house.exported(late.id, sign));
    expect(told.verdict).toBe('PASSED');
    expect(told.findings.map(({ code }) => code)).toContain('LATE_STAMP');
  });
});

describe('renewal', () => {
  const short = { name: 'outer', algorithm: 'sha256', from: '2026-01-01', to: '2028-01-01' } as const;
  const long = { name: 'later', algorithm: 'sha256', from: '2026-01-01', to: '2036-01-01' } as const;
  const at = (day: string) => new Date(`${day}T00:00:00.000Z`);

  it('F31 a token whose certificate has ended: TST_EXPIRED without renewal, PASSED with one', async () => {
    const { sign, row } = await opened({ authorities: [short] });
    const before = await house.exported(row.id, sign);
    expect((await house.verify(before)).verdict).toBe('PASSED');
    const expired = await house.verify(before, { at: at('2029-01-01') });
    expect([expired.verdict, codes(expired.reasons)]).toEqual(['INDETERMINATE', ['TST_EXPIRED', 'WITNESS_QUORUM']]); // the token over the checkpoint ended too
    house.appoint(long);
    house.setTrust({ tsa: house.tsa });
    house.config.tsaUrls = [`later|sha256|${house.base}/later`];
    house.clock.advance(300 * DAY_MS); // 2027-09: within 180 days of the end
    await house.settle(sign);
    expect(await renewals()).toMatchObject([{ n: 1, tsa: 'later', algorithm: 'sha256' }]);
    const after = await house.exported(row.id, sign);
    const report = await house.verify(after, { at: at('2029-01-01') });
    expect(report.reasons).toEqual([]);
    expect(report.verdict).toBe('PASSED');
  });

  it('is done yearly, each over all before it, and stands in the log', async () => {
    const { sign, row } = await opened({ authorities: [long] });
    for (let year = 0; year < 3; year += 1) {
      house.clock.advance(366 * DAY_MS);
      await house.settle(sign);
      await house.settle(sign);
    }
    const all = await renewals();
    expect(all.map(({ n }) => n)).toEqual([1, 2, 3]);
    const covers = (n: number) =>
      (JSON.parse(all[n - 1]!.statement.toString()) as { covers: { sha256: string }[] }).covers.map(({ sha256 }) => sha256);
    for (const { statement, token } of all.slice(0, 2))
      for (const bytes of [statement, token]) expect(covers(3)).toContain(digestsOf(new Uint8Array(bytes)).sha256);
    const entries = await house.run(() => house.db.tx((tx) => house.ledger.custodyOf(tx, ORIGIN)));
    expect(entries.map(({ type }) => type)).toEqual([
      'ledger.opened',
      'evidence.renewed',
      'evidence.renewed',
      'evidence.renewed',
    ]);
    expect((await house.verify(await house.exported(row.id, sign), { at: at('2030-06-01') })).verdict).toBe('PASSED');
  });

  it('F31 every configured authority is asked: a renewal by SHA-256 and one by SM3, and either of them keeps the package alive', async () => {
    const sm3 = { name: 'sm3', algorithm: 'sm3', from: '2026-01-01', to: '2036-01-01' } as const;
    const { sign, row } = await opened({ authorities: [{ ...short, to: '2029-01-01' }, sm3] });
    house.clock.advance(366 * DAY_MS);
    await house.settle(sign);
    const both = await renewals();
    expect(both).toMatchObject([
      { n: 1, tsa: 'outer', algorithm: 'sha256' },
      { n: 2, tsa: 'sm3', algorithm: 'sm3' },
    ]);
    const statement = JSON.parse(both[1]!.statement.toString()) as { algorithm: string; covers: { sha256: string }[] };
    expect(statement.algorithm).toBe('sm3');
    const covered = statement.covers.map(({ sha256 }) => sha256);
    for (const bytes of [both[0]!.statement, both[0]!.token]) expect(covered).toContain(digestsOf(new Uint8Array(bytes)).sha256);
    await house.settle(sign);
    expect(await renewals()).toHaveLength(2); // once a year each
    const bytes = await house.exported(row.id, sign);
    // The certificate of the first authority, its stamps and its renewal have ended: the other one's renewal covers them.
    for (const day of ['2028-06-01', '2030-06-01']) expect((await house.verify(bytes, { at: at(day) })).verdict).toBe('PASSED');
  });

  it('F31 an authority that is away holds up no other, and is asked until it has renewed too', async () => {
    const sm3 = { name: 'sm3', algorithm: 'sm3', from: '2026-01-01', to: '2036-01-01' } as const;
    const { sign } = await opened({ authorities: [long, sm3] });
    house.clock.advance(366 * DAY_MS);
    house.away.add('later');
    await house.settle(sign);
    expect(await renewals()).toMatchObject([{ n: 1, tsa: 'sm3' }]);
    house.away.clear();
    house.clock.advance(3_600_000);
    await house.settle(sign);
    expect(await renewals()).toMatchObject([
      { n: 1, tsa: 'sm3' },
      { n: 2, tsa: 'later', algorithm: 'sha256' },
    ]);
  });

  it('F31 a package carries the renewals since its fixation, and none that were before it', async () => {
    const brief = { ...short, to: '2026-12-20' };
    const { sign, row } = await opened({ authorities: [brief] });
    house.appoint(long);
    house.setTrust({ tsa: house.tsa });
    house.config.tsaUrls = [`later|sha256|${house.base}/later`];
    house.clock.advance(20 * DAY_MS);
    await house.settle(sign);
    expect(await renewals()).toMatchObject([{ n: 1 }]);
    const young = await house.fixedPackage();
    await house.settle(sign);
    const renewed = async (id: string): Promise<string[]> => {
      const bytes = await house.exported(id, sign);
      expect((await house.verify(bytes, { at: at('2027-06-01') })).verdict).toBe('PASSED');
      const { entries } = await readContainer(bytesSource(bytes));
      await fitsPublishedSchemas(entries);
      return entries.map(({ path }) => path).filter((path) => path.startsWith('proofs/renewals/'));
    };
    expect(await renewed(row.id)).toEqual(['proofs/renewals/0001/statement.json', 'proofs/renewals/0001/token.tsr']);
    expect(await renewed(young.id)).toEqual([]);
  });

  it('F31 SHA-256 ends: with new digests and a new stamp in time PASSED, without new digests RENEWAL_LATE', async () => {
    const sm3 = { name: 'sm3', algorithm: 'sm3', from: '2026-01-01', to: '2036-01-01' } as const;
    const { sign, row } = await opened({ authorities: [long] });
    const before = await house.exported(row.id, sign);
    const ends = { sha256: '2027-06-01T00:00:00.000Z', sm3: '2040-01-01T00:00:00.000Z' };
    const without = await house.verify(before, { at: at('2027-07-01'), trust: { algorithms: ends } });
    expect([without.verdict, codes(without.reasons)]).toEqual(['INDETERMINATE', ['RENEWAL_LATE', 'WITNESS_QUORUM']]);
    house.appoint(sm3);
    house.setTrust({ tsa: house.tsa, algorithms: ends });
    house.config.tsaUrls = [...house.config.tsaUrls, `sm3|sm3|${house.base}/sm3`];
    house.clock.advance(120 * DAY_MS); // 2027-03: past half of the time that is left
    await house.settle(sign); // new digests
    expect(await renewals()).toEqual([]);
    await house.settle(sign); // then the new stamp
    expect(await renewals()).toMatchObject([{ algorithm: 'sm3' }]);
    const custody = await house.run(() => house.db.tx((tx) => house.ledger.custodyOf(tx, row.id)));
    const rehashed = JSON.parse(custody.find(({ type }) => type === 'evidence.rehashed')!.body!) as {
      algorithm: string;
      manifest: string;
    };
    expect(rehashed).toMatchObject({ algorithm: 'sm3', manifest: row.manifestSm3 });
    const report = await house.verify(await house.exported(row.id, sign), { at: at('2027-07-01') });
    expect(report.verdict).toBe('PASSED');
  });
});

describe('entries', () => {
  it('I-10 have no gap, neither per subject nor in the log, with sixteen writers whose connections are killed at random', async () => {
    const { sign } = await opened();
    const [{ first }] = await house.database.admin.query<[{ first: string }]>('SELECT count(*) AS first FROM ledger_entry');
    const { source } = await house.database.as('nms_worker');
    const db = new Db(source);
    let isWriting = true;
    const killer = (async () => {
      let kills = 0;
      while (isWriting) {
        const hit = await house.database.admin.query<unknown[]>(
          `SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND usename = 'nms_worker'
             AND state = 'idle in transaction' ORDER BY random() LIMIT 1) AS victim`,
        );
        kills += hit.length;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return kills;
    })();
    const writer = async (w: number): Promise<void> => {
      for (let n = 0; n < 25; n += 1)
        for (let isDone = false; !isDone;)
          isDone = await db
            .as(house.worker, async (tx) => {
              const event = { subject: `ev_${w % 5}`, type: 'evidence.viewed', facts: { w, n } } as const;
              await house.ledger.append(tx, event, `w${w}:${n}`);
              await tx.query('SELECT pg_sleep(0.002)');
              return true;
            })
            .catch(() => false);
    };
    await Promise.all(Array.from({ length: 16 }, (_, w) => writer(w)));
    isWriting = false;
    expect(await killer).toBeGreaterThan(3);
    while (await house.run(() => house.sequencer.placeAll()));
    await sign();
    const rows = await house.database.admin.query<{ subject: string; seqs: number[] }[]>(
      `SELECT subject, array_agg(seq ORDER BY seq) AS seqs FROM ledger_entry GROUP BY subject`,
    );
    for (const { subject, seqs } of rows) expect([subject, seqs]).toEqual([subject, seqs.map((_, i) => i)]);
    const places = await house.database.admin.query<{ idx: string }[]>('SELECT idx FROM ledger_place ORDER BY idx');
    expect(places.map(({ idx }) => Number(idx))).toEqual(places.map((_, i) => i));
    expect(places).toHaveLength(Number(first) + 16 * 25);
    expect((await house.run(() => house.fsck.run())).faults).toEqual([]);
  }, 120_000);

  it('I-14 an erased event leaves tree, checkpoints and other packages as they were, and is told in its own', async () => {
    const { sign, row } = await opened();
    const other = await house.fixedPackage();
    house.clock.advance(3_600_000);
    await house.settle(sign);
    await house.database.admin.query(
      `ALTER TABLE ledger_body DISABLE TRIGGER ALL;
       DELETE FROM ledger_body WHERE entry_id = (SELECT id FROM ledger_entry WHERE subject = '${row.id}' AND type = 'job.started')`,
    );
    expect((await house.run(() => house.fsck.run())).faults).toEqual([]);
    await house.fixedPackage();
    await house.settle(sign);
    expect((await house.verify(await house.exported(other.id, sign))).verdict).toBe('PASSED');
    const erased = await house.verify(await house.exported(row.id, sign));
    expect([...erased.findings, ...erased.reasons].map(({ code }) => code)).toContain('BODY_ERASED');
    expect(erased.verdict).not.toBe('FAILED');
  });

  it('I-07 fsck names a stored node that does not follow from the entries, and a checkpoint of more than is there', async () => {
    const { sign, row } = await opened();
    // Enough for tiles.
    const events = Array.from({ length: 40 }, (_, n) => ({
      subject: row.id,
      type: 'evidence.viewed' as const,
      facts: { n },
      key: `look ${n}`,
    }));
    await house.run(() => house.db.tx((tx) => house.ledger.appendAll(tx, events)));
    await house.run(() => house.sequencer.placeAll());
    await sign();
    expect((await house.run(() => house.fsck.run())).faults).toEqual([]);
    const { admin } = house.database;
    await admin.query('ALTER TABLE ledger_node DISABLE TRIGGER ALL; ALTER TABLE ledger_checkpoint DISABLE TRIGGER ALL');
    await admin.query('UPDATE ledger_node SET sm3 = overlay(sm3 PLACING sha256(sm3) FROM 1) WHERE band = 0 AND idx = 0');
    expect((await house.run(() => house.fsck.run())).faults).toContain(`LEDGER_NODE ${ORIGIN} sm3 1/0`);
    await admin.query('DELETE FROM ledger_node WHERE band = 0 AND idx = 0');
    expect((await house.run(() => house.fsck.run())).faults).toContain(`LEDGER_NODE ${ORIGIN} sha256 1/0`);
    await admin.query('UPDATE ledger_checkpoint SET size = size + 100');
    expect((await house.run(() => house.fsck.run())).faults.some((fault) => fault.startsWith(`CHECKPOINT ${ORIGIN} 1`))).toBe(
      true,
    );
  });
});

it('the first entry of a log names the last checkpoint of the year before; the first log of all names none', async () => {
  const { sign } = await opened();
  const firstOf = async () => {
    const [row] = await house.database.admin.query<
      { origin: string; type: string; subject: string; json: string; note: string }[]
    >(
      `SELECT p.origin, e.type, e.subject, b.json, (SELECT c.note FROM ledger_checkpoint c WHERE c.origin < p.origin ORDER BY origin DESC, size DESC, at DESC LIMIT 1) AS note
       FROM ledger_place p JOIN ledger_entry e ON e.id = p.entry_id JOIN ledger_body b ON b.entry_id = e.id WHERE p.idx = 0 ORDER BY p.origin DESC LIMIT 1`,
    );
    return { ...row!, previous: (JSON.parse(row!.json) as { previous: unknown }).previous };
  };
  expect(await firstOf()).toMatchObject({ origin: ORIGIN, subject: ORIGIN, type: 'ledger.opened', previous: null });
  await sign();
  house.clock.advance(60 * DAY_MS); // over New Year
  await house.fixedPackage();
  await house.settle(sign);
  const { origin, subject, type, previous, note } = await firstOf();
  expect([origin > ORIGIN, subject, type]).toEqual([true, origin, 'ledger.opened']);
  const { size, root } = readCheckpoint(utf8(note));
  expect(previous).toEqual({
    origin: ORIGIN,
    size,
    root: Buffer.from(root).toString('hex'),
    noteSha256: digestsOf(utf8(note)).sha256,
  });
});

it('a custody chain stays in the log in which it began, so that an export of a later year verifies', async () => {
  const { sign, row } = await opened();
  house.clock.advance(60 * DAY_MS); // over New Year
  await house.fixedPackage();
  const report = await house.verify(await house.exported(row.id, sign));
  expect(report.reasons).toEqual([]);
  expect(report.verdict).toBe('PASSED');
});

describe('the end of a log', () => {
  it('comes when no chain of it can go on, names everything before it, and nothing is placed or signed behind it', async () => {
    const { sign, row } = await opened();
    const { admin } = house.database;
    const log = new KeyLog(house.db, house.content, house.ledger, {
      agencyDomain: 'aj.test',
      trustFile: join(house.root, 'trust.json'),
      workerUrl: 'http://127.0.0.1:1/',
      vantages: ['main'],
      uploadLimitBytes: 300_000,
    });
    await house.run(() => log.look());
    await house.settle(sign);
    const close = () =>
      house.run(() =>
        new LogCloser(
          house.db,
          house.clock,
          house.evidence,
          house.content,
          house.trees,
          house.sequencer,
          new Log('test', 'silent'),
        ).look(),
      );
    const lastOf = async (origin: string) => {
      const [last] = await admin.query<{ idx: string; type: string; subject: string; json: string }[]>(
        `SELECT p.idx, e.type, e.subject, b.json FROM ledger_place p JOIN ledger_entry e ON e.id = p.entry_id
         JOIN ledger_body b ON b.entry_id = e.id WHERE p.origin = $1 ORDER BY p.idx DESC LIMIT 1`,
        [origin],
      );
      return last!;
    };
    const ledgerFaults = async () =>
      (await house.run(() => house.fsck.run())).faults.filter((fault) => /LEDGER|CHECKPOINT/.test(fault));

    expect(await close()).toEqual([]); // its year is not over
    house.clock.advance(80 * DAY_MS);
    expect(await close()).toEqual([]); // the package can go on
    // Without an order, which this test is not about.
    await admin.query(
      `ALTER TABLE evidence_package DISABLE TRIGGER USER; UPDATE evidence_package SET state = 'disposed'; ALTER TABLE evidence_package ENABLE TRIGGER USER`,
    );
    expect(await close()).toEqual([]); // keys can still be revoked
    house.setTrust({ signers: house.bundle().signers.map((signer) => ({ ...signer, to: '2026-12-31T00:00:00.000Z' })) });
    await house.run(() =>
      house.db.tx((tx) => house.ledger.append(tx, { subject: row.id, type: 'evidence.viewed', facts: {} }, 'k1')),
    );
    await house.run(() => house.sequencer.placeAll());
    expect(await close()).toEqual([]); // its last entry is not signed for
    await sign();
    const before = (await checkpoints()).at(-1)!;
    expect(await close()).toEqual([ORIGIN]);
    expect(await close()).toEqual([]);

    const end = await lastOf(ORIGIN);
    expect(end).toMatchObject({ idx: String(before.size), type: 'ledger.closed', subject: ORIGIN });
    const { root } = readCheckpoint(utf8(before.note));
    expect((JSON.parse(end.json) as { previous: object }).previous).toEqual({
      origin: ORIGIN,
      size: before.size,
      root: Buffer.from(root).toString('hex'),
      noteSha256: createHash('sha256').update(before.note).digest('hex'),
    });
    await sign();
    expect((await checkpoints()).at(-1)!.size).toBe(before.size + 1);

    // What is said of an ended chain all the same stands in the log of now, in its place in the chain.
    const append = (key: string) =>
      house.run(() => house.db.tx((tx) => house.ledger.append(tx, { subject: row.id, type: 'evidence.viewed', facts: {} }, key)));
    await append('k2');
    await house.run(() => house.sequencer.placeAll());
    await sign();
    expect(await lastOf(ORIGIN)).toEqual(end);
    expect(await lastOf('aj.test/evidence/2027')).toMatchObject({ idx: '1', subject: row.id });
    expect(await ledgerFaults()).toEqual([]);

    await append('k3');
    await admin.query(`INSERT INTO ledger_place SELECT $1, $2, id FROM ledger_entry WHERE key = 'k3'`, [ORIGIN, before.size + 1]);
    await expect(sign()).rejects.toThrow('behind the end of the log');
    expect(await ledgerFaults()).toContain(`LEDGER_BEHIND_END ${ORIGIN} ${before.size + 1}`);
  });

  it('I-07 fsck names an end that names something else than what is before it', async () => {
    const { sign } = await opened();
    house.clock.advance(80 * DAY_MS);
    await sign();
    const wrong = { ...(await checkpoints())[0]!, size: 1 };
    await house.run(() => house.db.tx((tx) => house.evidence.noteLogClosed(tx, ORIGIN, wrong)));
    const size = await house.run(() => house.db.tx((tx) => house.trees.size(tx, ORIGIN)));
    await house.run(() =>
      house.db.tx(async (tx) => {
        const made = await tx.query<{ id: string; leaf: Buffer; leaf_sm3: Buffer }[]>(
          `SELECT id, leaf, leaf_sm3 FROM ledger_entry WHERE type = 'ledger.closed'`,
        );
        await house.trees.append(tx, ORIGIN, made);
      }),
    );
    expect((await house.run(() => house.fsck.run())).faults).toEqual([`LEDGER_CLOSED ${ORIGIN} ${size}`]);
  });
});
