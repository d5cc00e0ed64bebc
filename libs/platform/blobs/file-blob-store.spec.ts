import { chmodSync, mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { FileBlobStore } from './file-blob-store';

const root = mkdtempSync(join(tmpdir(), 'nms-blobs-'));
const store = new FileBlobStore(root);
/** SHA-256 of "abc": FIPS 180-2 appendix B.1. SM3 of "abc": GB/T 32905-2016 appendix A.1. */
const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
const ABC_SM3 = '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0';
const pathOf = (sha256: string) => join(root, sha256.slice(0, 2), sha256.slice(2, 4), sha256);

it('names a blob by its digest, writes it read-only and leaves nothing aside', async () => {
  expect(await store.putOnce(Buffer.from('abc'))).toEqual({ sha256: ABC, sm3: ABC_SM3, size: 3 });
  expect(statSync(pathOf(ABC)).mode & 0o777).toBe(0o444);
  expect(readdirSync(join(root, 'staging'))).toEqual([]);
});

it('takes the same bytes again, ten times at once, as one blob', async () => {
  const refs = await Promise.all(Array.from({ length: 10 }, () => store.putOnce(Readable.from([Buffer.from('same')]))));
  expect(new Set(refs.map(({ sha256 }) => sha256)).size).toBe(1);
});

it('never puts a name on a write that was cut off', async () => {
  const torn = Readable.from(
    (function* () {
      yield Buffer.from('half');
      throw new Error('disk');
    })(),
  );
  await expect(store.putOnce(torn)).rejects.toThrow('disk');
  expect(readdirSync(join(root, 'staging'))).toEqual([]);
});

it('tells when a name is taken by other bytes', async () => {
  const { sha256 } = await store.putOnce(Buffer.from('victim'));
  chmodSync(pathOf(sha256), 0o644);
  writeFileSync(pathOf(sha256), 'forged');
  await expect(store.putOnce(Buffer.from('victim'))).rejects.toThrow('no longer has its digest');
});

it('reads at any place, and refuses beyond the end and names that are none', async () => {
  const { sha256 } = await store.putOnce(Buffer.from('0123456789'));
  const source = await store.source(sha256);
  expect(Buffer.from(await source.read(3, 4)).toString()).toBe('3456');
  await expect(source.read(8, 4)).rejects.toThrow('ended early');
  expect(await store.stat('0'.repeat(64))).toBeNull();
  await expect(store.get('../../etc/passwd')).rejects.toThrow(RangeError);
});
