import { spawnSync } from 'node:child_process';
import { createHash, createPrivateKey, generateKeyPairSync, sign as ecdsa, verify, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContentInfo, SignedData } from '@peculiar/asn1-cms';
import { AsnConvert, AsnSerializer, OctetString } from '@peculiar/asn1-schema';
import { anEvidenceReport } from '../testing/evidence-report-sample';
import { SAMPLE_AUTHORITY } from '../testing/form-samples';
import type { PdfSigner } from './cades';
import { renderEvidenceReport } from './evidence-report';
import { renderPdf } from './pdf';
import { selfSignedSealCertificate } from './seal-certificate';
import { openSealKey } from './seal-key';

const at = new Date('2026-11-23T02:00:00.000Z');
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const certificate = selfSignedSealCertificate('交城县市场监督管理局（测试）', privateKey, at);
const signer: PdfSigner = {
  certificate,
  name: SAMPLE_AUTHORITY.name,
  reason: '电子数据取证报告用印',
  sign: (bytes) => ecdsa('sha256', bytes, privateKey),
};

const folder = mkdtempSync(join(tmpdir(), 'nms-pades-'));
afterAll(() => rmSync(folder, { recursive: true }));
let pdf: Buffer;
beforeAll(async () => {
  pdf = await renderEvidenceReport(anEvidenceReport({ screens: [] }), signer);
});

/** What the file itself says is signed, and the signature in it. Read with another library than the one that wrote it. */
function read(file: Buffer) {
  const [, a, b, c, d] = /\/ByteRange \[(\d+) (\d+) (\d+) (\d+)\]/.exec(file.toString('latin1'))!.map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const content = Buffer.concat([file.subarray(a, a + b), file.subarray(c, c + d)]);
  const hex = file.subarray(b + 1, c - 1).toString('latin1');
  const cms = Buffer.from(hex, 'hex');
  const info = AsnConvert.parse(cms.subarray(0, 4 + cms.readUInt16BE(2)), ContentInfo);
  const data = AsnConvert.parse(info.content, SignedData);
  return {
    range: [a, b, c, d] as const,
    content,
    cms: cms.subarray(0, 4 + cms.readUInt16BE(2)),
    data,
    signerInfo: data.signerInfos[0]!,
  };
}

function isGood(file: Buffer): boolean {
  const { content, data, signerInfo } = read(file);
  const digest = signerInfo.signedAttrs!.find(({ attrType }) => attrType === '1.2.840.113549.1.9.4')!.attrValues[0]!;
  if (!Buffer.from(AsnConvert.parse(digest, OctetString).buffer).equals(createHash('sha256').update(content).digest()))
    return false;
  const attributes = signerInfo.signedAttrs!.map((attribute) => Buffer.from(AsnSerializer.serialize(attribute)));
  const joined = Buffer.concat(attributes.sort(Buffer.compare));
  const set = Buffer.concat([Buffer.from([0x31, 0x81, joined.length]), joined]);
  const signedBy = new X509Certificate(Buffer.from(AsnSerializer.serialize(data.certificates![0]!.certificate!)));
  return verify('sha256', set, signedBy.publicKey, Buffer.from(signerInfo.signature.buffer));
}

it('signs every byte but the place of the signature', () => {
  const { range } = read(pdf);
  const [a, b, c, d] = range;
  expect([a, c + d]).toEqual([0, pdf.length]);
  expect([pdf[b], pdf[c - 1]]).toEqual(['<'.charCodeAt(0), '>'.charCodeAt(0)]);
  expect(isGood(pdf)).toBe(true);
});

it('is a CAdES signature: content type, digest and certificate are signed, no time is claimed', () => {
  const { signerInfo, data } = read(pdf);
  expect(signerInfo.signedAttrs!.map(({ attrType }) => attrType).sort()).toEqual([
    '1.2.840.113549.1.9.16.2.47',
    '1.2.840.113549.1.9.3',
    '1.2.840.113549.1.9.4',
  ]);
  expect(data.encapContentInfo.eContent).toBeUndefined();
  expect(pdf.toString('latin1')).toContain('/SubFilter /ETSI.CAdES.detached');
  expect(pdf.toString('latin1')).toContain('<pdfaid:conformance>U</pdfaid:conformance>');
});

it('F22 finds a flipped bit anywhere in what is signed', () => {
  const { range } = read(pdf);
  const [, b, c, d] = range;
  const marker = pdf.indexOf('/ByteRange');
  for (let i = 0; i < 200; i += 1) {
    const place = Math.floor(((b + d) * i) / 200);
    const at = place < b ? place : c + place - b;
    if (at >= marker && at < marker + 60) continue; // another range is another claim: asked in the first test
    const bad = Buffer.from(pdf);
    bad[at]! ^= 1;
    expect(isGood(bad)).toBe(false);
  }
});

it('F22 leaves an appended update outside of the range, for all to see', () => {
  const longer = Buffer.concat([pdf, Buffer.from('\n% later\n')]);
  const { range } = read(longer);
  expect(range[2] + range[3]).toBeLessThan(longer.length);
});

it('carries a time stamp over the signature when one can be had', async () => {
  const token = Buffer.from('3003020105', 'hex');
  let stamped: Buffer | null = null;
  const withStamp: PdfSigner = { ...signer, timeStamp: (signature) => ((stamped = signature), Promise.resolve(token)) };
  const file = await renderPdf({ content: '带时间戳' }, { title: 't', author: 'a', at, signer: withStamp });
  const { signerInfo } = read(file);
  expect(
    signerInfo.unsignedAttrs!.map(({ attrType, attrValues }) => [attrType, Buffer.from(attrValues[0]!).toString('hex')]),
  ).toEqual([['1.2.840.113549.1.9.16.2.14', token.toString('hex')]]);
  expect(Buffer.from(signerInfo.signature.buffer).equals(stamped!)).toBe(true);
});

it('makes a seal certificate that fits its key and lasts three years', () => {
  const parsed = new X509Certificate(certificate);
  expect(parsed.checkPrivateKey(createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' })))).toBe(true);
  expect(parsed.verify(parsed.publicKey)).toBe(true);
  expect(parsed.subject).toBe('CN=交城县市场监督管理局（测试）');
  expect(parsed.validToDate.getTime() - parsed.validFromDate.getTime()).toBe(3 * 365 * 86_400_000);
});

it('keeps a seal key of its own, encrypted and readable to one account, and refuses a stranger’s certificate', async () => {
  const files = { keyFile: join(folder, 'keys/seal.pem'), certificateFile: join(folder, 'keys/seal.crt'), passphrase: 'test' };
  const first = openSealKey(files, SAMPLE_AUTHORITY.name, '用印', at);
  const again = openSealKey(files, SAMPLE_AUTHORITY.name, '用印', new Date(at.getTime() + 1));
  expect(again.certificate.equals(first.certificate)).toBe(true);
  expect(statSync(files.keyFile).mode & 0o777).toBe(0o600);
  expect(readFileSync(files.keyFile, 'utf8')).toContain('ENCRYPTED PRIVATE KEY');
  expect(isGood(await renderPdf({ content: '用印' }, { title: 't', author: 'a', at, signer: again }))).toBe(true);
  writeFileSync(files.certificateFile, new X509Certificate(certificate).toString());
  expect(() => openSealKey(files, SAMPLE_AUTHORITY.name, '用印', at)).toThrow('is not the certificate of');
});

const has = (tool: string, flag: string) => !spawnSync(tool, [flag]).error;

(has('openssl', 'version') ? it : it.skip)('I-04 openssl verifies the signature over the signed bytes', () => {
  const { content, cms } = read(pdf);
  writeFileSync(join(folder, 'content'), content);
  writeFileSync(join(folder, 'cms.der'), cms);
  writeFileSync(join(folder, 'ca.pem'), new X509Certificate(certificate).toString());
  const args = [
    'cms',
    '-verify',
    '-binary',
    '-inform',
    'DER',
    '-in',
    'cms.der',
    '-content',
    'content',
    '-CAfile',
    'ca.pem',
    '-purpose',
    'any',
    '-attime',
    String(at.getTime() / 1000 + 60),
    '-cades',
    '-out',
    'out',
  ];
  const { stderr, status } = spawnSync('openssl', args, { cwd: folder });
  expect([stderr.toString().trim(), status]).toEqual(['CAdES Verification successful', 0]);
});

(has('pdfsig', '-v') ? it : it.skip)('I-04 pdfsig finds the signature valid and the whole document signed', () => {
  writeFileSync(join(folder, 'report.pdf'), pdf);
  const { stdout } = spawnSync('pdfsig', ['-nocert', 'report.pdf'], { cwd: folder });
  expect(stdout.toString()).toContain('Signature Validation: Signature is Valid.');
  expect(stdout.toString()).toContain('Total document signed');
  expect(stdout.toString()).toContain('ETSI.CAdES.detached');
});
