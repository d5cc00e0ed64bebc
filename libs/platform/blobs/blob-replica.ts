import type { BlobStore } from './blob-store';

/** The second medium that blobs are copied to; `store` is null where none is configured. */
export class BlobReplica {
  constructor(readonly store: BlobStore | null) {}
}
