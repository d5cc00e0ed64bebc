import { toHex } from './bytes';
import { crc32, hasher, hashHex, hashOf, type HashName } from './primitives';

/** Lower-case hex of both digests that every file of a package has. */
export interface Digests {
  sha256: string;
  sm3: string;
}

export function digest(name: HashName, ...parts: Uint8Array[]): Uint8Array {
  return hashOf(name, parts);
}

export function hexDigest(name: HashName, bytes: Uint8Array): string {
  return hashHex(name, bytes);
}

export function digestsOf(bytes: Uint8Array): Digests {
  return { sha256: hexDigest('sha256', bytes), sm3: hexDigest('sm3', bytes) };
}

/** Takes a file once, in pieces, and knows everything a container and a seal say about it. */
export class DigestSink {
  private readonly sha256 = hasher('sha256');
  private readonly sm3 = hasher('sm3');
  private crc = 0;
  size = 0;

  update(bytes: Uint8Array): void {
    this.sha256.update(bytes);
    this.sm3.update(bytes);
    this.crc = crc32(bytes, this.crc);
    this.size += bytes.length;
  }

  result(): Digests & { size: number; crc32: number } {
    return { size: this.size, crc32: this.crc, sha256: toHex(this.sha256.digest()), sm3: toHex(this.sm3.digest()) };
  }
}
