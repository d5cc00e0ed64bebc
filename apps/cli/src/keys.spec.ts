import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseTrustBundle } from '../../../libs/proof';
import { ensureKeys } from './keys';

const now = new Date('2026-11-22T00:00:00.000Z');
const asked = () => ({
  root: mkdtempSync(join(tmpdir(), 'keys-')),
  domain: 'aj.test',
  agencyName: '示例市场监督管理局',
  passphrase: 'test',
});
const bundleOf = (file: string) => parseTrustBundle(new Uint8Array(readFileSync(file)));

it('gives each process its own folder and names every key in the trust bundle, the certificate for papers among them', () => {
  const request = asked();
  const { made, trustFile } = ensureKeys(request, now);
  expect(made.map((file) => file.slice(request.root.length + 1)).sort()).toEqual(
    ['capture/worker-1.key', 'ledger/ledger-1.key', 'worker/paper-seal.pem', 'worker/seal-1.key'].sort(),
  );
  const bundle = bundleOf(trustFile);
  expect(bundle.signers.map(({ roles }) => roles.join())).toEqual(['worker', 'seal']);
  expect(bundle.x509Roots).toHaveLength(1);
  const certificate = new X509Certificate(Buffer.from(bundle.x509Roots[0]!, 'base64'));
  expect(certificate.subject).toBe('CN=示例市场监督管理局');
  expect(certificate.raw).toEqual(new X509Certificate(readFileSync(join(request.root, 'worker/paper-seal.crt'))).raw);
});

it('a second run makes and changes nothing', () => {
  const request = asked();
  const { trustFile } = ensureKeys(request, now);
  const before = readFileSync(trustFile, 'utf8');
  expect(ensureKeys(request, new Date(now.getTime() + 86_400_000)).made).toEqual([]);
  expect(readFileSync(trustFile, 'utf8')).toBe(before);
});

it('a new certificate for papers is added, and the bundle keeps the old one, by which earlier reports are believed', () => {
  const request = asked();
  const { trustFile } = ensureKeys(request, now);
  const [old] = bundleOf(trustFile).x509Roots;
  const other = asked();
  ensureKeys(other, now);
  for (const name of ['paper-seal.pem', 'paper-seal.crt'])
    writeFileSync(join(request.root, 'worker', name), readFileSync(join(other.root, 'worker', name)));
  ensureKeys(request, now);
  const { x509Roots } = bundleOf(trustFile);
  expect(x509Roots).toHaveLength(2);
  expect(x509Roots[0]).toBe(old);
});
