import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FixedClock } from '../../../libs/kernel';
import {
  bytesSource,
  createAuthority,
  type Report,
  timeStampRequest,
  tokenOf,
  type TrustBundle,
  verifyPackage,
} from '../../../libs/proof';
import { aStampedPackage, evp } from '../../../libs/proof/testing';
import { anEvidenceReport } from '../../../libs/documents/testing/evidence-report-sample';
import { ReportByDocuments } from './report-by-documents';

const AT = new Date('2026-11-23T00:00:00.000Z');
const keyDir = mkdtempSync(join(tmpdir(), 'paper-seal-'));
/** Before the moment in SEAL: a report is printed and signed, then sealed. */
const PRINTED = new Date('2026-11-22T05:59:00.000Z');
const printer = new ReportByDocuments(new FixedClock(PRINTED), { host: '', port: 0, keyDir, keyPassphrase: 'test' });

/** An export with the report that the worker prints for it, changed by somebody who can make every outer digest right again. */
async function verified(
  change: (pdf: Uint8Array) => Uint8Array = (pdf) => pdf,
  x509Roots?: string[],
  stamp: (signature: Buffer) => Promise<Buffer | null> = () => Promise.resolve(null),
): Promise<Report> {
  const { files, bundle } = await aStampedPackage({
    files: async (all) => {
      const pdf = await printer.print(
        anEvidenceReport({ manifestBytes: Buffer.from(all['MANIFEST.json']!), screens: [] }) as never,
        stamp,
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

describe('PAdES B-T', () => {
  const policy = '1.2.3.4.1';
  const ecKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const [from, to] = [new Date('2026-01-01T00:00:00Z'), new Date('2036-01-01T00:00:00Z')];
  const authority = createAuthority({ name: 'inner', policy, from, to, rootKey: ecKey(), key: ecKey() });
  const stamp = (signature: Buffer) => {
    const { bytes } = timeStampRequest(new Uint8Array(signature), 'sha256', new Uint8Array(8).fill(3));
    return Promise.resolve(Buffer.from(tokenOf(authority.respond(bytes, AT, new Uint8Array(8).fill(5)))));
  };

  it('the report with a signature time stamp passes the verifier that others run', async () => {
    expect(await verified(undefined, undefined, stamp)).toMatchObject({ verdict: 'PASSED', level: 5, reasons: [] });
  });

  it('pdfsig finds the signature valid, and openssl the time stamp over exactly that signature', async () => {
    if (spawnSync('pdfsig', ['-v']).error || spawnSync('openssl', ['version']).error)
      return console.warn('SKIPPED: pdfsig (poppler-utils) or openssl is not here');
    let signature: Buffer = Buffer.alloc(0);
    let token: Buffer = Buffer.alloc(0);
    const pdf = await printer.print(anEvidenceReport({ screens: [] }) as never, async (value) => {
      signature = value;
      token = await stamp(value);
      return token;
    });
    const file = (name: string, bytes: Uint8Array | string) => (writeFileSync(join(keyDir, name), bytes), join(keyDir, name));
    const said = spawnSync('pdfsig', ['-nocert', file('report.pdf', pdf)], { encoding: 'utf8' }).stdout;
    expect(said).toContain('Signature is Valid');
    expect(said).toContain('ETSI.CAdES.detached');
    expect(said).toContain('Total document signed');
    const cms = Buffer.from(/\/Contents <([0-9a-f]+?)(?:00)*>/.exec(pdf.toString('latin1'))![1]!, 'hex');
    expect(cms.includes(token)).toBe(true);
    const pem = `-----BEGIN CERTIFICATE-----\n${Buffer.from(authority.root).toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
    const args = ['ts', '-verify', '-token_in', '-in', file('t.tok', token), '-data', file('sig.bin', signature)];
    const done = spawnSync('openssl', [...args, '-CAfile', file('tsa.pem', pem), '-attime', String(AT.getTime() / 1000)], {
      encoding: 'utf8',
    });
    expect(`${done.stdout}${done.stderr}`).toContain('Verification: OK');
  });
});
