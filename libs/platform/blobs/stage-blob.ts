import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { failpoint } from '../faults/failpoint';
import type { BlobRef } from './blob-store';

/** Writes the bytes to the new file `aside`, synced, and says what they are. */
export async function stageBlob(source: Readable | Buffer | string, aside: string): Promise<BlobRef> {
  const sha256 = createHash('sha256');
  const sm3 = createHash('sm3');
  let size = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sha256.update(chunk);
      sm3.update(chunk);
      size += chunk.length;
      done(null, chunk);
    },
  });
  const input =
    typeof source === 'string' ? createReadStream(source) : Buffer.isBuffer(source) ? Readable.from([source]) : source;
  await pipeline(input, measure, createWriteStream(aside, { flags: 'wx', mode: 0o600 }));
  failpoint('blob.torn');
  await syncPath(aside);
  return { sha256: sha256.digest('hex'), sm3: sm3.digest('hex'), size };
}

export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    failpoint('blob.sync');
    await handle.sync();
  } finally {
    await handle.close();
  }
}
