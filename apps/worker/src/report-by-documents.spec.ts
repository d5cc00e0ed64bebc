import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import { FixedClock } from '../../../libs/kernel';
import { bytesSource, type Report, type TrustBundle, verifyPackage } from '../../../libs/proof';
import { aStampedPackage, evp } from '../../../libs/proof/testing';
import { anEvidenceReport } from '../../../libs/documents/testing/evidence-report-sample';
import { ReportByDocuments } from './report-by-documents';

const AT = new Date('2026-11-23T00:00:00.000Z');
const keyDir = mkdtempSync(join(tmpdir(), 'paper-seal-'));
/** Before the moment in SEAL: a report is printed and signed, then sealed. */
const PRINTED = new Date('2026-11-22T05:59:00.000Z');
const printer = new ReportByDocuments(new FixedClock(PRINTED), { host: '', port: 0, keyDir, keyPassphrase: 'test' });

/** An export with the report that the worker prints for it, changed by somebody who can make every outer digest right again. */
async function verified(change: (pdf: Uint8Array) => Uint8Array = (pdf) => pdf, x509Roots?: string[]): Promise<Report> {
  const { files, bundle } = await aStampedPackage({
    files: async (all) => {
      const pdf = await printer.print(
        anEvidenceReport({ manifestBytes: Buffer.from(all['MANIFEST.json']!), screens: [] }) as never,
      );
      return { ...all, 'report/report.pdf': change(new Uint8Array(pdf)) };
    },
  });
  const root = new X509Certificate(readFileSync(join(keyDir, 'paper-seal.crt'))).raw.toString('base64');
  const trust: TrustBundle = { ...bundle, x509Roots: x509Roots ?? [root] };
  return verifyPackage({ form: 'file', source: bytesSource(await evp(files)) }, trust, { at: AT, level: 5, checkpoints: [] });
}

const flipped = (pdf: Uint8Array, at: number) => Uint8Array.from(pdf, (byte, i) => (i === at ? byte ^ 1 : byte));
const told = ({ verdict, reasons }: Report) => [verdict, ...new Set(reasons.map(({ code }) => code))];

it('the printed and signed report passes the verifier that others run', async () => {
  const report = await verified();
  expect(report).toMatchObject({ verdict: 'PASSED', level: 5, reasons: [] });
  expect(report.steps).toContainEqual({ step: 'V10', result: 'passed' });
});

it('F22 finds a changed byte, an appended update and a flipped padding in a real report', async () => {
  expect(told(await verified((pdf) => flipped(pdf, Buffer.from(pdf).lastIndexOf('%%EOF'))))).toEqual([
    'FAILED',
    'REPORT_SIGNATURE',
  ]);
  expect(told(await verified((pdf) => Buffer.concat([pdf, Buffer.from('% later\n')])))).toEqual(['FAILED', 'REPORT_RANGE']);
  const padding = (pdf: Uint8Array) => Buffer.from(pdf).lastIndexOf('00>');
  expect(told(await verified((pdf) => flipped(pdf, padding(pdf))))).toEqual(['FAILED', 'REPORT_SIGNATURE']);
});

it('a seal that the asker does not know is told as missing trust, not as a forgery of what the rest proves', async () => {
  const report = await verified(undefined, []);
  expect(report).toMatchObject({
    verdict: 'PASSED',
    beyond: [{ step: 'V10', code: 'REPORT_SIGNATURE', effect: 'indeterminate' }],
  });
  expect(report.steps).toContainEqual({ step: 'V10', result: 'indeterminate' });
});
