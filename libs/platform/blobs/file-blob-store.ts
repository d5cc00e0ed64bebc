import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, link, mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type BlobRef, type BlobSource, BlobStore } from './blob-store';
import { stageBlob, syncPath } from './stage-blob';

const HEX64 = /^[0-9a-f]{64}$/;

/**
 * Blobs as files named by their SHA-256. A blob is written aside, synced, and then linked to its final name, so a torn write
 * never carries a name; a name that is taken must hold the same bytes, which is checked and not assumed.
 */
export class FileBlobStore extends BlobStore {
  constructor(private readonly root: string) {
    super();
  }

  async putOnce(source: Readable | Buffer | string): Promise<BlobRef> {
    const staging = join(this.root, 'staging');
    await mkdir(staging, { recursive: true });
    const aside = join(staging, randomUUID());
    try {
      const ref = await stageBlob(source, aside);
      await this.settle(aside, ref);
      return ref;
    } finally {
      await rm(aside, { force: true });
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

  private pathOf(sha256: string): string {
    if (!HEX64.test(sha256)) throw new RangeError('a blob is named by 64 lower-case hex digits');
    return join(this.root, sha256.slice(0, 2), sha256.slice(2, 4), sha256);
  }

  private async settle(aside: string, ref: BlobRef): Promise<void> {
    const path = this.pathOf(ref.sha256);
    await mkdir(dirname(path), { recursive: true });
    await chmod(aside, 0o444);
    try {
      await link(aside, path);
      await syncPath(dirname(path));
    } catch (fault) {
      if ((fault as NodeJS.ErrnoException).code !== 'EEXIST') throw fault;
      if ((await digestOfFile(path)) !== ref.sha256) throw new Error(`blob ${ref.sha256} on disk no longer has its digest`);
    }
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
