import { join } from 'node:path';
import { aHouse, aWitness, type AWitness, type House, type HouseOptions } from '../../../libs/evidence/testing';
import {
  checkpointText,
  digestsOf,
  MemoryTree,
  parseNote,
  type Reason,
  signNote,
  textOf,
  utf8,
  verifierOf,
  openNote,
} from '../../../libs/proof';
import { testKeys } from '../../../libs/proof/testing';
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
  const signer = new CheckpointSigner(house.signerDb, house.clock, testKeys.ledger, new KeptRoots(join(house.root, 'kept.json')), {
    intervalMs: 0,
    adopt: false,
    ...(idleMs !== undefined && { idleMs }),
  });
  return () => signer.look();
}

async function opened(options: HouseOptions = {}) {
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

const codes = (reasons: readonly Reason[]) => [...new Set(reasons.map(({ code }) => code))].sort();
const checkpoints = () => house.run(() => house.db.tx((tx) => house.trees.checkpoints(tx, ORIGIN)));
const anchors = () => house.run(() => house.db.tx((tx) => house.anchors.anchors(tx, ORIGIN)));
const renewals = () => house.run(() => house.db.tx((tx) => house.anchors.renewals(tx, ORIGIN)));

describe('checkpoints', () => {
  it('are signed again each day while nothing happens, with the same root', async () => {
    const sign = await open();
    await house.fixedPackage();
    await house.run(() => house.sequencer.place());
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

describe('witnesses', () => {
  it('sign what grows by proof; their lines are exported and lift a package to level 5 without any token', async () => {
    const { sign, row } = await withWitness();
    await house.fixedPackage();
    await house.settle(sign);
    expect(witness!.heads.get(ORIGIN)!.size).toBe((await checkpoints()).at(-1)!.size);
    const report = await house.verify(await house.exported(row.id, sign), { trust: { policy: { tokens: 0, witnesses: 1, maxLateMinutes: 10 } } });
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
    await house.run(() => house.sequencer.place());
    const size = await house.run(() => house.db.tx((tx) => house.trees.size(tx, ORIGIN)));
    expect(size).toBeGreaterThan(before.size);
    const root = await house.run(() =>
      house.db.tx(async (tx) => {
        const tree = new MemoryTree('sha256');
        for (const { leaf } of await tx.query<{ leaf: Buffer }[]>('SELECT e.leaf FROM ledger_place p JOIN ledger_entry e ON e.id = p.entry_id ORDER BY idx'))
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
    await expect(sign()).rejects.toThrow();
  });
});

describe('F14 a stolen ledger key', () => {
  it('F14 a second history is told as SPLIT_VIEW by any older slip of that size', async () => {
    const { sign, row } = await opened();
    const bytes = await house.exported(row.id, sign);
    const slip = (await anchors()).at(-1)!;
    const forged = await signNote(checkpointText({ origin: ORIGIN, size: slip.size, root: new Uint8Array(32).fill(7) }), [testKeys.ledger]);
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
    signers: house.bundle().signers.map((signer) => (signer.name === testKeys.worker.name ? { ...signer, revoked: revoked(at) } : signer)),
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

describe('renewal', () => {
  const short = { name: 'outer', algorithm: 'sha256', from: '2026-01-01', to: '2028-01-01' } as const;
  const long = { name: 'later', algorithm: 'sha256', from: '2026-01-01', to: '2036-01-01' } as const;
  const at = (day: string) => new Date(`${day}T00:00:00.000Z`);

  it('F31 a token whose certificate has ended: TST_EXPIRED without renewal, PASSED with one', async () => {
    const { sign, row } = await opened({ authorities: [short] });
    const before = await house.exported(row.id, sign);
    expect((await house.verify(before)).verdict).toBe('PASSED');
    const expired = await house.verify(before, { at: at('2029-01-01') });
    expect([expired.verdict, codes(expired.reasons)]).toEqual(['INDETERMINATE', ['TST_EXPIRED']]);
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
    const covers = (n: number) => (JSON.parse(all[n - 1]!.statement.toString()) as { covers: { sha256: string }[] }).covers.map(({ sha256 }) => sha256);
    for (const { statement, token } of all.slice(0, 2))
      for (const bytes of [statement, token]) expect(covers(3)).toContain(digestsOf(new Uint8Array(bytes)).sha256);
    const entries = await house.run(() => house.db.tx((tx) => house.ledger.custodyOf(tx, ORIGIN)));
    expect(entries.map(({ type }) => type)).toEqual(['evidence.renewed', 'evidence.renewed', 'evidence.renewed']);
    expect((await house.verify(await house.exported(row.id, sign), { at: at('2030-06-01') })).verdict).toBe('PASSED');
  });

  it('F31 SHA-256 ends: with new digests and a new stamp in time PASSED, without new digests RENEWAL_LATE', async () => {
    const sm3 = { name: 'sm3', algorithm: 'sm3', from: '2026-01-01', to: '2036-01-01' } as const;
    const { sign, row } = await opened({ authorities: [long] });
    const before = await house.exported(row.id, sign);
    const ends = { sha256: '2027-06-01T00:00:00.000Z', sm3: '2040-01-01T00:00:00.000Z' };
    const without = await house.verify(before, { at: at('2027-07-01'), trust: { algorithms: ends } });
    expect([without.verdict, codes(without.reasons)]).toEqual(['INDETERMINATE', ['RENEWAL_LATE']]);
    house.appoint(sm3);
    house.setTrust({ tsa: house.tsa, algorithms: ends });
    house.config.tsaUrls = [...house.config.tsaUrls, `sm3|sm3|${house.base}/sm3`];
    house.clock.advance(60 * DAY_MS); // 2027-01: within 180 days
    await house.settle(sign); // new digests
    expect(await renewals()).toEqual([]);
    await house.settle(sign); // then the new stamp
    expect(await renewals()).toMatchObject([{ algorithm: 'sm3' }]);
    const custody = await house.run(() => house.db.tx((tx) => house.ledger.custodyOf(tx, row.id)));
    const rehashed = JSON.parse(custody.find(({ type }) => type === 'evidence.rehashed')!.body!) as { algorithm: string; manifest: string };
    expect(rehashed).toMatchObject({ algorithm: 'sm3', manifest: row.manifestSm3 });
    const report = await house.verify(await house.exported(row.id, sign), { at: at('2027-07-01') });
    expect(report.verdict).toBe('PASSED');
  });
});
