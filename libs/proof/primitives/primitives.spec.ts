import { constants, createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import * as browser from './browser';
import * as node from './node';
import type { TlsScheme } from './types';

const sizes = [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 1000, 4096];

describe('the browser twin of the primitives', () => {
  it('says the same of every signature of an opening of TLS, right, changed and of another kind', () => {
    const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
    const message = randomBytes(100);
    const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength });
    const kinds = [
      { pair: rsa(2048), key: 'rsa', hashes: ['sha256', 'sha384', 'sha512'], how: {} },
      { pair: rsa(2049), key: 'pss', hashes: ['sha256', 'sha384', 'sha512'], how: pss },
      { pair: rsa(3072), key: 'pss', hashes: ['sha256'], how: pss },
      { pair: generateKeyPairSync('rsa-pss', { modulusLength: 2048 }), key: 'pss', hashes: ['sha256'], how: pss },
      { pair: generateKeyPairSync('ec', { namedCurve: 'P-256' }), key: 'ec', hashes: ['sha256', 'sha384'], how: {} },
      { pair: generateKeyPairSync('ec', { namedCurve: 'P-384' }), key: 'ec', hashes: ['sha384'], how: {} },
      { pair: generateKeyPairSync('ed25519'), key: 'ed25519', hashes: [null], how: {} },
    ] as const;
    const spkis = kinds.map(({ pair }) => new Uint8Array(pair.publicKey.export({ type: 'spki', format: 'der' })));
    for (const [n, { pair, key, hashes, how }] of kinds.entries()) {
      for (const hash of hashes) {
        const scheme = { key, hash } as TlsScheme;
        const made = new Uint8Array(sign(hash, message, { key: pair.privateKey, ...how }));
        const answers = (twin: Pick<typeof node, 'verifyHandshake'>) => [
          twin.verifyHandshake(spkis[n]!, scheme, message, made),
          twin.verifyHandshake(spkis[n]!, scheme, randomBytes(100), made),
          twin.verifyHandshake(
            spkis[n]!,
            scheme,
            message,
            made.map((byte, i) => (i === made.length - 1 ? byte ^ 1 : byte)),
          ),
        ];
        expect([key, hash, answers(node)]).toEqual([key, hash, [true, false, false]]);
        expect([key, hash, answers(browser)]).toEqual([key, hash, [true, false, false]]);
        for (const [other, spki] of spkis.entries()) {
          if (other === n) continue;
          const [a, b] = [node, browser].map((twin) => twin.verifyHandshake(spki, scheme, message, made));
          expect([key, other, a]).toEqual([key, other, b]);
        }
      }
    }
    const short = new Uint8Array(rsa(1024).publicKey.export({ type: 'spki', format: 'der' }));
    for (const twin of [node, browser])
      expect(twin.verifyHandshake(short, { key: 'pss', hash: 'sha256' }, message, randomBytes(128))).toBeNull();
  });

  it('sha1 gives the digests of Node', () => {
    for (const size of sizes) {
      const bytes = randomBytes(size);
      expect(Buffer.from(browser.sha1(bytes))).toEqual(createHash('sha1').update(bytes).digest());
      expect(Buffer.from(node.sha1(bytes))).toEqual(createHash('sha1').update(bytes).digest());
    }
  });

  it.each(['sha256', 'sha384', 'sha512', 'sm3'] as const)('%s gives the digests of Node, whole and in pieces', (name) => {
    for (const size of sizes) {
      const bytes = randomBytes(size);
      const whole = browser.hasher(name);
      const pieces = browser.hasher(name);
      whole.update(bytes);
      for (let at = 0; at < size; at += 37) pieces.update(bytes.subarray(at, at + 37));
      const expected = createHash(name).update(bytes).digest('hex');
      for (const twin of [node, browser]) {
        const inParts = twin.hashOf(name, [bytes.subarray(0, 1), bytes.subarray(1, 50), bytes.subarray(50)]);
        expect(Buffer.from(inParts).toString('hex')).toBe(expected);
      }
      expect(Buffer.from(whole.digest()).toString('hex')).toBe(expected);
      expect(Buffer.from(pieces.digest()).toString('hex')).toBe(expected);
    }
  });

  it('gives the CRC of zlib', () => {
    const bytes = randomBytes(1000);
    expect(browser.crc32(bytes.subarray(300), browser.crc32(bytes.subarray(0, 300)))).toBe(node.crc32(bytes));
  });

  it('verifies Ed25519, P-256, P-384 and RSA as Node does, and refuses what Node refuses', () => {
    const message = randomBytes(100);
    const ed = generateKeyPairSync('ed25519');
    const raw = new Uint8Array(ed.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32));
    const signature = sign(null, message, ed.privateKey);
    for (const twin of [node, browser]) {
      expect(twin.verifyEd25519(raw, message, signature)).toBe(true);
      expect(twin.verifyEd25519(raw, randomBytes(100), signature)).toBe(false);
      expect(twin.verifyEd25519(raw, message, randomBytes(64))).toBe(false);
    }
    const pairs = [
      generateKeyPairSync('ec', { namedCurve: 'P-256' }),
      generateKeyPairSync('ec', { namedCurve: 'P-384' }),
      generateKeyPairSync('rsa', { modulusLength: 3072 }),
    ];
    for (const { privateKey, publicKey } of pairs) {
      const spki = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
      const good = sign('sha256', message, privateKey);
      const flipped = Uint8Array.from(good, (byte, i) => (i === 20 ? byte ^ 1 : byte));
      for (const twin of [node, browser]) {
        expect(twin.verifySpki(spki, 'sha256', message, good)).toBe(true);
        expect(twin.verifySpki(spki, 'sha256', randomBytes(100), good)).toBe(false);
        expect(twin.verifySpki(spki, 'sha256', message, flipped)).toBe(false);
      }
    }
  });

  it('counts no signature by an RSA key that is too short, and takes 2048 bits', () => {
    const message = randomBytes(100);
    for (const [modulusLength, expected] of [
      [1024, false],
      [2040, false],
      [2048, true],
    ] as const) {
      const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
      const spki = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
      const signature = sign('sha256', message, privateKey);
      for (const twin of [node, browser]) expect(twin.verifySpki(spki, 'sha256', message, signature)).toBe(expected);
    }
  });

  it('unpacks one gzip member and stops at the limit', async () => {
    const member = gzipSync('a'.repeat(5000));
    for (const twin of [node, browser]) {
      expect((await twin.gunzipMember(member, 5000)).length).toBe(5000);
      await expect(twin.gunzipMember(member, 4999)).rejects.toThrow();
      await expect(twin.gunzipMember(Buffer.concat([member, Buffer.from('x')]), 9999)).rejects.toThrow();
      await expect(twin.gunzipMember(member.subarray(0, -1), 9999)).rejects.toThrow();
    }
  });
});
