import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadKey, openNote, parseTrustBundle, utf8, verifierOf } from '../../../libs/proof';
import { ensureKeys, revokeKey, rotateKey } from './keys';

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
    ['capture/worker-1.key', 'ledger/ledger-1.key', 'worker/import-1.key', 'worker/paper-seal.pem', 'worker/seal-1.key'].sort(),
  );
  const bundle = bundleOf(trustFile);
  expect(bundle.signers.map(({ roles }) => roles.join())).toEqual(['worker', 'seal', 'import']);
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

describe('the life of a key', () => {
  const week = 7 * 86_400_000;

  it.each(['worker', 'seal'] as const)(
    'the next %s key is signed for by the old one, and each lives a year at most',
    async (role) => {
      const request = asked();
      const { trustFile } = ensureKeys(request, now);
      const later = new Date(now.getTime() + 100 * 86_400_000);
      const file = await rotateKey(request, role, later);
      const key = loadKey(file, request.passphrase);
      expect(key.name).toBe(`aj.test/${role}-2`);
      const [old, next] = bundleOf(trustFile).signers.filter(({ roles }) => roles.includes(role));
      expect(old!.to).toBe(new Date(later.getTime() + week).toISOString());
      expect(next).toMatchObject({ vkey: key.vkey, from: later.toISOString() });
      expect(Date.parse(next!.to) - later.getTime()).toBeLessThanOrEqual(366 * 86_400_000);
      const { note } = JSON.parse(readFileSync(join(request.root, 'key-rotations.jsonl'), 'utf8').trim()) as { note: string };
      expect(openNote(utf8(note), [verifierOf(old!.vkey), verifierOf(next!.vkey)]).signers).toEqual([old!.name, next!.name]);
      expect(ensureKeys(request, later).made).toEqual([]);
    },
  );

  it('the next ledger key is named for every log from now on, beside the old one', async () => {
    const request = asked();
    const { trustFile } = ensureKeys(request, now);
    const before = bundleOf(trustFile).logs;
    await rotateKey(request, 'ledger', now);
    const { logs } = bundleOf(trustFile);
    expect(logs).toHaveLength(2 * before.length);
    for (const { origin } of before)
      expect(logs.filter((log) => log.origin === origin).map(({ vkey }) => verifierOf(vkey).name)).toEqual([
        'aj.test/ledger-1',
        'aj.test/ledger-2',
      ]);
    for (const { from, to } of logs) expect(Date.parse(to) - Date.parse(from)).toBeLessThanOrEqual(3 * 366 * 86_400_000);
  });

  it('a revocation stands in the bundle, may be made earlier and never later', () => {
    const request = asked();
    const { trustFile } = ensureKeys(request, now);
    const from = (day: string) => ({ invalidFrom: `2026-11-${day}T00:00:00.000Z`, reason: 'the key was copied' });
    revokeKey(request.root, 'aj.test/worker-1', from('22'));
    expect(() => revokeKey(request.root, 'aj.test/worker-1', from('25'))).toThrow('is revoked from');
    revokeKey(request.root, 'aj.test/worker-1', from('20'));
    expect(bundleOf(trustFile).signers[0]!.revoked).toEqual(from('20'));
    expect(() => revokeKey(request.root, 'aj.test/worker-9', from('20'))).toThrow('no key');
  });

  it('F14 a key of the ledger is revoked when there is a next one for each of its logs, those of earlier years too', async () => {
    const request = asked();
    const { trustFile } = ensureKeys(request, now);
    const revoked = { invalidFrom: '2026-11-20T00:00:00.000Z', reason: 'the key was copied' };
    expect(() => revokeKey(request.root, 'aj.test/ledger-1', revoked)).toThrow('rotate it first');
    await rotateKey(request, 'ledger', new Date(now.getTime() + 800 * 86_400_000));
    revokeKey(request.root, 'aj.test/ledger-1', revoked);
    const { logs } = bundleOf(trustFile);
    const of = (name: string) => logs.filter(({ vkey }) => verifierOf(vkey).name === name);
    expect(of('aj.test/ledger-1').map((log) => log.revoked)).toEqual(Array.from({ length: 4 }, () => revoked));
    expect(of('aj.test/ledger-2').map((log) => log.revoked)).toEqual(Array.from({ length: 8 }, () => undefined));
    const next = new Set(of('aj.test/ledger-2').map(({ origin }) => origin));
    for (const { origin } of of('aj.test/ledger-1')) expect(next).toContain(origin);
    expect(() => revokeKey(request.root, 'aj.test/ledger-2', revoked)).toThrow('rotate it first');
  });
});
