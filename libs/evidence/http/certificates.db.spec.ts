import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuditTrail } from '../../audit';
import { withClaims } from '../../platform';
import { someClaims } from '../../platform/testing';
import { jsonLines } from '../../proof';
import { ChainStates } from '../app/chain-state';
import { aHouse, type House } from '../testing/a-house';
import { ReviewController } from './review.controller';
import type { CertificateDto } from './review.dto';

const RIGHT_TO_LEFT = '\u202e';
const NUL_AND_LINE = 'exe.gnp\\\nO=Bank';

const folder = mkdtempSync(join(tmpdir(), 'certificates-'));
const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

interface Wanted {
  subject: string;
  names?: string[];
  issuer?: string;
  ca?: boolean;
  dates?: [from: string, to: string];
}

/** A certificate with exactly these texts; the tool would refuse some of them on its command line, a settings file takes all. */
function certificate(name: string, { subject, names = [], issuer, ca = false, dates }: Wanted): Buffer {
  const lines = [
    '[ca]', 'default_ca=all', '[all]', 'database=index.txt', 'serial=serial',
    'new_certs_dir=.', 'default_md=sha256', 'policy=any', 'x509_extensions=v3', '[any]', 'commonName=optional', '[req]', 'distinguished_name=dn', 'prompt=no', 'utf8=yes', 'string_mask=utf8only', '[dn]', subject,
    '[v3]', `basicConstraints=CA:${ca ? 'TRUE' : 'FALSE'}`, ...(names.length ? ['subjectAltName=@san'] : []), '[san]', ...names.map((one, n) => `${one.split('=')[0]}.${n}=${one.split('=')[1]}`),
  ]; // prettier-ignore
  writeFileSync(join(folder, `${name}.cnf`), `${lines.join('\n')}\n`);
  openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', `${name}.key`);
  openssl('req', '-new', '-key', `${name}.key`, '-config', `${name}.cnf`, '-out', `${name}.csr`);
  writeFileSync(join(folder, 'index.txt'), '');
  writeFileSync(join(folder, 'serial'), randomBytes(8).toString('hex').replace(/^./, '4'));
  const [from, to] = dates ?? ['20260101000000Z', '20300101000000Z'];
  const signer = issuer ? ['-cert', `${issuer}.pem`, '-keyfile', `${issuer}.key`] : ['-selfsign', '-keyfile', `${name}.key`];
  const terms = ['-startdate', from, '-enddate', to, '-preserveDN', '-batch', '-notext', '-utf8'];
  openssl('ca', '-config', `${name}.cnf`, '-in', `${name}.csr`, ...signer, ...terms, '-out', `${name}.pem`);
  return openssl('x509', '-in', `${name}.pem`, '-outform', 'DER');
}

const made: Record<string, Buffer> = {};
let house: House;
let shown: CertificateDto[];

beforeAll(async () => {
  made.root = certificate('root', { subject: 'CN=演示根证书', ca: true });
  made.middle = certificate('middle', { subject: 'CN=演示中间证书', ca: true, issuer: 'root' });
  made.leaf = certificate('leaf', { subject: 'CN=shop.test', names: ['DNS=shop.test', 'DNS=img.shop.test'], issuer: 'middle' });
  made.hostile = certificate('hostile', {
    subject: `CN=${RIGHT_TO_LEFT}${NUL_AND_LINE}`,
    names: [`URI=http://bank.test/${RIGHT_TO_LEFT}`, 'DNS="a.test, DNS:bank.test"'],
  });
  made.long = certificate('long', {
    subject: Array.from({ length: 30 }, (_, n) => `${n}.OU=${String(n).padStart(2, '0').repeat(32)}`).join('\n'),
    names: Array.from({ length: 300 }, (_, n) => `DNS=n${n}.many.test`),
    dates: ['20200101000000Z', '20210101000000Z'],
  });
  made.none = Buffer.from('<script>alert(1)</script>');
  const leaf = (of: string) => ({ leafSha256: sha256(made[of]!), protocol: 'TLS 1.3', cipher: 'x' });
  const lines = [
    { n: 1, url: 'https://shop.test/', tls: leaf('leaf') },
    { n: 2, url: 'https://img.shop.test/a.png', tls: leaf('leaf') },
    { n: 3, url: 'https://evil.test/', tls: leaf('hostile') },
    { n: 4, url: 'https://many.test/', tls: leaf('long') },
    { n: 5, url: 'http://plain.test/', tls: null },
  ];
  house = await aHouse({
    files: {
      'record/exchanges.jsonl': jsonLines(lines),
      ...Object.fromEntries(Object.values(made).map((der) => [`record/tls/${sha256(der)}.der`, new Uint8Array(der)])),
    },
  });
  const { id } = await house.fixedPackage();
  const { db, evidence, content, ledger, trees, anchors, clock, officer } = house;
  const chains = new ChainStates(evidence, content, ledger, trees, anchors);
  const review = new ReviewController(db, evidence, content, chains, new AuditTrail(clock));
  shown = await withClaims(officer, () => review.certificates(id));
  const stranger = someClaims({ actor: '00000000-0000-4000-8000-0000000000ff', division: '999999' });
  await expect(withClaims(stranger, () => review.certificates(id))).rejects.toMatchObject({ code: 'evidence.notFound' });
}, 120_000);

afterAll(async () => {
  await house?.close();
  rmSync(folder, { recursive: true, force: true });
});

const of = (name: string) => shown.find(({ sha256: one }) => one === sha256(made[name]!))!;

it('lists a chain in the order in which each vouches for the one before, with the hosts that showed it', () => {
  const names = shown.map(({ sha256: one }) => Object.keys(made).find((name) => sha256(made[name]!) === one));
  expect(names).toHaveLength(6);
  expect(names.slice(names.indexOf('leaf'), names.indexOf('leaf') + 3)).toEqual(['leaf', 'middle', 'root']);
  expect(of('leaf')).toMatchObject({
    subject: 'CN=shop.test',
    issuer: 'CN=演示中间证书',
    hosts: ['img.shop.test', 'shop.test'],
    names: ['DNS:shop.test', 'DNS:img.shop.test'],
    namesTotal: 2,
    readable: true,
    validAtCapture: true,
    isCa: false,
    isSelfIssued: false,
    key: 'EC prime256v1',
  });
  expect(of('middle')).toMatchObject({ isCa: true, hosts: [], isSelfIssued: false });
  expect(of('root')).toMatchObject({ isCa: true, isSelfIssued: true });
});

it('agrees with openssl on serial number and fingerprint', () => {
  const said = openssl('x509', '-in', 'leaf.pem', '-noout', '-serial', '-fingerprint', '-sha256').toString();
  expect(said.toLowerCase()).toContain(`serial=${of('leaf').serial}`);
  expect(said.toLowerCase().replaceAll(':', '')).toContain(of('leaf').sha256);
});

it('writes out what would turn, hide or break a line, and never splits one name into two', () => {
  const { subject, names } = of('hostile');
  expect(subject).toContain('\\u{202e}');
  expect(names).toEqual(['URI:http://bank.test/\\u{202e}', 'DNS:a.test, DNS:bank.test']);
  for (const text of shown.flatMap((one) => [one.subject, one.issuer, ...one.names]))
    expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
});

it('cuts long texts and long lists, and says how many names there are', () => {
  const { subject, names, namesTotal, validAtCapture } = of('long');
  expect(subject).toHaveLength(1_001);
  expect(subject.endsWith('…')).toBe(true);
  expect([names.length, namesTotal]).toEqual([200, 300]);
  expect(validAtCapture).toBe(false);
});

it('keeps what is no certificate in the list, and says that it cannot be read', () => {
  expect(of('none')).toMatchObject({ readable: false, subject: '', names: [], validAtCapture: null });
});
