import { foldNodes, leafHash, type NodeAddress, nodeHash, type NodeReader, nodesOfRange, type TreeHash } from './merkle';

/** The root of a log that only grows: one hash a level, however long it is. */
export class GrowingRoot {
  private readonly edge: (NodeAddress & { hash: Uint8Array })[];

  /** An empty log, or one that goes on from `size` entries whose subtrees `read` knows. */
  constructor(
    readonly hash: TreeHash,
    public size = 0,
    read?: NodeReader,
  ) {
    this.edge = nodesOfRange({ from: 0, to: size }).map((node) => ({ ...node, hash: read!(node) }));
  }

  /** Adds an entry; returns the subtrees that it completes, lowest first. */
  append(entry: Uint8Array): (NodeAddress & { hash: Uint8Array })[] {
    return this.appendLeaf(leafHash(this.hash, entry));
  }

  appendLeaf(leaf: Uint8Array): (NodeAddress & { hash: Uint8Array })[] {
    let node = { level: 0, index: this.size, hash: leaf };
    const made = [node];
    while (node.index % 2 === 1) {
      const left = this.edge.pop()!;
      node = { level: node.level + 1, index: (node.index - 1) / 2, hash: nodeHash(this.hash, left.hash, node.hash) };
      made.push(node);
    }
    this.edge.push(node);
    this.size += 1;
    return made;
  }

  root(): Uint8Array {
    return foldNodes(
      this.hash,
      this.edge.map(({ hash }) => hash),
    );
  }
}
