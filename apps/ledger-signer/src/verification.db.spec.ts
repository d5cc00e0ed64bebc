import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aHouse, type House } from '../../../libs/evidence/testing';
import { hexDigest } from '../../../libs/proof';
import { aTrustBundle, testKeys } from '../../../libs/proof/testing';
import { CheckpointSigner } from './checkpoint-signer';
import { KeptRoots } from './remembered';

const FROM = '2026-01-01T00:00:00.000Z';

let house: House;
afterEach(() => house.close());

async function open() {
  house = await aHouse();
  house.setTrust({ signers: aTrustBundle().signers.map((signer) => ({ ...signer, to: '2036-01-01T00:00:00.000Z' })) });
  const kept = new KeptRoots(join(house.root, 'kept.json'));
  const signer = new CheckpointSigner(house.signerDb, house.clock, testKeys.ledger, kept, { intervalMs: 0, adopt: false });
  return { row: await house.fixedPackage(), sign: () => signer.look() };
}

const look = (id: string) =>
  house.db.as(house.officer, async (tx) => house.verifications.run(tx, await house.evidence.getFixed(tx, id)));

/** What the custody chain says was found, in the order of the looks. */
async function noted(id: string): Promise<Record<string, unknown>[]> {
  const custody = await house.db.as(house.worker, (tx) => house.evidence.custodyOf(tx, id));
  return custody
    .filter(({ type }) => type === 'evidence.verified')
    .map(({ body }) => JSON.parse(body!) as Record<string, unknown>);
}

function blobOf(sha256: string): string {
  return join(house.root, 'blobs', sha256.slice(0, 2), sha256.slice(2, 4), sha256);
}

async function fileOf(id: string, path: string): Promise<string> {
  const [row] = await house.database.admin.query<{ sha256: string }[]>(
    'SELECT sha256 FROM evidence_file WHERE package_id = $1 AND path = $2',
    [id, path],
  );
  return blobOf(row!.sha256);
}

describe('"verify now" is the verifier that everybody has', () => {
  it('says of the stored package what it says of an export, and the custody chain holds exactly that', async () => {
    const { row, sign } = await open();
    await house.settle(sign);
    const found = await look(row.id);
    const exported = await house.verify(await house.exported(row.id, sign), { level: 2 });
    const of = (list: readonly { code: string; subject: string }[]) => list.map(({ code, subject }) => `${code} ${subject}`);
    expect(found).toMatchObject({ verdict: 'PASSED', level: exported.level, reasons: [], findings: of(exported.findings) });
    expect(found.level).toBeGreaterThanOrEqual(4);
    const { tool, verdict, level, requiredLevel, reasons, findings, trustSha256 } = found;
    expect(trustSha256).toBe(hexDigest('sha256', new Uint8Array(readFileSync(join(house.root, 'trust.json')))));
    expect(await noted(row.id)).toEqual([
      expect.objectContaining({ tool, verdict, level, requiredLevel, reasons, findings, trustSha256 }),
    ]);
  });

  it('reaches as far as there is proof: signed only, then stamped and logged; by a stamp of our own no further than signed', async () => {
    const { row, sign } = await open();
    const early = await look(row.id);
    expect(early).toMatchObject({ verdict: 'PASSED', level: 2 });
    expect(early.beyond.map((line) => line.split(' ')[0])).toEqual(
      expect.arrayContaining(['TST_MISSING', 'LOG_ENTRY', 'CUSTODY_GAP']),
    );
    await house.settle(sign);
    expect((await look(row.id)).level).toBeGreaterThanOrEqual(4);
    house.setTrust({ tsa: house.tsa.map((entry) => ({ ...entry, internal: true })) });
    const inner = await look(row.id);
    expect({ level: inner.level, beyond: inner.beyond[0] }).toEqual({ level: 2, beyond: 'TST_INTERNAL MANIFEST.sig' });
    expect((await noted(row.id)).map(({ level }) => level)).toEqual([2, expect.any(Number), 2]);
  });

  it.each([
    [
      'bytes of a file changed',
      'FILE_DIGEST content/text.txt',
      (path: string) => (chmodSync(path, 0o600), writeFileSync(path, '示例商厅\n')),
    ],
    [
      'a file made longer',
      'FILE_SIZE content/text.txt',
      (path: string) => (chmodSync(path, 0o600), writeFileSync(path, 'x'.repeat(99))),
    ],
    ['a file removed', 'FILE_MISSING content/text.txt', (path: string) => rmSync(path)],
  ] as const)('%s: FAILED, named, and noted', async (_name, reason, harm) => {
    const { row, sign } = await open();
    await house.settle(sign);
    harm(await fileOf(row.id, 'content/text.txt'));
    const found = await look(row.id);
    expect(found).toMatchObject({ verdict: 'FAILED', level: 0, reasons: expect.arrayContaining([reason]) });
    expect(await noted(row.id)).toEqual([expect.objectContaining({ verdict: 'FAILED', level: 0, reasons: found.reasons })]);
  });

  it('sees what a look at digests alone does not: a revoked key, a key out of its period', async () => {
    const { row } = await open();
    const signers = house.bundle().signers;
    const worker = testKeys.worker.name;
    const changed = (changes: object) =>
      house.setTrust({ signers: signers.map((signer) => (signer.name === worker ? { ...signer, ...changes } : signer)) });
    changed({ revoked: { invalidFrom: '2026-11-01T00:00:00.000Z', reason: 'stolen' } });
    expect((await look(row.id)).reasons).toContain(`KEY_REVOKED ${worker}`);
    changed({ from: FROM, to: '2026-02-01T00:00:00.000Z' });
    expect((await look(row.id)).reasons).toContain(`KEY_PERIOD ${worker}`);
    house.setTrust({ signers: signers.filter(({ name }) => name !== worker) });
    expect(await look(row.id)).toMatchObject({
      verdict: 'INDETERMINATE',
      reasons: expect.arrayContaining([`MANIFEST_KEY_UNKNOWN ${worker}`]),
    });
  });

  it('I-07: an event of the chain that a superuser wrote anew fails it', async () => {
    const { row, sign } = await open();
    await house.settle(sign);
    const { admin } = house.database;
    await admin.query('ALTER TABLE ledger_body DISABLE TRIGGER ALL');
    const [changed] = await admin.query<{ n: number }[]>(
      `UPDATE ledger_body SET json = replace(json, '"delayMs":', '"delayMs":1') WHERE entry_id = (SELECT id FROM ledger_entry WHERE subject = $1 AND type = 'evidence.stamped') RETURNING 1 AS n`,
      [row.id],
    );
    expect(changed).toBeDefined();
    const found = await look(row.id);
    expect(found.verdict).toBe('FAILED');
    expect(found.reasons).toEqual(expect.arrayContaining([expect.stringMatching(/^CUSTODY_LINK /)]));
  });
});
