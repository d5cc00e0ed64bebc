import { existsSync, mkdirSync, mkdtempSync, renameSync, statSync, utimesSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { FileBlobDestroyer } from './file-blob-destroyer';
import { FileBlobStore, placesIn } from './file-blob-store';

const root = mkdtempSync(join(tmpdir(), 'nms-destroy-'));
const store = new FileBlobStore(root);
const destroyer = new FileBlobDestroyer(root);
const free = () => Promise.resolve(true);
const old = new Date(Date.now() - 2 * 86_400_000);

let n = 0;
/** A blob that nobody has put for two days. */
async function aBlob(): Promise<{ sha256: string; words: string; path: string; away: string }> {
  const words = `blob ${(n += 1)}`;
  const { sha256 } = await store.putOnce(Buffer.from(words));
  const places = placesIn(root, sha256);
  utimesSync(places.path, old, old);
  return { sha256, words, ...places };
}
const isWhole = async (sha256: string, words: string) => (await text(await store.get(sha256))) === words;

it('destroys what nobody refers to, and says so when there is nothing left', async () => {
  const { sha256, path, away } = await aBlob();
  expect(await destroyer.destroy(sha256, free)).toEqual({ outcome: 'destroyed', versions: [] });
  expect([existsSync(path), existsSync(away)]).toEqual([false, false]);
  expect(await destroyer.destroy(sha256, free)).toEqual({ outcome: 'absent' });
  await expect(destroyer.destroy('../../etc/passwd', free)).rejects.toThrow(RangeError);
});

it('puts back what somebody refers to, with the time at which it was put', async () => {
  const { sha256, words, path, away } = await aBlob();
  expect(await destroyer.destroy(sha256, () => Promise.resolve(false))).toEqual({ outcome: 'taken' });
  expect(await isWhole(sha256, words)).toBe(true);
  expect(existsSync(away)).toBe(false);
  expect(statSync(path).mtime).toEqual(old);
  expect(await store.examine(sha256, words.length)).toMatchObject({ fault: null });
});

it('leaves alone what was put within a day: putting the same bytes again renews the time', async () => {
  const { sha256, words } = await aBlob();
  await store.putOnce(Buffer.from(words));
  expect(await destroyer.destroy(sha256, free)).toMatchObject({ outcome: 'waits', because: 'recentlyPut' });
  expect(await isWhole(sha256, words)).toBe(true);
});

it('a put that came between the first look and the renaming is seen by its time, and the blob is put back', async () => {
  const { sha256, words, path, away } = await aBlob();
  // As if the rename had been decided by the old time, and the put had renewed it just before.
  mkdirSync(join(root, 'destroying'), { recursive: true });
  utimesSync(path, new Date(), new Date());
  renameSync(path, away);
  expect(await destroyer.destroy(sha256, free)).toMatchObject({ outcome: 'waits', because: 'recentlyPut' });
  expect(await isWhole(sha256, words)).toBe(true);
});

it('a put that comes after the renaming gives the name to its own bytes, and those stay whatever is decided about the old', async () => {
  for (const isTaken of [false, true]) {
    const { sha256, words, path, away } = await aBlob();
    await destroyer.destroy(sha256, async () => {
      expect(existsSync(path)).toBe(false);
      await store.putOnce(Buffer.from(words));
      return !isTaken;
    });
    expect([await isWhole(sha256, words), existsSync(away)]).toEqual([true, false]);
    expect(await destroyer.destroy(sha256, free)).toMatchObject({ outcome: 'waits', because: 'recentlyPut' });
  }
});

it('a reader that comes while it is being decided reads the blob all the same', async () => {
  const { sha256, words } = await aBlob();
  await destroyer.destroy(sha256, async () => {
    expect(await isWhole(sha256, words)).toBe(true);
    expect(await store.stat(sha256)).toEqual({ size: words.length });
    expect(await store.examine(sha256, words.length)).toMatchObject({ fault: null });
    const source = await store.source(sha256);
    expect(Buffer.from(await source.read(0, 4)).toString()).toBe('blob');
    return false;
  });
});

it('goes on where a crash left it: renamed and not removed; renamed and put again since', async () => {
  const first = await aBlob();
  renameSync(first.path, first.away);
  expect(await destroyer.destroy(first.sha256, free)).toMatchObject({ outcome: 'destroyed' });
  const second = await aBlob();
  renameSync(second.path, second.away);
  await store.putOnce(Buffer.from(second.words));
  expect(await destroyer.destroy(second.sha256, free)).toMatchObject({ outcome: 'waits' });
  expect(existsSync(second.away)).toBe(false);
  expect(await isWhole(second.sha256, second.words)).toBe(true);
  const third = await aBlob();
  renameSync(third.path, third.away);
  expect(await destroyer.destroy(third.sha256, () => Promise.resolve(false))).toEqual({ outcome: 'taken' });
  expect(await isWhole(third.sha256, third.words)).toBe(true);
});

it('two hundred puts against as many destructions: what was put last is always whole', async () => {
  const { sha256, words, path } = await aBlob();
  const putting = (async () => {
    for (let i = 0; i < 200; i += 1) await store.putOnce(Buffer.from(words));
  })();
  let isPutting = true;
  void putting.finally(() => (isPutting = false));
  let decided = 0;
  while (isPutting) {
    // The worst time that a file can have: the destroyer thinks that nobody has put it for long.
    try {
      utimesSync(path, old, old);
    } catch {
      /* renamed away just now */
    }
    await destroyer.destroy(sha256, free);
    decided += 1;
  }
  await putting;
  expect(decided).toBeGreaterThan(0);
  await store.putOnce(Buffer.from(words));
  expect(await isWhole(sha256, words)).toBe(true);
  expect(await readdir(join(root, 'staging'))).toEqual([]);
});
