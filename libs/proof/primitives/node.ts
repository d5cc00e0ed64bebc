import * as crypto from 'node:crypto';
import { createHash, createPublicKey, randomBytes, verify as verifySignature } from 'node:crypto';
import { crc32 as zlibCrc32, gunzip, inflate as zlibInflate } from 'node:zlib';
import { ED25519_SPKI, type HashName, type Hasher, type SpkiHash } from './types';

export function hasher(name: HashName): Hasher {
  const hash = createHash(name);
  return { update: (bytes) => void hash.update(bytes), digest: () => new Uint8Array(hash.digest()) };
}

/** Lower-case hex of a whole text at once: leaves nothing behind for the collector, which thousands of small files would feel. */
export function hashHex(name: HashName, bytes: Uint8Array): string {
  // Node 20.12 and 21.7 and newer.
  return 'hash' in crypto ? crypto.hash(name, bytes, 'hex') : createHash(name).update(bytes).digest('hex');
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
    return verifySignature(hash, message, key, signature);
  } catch {
    return false;
  }
}

/** Exactly one gzip member; refuses bytes after it and output beyond `limit` bytes. */
export function gunzipMember(member: Uint8Array, limit: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    // With `info` the answer says how many bytes were read: zlib ignores what follows a member.
    gunzip(member, { maxOutputLength: limit, info: true }, (error, result) => {
      if (error) return reject(error);
      const { buffer, engine } = result as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
      if (engine.bytesWritten !== member.length) return reject(new Error('bytes after the gzip member'));
      resolve(buffer);
    });
  });
}

/** A zlib stream, as in a PDF. */
export function inflate(bytes: Uint8Array, limit: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    zlibInflate(bytes, { maxOutputLength: limit }, (error, out) => (error ? reject(error) : resolve(out)));
  });
}
