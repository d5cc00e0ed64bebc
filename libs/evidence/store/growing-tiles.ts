import { foldNodes, type LeafRange, type NodeAddress, nodeHash, type NodeReader, nodesOfRange, type TreeHash } from '../../proof';

/** Levels of the tree in one tile: sixteen subtrees, the pairs, fours and eights of them, and the one over all. */
const HEIGHT = 4;
const WIDTH = 2 ** HEIGHT;
const HASH = 32;
const INNER = WIDTH - 1;

/** The inner nodes over sixteen subtrees of one level, lowest level first, left to right. It is made whole or not at all. */
export interface Tile {
  /** Tiles of band 0 lie on the leaves, those of band 1 on the tops of band 0, and so on. */
  band: number;
  index: number;
  nodes: Buffer;
}

/** Where a node above the leaves stands: its tile, and the place within. */
export function tileOf({ level, index }: NodeAddress): { band: number; index: number; at: number } {
  const band = Math.floor((level - 1) / HEIGHT);
  const height = level - band * HEIGHT;
  const across = WIDTH / 2 ** height;
  return { band, index: Math.floor(index / across), at: WIDTH - 2 * across + (index % across) };
}

/** The first node of the tile that is not the one stored; null when all are. */
export function firstOther({ band, index, nodes }: Tile, stored: Uint8Array | undefined): NodeAddress | null {
  const hashAt = (bytes: Uint8Array, at: number): Uint8Array => bytes.subarray(at * HASH, (at + 1) * HASH);
  for (let height = 1, at = 0; height <= HEIGHT; height += 1)
    for (let i = 0, across = WIDTH / 2 ** height; i < across; i += 1, at += 1)
      if (!stored || !Buffer.from(hashAt(nodes, at)).equals(hashAt(stored, at)))
        return { level: band * HEIGHT + height, index: index * across + i };
  return null;
}

const isTop = ({ level }: NodeAddress): boolean => level % HEIGHT === 0;

const childrenOf = ({ level, index }: NodeAddress): [NodeAddress, NodeAddress] => [
  { level: level - 1, index: 2 * index },
  { level: level - 1, index: 2 * index + 1 },
];

/** Leaves and tops of tiles are stored as soon as they are complete; what is between, with its tile, which may end beyond `size`. */
function isStored(node: NodeAddress, size: number): boolean {
  if (isTop(node)) return true;
  const { band, index } = tileOf(node);
  return (index + 1) * WIDTH ** (band + 1) <= size;
}

/** What has to be read of a log of at least so many leaves to know these nodes. */
export function storedBelow(nodes: readonly NodeAddress[], size: number): NodeAddress[] {
  return nodes.flatMap((node) => (isStored(node, size) ? [node] : storedBelow(childrenOf(node), size)));
}

/** Reads what is stored, and hashes what is not yet out of it. */
export function readerOver(hash: TreeHash, stored: (node: NodeAddress) => Uint8Array | undefined, name: string): NodeReader {
  const read: NodeReader = (node) => {
    const found = stored(node);
    if (found) return found;
    if (isTop(node)) throw new RangeError(`the ledger has no node ${node.level}/${node.index} of ${name} (${hash})`);
    const [left, right] = childrenOf(node);
    return nodeHash(hash, read(left), read(right));
  };
  return read;
}

/** The subtrees on which the unfinished tiles of a log of that size lie. */
export function edgeOf(size: number): NodeAddress[] {
  const nodes: NodeAddress[] = [];
  for (let level = 0, count = size; count > 0; level += HEIGHT, count = Math.floor(count / WIDTH))
    for (let index = count - (count % WIDTH); index < count; index += 1) nodes.push({ level, index });
  return nodes;
}

/** An unfinished tile: what is made of it, and the subtrees at its right edge. */
class Unfinished {
  readonly nodes = Buffer.allocUnsafe(INNER * HASH);
  readonly edge: Uint8Array[] = [];
  private count = 0;

  /** Adds a subtree; returns the top of the tile when that completes it. */
  push(hash: TreeHash, subtree: Uint8Array): Uint8Array | null {
    let node = subtree;
    let [index, at] = [this.count, 0];
    for (let across = WIDTH / 2; index % 2 === 1; across /= 2) {
      index = (index - 1) / 2;
      node = nodeHash(hash, this.edge.pop()!, node);
      this.nodes.set(node, (at + index) * HASH);
      at += across;
    }
    this.edge.push(node);
    this.count += 1;
    return this.count === WIDTH ? node : null;
  }
}

/** A tree that only grows, and the tiles that it completes. Holds one unfinished tile a band, however long the log is. */
export class GrowingTiles {
  private readonly bands: Unfinished[] = [];

  /** An empty tree, or one that goes on from `size` leaves of which `read` knows the edge. */
  constructor(
    readonly hash: TreeHash,
    public size = 0,
    read?: NodeReader,
  ) {
    for (const node of edgeOf(size)) this.bandAt(node.level / HEIGHT).push(hash, read!(node));
  }

  /** Adds a leaf; returns the tiles that it completes, lowest first. */
  append(leaf: Uint8Array): Tile[] {
    const made: Tile[] = [];
    let subtree: Uint8Array | null = leaf;
    for (let band = 0; subtree; band += 1) {
      const { nodes } = this.bandAt(band);
      subtree = this.bandAt(band).push(this.hash, subtree);
      if (!subtree) break;
      made.push({ band, index: Math.floor(this.size / WIDTH ** (band + 1)), nodes });
      this.bands[band] = new Unfinished();
    }
    this.size += 1;
    return made;
  }

  root(): Uint8Array {
    return foldNodes(
      this.hash,
      this.bands.toReversed().flatMap(({ edge }) => edge),
    );
  }

  private bandAt(band: number): Unfinished {
    while (this.bands.length <= band) this.bands.push(new Unfinished());
    return this.bands[band]!;
  }
}

/** What has to be read for the hashes of these ranges. */
export function nodesFor(ranges: readonly LeafRange[]): NodeAddress[] {
  const size = Math.max(0, ...ranges.map(({ to }) => to));
  return storedBelow(ranges.flatMap(nodesOfRange), size);
}
