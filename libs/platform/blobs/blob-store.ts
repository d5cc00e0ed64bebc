import { createHash } from 'node:crypto';
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

/** Bytes that are written aside and synced, and have no name yet. */
export interface StagedBlob {
  readonly ref: BlobRef;
  /** Gives the bytes their name, for good. Taking a name that holds the same bytes is no fault. */
  settle(): Promise<void>;
  /** Removes what lies aside; MUST be called whether or not the blob was settled. */
  drop(): Promise<void>;
}

export interface StoredBlob {
  sha256: string;
  size: number;
  storedAt: Date;
}

/**
 * What re-hashing a stored blob found. `changed`: same length, other bytes; `shortened` and `lengthened`: another length;
 * `permission`: its mode is not the one it was stored with; `deleteMarker`: hidden in an object store by a marker.
 */
export type BlobFault = 'changed' | 'shortened' | 'lengthened' | 'missing' | 'unreadable' | 'permission' | 'deleteMarker';

export interface Examined {
  fault: BlobFault | null;
  /** What is there instead: a digest, a size, a mode, an error code. Null when nothing is. */
  observed: string | null;
  bytes: number;
}

/** Write-once store: what was put stays as it was. There is no delete; disposal is another component's act under an order. */
export abstract class BlobStore {
  /** Whether the store itself keeps blobs against removal, by `retainUntil` and `legalHold`; files on a disk are kept by nobody but us. */
  abstract readonly keepsLocks: boolean;
  /** Writes a stream, a buffer or a file (by path) aside, without giving it a name. */
  abstract stage(source: Readable | Buffer | string): Promise<StagedBlob>;
  /** The bytes; refuses when they are not there. The reader checks the digest, not the store. */
  abstract get(sha256: string): Promise<Readable>;
  /** The same bytes for reading at any place, as often as wanted; opened for each read. */
  abstract source(sha256: string): Promise<BlobSource>;
  abstract stat(sha256: string): Promise<{ size: number } | null>;
  /** Everything that has a name, in no order. */
  abstract list(): AsyncIterable<StoredBlob>;
  /** Removes what was written aside before `before` and never got a name; returns the names of the files. */
  abstract sweepAside(before: Date): Promise<string[]>;
  /** Where a person finds the blob. */
  abstract placeOf(sha256: string): string;
  /** Locks the blob against everybody until then, never for a shorter time than it is locked already; answers until when it is. */
  abstract retainUntil(sha256: string, until: Date): Promise<Date | null>;
  /** Locks the blob, or lifts that, without a date. */
  abstract legalHold(sha256: string, on: boolean): Promise<void>;
  /** What the store alone can tell without reading: a mode, a marker. Null when nothing is wrong. */
  protected abstract inspect(sha256: string): Promise<Examined | null>;

  /** Stores a stream, a buffer or a file (by path). Putting the same bytes again is no fault and changes nothing. */
  async putOnce(source: Readable | Buffer | string): Promise<BlobRef> {
    const staged = await this.stage(source);
    try {
      await staged.settle();
      return staged.ref;
    } finally {
      await staged.drop();
    }
  }

  /**
   * Reads the blob to its end and says what is wrong with it. Never throws for a fault of the blob itself. `take` gets the bytes
   * as they come; they are good only when no fault is told in the end.
   */
  async examine(sha256: string, size: number, take?: (chunk: Buffer) => void): Promise<Examined> {
    let bytes = 0;
    try {
      const seen = await this.inspect(sha256);
      if (seen) return seen;
      const hash = createHash('sha256');
      for await (const chunk of await this.get(sha256)) {
        hash.update(chunk as Buffer);
        bytes += (chunk as Buffer).length;
        take?.(chunk as Buffer);
      }
      const observed = hash.digest('hex');
      if (bytes !== size) return { fault: bytes < size ? 'shortened' : 'lengthened', observed: String(bytes), bytes };
      return { fault: observed === sha256 ? null : 'changed', observed, bytes };
    } catch (fault) {
      const { code, message } = fault as NodeJS.ErrnoException;
      return {
        fault: code === 'ENOENT' ? 'missing' : 'unreadable',
        observed: code === 'ENOENT' ? null : (code ?? message),
        bytes,
      };
    }
  }
}
