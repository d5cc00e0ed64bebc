export type HashName = 'sha256' | 'sha384' | 'sha512' | 'sm3';
export type SpkiHash = 'sha256' | 'sha384' | 'sha512';

/** How a site signs the opening of a TLS connection: RSA as in PKCS #1 v1.5 or as PSS, ECDSA, or Ed25519, which has its own digest. */
export type TlsScheme = { key: 'rsa' | 'pss' | 'ec'; hash: SpkiHash } | { key: 'ed25519'; hash: null };

export type HmacHash = 'sha1' | 'sha256' | 'sha384';
export type Aead = 'aes-128-gcm' | 'aes-256-gcm' | 'chacha20-poly1305';
/** Content encodings of HTTP by their usual names. */
export type Coding = 'gzip' | 'deflate' | 'br' | 'zstd';

/** `deflate` is a zlib stream by its definition and a bare one on many sites. */
export function isZlib(bytes: Uint8Array): boolean {
  return bytes.length > 1 && (bytes[0]! & 0x0f) === 8 && ((bytes[0]! << 8) | bytes[1]!) % 31 === 0;
}

/** What unpacks to more than was allowed. */
export class TooLarge extends Error {}

export interface Hasher {
  update(bytes: Uint8Array): void;
  digest(): Uint8Array;
}

/** Bits of an RSA key below which nothing it signed counts; where more is asked (signers of tokens), the caller asks it. */
export const RSA_FLOOR = 2048;

/** SubjectPublicKeyInfo of an Ed25519 key, up to its 32 raw bytes (RFC 8410). */
export const ED25519_SPKI = Uint8Array.of(0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00);

/** Memory that is used again for one unpacked text after the other; what was returned from it is gone with the next. */
export class Room {
  private bytes = new Uint8Array();

  /** At least so many bytes, with the first `kept` of what was in it. */
  atLeast(size: number, kept: number): Uint8Array<ArrayBuffer> {
    if (this.bytes.length < size) {
      const grown = new Uint8Array(Math.max(size, Math.min(2 * this.bytes.length, size + 8 * 1024 * 1024)));
      grown.set(this.bytes.subarray(0, kept));
      this.bytes = grown;
    }
    return this.bytes;
  }
}
