import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Clock } from '../../kernel';
import { type BlobRef, type BlobSource, BlobStore, type Examined, type StagedBlob, type StoredBlob } from './blob-store';
import type { BlobVersions } from './blob-versions';
import { keyOf, type S3Bucket, type Version } from './s3-bucket';
import { stageBlob } from './stage-blob';

const HEX64 = /^[0-9a-f]{64}$/;
const DAY_MS = 86_400_000;

/**
 * Blobs in an S3-compatible store, named by their SHA-256. The store checks that digest on arrival, is asked not to overwrite
 * (`If-None-Match: *`), and locks the object. The version that was put is written down, and exactly that one is read; ETags are never
 * looked at. Not every server obeys the condition (Ceph's gateway 16.2 takes the object as a further version), so we look before we put,
 * and two that put the same bytes at the same moment may leave two versions: as long as each holds the bytes of its name, that is no fault.
 *
 * Putting what is there already prolongs its lock: whoever destroys blobs cannot remove it while the row that will name it is made.
 */
export class S3BlobStore extends BlobStore {
  readonly keepsLocks = true;

  constructor(
    private readonly bucket: S3Bucket,
    private readonly lockDays: number,
    private readonly stagingDir: string,
    private readonly clock: Clock,
    private readonly known: BlobVersions,
  ) {
    super();
  }

  async stage(source: Readable | Buffer | string): Promise<StagedBlob> {
    await mkdir(this.stagingDir, { recursive: true });
    const aside = join(this.stagingDir, randomUUID());
    const drop = () => rm(aside, { force: true });
    try {
      const ref = await stageBlob(source, aside);
      return { ref, settle: () => this.upload(aside, ref), drop };
    } catch (fault) {
      await drop();
      throw fault;
    }
  }

  async get(sha256: string): Promise<Readable> {
    return this.bucket.read(sha256, (await this.ours(sha256)).versionId);
  }

  async source(sha256: string): Promise<BlobSource> {
    const { versionId, size } = await this.ours(sha256);
    return { size, read: (offset, length) => this.bucket.readPart(sha256, versionId, offset, length) };
  }

  async stat(sha256: string): Promise<{ size: number } | null> {
    const ours = await this.pick(sha256, await this.bucket.versionsOf(sha256));
    return ours && { size: ours.size };
  }

  async *list(): AsyncIterable<StoredBlob> {
    for await (const { key, isLatest, isMarker, size, at } of this.bucket.versions(''))
      if (isLatest && !isMarker && HEX64.test(key.slice(3))) yield { sha256: key.slice(3), size, storedAt: at };
  }

  /** What lies aside is on our own disk; uploads that were cut off never become objects. */
  async sweepAside(before: Date): Promise<string[]> {
    const swept: string[] = [];
    for (const name of await readdir(this.stagingDir).catch(() => [])) {
      const path = join(this.stagingDir, name);
      if ((await stat(path)).mtime >= before) continue;
      await rm(path, { force: true });
      swept.push(path);
    }
    return swept;
  }

  placeOf(sha256: string): string {
    return this.bucket.urlOf(sha256).href;
  }

  async retainUntil(sha256: string, until: Date): Promise<Date> {
    const { versionId } = await this.ours(sha256);
    const lock = await this.bucket.lockOf(sha256, versionId);
    if (lock?.until && lock.until >= until) return lock.until;
    const became = await this.bucket.retain(sha256, versionId, until);
    if (became !== 'done') throw new Error(`the lock of ${sha256} was not prolonged: ${became}`);
    return until;
  }

  async legalHold(sha256: string, on: boolean): Promise<void> {
    const { versionId } = await this.ours(sha256);
    const became = await this.bucket.hold(sha256, versionId, on);
    if (became !== 'done') throw new Error(`the hold of ${sha256} was not set: ${became}`);
  }

  /**
   * A marker hides the object from a plain read, other bytes in a further version would be read in its place by others: both are told,
   * neither is trusted. The version that was put and is not there any more is missing, whatever lies beside it.
   */
  protected async inspect(sha256: string): Promise<Examined | null> {
    const found = await this.bucket.versionsOf(sha256);
    const marker = found.find(({ isMarker }) => isMarker);
    if (marker) return { fault: 'deleteMarker', observed: marker.versionId, bytes: 0 };
    const ours = await this.pick(sha256, found);
    if (!ours) return { fault: 'missing', observed: found.length ? `${found.length} other versions` : null, bytes: 0 };
    for (const { versionId } of found.filter((version) => version !== ours))
      if ((await this.bucket.digestOf(sha256, versionId)) !== sha256)
        return { fault: 'changed', observed: `${found.length} versions`, bytes: 0 };
    return null;
  }

  /** Refuses what is not there, what a delete marker hides, and to read any version but the one that was put. */
  private async ours(sha256: string): Promise<Version> {
    const found = await this.bucket.versionsOf(sha256);
    if (found.some(({ isMarker }) => isMarker)) throw new Error(`blob ${sha256} is hidden by a delete marker`);
    const ours = await this.pick(sha256, found);
    if (!ours) throw Object.assign(new Error(`blob ${sha256} is not in the object store`), { code: 'ENOENT' });
    return ours;
  }

  /** The version that was written down when it was put. Of what was put before versions were written down, the oldest. */
  private async pick(sha256: string, found: readonly Version[]): Promise<Version | null> {
    const objects = found.filter(({ isMarker }) => !isMarker);
    const known = await this.known.of(sha256);
    if (known) return objects.find(({ versionId }) => versionId === known) ?? null;
    return objects.reduce<Version | null>((first, version) => (first && first.at <= version.at ? first : version), null);
  }

  private async upload(aside: string, { sha256, size }: BlobRef): Promise<void> {
    for (;;) {
      const known = await this.known.of(sha256);
      const there = await this.there(sha256);
      if (there) {
        if (await this.hasRenewed(sha256, there.versionId, aside, size)) return this.known.keep(sha256, there.versionId, null);
        continue; // it was destroyed just now
      }
      const version = await this.bucket.put(sha256, aside, size, this.lockUntil(), true);
      if (version) return this.known.keep(sha256, version, known);
      if (!(await this.there(sha256))) throw new Error(`the object store has ${sha256} and does not show it`);
    }
  }

  private lockUntil(): Date | null {
    return this.lockDays ? new Date(this.clock.now().getTime() + this.lockDays * DAY_MS) : null;
  }

  /**
   * Keeps what is there from being destroyed while a row for it is made: a day of lock at least, by the store's own time. In a bucket that
   * has no locks the bytes are put once more, whose time the destroyer looks at. False when the version has gone meanwhile.
   */
  private async hasRenewed(sha256: string, version: string, aside: string, size: number): Promise<boolean> {
    const lock = await this.bucket.lockOf(sha256, version);
    if (!lock) return false;
    const until = [new Date(Date.now() + DAY_MS), this.lockUntil() ?? new Date(0)].reduce((a, b) => (b > a ? b : a));
    if (lock.until && lock.until >= until) return true;
    const became = await this.bucket.retain(sha256, version, until);
    if (became === 'unlockable') await this.bucket.put(sha256, aside, size, null, false);
    return became !== 'absent';
  }

  /** Somebody put it before: then the version must hold the same bytes, which is checked and not assumed. Refuses what a marker hides. */
  private async there(sha256: string): Promise<Version | null> {
    const found = await this.bucket.versionsOf(sha256);
    if (found.some(({ isMarker }) => isMarker)) throw new Error(`blob ${keyOf(sha256)} is hidden by a delete marker`);
    const ours = await this.pick(sha256, found);
    if (ours && (await this.bucket.digestOf(sha256, ours.versionId)) !== sha256)
      throw new Error(`blob ${sha256} in the object store no longer has its digest`);
    return ours;
  }
}
