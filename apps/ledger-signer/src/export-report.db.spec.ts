import { join } from 'node:path';
import { type ReportInput, ReportPrinter } from '../../../libs/evidence/evidence-worker.module';
import { aHouse, type House } from '../../../libs/evidence/testing';
import { readCheckpoint, utf8 } from '../../../libs/proof';
import { aTrustBundle, testKeys } from '../../../libs/proof/testing';
import { CheckpointSigner } from './checkpoint-signer';
import { KeptRoots } from './remembered';

/** Keeps what the report would say; the pages themselves are tried where they are laid out. */
class Kept extends ReportPrinter {
  input: ReportInput | null = null;

  async print(input: ReportInput): Promise<Buffer> {
    this.input = input;
    return Buffer.from('%PDF-1.7\n');
  }
}

let house: House;
afterEach(() => house.close());

async function open(internal: boolean) {
  const printer = new Kept();
  house = await aHouse({ printer });
  house.setTrust({
    signers: aTrustBundle().signers.map((signer) => ({ ...signer, to: '2036-01-01T00:00:00.000Z' })),
    tsa: house.tsa.map((entry) => ({ ...entry, internal })),
  });
  const kept = new KeptRoots(join(house.root, 'kept.json'));
  const signer = new CheckpointSigner(house.signerDb, house.clock, testKeys.ledger, kept, { intervalMs: 0, adopt: false });
  const row = await house.fixedPackage();
  return { printer, row, sign: () => signer.look() };
}

it.each([
  ['from outside', false],
  ['of our own', true],
])('S002 21 the paper tells stamps %s, and claims the chain by a checkpoint that holds it', async (_name, internal) => {
  const { printer, row, sign } = await open(internal);
  await house.settle(sign);
  const { level } = await house.verify(await house.exported(row.id, sign), { level: 2 });
  const { stamps, checkpoint } = printer.input!;
  expect(stamps).toEqual([{ tsa: 'outer', at: expect.stringMatching(/^2026-11-22T03:30/), isInternal: internal }]);
  expect(checkpoint!.holds).toBe(true);
  // The verifier goes as far as the paper claims, and no further where the time is our own word.
  expect(level >= 3).toBe(!internal);
  const custody = await house.db.as(house.worker, (tx) => house.evidence.custodyOf(tx, row.id));
  expect(readCheckpoint(utf8(checkpoint!.note)).size).toBeGreaterThan(
    Number(custody.find(({ type }) => type === 'evidence.fixed')!.idx),
  );
});

it('S002 21 the paper claims no custody chain when the newest checkpoint is from before the package', async () => {
  const { printer, row, sign } = await open(false);
  await house.settle(sign);
  const second = await house.fixedPackage();
  // The signer is away: the export waits for it and then goes out without proofs.
  await house.exported(second.id, async () => undefined);
  expect(printer.input).toMatchObject({ manifest: { id: second.id }, stamps: [], checkpoint: { holds: false } });
  expect(printer.input!.checkpoint!.at).toMatch(/^2026-11-22T03:30/);
  expect(row.id).not.toBe(second.id);
});
