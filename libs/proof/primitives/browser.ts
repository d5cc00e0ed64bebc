import { cbc, gcm } from '@noble/ciphers/aes';
import { chacha20poly1305 } from '@noble/ciphers/chacha';
import { ed25519 } from '@noble/curves/ed25519';
import { p256, p384 } from '@noble/curves/nist';
import { hmac as nobleHmac } from '@noble/hashes/hmac.js';
import { sha1 as nobleSha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { BrotliDecompress } from 'brotli/dec/decode';
import { BrotliInput } from 'brotli/dec/streams';
import { Inflate, Z_SYNC_FLUSH } from 'pako';
import { Pieces } from './pieces';
import { rsaKeyOf, verifyPss, verifyRsa } from './rsa';
import { sm3Hasher } from './sm3';
import { type Aead, type Coding, ED25519_SPKI, type HashName, type Hasher, type HmacHash, isZlib, type Room, RSA_FLOOR, type SpkiHash, type TlsScheme } from './types'; // prettier-ignore
import { unzstd } from './zstd';

export * from './types';

const SHA2 = { sha256, sha384, sha512 };

export function hasher(name: HashName): Hasher {
  if (name === 'sm3') return sm3Hasher();
  const hash = SHA2[name].create();
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
}

/** Lower-case hex of a whole text at once. */
export function hashHex(name: HashName, bytes: Uint8Array): string {
  const hash = hasher(name);
  hash.update(bytes);
  return Array.from(hash.digest(), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function hashOf(name: HashName, parts: readonly Uint8Array[]): Uint8Array {
  const hash = hasher(name);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** As its twin in node.ts. */
export function sha1(bytes: Uint8Array): Uint8Array {
  return nobleSha1(bytes);
}

const CRC_TABLE = Int32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

export function crc32(bytes: Uint8Array, before = 0): number {
  let crc = ~before;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

export function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return ed25519.verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
}

const CURVES: [string, typeof p256][] = [
  ['3059301306072a8648ce3d020106082a8648ce3d030107034200', p256],
  ['3076301006072a8648ce3d020106052b81040022036200', p384],
];

export function verifySpki(spki: Uint8Array, hash: SpkiHash, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    const digest = SHA2[hash](message);
    const hex = Array.from(spki, (byte) => byte.toString(16).padStart(2, '0')).join('');
    const curve = CURVES.find(([prefix]) => hex.startsWith(prefix));
    if (!curve) return verifyRsa(rsaKeyOf(spki), hash, digest, signature);
    const point = spki.slice(curve[0].length / 2);
    return curve[1].verify(signature, digest, point, { prehash: false, lowS: false, format: 'der' });
  } catch {
    return false;
  }
}

/** As its twin in node.ts. */
export function verifyHandshake(
  spki: Uint8Array,
  { key, hash }: TlsScheme,
  message: Uint8Array,
  signature: Uint8Array,
): boolean | null {
  const starts = (prefix: readonly number[] | Uint8Array) => prefix.every((byte, i) => spki[i] === byte);
  if (hash === null) return starts(ED25519_SPKI) ? verifyEd25519(spki.subarray(ED25519_SPKI.length), message, signature) : null;
  if (key === 'ec') {
    const known = CURVES.some(([prefix]) => starts(fromHex(prefix)));
    return known ? verifySpki(spki, hash, message, signature) : null;
  }
  try {
    const rsa = rsaKeyOf(spki, key === 'pss');
    if (8 * rsa.size < RSA_FLOOR) return null;
    const digest = SHA2[hash](message);
    return key === 'rsa' ? verifyRsa(rsa, hash, digest, signature) : verifyPss(rsa, SHA2[hash], digest, signature);
  } catch {
    return null;
  }
}

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** Exactly one gzip member; refuses bytes after it and output beyond `limit` bytes. */
export function gunzipMember(member: Uint8Array, limit: number, _room?: Room): Promise<Uint8Array> {
  return unpack(member, 'gzip', limit);
}

/** A zlib stream, as in a PDF. */
export function inflate(bytes: Uint8Array, limit: number): Promise<Uint8Array> {
  return unpack(bytes, 'deflate', limit);
}

async function unpack(member: Uint8Array, format: 'gzip' | 'deflate', limit: number): Promise<Uint8Array> {
  const stream = new Blob([new Uint8Array(member)]).stream().pipeThrough(new DecompressionStream(format));
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (const reader = stream.getReader(); ;) {
    const { value, done } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > limit) throw new Error(`over ${limit} bytes`);
    chunks.push(value);
  }
  const out = new Uint8Array(size);
  chunks.reduce((at, chunk) => (out.set(chunk, at), at + chunk.length), 0);
  return out;
}

export function hmac(hash: HmacHash, key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return nobleHmac({ sha1: nobleSha1, sha256, sha384 }[hash], key, bytes);
}

const TAG = 16;

/** Null when the tag, which is the end of `sealed`, does not fit. Pure code: WebCrypto has no ChaCha20 and answers only later. */
export function openAead(
  cipher: Aead,
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | null {
  if (sealed.length < TAG) return null;
  try {
    return (cipher === 'chacha20-poly1305' ? chacha20poly1305 : gcm)(key, nonce, aad).decrypt(sealed);
  } catch {
    return null;
  }
}

/** AES in CBC mode over whole blocks; padding is left for the caller to look at. */
export function openCbc(key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Uint8Array {
  return cbc(key, iv, { disablePadding: true }).decrypt(blocks);
}

/** As far as the bytes go: a stream that was cut gives what it holds (brotli: nothing). Throws on damage, and `TooLarge`. */
export function unpackSync(coding: Coding, bytes: Uint8Array, limit: number): Uint8Array {
  if (coding === 'zstd') return unzstd(bytes, limit);
  const out = new Pieces(limit);
  if (coding === 'br') {
    // Pieces come one by one; the decoder would otherwise reserve what the stream states of itself.
    const buffer = { length: Infinity };
    BrotliDecompress(new BrotliInput(bytes), { buffer, write: (piece, count) => out.add(piece.slice(0, count)) });
    return out.whole();
  }
  const stream = new Inflate({ windowBits: coding === 'gzip' ? 31 : isZlib(bytes) ? 15 : -15 });
  stream.onData = (piece) => out.add(piece);
  stream.push(bytes, Z_SYNC_FLUSH);
  if (stream.err) throw new Error(stream.msg);
  return out.whole();
}
