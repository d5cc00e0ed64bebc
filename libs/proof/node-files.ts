import { closeSync, fstatSync, openSync, promises as fs, readSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';
import { Malformed } from './bytes';
import type { ByteSource } from './source';

/**
 * A file read in place, for command line tools: a read blocks, which costs less than a thread when there is nothing else to do.
 * One descriptor is kept, of the file read last: a package of many files does not hold many, and a large one is not opened for each piece.
 */
export function fileSource(path: string): ByteSource {
  forget();
  const file = openSync(path, 'r');
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new Malformed(`${path}: not a regular file`);
    return { size: stat.size, read: async (offset, length, into) => readAt(path, offset, length, into) };
  } finally {
    closeSync(file);
  }
}

/** Regular files below a folder by their path inside it; links, devices and the like are told in `odd`. */
export async function folderFiles(root: string, limit = 20_001): Promise<{ files: Map<string, ByteSource>; odd: string[] }> {
  const files = new Map<string, ByteSource>();
  const odd: string[] = [];
  const walk = async (folder: string, prefix: string): Promise<void> => {
    for (const entry of await fs.readdir(folder, { withFileTypes: true })) {
      const path = prefix + entry.name;
      if (files.size + odd.length >= limit) return;
      if (entry.isDirectory()) await walk(join(folder, entry.name), `${path}/`);
      else if (entry.isFile()) files.set(path, fileSource(join(folder, entry.name)));
      else odd.push(path);
    }
  };
  await walk(root, '');
  return { files, odd };
}

/** Hands pieces to a stream and waits when it is full. */
export function streamOut(stream: WriteStream): (chunk: Uint8Array) => Promise<void> {
  return async (chunk) => {
    if (!stream.write(chunk)) await once(stream, 'drain');
  };
}

let kept: { path: string; file: number } | null = null;

function forget(): void {
  if (kept) closeSync(kept.file);
  kept = null;
}

function readAt(path: string, offset: number, length: number, into?: Uint8Array<ArrayBuffer>): Uint8Array {
  if (kept?.path !== path) {
    forget();
    kept = { path, file: openSync(path, 'r') };
  }
  const buffer = into ?? Buffer.allocUnsafe(length);
  if (readSync(kept.file, buffer, 0, length, offset) !== length) throw new Malformed(`${path}: ended early`);
  return new Uint8Array(buffer.buffer, buffer.byteOffset, length);
}
