import {
  consistencyRanges,
  hashesOf,
  inclusionRanges,
  leafHash,
  nodeHash,
  nodesCompletedBy,
  rootOf,
  type NodeReader,
  type TreeHash,
} from './merkle';

/** A tree in memory: what fsck rebuilds, and what tests compare a store with. Keeps each complete subtree once. */
export class MemoryTree {
  private readonly levels: Uint8Array[][] = [];
  size = 0;

  constructor(readonly hash: TreeHash) {}

  append(entry: Uint8Array): void {
    this.appendLeaf(leafHash(this.hash, entry));
  }

  appendLeaf(leaf: Uint8Array): void {
    for (const { level, index } of nodesCompletedBy(this.size)) {
      const below = this.levels[level - 1];
      const node = below ? nodeHash(this.hash, below[2 * index]!, below[2 * index + 1]!) : leaf;
      (this.levels[level] ??= []).push(node);
    }
    this.size++;
  }

  readonly read: NodeReader = ({ level, index }) => {
    const node = this.levels[level]?.[index];
    if (!node) throw new RangeError(`no node ${level}/${index}`);
    return node;
  };

  root(size = this.size): Uint8Array {
    return rootOf(this.hash, size, this.read);
  }

  inclusion(index: number, size = this.size): Uint8Array[] {
    return hashesOf(this.hash, inclusionRanges(index, size), this.read);
  }

  consistency(old: number, size = this.size): Uint8Array[] {
    return hashesOf(this.hash, consistencyRanges(old, size), this.read);
  }
}
