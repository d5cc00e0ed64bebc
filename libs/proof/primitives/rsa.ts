import { RSA_FLOOR, type SpkiHash } from './types';

export interface RsaKey {
  modulus: bigint;
  exponent: bigint;
  /** Length of the modulus in bytes. */
  size: number;
}

/** DigestInfo up to the digest (RFC 8017, section 9.2). */
const DIGEST_INFO: Record<SpkiHash, string> = {
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
};

/** Builds the one block that a right signature opens to and compares it whole, so that no padding is parsed. For browsers only. */
export function verifyRsa(
  { modulus, exponent, size }: RsaKey,
  hash: SpkiHash,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (signature.length !== size || 8 * size < RSA_FLOOR) return false;
  const tail = DIGEST_INFO[hash] + hexOf(digest);
  const expected = BigInt(`0x0001${'ff'.repeat(size - 3 - tail.length / 2)}00${tail}`);
  const value = BigInt(`0x${hexOf(signature)}`);
  return value < modulus && power(value, exponent, modulus) === expected;
}

type Hash = (bytes: Uint8Array) => Uint8Array;

/** EMSA-PSS with MGF1 of the same digest and a salt of its length, as TLS has it (RFC 8017, section 9.1.2). For browsers only. */
export function verifyPss({ modulus, exponent, size }: RsaKey, hash: Hash, digest: Uint8Array, signature: Uint8Array): boolean {
  const value = BigInt(`0x${hexOf(signature)}`);
  if (signature.length !== size || value >= modulus) return false;
  const bits = modulus.toString(2).length - 1;
  const length = Math.ceil(bits / 8);
  const text = power(value, exponent, modulus)
    .toString(16)
    .padStart(2 * length, '0');
  if (text.length !== 2 * length) return false;
  const block = Uint8Array.from(text.match(/../g)!, (pair) => parseInt(pair, 16));
  const end = length - digest.length - 1;
  const free = 0xff >> (8 * length - bits);
  if (end < digest.length + 1 || block.at(-1) !== 0xbc || block[0]! & ~free) return false;
  const sum = block.subarray(end, -1);
  const plain = mask(hash, sum, end).map((byte, i) => byte ^ block[i]!);
  plain[0]! &= free;
  const salt = plain.subarray(end - digest.length);
  const padded = plain.subarray(0, end - digest.length);
  if (padded.some((byte, i) => byte !== (i === padded.length - 1 ? 1 : 0))) return false;
  const again = hash(Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, ...digest, ...salt]));
  return again.every((byte, i) => byte === sum[i]);
}

/** MGF1. */
function mask(hash: Hash, seed: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  for (let at = 0, n = 0; at < length; n++) {
    const piece = hash(Uint8Array.from([...seed, 0, 0, n >> 8, n & 0xff]));
    out.set(piece.subarray(0, length - at), at);
    at += piece.length;
  }
  return out;
}

/** Reads SubjectPublicKeyInfo of rsaEncryption; throws on anything else. `orPss`: one that is for PSS alone is read too. */
export function rsaKeyOf(spki: Uint8Array, orPss = false): RsaKey {
  const hex = hexOf(spki);
  const at = hex.indexOf('06092a864886f70d0101010500');
  const pssAt = orPss ? hex.indexOf('300b06092a864886f70d01010a') : -1;
  if (at < 0 && pssAt < 0) throw new Error('not an RSA key');
  let offset = (at < 0 ? pssAt : at) / 2 + 13;
  const open = (tag: number): number => {
    if (spki[offset++] !== tag) throw new Error('RSA key');
    const first = spki[offset++]!;
    if (first < 0x80) return first;
    let length = 0;
    for (let i = 0; i < (first & 0x7f); i++) length = length * 256 + spki[offset++]!;
    return length;
  };
  const integer = (): bigint => {
    const length = open(0x02);
    const value = BigInt(`0x${hexOf(spki.subarray(offset, offset + length))}`);
    offset += length;
    return value;
  };
  open(0x03);
  offset++;
  open(0x30);
  const modulus = integer();
  return { modulus, exponent: integer(), size: Math.ceil(modulus.toString(16).length / 2) };
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (let bits = exponent, square = base; bits > 0n; bits >>= 1n, square = (square * square) % modulus) {
    if (bits & 1n) result = (result * square) % modulus;
  }
  return result;
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
