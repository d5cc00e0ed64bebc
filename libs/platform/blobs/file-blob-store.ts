import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, link, lstat, mkdir, open, readdir, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { failpoint } from '../faults/failpoint';
import { type BlobRef, type BlobSource, BlobStore, type Examined, type StagedBlob, type StoredBlob } from './blob-store';
import { stageBlob, syncPath } from './stage-blob';

const HEX64 = /^[0-9a-f]{64}$/;
const HEX2 = /^[0-9a-f]{2}$/;
const MODE = 0o444;

export const codeOf = (fault: unknown): string | undefined => (fault as NodeJS.ErrnoException).code;

/** Where a blob lies, and where it lies while its destruction is being decided. */
export function placesIn(root: string, sha256: string): { path: string; away: string } {
  if (!HEX64.test(sha256)) throw new RangeError('a blob is named by 64 lower-case hex digits');
  return { path: join(root, sha256.slice(0, 2), sha256.slice(2, 4), sha256), away: join(root, 'destroying', sha256) };
}

/**
 * Blobs as files named by their SHA-256. A blob is written aside, synced, and then linked to its final name, so a torn write
 * never carries a name; a name that is taken must hold the same bytes, which is checked and not assumed. The modification time
 * says when a blob was last put: `FileBlobDestroyer` leaves alone what somebody may just be making a row for.
 */
export class FileBlobStore extends BlobStore {
  readonly keepsLocks = false;

  constructor(private readonly root: string) {
    super();
  }

  async stage(source: Readable | Buffer | string): Promise<StagedBlob> {
    const staging = join(this.root, 'staging');
    await mkdir(staging, { recursive: true });
    const aside = join(staging, randomUUID());
    const drop = () => rm(aside, { force: true });
    try {
      const ref = await stageBlob(source, aside);
      return { ref, settle: () => this.settle(aside, ref), drop };
    } catch (fault) {
      await drop();
      throw fault;
    }
  }

  async get(sha256: string): Promise<Readable> {
    const file = await this.where(sha256, (path) => open(path, 'r'));
    return file.createReadStream();
  }

  async source(sha256: string): Promise<BlobSource> {
    const { size } = await this.where(sha256, (path) => stat(path));
    return { size, read: (offset, length) => this.where(sha256, (path) => readAt(path, offset, length)) };
  }

  async stat(sha256: string): Promise<{ size: number } | null> {
    try {
      return { size: (await this.where(sha256, (path) => stat(path))).size };
    } catch (fault) {
      if (codeOf(fault) === 'ENOENT') return null;
      throw fault;
    }
  }

  async *list(): AsyncIterable<StoredBlob> {
    for (const first of await namesIn(this.root, HEX2))
      for (const second of await namesIn(join(this.root, first), HEX2))
        for (const sha256 of await namesIn(join(this.root, first, second), HEX64)) {
          const { size, mtime } = await stat(join(this.root, first, second, sha256));
          yield { sha256, size, storedAt: mtime };
        }
  }

  async sweepAside(before: Date): Promise<string[]> {
    const staging = join(this.root, 'staging');
    const swept: string[] = [];
    for (const name of await namesIn(staging, /./)) {
      const path = join(staging, name);
      if ((await stat(path)).mtime >= before) continue;
      await rm(path, { force: true });
      swept.push(path);
    }
    return swept;
  }

  placeOf(sha256: string): string {
    return this.pathOf(sha256);
  }

  /** Files have no locks: orders, holds and retention rules are asked by whoever destroys them. */
  retainUntil(): Promise<null> {
    return Promise.resolve(null);
  }

  legalHold(): Promise<void> {
    return Promise.resolve();
  }

  /** The mode is looked at, not only tried: a superuser could read what nobody may. */
  protected async inspect(sha256: string): Promise<Examined | null> {
    const found = await this.where(sha256, (path) => lstat(path));
    if (!found.isFile()) return { fault: 'changed', observed: 'not a regular file', bytes: 0 };
    const mode = found.mode & 0o777;
    return mode === MODE ? null : { fault: 'permission', observed: mode.toString(8).padStart(3, '0'), bytes: 0 };
  }

  private pathOf(sha256: string): string {
    return placesIn(this.root, sha256).path;
  }

  /**
   * What `read` makes of the place where the blob lies. While a destruction is being decided it lies elsewhere for a moment, and may
   * be on its way back: a reader never meets that gap.
   */
  private async where<T>(sha256: string, read: (path: string) => Promise<T>): Promise<T> {
    const { path, away } = placesIn(this.root, sha256);
    for (const each of [path, away])
      try {
        return await read(each);
      } catch (fault) {
        if (codeOf(fault) !== 'ENOENT') throw fault;
      }
    return read(path);
  }

  private async settle(aside: string, ref: BlobRef): Promise<void> {
    const path = this.pathOf(ref.sha256);
    await mkdir(dirname(path), { recursive: true });
    await chmod(aside, MODE);
    // A name that is taken away again while we look at it is linked anew: our own bytes are still aside.
    while (!(await this.name(aside, path, ref)));
  }

  /** Gives the name, or finds that it holds the same bytes and says that they were put again. False when it went away meanwhile. */
  private async name(aside: string, path: string, { sha256 }: BlobRef): Promise<boolean> {
    try {
      await utimes(aside, new Date(), new Date());
      failpoint('blob.beforeLink');
      await link(aside, path);
      failpoint('blob.linked');
      await syncPath(dirname(path));
      return true;
    } catch (fault) {
      if (codeOf(fault) !== 'EEXIST') throw fault;
    }
    try {
      await utimes(path, new Date(), new Date());
      if ((await digestOfFile(path)) !== sha256) throw new Error(`blob ${sha256} on disk no longer has its digest`);
      // The put that made the name may have been cut off before its bytes or its folder were on the disk.
      await syncPath(path);
      await syncPath(dirname(path));
      // Between renewing the time and here somebody may have begun to destroy it by the old time, and finished.
      await stat(path);
      return true;
    } catch (fault) {
      if (codeOf(fault) !== 'ENOENT') throw fault;
      return false;
    }
  }
}

async function namesIn(folder: string, form: RegExp): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => form.test(name));
  } catch (fault) {
    if (codeOf(fault) === 'ENOENT') return [];
    throw fault;
  }
}

async function readAt(path: string, offset: number, length: number): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const bytes = new Uint8Array(length);
    const { bytesRead } = await file.read(bytes, 0, length, offset);
    if (bytesRead !== length) throw new Error('blob ended early');
    return bytes;
  } finally {
    await file.close();
  }
}

async function digestOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
