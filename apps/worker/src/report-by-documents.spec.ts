import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FixedClock } from '../../../libs/kernel';
import {
  bytesSource,
  createAuthority,
  type Material,
  readUpdate,
  type Report,
  signedPartOf,
  stampedPart,
  timeStampRequest,
  tokenOf,
  type TrustBundle,
  updateOf,
  verifyPackage,
  withToken,
} from '../../../libs/proof';
import { aStampedPackage, authorityWithAnswers, evp, increment } from '../../../libs/proof/testing';
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
  tsa: TrustBundle['tsa'] = [],
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
  const trust: TrustBundle = { ...bundle, tsa: [...bundle.tsa, ...tsa], x509Roots: x509Roots ?? [root] };
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

describe('PAdES B-LTA', () => {
  const outside = authorityWithAnswers({ name: 'outer' });
  const { stamp, list, madeAnswer, authority, entry } = outside;
  const DATED = '2026-11-22T05:59:10.000Z';
  const days = { from: '2026-11-22T00:00:00.000Z', to: '2026-11-29T00:00:00.000Z' };
  const material: Material = {
    certificates: [authority.certificate, authority.root],
    lists: [list(days)],
    answers: [madeAnswer({ thisUpdate: days.from, nextUpdate: days.to })],
  };
  const dated = (bytes: Uint8Array): Buffer => Buffer.from(tokenOf(stamp(bytes, 'sha256', DATED)));
  const signatureStamp = (signature: Buffer) => Promise.resolve(dated(new Uint8Array(signature)));
  const lasting = (pdf: Uint8Array): Uint8Array => {
    const update = updateOf(pdf, signedPartOf(pdf), material);
    return withToken(pdf, update, dated(stampedPart(pdf, update)));
  };
  const asked = (change: (pdf: Uint8Array) => Uint8Array) => verified(change, undefined, signatureStamp, [entry]);
  const file = (name: string, bytes: Uint8Array | string) => (writeFileSync(join(keyDir, name), bytes), join(keyDir, name));
  const run = (tool: string, ...args: string[]): string => {
    const { stdout, stderr } = spawnSync(tool, args, { encoding: 'utf8' });
    return `${stdout}${stderr}`;
  };
  const printed = async () => new Uint8Array(await printer.print(anEvidenceReport({ screens: [] }) as never, signatureStamp));
  const missing = ['pdfsig', 'pdftotext', 'openssl'].filter((tool) => spawnSync(tool, ['-v']).error);
  const skipped = (): boolean => missing.length > 0 && (console.warn(`SKIPPED: ${missing.join(', ')} not here`), true);

  it('the report with revocation data and a document time stamp passes the verifier that others run', async () => {
    expect(await asked(lasting)).toMatchObject({ verdict: 'PASSED', level: 5, reasons: [] });
  });

  it('I-04: pdfsig finds the seal valid and the whole document under the document stamp, whose token openssl verifies', async () => {
    if (skipped()) return;
    const base = await printed();
    const pdf = lasting(base);
    const said = run('pdfsig', '-nocert', file('lasting.pdf', pdf));
    const [, seal = '', dateStamp = ''] = said.split(/Signature #\d:/);
    expect(seal).toContain('Signature Validation: Signature is Valid.');
    expect(seal).toContain('ETSI.CAdES.detached');
    expect(dateStamp).toContain('Signature Field Name: Stamp');
    expect(dateStamp).toContain('Total document signed');
    // Poppler 22 sees document time stamps and has no way to check them; newer ones may. Never that one is wrong.
    expect(dateStamp).toMatch(/Signature Validation: Signature (is Valid|has not yet been verified)\./);
    expect(said).not.toMatch(/Syntax (Error|Warning)/);
    const { stamped, room, material: held } = readUpdate(pdf, signedPartOf(base));
    expect(held).toEqual(material);
    const length = 4 + Buffer.from(room).readUInt16BE(2);
    const root = `-----BEGIN CERTIFICATE-----\n${entry.root.match(/.{1,64}/g)!.join('\n')}\n-----END CERTIFICATE-----\n`;
    const token = ['-token_in', '-in', file('doc.tok', room.subarray(0, length)), '-data', file('doc.bin', stamped)];
    const when = ['-CAfile', file('doc.pem', root), '-attime', String(AT.getTime() / 1000)];
    expect(run('openssl', 'ts', '-verify', ...token, ...when)).toContain('Verification: OK');
  });

  it('F22: what a reader takes for the document after somebody appended to it is refused, before and after the document stamp', async () => {
    const pdf = await printed();
    const text = Buffer.from(pdf).toString('latin1');
    const [, page] = /\/Kids \[(\d+) 0 R/.exec(text)!;
    const [, pages] = /\/Pages (\d+) 0 R/.exec(text)!;
    const catalog = Number(/\/Root (\d+) 0 R/.exec(text)![1]);
    const form = Number(/\/AcroForm (\d+) 0 R/.exec(text)![1]);
    const field = /\/Fields \[(\d+ 0 R)\]/.exec(text)![1]!;
    const [, spec] = /\(MANIFEST.json\) (\d+) 0 R/.exec(text)!;
    const body = `/Type /Page /Parent ${pages} 0 R /MediaBox [0 0 595 842]`;
    const font = '/Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>';
    const shown = 'BT /F 24 Tf 50 700 Td (FORGED) Tj ET';
    const content = `<< /Length ${shown.length} >>\nstream\n${shown}\nendstream`;
    const note = '<< /Type /Annot /Subtype /FreeText /Rect [50 600 400 650] /Contents (FORGED) /DA (/Helv 12 Tf 0 g) >>';
    const shadows: [string, Record<number, string>][] = [
      ['page', { [Number(page)]: `<< ${body} ${font} /Contents 900 0 R >>`, 900: content }],
      ['annotation', { [Number(page)]: `<< ${body} /Annots [901 0 R] >>`, 901: note }],
      ['form field', { [form]: `<< /SigFlags 3 /Fields [${field} 902 0 R] >>`, 902: '<< /FT /Tx /T (Sum) /V (FORGED) >>' }],
      ['attachment', { [Number(spec)]: '<< /Type /Filespec /F (MANIFEST.json) /EF << /F 903 0 R >> >>', 903: '<< /Type /EmbeddedFile /Length 2 >>\nstream\n{}\nendstream' }],
      ['form', { [catalog]: `<< /Type /Catalog /Pages ${pages} 0 R /AcroForm << /Fields [] >> >>` }],
    ]; // prettier-ignore
    for (const [name, objects] of shadows) {
      for (const make of [(one: Uint8Array) => increment(one, objects), (one: Uint8Array) => increment(lasting(one), objects)]) {
        const report = await asked(make);
        expect({ name, told: told(report) }).toEqual({ name, told: ['FAILED', ...(name === 'attachment' ? ['REPORT_MANIFEST'] : []), 'REPORT_RANGE'] }); // prettier-ignore
      }
    }
    if (skipped()) return;
    // The attack is a real one: a reader shows the forged page of the same file.
    const forged = increment(lasting(pdf), shadows[0]![1]);
    expect(run('pdftotext', file('forged.pdf', forged), '-')).toContain('FORGED');
    expect(run('pdftotext', file('sound.pdf', lasting(pdf)), '-')).not.toContain('FORGED');
  });
});
