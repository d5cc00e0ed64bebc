import { failpoint } from '../faults/failpoint';
import { BlobDestroyer, type Destroyed } from './blob-destroyer';
import type { BlobVersions } from './blob-versions';
import type { S3Bucket, Version } from './s3-bucket';

const DAY_MS = 86_400_000;

/**
 * Destroys blobs of an `S3BlobStore`: every version that holds the bytes, each by its own id, so that no delete marker is left in their
 * place. It waits for the lock of each to run out and for holds to be lifted; nothing is ever shortened or bypassed. A put that finds the
 * blob prolongs its lock, and then the store itself refuses to remove it. Times are the store's and the machine's own.
 */
export class S3BlobDestroyer extends BlobDestroyer {
  constructor(
    private readonly bucket: S3Bucket,
    private readonly known: BlobVersions,
    private readonly restMs = DAY_MS,
  ) {
    super();
  }

  async destroy(sha256: string, isFree: () => Promise<boolean>): Promise<Destroyed> {
    const versions = await this.ours(sha256);
    if (!versions.length) return { outcome: 'absent' };
    const waits = await this.waits(sha256, versions);
    if (waits) return waits;
    if (!(await isFree())) return { outcome: 'taken' };
    for (const { versionId } of versions) {
      // The store has the last word: a lock that was prolonged since we looked keeps the version.
      if ((await this.bucket.remove(sha256, versionId)) === 'locked')
        return (await this.waits(sha256, versions)) ?? { outcome: 'waits', because: 'locked', until: null };
      failpoint('destroy.removed');
      await this.known.destroyed(sha256, versionId);
    }
    return { outcome: 'destroyed', versions: versions.map(({ versionId }) => versionId) };
  }

  /** The version that was put, whatever it holds by now, and every other that holds the same bytes; that one last. */
  private async ours(sha256: string): Promise<Version[]> {
    const known = await this.known.of(sha256);
    const ours: Version[] = [];
    for (const version of await this.bucket.versionsOf(sha256)) {
      if (version.isMarker) continue;
      const isOurs = version.versionId === known || (await this.bucket.digestOf(sha256, version.versionId)) === sha256;
      if (isOurs) ours.push(version);
    }
    return ours.sort((a, b) => Number(a.versionId === known) - Number(b.versionId === known));
  }

  private async waits(sha256: string, versions: readonly Version[]): Promise<Destroyed | null> {
    const now = Date.now();
    const put = Math.max(...versions.map(({ at }) => at.getTime())) + this.restMs;
    const locks = await Promise.all(versions.map(({ versionId }) => this.bucket.lockOf(sha256, versionId)));
    if (locks.some((lock) => lock?.isHeld)) return { outcome: 'waits', because: 'legalHold', until: null };
    const locked = Math.max(0, ...locks.map((lock) => lock?.until?.getTime() ?? 0));
    if (locked > now) return { outcome: 'waits', because: 'locked', until: new Date(locked) };
    return put > now ? { outcome: 'waits', because: 'recentlyPut', until: new Date(put) } : null;
  }
}
