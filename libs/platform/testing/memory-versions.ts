import { BlobVersions } from '../blobs/blob-versions';

/** Remembers versions as the table does, for tests of a store alone. */
export class MemoryVersions extends BlobVersions {
  private readonly kept = new Map<string, string>();

  of(sha256: string): Promise<string | null> {
    return Promise.resolve(this.kept.get(sha256) ?? null);
  }

  keep(sha256: string, version: string, lost: string | null): Promise<void> {
    const known = this.kept.get(sha256);
    if (known === undefined || known === lost) this.kept.set(sha256, version);
    return Promise.resolve();
  }

  destroyed(sha256: string, version: string): Promise<void> {
    if (this.kept.get(sha256) === version) this.kept.delete(sha256);
    return Promise.resolve();
  }

  /** As if the blob had been put before versions were written down. */
  forget(sha256: string): void {
    this.kept.delete(sha256);
  }
}
