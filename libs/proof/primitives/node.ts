import * as crypto from 'node:crypto';
import { createDecipheriv, createHash, createHmac, createPublicKey, randomBytes, verify as verifySignature } from 'node:crypto';
import * as zlib from 'node:zlib';
import { crc32 as zlibCrc32, createGunzip, inflate as zlibInflate } from 'node:zlib';
import { type Aead, type Coding, ED25519_SPKI, type HashName, type Hasher, type HmacHash, isZlib, Room, RSA_FLOOR, type SpkiHash, type TlsScheme, TooLarge } from './types'; // prettier-ignore
import { unzstd } from './zstd';

export function hasher(name: HashName): Hasher {
  const hash = createHash(name);
  return { update: (bytes) => void hash.update(bytes), digest: () => new Uint8Array(hash.digest()) };
}

/** Lower-case hex of a whole text at once: leaves nothing behind for the collector, which thousands of small files would feel. */
export function hashHex(name: HashName, bytes: Uint8Array): string {
  // Node 20.12 and 21.7 and newer.
  return 'hash' in crypto ? crypto.hash(name, bytes, 'hex') : createHash(name).update(bytes).digest('hex');
}

/** Where little texts are put together before they are hashed. Nothing waits between the two. */
const LITTLE = Buffer.allocUnsafe(2_048);

/** Of the parts one behind the other. A tree hashes little texts by the million: at once, and without an object each for the collector. */
export function hashOf(name: HashName, parts: readonly Uint8Array[]): Uint8Array {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  if (size > LITTLE.length || !('hash' in crypto)) {
    const hash = hasher(name);
    for (const part of parts) hash.update(part);
    return hash.digest();
  }
  let at = 0;
  for (const part of parts) {
    LITTLE.set(part, at);
    at += part.length;
  }
  return Buffer.from(crypto.hash(name, LITTLE.subarray(0, size), 'hex'), 'hex');
}

/** Names keys and issuers in OCSP, where no other is asked for; nothing is believed by it. */
export function sha1(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha1').update(bytes).digest());
}

export function crc32(bytes: Uint8Array, before = 0): number {
  return zlibCrc32(bytes, before);
}

export function random(length: number): Uint8Array {
  return new Uint8Array(randomBytes(length));
}

export function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  const key = createPublicKey({ key: Buffer.concat([ED25519_SPKI, publicKey]), format: 'der', type: 'spki' });
  return verifySignature(null, message, key, signature);
}

/** RSA PKCS#1 v1.5 or ECDSA with a DER signature, by the kind of the key. Never for SM2: see sm2.ts. */
export function verifySpki(spki: Uint8Array, hash: SpkiHash, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    if ((key.asymmetricKeyDetails?.modulusLength ?? Infinity) < RSA_FLOOR) return false;
    return verifySignature(hash, message, key, signature);
  } catch {
    return false;
  }
}

const KINDS: Record<TlsScheme['key'], string[]> = { rsa: ['rsa'], pss: ['rsa', 'rsa-pss'], ec: ['ec'], ed25519: ['ed25519'] };
const CURVES = ['prime256v1', 'secp384r1'];

/** Null when the key is not of the kind that the scheme asks for, of another curve than P-256 and P-384, or too short to count. */
export function verifyHandshake(
  spki: Uint8Array,
  { key: kind, hash }: TlsScheme,
  message: Uint8Array,
  signature: Uint8Array,
): boolean | null {
  try {
    const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    const { modulusLength = Infinity, namedCurve = CURVES[0]! } = key.asymmetricKeyDetails ?? {};
    if (!KINDS[kind].includes(key.asymmetricKeyType ?? '') || modulusLength < RSA_FLOOR || !CURVES.includes(namedCurve))
      return null;
    const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = crypto.constants;
    return verifySignature(hash, message, kind === 'pss' ? { key, padding, saltLength } : key, signature);
  } catch {
    return null;
  }
}

const PIECE = 256 * 1024;

/** Exactly one gzip member; refuses bytes after it and output beyond `limit` bytes. With a room the answer lies in it. */
export function gunzipMember(member: Uint8Array, limit: number, room = new Room()): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    // The last four bytes tell the length (modulo 2^32); nothing rests on it but how much is reserved at once.
    const tail = new DataView(member.buffer, member.byteOffset, member.length);
    const told = member.length >= 18 ? Math.min(limit, tail.getUint32(member.length - 4, true)) : 0;
    const stream = createGunzip({ chunkSize: Math.max(1_024, Math.min(PIECE, told + 64)) });
    let out = room.atLeast(told, 0);
    let size = 0;
    stream.on('data', (piece: Buffer) => {
      if (size + piece.length > limit) return void stream.destroy(new Error(`over ${limit} bytes`));
      out = room.atLeast(size + piece.length, size);
      out.set(piece, size);
      size += piece.length;
    });
    stream.on('error', reject);
    // zlib ignores what follows a member, and says how much it took.
    stream.on('end', () =>
      stream.bytesWritten === member.length ? resolve(out.subarray(0, size)) : reject(new Error('bytes after the gzip member')),
    );
    stream.end(member);
  });
}

/** A zlib stream, as in a PDF. */
export function inflate(bytes: Uint8Array, limit: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    zlibInflate(bytes, { maxOutputLength: limit }, (error, out) => (error ? reject(error) : resolve(out)));
  });
}

export function hmac(hash: HmacHash, key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac(hash, key).update(bytes).digest());
}

const TAG = 16;

/** Null when the tag, which is the end of `sealed`, does not fit. */
export function openAead(
  cipher: Aead,
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | null {
  const end = sealed.length - TAG;
  if (end < 0) return null;
  const decipher = createDecipheriv(cipher as 'chacha20-poly1305', key, nonce, { authTagLength: TAG });
  decipher.setAAD(aad, { plaintextLength: end });
  decipher.setAuthTag(sealed.subarray(end));
  const opened = decipher.update(sealed.subarray(0, end));
  try {
    decipher.final();
    return opened;
  } catch {
    return null;
  }
}

/** AES in CBC mode over whole blocks; padding is left for the caller to look at. */
export function openCbc(key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Uint8Array {
  const decipher = createDecipheriv(key.length === 16 ? 'aes-128-cbc' : 'aes-256-cbc', key, iv).setAutoPadding(false);
  return Buffer.concat([decipher.update(blocks), decipher.final()]);
}

const { constants } = zlib;
type Unpack = (bytes: Uint8Array, limit: number) => Uint8Array;
const UNPACK: Record<Coding, Unpack> = {
  gzip: (bytes, maxOutputLength) => zlib.gunzipSync(bytes, { maxOutputLength, finishFlush: constants.Z_SYNC_FLUSH }),
  deflate: (bytes, maxOutputLength) => {
    const options = { maxOutputLength, finishFlush: constants.Z_SYNC_FLUSH };
    return isZlib(bytes) ? zlib.inflateSync(bytes, options) : zlib.inflateRawSync(bytes, options);
  },
  br: (bytes, maxOutputLength) =>
    zlib.brotliDecompressSync(bytes, { maxOutputLength, finishFlush: constants.BROTLI_OPERATION_FLUSH }),
  // Node has it from 22.15 on; one way for all of them says the same everywhere.
  zstd: unzstd,
};

/** As far as the bytes go: a stream that was cut gives what it holds. Throws on damage, and `TooLarge`. */
export function unpackSync(coding: Coding, bytes: Uint8Array, limit: number): Uint8Array {
  try {
    return UNPACK[coding](bytes, limit);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw new TooLarge();
    throw error;
  }
}
