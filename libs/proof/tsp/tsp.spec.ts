import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OID } from '../asn1/oids';
import { boolean, integer, oid, sequence } from '../asn1/write';
import { toBase64, utf8 } from '../bytes';
import type { HashName } from '../primitives';
import { opensslTsa, testAuthority } from '../testing';
import { unvaryingP256 } from '../testing/keys';
import { certify, createAuthority, respond } from './authority';
import { timeStampRequest } from './request';
import { parseTimeStampResponse } from './token';
import { TokenFault, verifyToken, type TokenQuestion } from './verify-token';

const stamped = utf8('MANIFEST.sig of a package');
const codeOf = (response: Uint8Array, question: TokenQuestion) => {
  try {
    verifyToken(response, question);
    return 'accepted';
  } catch (error) {
    return error instanceof TokenFault ? error.code : String(error);
  }
};

describe('tokens of openssl', () => {
  const tsa = opensslTsa();
  const ask = (hash: HashName = 'sha256') => timeStampRequest(stamped, hash, randomBytes(8));
  const question = { stamped, tsa: [tsa.entry] };

  it.each(['sha256', 'sha384', 'sha512', 'sm3'] as const)('are accepted with an imprint of %s', (hash) => {
    const { bytes, nonce } = ask(hash);
    const token = verifyToken(tsa.respond(bytes), { ...question, nonce });
    expect(token).toMatchObject({ algorithm: hash, accuracyMs: 1500, tsa: { name: 'openssl' } });
    expect(Math.abs(Date.parse(token.genTime) - Date.now())).toBeLessThan(60_000);
  });

  it.each([
    ['P-384', ['EC', 'ec_paramgen_curve:P-384'], 'accepted'],
    ['RSA of 3072 bits', ['RSA', 'rsa_keygen_bits:3072'], 'accepted'],
    ['RSA of 2048 bits', ['RSA', 'rsa_keygen_bits:2048'], 'TST_ALG'],
  ] as const)('of a signer with %s: %s → %s', (_name, key, expected) => {
    const other = opensslTsa({ key: [...key] });
    expect(codeOf(other.respond(ask().bytes), { stamped, tsa: [other.entry] })).toBe(expected);
  });

  it('F06: wrong imprint, wrong nonce, unknown root, forbidden algorithm and policy are refused', () => {
    const { bytes, nonce } = ask();
    const response = tsa.respond(bytes);
    expect(codeOf(response, { ...question, stamped: utf8('other') })).toBe('TST_IMPRINT');
    expect(codeOf(response, { ...question, nonce: ask().nonce })).toBe('TST_IMPRINT');
    expect(codeOf(response, { ...question, nonce })).toBe('accepted');
    expect(codeOf(response, { stamped, tsa: [opensslTsa().entry] })).toMatch(/TST_UNTRUSTED|TST_CHAIN/);
    expect(codeOf(response, { stamped, tsa: [] })).toBe('TST_UNTRUSTED');
    expect(codeOf(response, { stamped, tsa: [{ ...tsa.entry, algorithms: ['sm3'] }] })).toBe('TST_ALG');
    expect(codeOf(response, { stamped, tsa: [{ ...tsa.entry, policies: ['1.2.3'] }] })).toBe('TST_UNTRUSTED');
  });

  it('F06: a signer certificate that is not, not critically or not only for time stamping is refused', () => {
    expect(codeWithUsage(true, [OID.timeStamping])).toBe('accepted');
    expect(codeWithUsage(false, [OID.timeStamping])).toBe('TST_EKU');
    expect(codeWithUsage(true, [OID.timeStamping, '1.3.6.1.5.5.7.3.3'])).toBe('TST_EKU');
    expect(codeWithUsage(true, [])).toBe('TST_EKU');
  });

  it('F06: a token without ESSCertIDv2 (the SHA-1 form) is refused', () => {
    const old = opensslTsa({ essAlgorithm: 'sha1' });
    expect(codeOf(old.respond(ask().bytes), { stamped, tsa: [old.entry] })).toBe('TST_ESS');
  });

  it('F06: a rejection, HTML, nothing and 256 KiB of junk are refused', () => {
    const rejection = Uint8Array.of(0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x02);
    expect(codeOf(rejection, question)).toBe('TST_STATUS');
    expect(codeOf(tsa.respond(utf8('no request')), question)).toBe('TST_STATUS');
    expect(codeOf(utf8('<html><body>500</body></html>'), question)).toBe('TST_FORMAT');
    expect(codeOf(new Uint8Array(), question)).toBe('TST_FORMAT');
    expect(codeOf(new Uint8Array(randomBytes(256 * 1024)), question)).toBe('TST_FORMAT');
    expect(codeOf(new Uint8Array(256 * 1024 + 1).fill(0x30), question)).toBe('TST_FORMAT');
  });

  it('F06: bytes after the response are refused', () => {
    const response = tsa.respond(ask().bytes);
    expect(codeOf(Uint8Array.from([...response, 0]), question)).toBe('TST_FORMAT');
  });

  it('F06: a digest algorithm that is no AlgorithmIdentifier is refused, though no signature covers it', () => {
    const response = Buffer.from(tsa.respond(ask().bytes));
    // The first SHA-256 of the response stands in SignedData.digestAlgorithms: SET { SEQUENCE { OID … } }.
    const at = response.indexOf(Buffer.from('0609608648016503040201', 'hex')) - 2;
    expect([response[at - 2], response[at]]).toEqual([0x31, 0x30]);
    response[at] = 0x31;
    expect(codeOf(new Uint8Array(response), question)).toBe('TST_FORMAT');
  });

  it('F06: a bit flipped in the signature or in the signed content never passes', () => {
    const response = tsa.respond(ask().bytes);
    const { content, signer } = parseTimeStampResponse(response);
    const whole = Buffer.from(response);
    for (const part of [content, signer.signature, signer.signed.subarray(4)]) {
      const start = whole.indexOf(part);
      expect(start).toBeGreaterThan(0);
      for (let i = start; i < start + part.length; i++) {
        const bad = Uint8Array.from(response, (byte, j) => (j === i ? byte ^ (1 << (i % 8)) : byte));
        expect(codeOf(bad, question)).not.toBe('accepted');
      }
    }
  });

  it('refuses what a revocation list of the issuer revoked before, and only that', () => {
    const response = tsa.respond(ask().bytes);
    writeFileSync(join(tsa.folder, 'index'), 'R\t301231000000Z\t250101000000Z\t4D\tunknown\t/CN=Test signer\n');
    writeFileSync(
      join(tsa.folder, 'crl.config'),
      '[ca]\ndefault_ca=d\n[d]\ndatabase=index\ndefault_md=sha256\ndefault_crl_days=30\n',
    );
    const revoke = (at: string) => {
      writeFileSync(join(tsa.folder, 'index'), `R\t301231000000Z\t${at}\t4D\tunknown\t/CN=Test signer\n`);
      tsa.run('ca', '-gencrl', '-config', 'crl.config', '-cert', 'ca.pem', '-keyfile', 'ca.key', '-out', 'crl.pem');
      return new Uint8Array(tsa.run('crl', '-in', 'crl.pem', '-outform', 'DER'));
    };
    expect(codeOf(response, { ...question, material: [revoke('250101000000Z')] })).toBe('TST_CHAIN');
    expect(codeOf(response, { ...question, material: [revoke('490101000000Z'), utf8('junk')] })).toBe('accepted');
  });
});

describe('our own authority', () => {
  const ec = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const parts = (changes: object = {}) => ({
    name: 'Internal stamps',
    policy: '1.3.6.1.4.1.99999.1',
    from: new Date('2026-01-01T00:00:00Z'),
    to: new Date('2027-01-01T00:00:00Z'),
    rootKey: ec(),
    key: ec(),
    ...changes,
  });
  const entryOf = (root: Uint8Array) => ({
    name: 'internal',
    root: toBase64(root),
    policies: [],
    algorithms: ['sha256', 'sm3'],
    internal: true,
  });

  it.each(['sha256', 'sm3'] as const)('makes tokens over %s that openssl verifies (I-04) and that we accept', (hash) => {
    const authority = createAuthority(parts());
    const { bytes, nonce } = timeStampRequest(stamped, hash, randomBytes(8));
    const response = authority.respond(bytes, new Date('2026-11-22T03:30:10.250Z'), randomBytes(8));
    expect(verifyToken(response, { stamped, tsa: [entryOf(authority.root)], nonce })).toMatchObject({
      genTime: '2026-11-22T03:30:10.250Z',
      accuracyMs: 1000,
      signerNotAfter: '2027-01-01T00:00:00.000Z',
    });
    const { folder, run } = opensslTsa();
    writeFileSync(join(folder, 'query.tsq'), bytes);
    writeFileSync(join(folder, 'answer.tsr'), response);
    writeFileSync(
      join(folder, 'root.pem'),
      `-----BEGIN CERTIFICATE-----\n${toBase64(authority.root)}\n-----END CERTIFICATE-----\n`,
    );
    const moment = String(Date.parse('2026-11-22T04:00:00Z') / 1000);
    const answer = run('ts', '-verify', '-queryfile', 'query.tsq', '-in', 'answer.tsr', '-CAfile', 'root.pem', '-attime', moment);
    expect(answer.toString()).toContain('Verification: OK');
  });

  it('F06: a token an hour before or after the life of the certificate is refused', () => {
    const authority = createAuthority(parts());
    const at = (instant: string) =>
      codeOf(authority.respond(timeStampRequest(stamped, 'sha256', randomBytes(8)).bytes, new Date(instant), randomBytes(8)), {
        stamped,
        tsa: [entryOf(authority.root)],
      });
    expect(at('2025-12-31T23:00:00Z')).toBe('TST_CHAIN');
    expect(at('2027-01-01T01:00:00Z')).toBe('TST_CHAIN');
    expect(at('2026-06-01T00:00:00.001Z')).toBe('accepted');
  });

  it('refuses a chain whose issuer did not sign', () => {
    const real = createAuthority(parts());
    const thief = createAuthority(parts());
    const response = thief.respond(
      timeStampRequest(stamped, 'sha256', randomBytes(8)).bytes,
      new Date('2026-06-01T00:00:00Z'),
      randomBytes(8),
    );
    expect(codeOf(response, { stamped, tsa: [entryOf(real.root)] })).toBe('TST_CHAIN');
  });
});

/** The code for a token whose signer certificate has the given usage; openssl refuses to sign with such a certificate, so we do it. */
function codeWithUsage(critical: boolean, purposes: string[]): string {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const parts = {
    name: 'x',
    policy: '1.2.3',
    rootKey: key,
    key,
    from: new Date('2026-01-01T00:00:00Z'),
    to: new Date('2027-01-01T00:00:00Z'),
  };
  const usage = { critical, id: OID.extendedKeyUsage, value: sequence(...purposes.map(oid)) };
  const extensions = purposes.length > 0 ? [usage] : [];
  const { root } = createAuthority(parts);
  const certificate = certify({ ...parts, serial: 2, subject: 'x', issuer: 'x root', signer: key, extensions });
  const { bytes } = timeStampRequest(stamped, 'sha256', randomBytes(8));
  const response = respond(parts, certificate, bytes, new Date('2026-06-01T00:00:00Z'), randomBytes(8));
  return codeOf(response, {
    stamped,
    tsa: [{ name: 'x', root: toBase64(root), policies: [], algorithms: ['sha256'], internal: false }],
  });
}

describe('a chain with a certificate between root and signer', () => {
  const [rootKey, middleKey, key] = [unvaryingP256(40), unvaryingP256(41), unvaryingP256(42)];
  const life = { from: new Date('2026-01-01'), to: new Date('2030-01-01') };
  const authority = (depth?: number) => [
    {
      critical: true,
      id: OID.basicConstraints,
      value: sequence(boolean(true), ...(depth === undefined ? [] : [integer(depth)])),
    },
  ];
  const stamping = [{ critical: true, id: OID.extendedKeyUsage, value: sequence(oid(OID.timeStamping)) }];
  const rootOf = (depth?: number) =>
    certify({ serial: 1, subject: 'top', issuer: 'top', ...life, key: rootKey, signer: rootKey, extensions: authority(depth) });
  const middle = certify({
    serial: 2,
    subject: 'middle',
    issuer: 'top',
    ...life,
    key: middleKey,
    signer: rootKey,
    extensions: authority(0),
  });
  const signer = certify({ serial: 3, subject: 'end', issuer: 'middle', ...life, key, signer: middleKey, extensions: stamping });
  const response = respond(
    { name: 'x', policy: '1.2.3', rootKey, key, ...life },
    signer,
    timeStampRequest(stamped, 'sha256', randomBytes(8)).bytes,
    new Date('2026-06-01'),
    randomBytes(8),
  );
  const under = (depth: number | undefined, material: Uint8Array[]) =>
    codeOf(response, {
      stamped,
      tsa: [{ name: 'x', root: toBase64(rootOf(depth)), policies: [], algorithms: ['sha256'], internal: false }],
      material,
    });

  it('is accepted as deep as its root allows, and no deeper (RFC 5280, pathLenConstraint)', () => {
    expect(under(undefined, [middle])).toBe('accepted');
    expect(under(1, [middle])).toBe('accepted');
    expect(under(0, [middle])).toBe('TST_CHAIN');
    expect(under(undefined, [])).toBe('TST_UNTRUSTED');
  });

  it('I-18: a hundred certificates that all bear the name of the issuer are not all tried', () => {
    const others = Array.from({ length: 100 }, (_, n) =>
      certify({
        serial: 100 + n,
        subject: 'middle',
        issuer: 'top',
        ...life,
        key: rootKey,
        signer: rootKey,
        extensions: authority(0),
      }),
    );
    const chains = { left: 50 };
    const tsa = [{ name: 'x', root: toBase64(rootOf()), policies: [], algorithms: ['sha256'], internal: false }];
    expect(codeOf(response, { stamped, tsa, material: [...others, middle], chains })).toBe('TST_CHAIN');
    expect(chains.left).toBeLessThanOrEqual(0);
    expect(codeOf(response, { stamped, tsa, material: [...others.slice(0, 20), middle] })).toBe('accepted');
  });
});

it('I-18: forty certificates that vouch for each other do not make forty times thirty-nine times … ways to walk', () => {
  const keys = { rootKey: unvaryingP256(30), key: unvaryingP256(31) };
  const from = new Date('2026-01-01');
  const authorityUntil = (day: number) =>
    createAuthority({ name: 'Web', policy: '1.2.3.4', from, to: new Date(Date.UTC(2030, 0, day)), ...keys });
  const material = Array.from({ length: 40 }, (_, n) => authorityUntil(n + 1).root);
  const stamped = utf8('x');
  const response = authorityUntil(1).respond(
    timeStampRequest(stamped, 'sha256', Uint8Array.of(1)).bytes,
    new Date('2026-06-01'),
    Uint8Array.of(1),
  );
  const began = performance.now();
  const { entry } = testAuthority();
  expect(() => verifyToken(response, { stamped, tsa: [entry], material })).toThrow(/TST_|root|chain|certificate/i);
  expect(performance.now() - began).toBeLessThan(30_000); // every way walked would take days
  // The same web with a root that is believed is walked to its end.
  const known = { ...entry, root: toBase64(material[17]!), policies: ['1.2.3.4'] };
  expect(verifyToken(response, { stamped, tsa: [known], material }).genTime).toBe('2026-06-01T00:00:00.000Z');
});
