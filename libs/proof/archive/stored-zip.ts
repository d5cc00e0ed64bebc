import { Malformed } from '../bytes';
import { listEntries } from '../container/read';
import { type ByteSource, partOf } from '../source';

/** Files of a ZIP whose entries are stored (a WACZ), wherever they lie in it. Names may be what they want; they are only looked up. */
export async function openStoredZip(source: ByteSource): Promise<Map<string, ByteSource>> {
  const files = new Map<string, ByteSource>();
  for (const { path, size, offset, method } of await listEntries(source)) {
    const header = await source.read(offset, 30);
    const view = new DataView(header.buffer, header.byteOffset);
    const start = offset + 30 + view.getUint16(26, true) + view.getUint16(28, true);
    if (view.getUint32(0, true) !== 0x04034b50 || method !== 0) throw new Malformed(`${path} is not stored`);
    if (files.has(path)) throw new Malformed(`${path} twice`);
    files.set(path, partOf(source, start, size));
  }
  return files;
}
