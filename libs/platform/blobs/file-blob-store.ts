import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, link, lstat, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { failpoint } from '../faults/failpoint';
import { type BlobRef, type BlobSource, BlobStore, type Examined, type StagedBlob, type StoredBlob } from './blob-store';
import { stageBlob, syncPath } from './stage-blob';

const HEX64 = /^[0-9a-f]{64}$/;
const HEX2 = /^[0-9a-f]{2}$/;
const MODE = 0o444;

/**
 * Blobs as files named by their SHA-256. A blob is written aside, synced, and then linked to its final name, so a torn write
 * never carries a name; a name that is taken must hold the same bytes, which is checked and not assumed.
 */
export class FileBlobStore extends BlobStore {
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
    const path = this.pathOf(sha256);
    const file = await open(path, 'r');
    return file.createReadStream();
  }

  async source(sha256: string): Promise<BlobSource> {
    const path = this.pathOf(sha256);
    const { size } = await stat(path);
    return { size, read: (offset, length) => readAt(path, offset, length) };
  }

  async stat(sha256: string): Promise<{ size: number } | null> {
    try {
      return { size: (await stat(this.pathOf(sha256))).size };
    } catch (fault) {
      if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return null;
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

  /** The mode is looked at, not only tried: a superuser could read what nobody may. */
  protected async inspect(sha256: string): Promise<Examined | null> {
    const found = await lstat(this.pathOf(sha256));
    if (!found.isFile()) return { fault: 'changed', observed: 'not a regular file', bytes: 0 };
    const mode = found.mode & 0o777;
    return mode === MODE ? null : { fault: 'permission', observed: mode.toString(8).padStart(3, '0'), bytes: 0 };
  }

  private pathOf(sha256: string): string {
    if (!HEX64.test(sha256)) throw new RangeError('a blob is named by 64 lower-case hex digits');
    return join(this.root, sha256.slice(0, 2), sha256.slice(2, 4), sha256);
  }

  private async settle(aside: string, ref: BlobRef): Promise<void> {
    const path = this.pathOf(ref.sha256);
    await mkdir(dirname(path), { recursive: true });
    await chmod(aside, MODE);
    try {
      failpoint('blob.beforeLink');
      await link(aside, path);
      failpoint('blob.linked');
      await syncPath(dirname(path));
    } catch (fault) {
      if ((fault as NodeJS.ErrnoException).code !== 'EEXIST') throw fault;
      if ((await digestOfFile(path)) !== ref.sha256) throw new Error(`blob ${ref.sha256} on disk no longer has its digest`);
      // The put that made the name may have been cut off before its bytes or its folder were on the disk.
      await syncPath(path);
      await syncPath(dirname(path));
    }
  }
}

async function namesIn(folder: string, form: RegExp): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => form.test(name));
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return [];
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
