import { faultOfPaths, compareEntries } from '../container/paths';
import { readContainer } from '../container/read';
import { DigestSink, digestsOf } from '../digests';
import { crc32 } from '../primitives';
import { passingChunksOf, readingAhead, type ByteSource } from '../source';
import type { Context } from './context';

/** Read whole: a running digest for each of 20,000 small files would cost more memory than the files. */
const SMALL = 256 * 1024;

/** Opens the package and reads every file once; all later steps use the digests found here. */
export async function verifyContainer(ctx: Context): Promise<void> {
  ctx.done.add('V0');
  if (ctx.package_.form === 'folder') await openFolder(ctx, ctx.package_.files, ctx.package_.odd);
  else await openFile(ctx, ctx.package_.source);
  ctx.nothingReadable = ctx.files.size === 0 && ctx.reasons.length > 0;
}

async function openFile(ctx: Context, source: ByteSource): Promise<void> {
  const { entries, faults } = await readContainer(readingAhead(source));
  for (const { code, entry, offset, detail } of faults) ctx.say('V0', code, entry, `byte ${offset}: ${detail}`);
  for (const entry of entries) {
    const crc32 = await take(ctx, entry.path, entry.source);
    if (crc32 !== entry.crc32) ctx.say('V0', 'CONTAINER_NOT_CANONICAL', entry.path, 'CRC-32');
  }
}

async function openFolder(ctx: Context, files: ReadonlyMap<string, ByteSource>, odd: readonly string[]): Promise<void> {
  for (const path of odd) ctx.say('V0', 'CONTAINER_MALFORMED', path, 'not a regular file');
  const paths = [...files.keys()].sort(compareEntries);
  const fault = faultOfPaths(paths);
  if (fault) ctx.say('V0', fault.path === '' ? 'LIMIT' : 'CONTAINER_MALFORMED', fault.path, fault.fault);
  if (fault?.path === '') return;
  for (const path of paths) await take(ctx, path, files.get(path)!);
}

async function take(ctx: Context, path: string, source: ByteSource): Promise<number> {
  const { size } = source;
  if (size <= SMALL) {
    const bytes = await source.read(0, size);
    ctx.files.set(path, { size, ...digestsOf(bytes), source });
    return crc32(bytes);
  }
  const sink = new DigestSink();
  for await (const chunk of passingChunksOf(source)) sink.update(chunk);
  const { sha256, sm3, crc32: crc } = sink.result();
  ctx.files.set(path, { size, sha256, sm3, source });
  return crc;
}
