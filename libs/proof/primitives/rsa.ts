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

/** Reads SubjectPublicKeyInfo of rsaEncryption; throws on anything else. */
export function rsaKeyOf(spki: Uint8Array): RsaKey {
  const hex = hexOf(spki);
  const at = hex.indexOf('06092a864886f70d0101010500');
  if (at < 0) throw new Error('not an RSA key');
  let offset = at / 2 + 13;
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
