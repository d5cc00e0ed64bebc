import type { Readable } from 'node:stream';

export interface BlobRef {
  /** Lower-case hex; the key of the blob. */
  sha256: string;
  sm3: string;
  size: number;
}

export interface BlobSource {
  readonly size: number;
  /** Exactly `length` bytes, or it throws. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** Write-once store: what was put stays as it was. There is no delete; disposal is another component's act under an order. */
export abstract class BlobStore {
  /** Stores a stream, a buffer or a file (by path). Putting the same bytes again is no fault and changes nothing. */
  abstract putOnce(source: Readable | Buffer | string): Promise<BlobRef>;
  /** The bytes; refuses when they are not there. The reader checks the digest, not the store. */
  abstract get(sha256: string): Promise<Readable>;
  /** The same bytes for reading at any place, as often as wanted; opened for each read. */
  abstract source(sha256: string): Promise<BlobSource>;
  abstract stat(sha256: string): Promise<{ size: number } | null>;
}
