import { inclusionRanges, MemoryTree, nodesOfRange, utf8 } from '../../proof';
import { edgeOf, firstOther, GrowingTiles, nodesFor, readerOver, storedBelow, type Tile, tileOf } from './growing-tiles';

const HASHES = ['sha256', 'sm3'] as const;

/** A store of tiles and leaves as the database keeps them. */
class Store {
  private readonly tiles = new Map<string, Buffer>();
  readonly whole: MemoryTree;

  constructor(readonly hash: (typeof HASHES)[number]) {
    this.whole = new MemoryTree(hash);
  }

  /** Adds `n` entries by a tree that has just been opened; returns what it completed. */
  grow(n: number): Tile[] {
    const growing = new GrowingTiles(this.hash, this.whole.size, this.reader());
    const made: Tile[] = [];
    for (let i = 0; i < n; i += 1) {
      this.whole.append(utf8(`entry ${this.whole.size}`));
      made.push(...growing.append(this.whole.read({ level: 0, index: this.whole.size - 1 })));
      expect(growing.root()).toEqual(this.whole.root());
    }
    for (const { band, index, nodes } of made) {
      expect(this.tiles.has(`${band}/${index}`)).toBe(false);
      this.tiles.set(`${band}/${index}`, nodes);
    }
    return made;
  }

  reader() {
    return readerOver(
      this.hash,
      (node) => {
        if (node.level === 0) return this.whole.read(node);
        const { band, index, at } = tileOf(node);
        const tile = this.tiles.get(`${band}/${index}`);
        return tile && new Uint8Array(tile.subarray(at * 32, at * 32 + 32));
      },
      'a log',
    );
  }
}

it.each(HASHES)('goes on at every size as RFC 6962 says, and knows every subtree by what is stored (%s)', (hash) => {
  const store = new Store(hash);
  for (let size = 0; size < 600; size += 1) {
    store.grow(1);
    for (const node of nodesOfRange({ from: 0, to: size })) expect(store.reader()(node)).toEqual(store.whole.read(node));
  }
  for (let level = 0; 2 ** level <= 600; level += 1)
    for (let index = 0; (index + 1) * 2 ** level <= 600; index += 1)
      expect(store.reader()({ level, index })).toEqual(store.whole.read({ level, index }));
});

it.each([1, 7, 16, 100, 257, 4_111])('makes the same tiles in groups of %i', (width) => {
  const [one, other] = [new Store('sha256'), new Store('sha256')];
  const byName = (tiles: Tile[]) => tiles.map(({ band, index, nodes }) => `${band}/${index} ${nodes.toString('hex')}`).sort();
  const made: Tile[] = [];
  for (let left = 4_500; left > 0; left -= width) made.push(...one.grow(Math.min(left, width)));
  expect(byName(made)).toEqual(byName(other.grow(4_500)));
  expect(made.length).toBe(Math.floor(4_500 / 16) + Math.floor(4_500 / 256) + Math.floor(4_500 / 4_096));
});

it('a proof asks for nothing that is not stored, whatever the size of the log it is for', () => {
  const store = new Store('sha256');
  store.grow(1_000);
  for (const size of [1, 2, 15, 16, 17, 255, 256, 271, 999, 1_000])
    for (let index = 0; index < size; index += 7) {
      const ranges = inclusionRanges(index, size);
      const asked = nodesFor(ranges);
      for (const { level, index: at } of asked) {
        const tile = level % 4 ? tileOf({ level, index: at }) : { band: level / 4 - 1, index: at };
        expect((tile.index + 1) * 16 ** (tile.band + 1)).toBeLessThanOrEqual(size);
      }
      const known = new Map(asked.map((node) => [`${node.level}/${node.index}`, store.whole.read(node)]));
      const read = readerOver('sha256', ({ level, index: at }) => known.get(`${level}/${at}`), 'a log');
      const proof = ranges.flatMap((range) => nodesOfRange(range).map(read));
      expect(proof).toEqual(ranges.flatMap((range) => nodesOfRange(range).map(store.whole.read)));
    }
});

it('what lies in an unfinished tile follows from the subtrees below it; without one of these nothing is answered', () => {
  expect(storedBelow([{ level: 2, index: 4 }], 20)).toEqual([16, 17, 18, 19].map((index) => ({ level: 0, index })));
  expect(storedBelow([{ level: 2, index: 3 }], 20)).toEqual([{ level: 2, index: 3 }]);
  expect(storedBelow([{ level: 6, index: 4 }], 333)).toEqual([16, 17, 18, 19].map((index) => ({ level: 4, index })));
  expect(edgeOf(0x123)).toEqual([
    ...[0x120, 0x121, 0x122].map((index) => ({ level: 0, index })),
    ...[0x10, 0x11].map((index) => ({ level: 4, index })),
    { level: 8, index: 0 },
  ]);
  expect(() => readerOver('sm3', () => undefined, 'a log')({ level: 3, index: 1 })).toThrow(
    'the ledger has no node 0/8 of a log (sm3)',
  );
});

it('names the first node that is not what is stored', () => {
  const [, tile] = new Store('sha256').grow(32) as [Tile, Tile];
  expect(firstOther(tile, tile.nodes)).toBeNull();
  expect(firstOther(tile, undefined)).toEqual({ level: 1, index: 8 });
  for (const [at, address] of [
    [3, { level: 1, index: 11 }],
    [9, { level: 2, index: 5 }],
    [13, { level: 3, index: 3 }],
    [14, { level: 4, index: 1 }],
  ] as const) {
    const other = Buffer.from(tile.nodes);
    other[at * 32 + 5]! ^= 1;
    expect(firstOther(tile, other)).toEqual(address);
    expect(tileOf(address)).toEqual({ band: 0, index: 1, at });
  }
});
