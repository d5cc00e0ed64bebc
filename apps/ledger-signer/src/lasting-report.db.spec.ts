import { join } from 'node:path';
import { aHouse, type House } from '../../../libs/evidence/testing';
import { ReportPrinter } from '../../../libs/evidence/evidence-worker.module';
import { bytesSource, readContainer, readUpdate, toBase64, wholeOf } from '../../../libs/proof';
import {
  aTrustBundle,
  authorityWithAnswers,
  aWholeReport,
  type MadeAnswerParts,
  reportRoot,
  sealedPartOf,
  testKeys,
} from '../../../libs/proof/testing';
import { CheckpointSigner } from './checkpoint-signer';
import { KeptRoots } from './remembered';

const DAY_MS = 86_400_000;
const LISTS = 'http://lists.test/stamps.crl';
const ANSWERS = 'http://answers.test/ask';

/** Prints a small report, and has its signature dated as the real one does. */
class SmallPrinter extends ReportPrinter {
  async print(input: { manifestBytes: Buffer }, timeStamp: (signature: Buffer) => Promise<Buffer | null>): Promise<Buffer> {
    await timeStamp(Buffer.from('a signature value'));
    return Buffer.from(aWholeReport(new Uint8Array(input.manifestBytes)));
  }
}

let house: House;
afterEach(() => house.close());

type Outside = ReturnType<typeof authorityWithAnswers>;
const outer = (urls: { listUrls?: string[]; responderUrls?: string[] }): Outside =>
  authorityWithAnswers({ name: 'outer', to: '2030-01-01T00:00:00Z', ...urls });

async function open(outside: Outside, probe: (asked: { url: string }) => object, isInternal = false) {
  const signers = aTrustBundle().signers.map((signer) => ({ ...signer, to: '2036-01-01T00:00:00.000Z' }));
  const life = { from: '2026-01-01', to: '2030-01-01' };
  house = await aHouse({
    trust: { signers, x509Roots: [reportRoot()] },
    authorities: [{ name: 'outer', algorithm: 'sha256', ...life, made: outside.authority }],
    revocation: { probe },
    printer: new SmallPrinter(),
  });
  house.setTrust({ tsa: house.tsa.map((entry) => ({ ...entry, policies: [], internal: isInternal })) });
  const roots = new KeptRoots(join(house.root, 'kept.json'));
  const signer = new CheckpointSigner(house.signerDb, house.clock, testKeys.ledger, roots, { intervalMs: 0, adopt: false });
  const sign = () => signer.look();
  const row = await house.fixedPackage();
  await house.settle(sign);
  return { sign, row };
}

const look = () =>
  house.run(async () => {
    await house.lists.look();
    await house.answers.look();
  });

/** What the paper of a new export holds behind its signature, and what the verifier says of the export. */
async function paper(id: string, sign: () => Promise<unknown>) {
  const bytes = await house.exported(id, sign);
  const { entries } = await readContainer(bytesSource(bytes));
  const pdf = await wholeOf(entries.find(({ path }) => path === 'report/report.pdf')!.source, 1_000_000);
  const part = sealedPartOf(pdf);
  const { reasons, steps } = await house.verify(bytes, { level: 1 });
  const v10 = steps.find(({ step }) => step === 'V10')?.result;
  if (part.end === pdf.length) return { lasts: false, v10, reasons };
  const { certificates, lists, answers } = readUpdate(pdf, part).material;
  return { lasts: true, certificates: certificates.length, lists: lists.length, answers: answers.length, v10, reasons };
}

const gives = (bytes: Uint8Array) => ({ status: 200, bodyBase64: toBase64(bytes) });
const TIMELY: MadeAnswerParts = { thisUpdate: '2026-11-22T00:00:00.000Z', nextUpdate: '2026-11-29T00:00:00.000Z' };

describe('a report that lasts (PAdES B-LTA)', () => {
  it('is printed once it is known of every certificate that it was not revoked; before, it is signed and dated alone', async () => {
    const outside = outer({ listUrls: [LISTS], responderUrls: [ANSWERS] });
    const list = outside.list({ from: TIMELY.thisUpdate, to: TIMELY.nextUpdate! });
    const { row, sign } = await open(outside, ({ url }) => gives(url === LISTS ? list : outside.madeAnswer(TIMELY)));
    expect(await paper(row.id, sign)).toEqual({ lasts: false, v10: 'passed', reasons: [] });
    await look();
    // The seal's own certificate, the signer of the stamp, its root.
    expect(await paper(row.id, sign)).toEqual({
      lasts: true,
      certificates: 3,
      lists: 1,
      answers: 1,
      v10: 'passed',
      reasons: [],
    });
  });

  it('after a renewal a new export has what issuers said since', async () => {
    const outside = outer({ responderUrls: [ANSWERS] });
    let answer = TIMELY;
    const { row, sign } = await open(outside, () => gives(outside.madeAnswer(answer)));
    await look();
    house.clock.advance(366 * DAY_MS);
    await house.settle(sign);
    const [renewed] = await house.database.admin.query<{ n: number }[]>('SELECT count(*)::int AS n FROM ledger_renewal');
    expect(renewed).toEqual({ n: 1 });
    // What is kept is over, and says nothing of a stamp of today.
    expect(await paper(row.id, sign)).toMatchObject({ lasts: false, v10: 'passed' });
    answer = { thisUpdate: '2027-11-23T03:00:00.000Z', nextUpdate: '2027-12-23T03:00:00.000Z' };
    await look();
    expect(await paper(row.id, sign)).toMatchObject({ lasts: true, lists: 0, answers: 1, v10: 'passed' });
  });

  it('a revoked certificate, or an authority of our own, makes no report last', async () => {
    const outside = outer({ responderUrls: [ANSWERS] });
    const answer = outside.madeAnswer({ ...TIMELY, status: { revokedAt: '2026-11-22T01:00:00.000Z' } });
    const revoked = await open(outside, () => gives(answer));
    await look();
    expect(await paper(revoked.row.id, revoked.sign)).toMatchObject({ lasts: false });
    await house.close();
    const inner = outer({ responderUrls: [ANSWERS] });
    const own = await open(inner, () => gives(inner.madeAnswer(TIMELY)), true);
    await look();
    expect(await paper(own.row.id, own.sign)).toMatchObject({ lasts: false, v10: 'passed' });
  });
});
