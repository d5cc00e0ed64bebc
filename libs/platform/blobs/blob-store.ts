import type { Readable } from 'node:stream';

export interface BlobRef {
  /** Lower-case hex; the key of the blob. */
  sha256: string;
  sm3: string;
  size: number;
}

/** Write-once store: what was put stays as it was. There is no delete; disposal is another component's act under an order. */
export abstract class BlobStore {
  /** Stores a stream, a buffer or a file (by path). Putting the same bytes again is no fault and changes nothing. */
  abstract putOnce(source: Readable | Buffer | string): Promise<BlobRef>;
  /** The bytes; refuses when they are not there. The reader checks the digest, not the store. */
  abstract get(sha256: string): Promise<Readable>;
  abstract stat(sha256: string): Promise<{ size: number } | null>;
}
