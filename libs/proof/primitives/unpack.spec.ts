import { createCipheriv, createHmac, randomBytes } from 'node:crypto';
import * as zlib from 'node:zlib';
import * as browser from './browser';
import * as node from './node';
import { type Aead, type Coding, TooLarge } from './types';

const twins = [node, browser];
const text = Buffer.from('价格 12 元; '.repeat(9_000));
const noise = randomBytes(300_000);
const zlibs: [Coding, (bytes: Buffer) => Buffer][] = [
  ['gzip', zlib.gzipSync],
  ['deflate', zlib.deflateSync],
  ['deflate', zlib.deflateRawSync],
  ['br', zlib.brotliCompressSync],
];
/** Made by the program `zstd`: a text of one known length, the same as a stream of unknown length, and two frames with one to skip. */
const zstd = {
  page: Buffer.from('KLUv/WQY9dUAAHg8dGl0bGU+5Lu35qC8PC8CAAB2nBoIbNYB6D3oVA==', 'base64'),
  stream: Buffer.from('KLUv/QRY1QAAeDx0aXRsZT7ku7fmoLw8LwIAAHacGghs1gHoPehU', 'base64'),
};
const page = Buffer.from('<title>价格</title>'.repeat(3_000));

describe('what the wire asks of a platform, the same in Node and in a browser', () => {
  it.each(zlibs)('unpacks %s whole and in pieces as they were flushed, and stops at the limit', (coding, pack) => {
    for (const plain of [Buffer.alloc(0), text, noise]) {
      const packed = pack(plain);
      for (const twin of twins) {
        expect(Buffer.compare(twin.unpackSync(coding, packed, plain.length || 1), plain)).toBe(0);
        if (plain.length > 0) expect(() => twin.unpackSync(coding, packed, plain.length - 1)).toThrow(TooLarge);
      }
    }
  });

  it('gives what a cut gzip or deflate stream holds, and takes members one after the other', () => {
    for (const [coding, pack] of zlibs.slice(0, 3)) {
      const packed = pack(noise).subarray(0, 200_000);
      const [ours, theirs] = twins.map((twin) => twin.unpackSync(coding, packed, noise.length));
      expect(ours!.length).toBeGreaterThan(150_000);
      expect(Buffer.compare(ours!, theirs!)).toBe(0);
    }
    const members = Buffer.concat([zlib.gzipSync('one'), zlib.gzipSync('two')]);
    for (const twin of twins) expect(Buffer.from(twin.unpackSync('gzip', members, 6)).toString()).toBe('onetwo');
  });

  it('takes a stream of brotli that was flushed many times', async () => {
    const stream = zlib.createBrotliCompress();
    const parts: Buffer[] = [];
    stream.on('data', (part: Buffer) => parts.push(part));
    for (let n = 0; n < 50; n++) {
      stream.write(text.subarray(n * 500, n * 500 + 500));
      await new Promise<void>((resolve) => stream.flush(resolve));
    }
    await new Promise((resolve) => stream.on('end', resolve).end());
    for (const twin of twins)
      expect(Buffer.compare(twin.unpackSync('br', Buffer.concat(parts), 25_000), text.subarray(0, 25_000))).toBe(0);
  });

  it('unpacks zstd, stops at the limit, and reserves nothing because a head says so', () => {
    const skipped = Buffer.from('502a4d1804000000deadbeef', 'hex');
    for (const twin of twins) {
      for (const packed of Object.values(zstd)) {
        expect(Buffer.compare(twin.unpackSync('zstd', packed, page.length), page)).toBe(0);
        expect(() => twin.unpackSync('zstd', packed, page.length - 1)).toThrow(TooLarge);
      }
      const both = Buffer.concat([zstd.page, skipped, zstd.stream]);
      expect(Buffer.compare(twin.unpackSync('zstd', both, 2 * page.length), Buffer.concat([page, page]))).toBe(0);
      const small = Buffer.concat([Buffer.from('28b52ffd0058210000', 'hex'), Buffer.from('zstd')]);
      expect(Buffer.from(twin.unpackSync('zstd', small, 4)).toString()).toBe('zstd');
      // A window of 2 GiB, and a length of 2^60.
      expect(() => twin.unpackSync('zstd', Buffer.from('28b52ffd00a8010000', 'hex'), page.length)).toThrow('window');
      expect(() => twin.unpackSync('zstd', Buffer.from('28b52ffde00000000000000010010000', 'hex'), page.length)).toThrow(
        TooLarge,
      );
    }
  });

  it('I-18: damage ends in an error or in bytes, the same way or not at all, and in no more than was allowed', () => {
    let seed = 20_261_129;
    const roll = (below: number) => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    const inputs: [Coding, Buffer][] = [
      ...zlibs.map(([coding, pack]): [Coding, Buffer] => [coding, pack(text)]),
      ['zstd', zstd.page],
    ];
    for (let n = 0; n < 2_000; n++) {
      const [coding, packed] = inputs[n % inputs.length]!;
      const bent = Buffer.from(packed);
      for (let k = 0; k <= roll(3); k++) bent[roll(bent.length)]! ^= 1 << roll(8);
      for (const twin of twins) {
        try {
          expect(twin.unpackSync(coding, bent, 200_000).length).toBeLessThanOrEqual(200_000);
        } catch (error) {
          expect((error as Error).message).toBeDefined();
        }
      }
    }
  });

  it.each<[Aead, number]>([
    ['aes-128-gcm', 16],
    ['aes-256-gcm', 32],
    ['chacha20-poly1305', 32],
  ])('opens %s and nothing that was changed', (cipher, length) => {
    const [key, nonce, aad] = [randomBytes(length), randomBytes(12), randomBytes(13)];
    for (const size of [0, 1, 16, 1_000, 16_384]) {
      const plain = randomBytes(size);
      const sealer = createCipheriv(cipher as 'chacha20-poly1305', key, nonce, { authTagLength: 16 });
      sealer.setAAD(aad, { plaintextLength: size });
      const sealed = Buffer.concat([sealer.update(plain), sealer.final(), sealer.getAuthTag()]);
      const bent = Uint8Array.from(sealed, (byte, i) => (i === size >> 1 ? byte ^ 1 : byte));
      for (const twin of twins) {
        expect(Buffer.compare(twin.openAead(cipher, key, nonce, aad, sealed)!, plain)).toBe(0);
        expect(twin.openAead(cipher, key, nonce, aad, bent)).toBeNull();
        expect(twin.openAead(cipher, key, nonce, aad.subarray(1), sealed)).toBeNull();
        expect(twin.openAead(cipher, key, nonce, aad, sealed.subarray(0, 15))).toBeNull();
      }
    }
  });

  it('opens AES in CBC mode, and digests with a key', () => {
    for (const length of [16, 32]) {
      const [key, iv, plain] = [randomBytes(length), randomBytes(16), randomBytes(160)];
      const sealer = createCipheriv(length === 16 ? 'aes-128-cbc' : 'aes-256-cbc', key, iv).setAutoPadding(false);
      const blocks = Buffer.concat([sealer.update(plain), sealer.final()]);
      for (const twin of twins) expect(Buffer.compare(twin.openCbc(key, iv, blocks), plain)).toBe(0);
    }
    for (const hash of ['sha1', 'sha256', 'sha384'] as const)
      for (const keyLength of [0, 20, 64, 200]) {
        const [key, bytes] = [randomBytes(keyLength), randomBytes(100)];
        const expected = createHmac(hash, key).update(bytes).digest();
        for (const twin of twins) expect(Buffer.compare(twin.hmac(hash, key, bytes), expected)).toBe(0);
      }
  });
});
