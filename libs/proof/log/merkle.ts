import { equalBytes } from '../bytes';
import { digest } from '../digests';

/** RFC 6962 trees. Both trees of a log have the same shape; only the hash differs. Sizes are plain numbers up to 2^53 - 1. */
export type TreeHash = 'sha256' | 'sm3';

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

export function leafHash(hash: TreeHash, entry: Uint8Array): Uint8Array {
  return digest(hash, LEAF, entry);
}

export function nodeHash(hash: TreeHash, left: Uint8Array, right: Uint8Array): Uint8Array {
  return digest(hash, NODE, left, right);
}

export function emptyRoot(hash: TreeHash): Uint8Array {
  return digest(hash);
}

/** A complete subtree: the `index`-th of those with 2^level leaves. A store keeps exactly these, and none of them ever changes. */
export interface NodeAddress {
  level: number;
  index: number;
}

/** Leaves from (inclusive) to (exclusive); in the ranges of proofs `from` is a multiple of the largest subtree inside. */
export interface LeafRange {
  from: number;
  to: number;
}

/** The complete subtrees that a range falls into, left to right: what has to be read to compute its hash. */
export function nodesOfRange({ from, to }: LeafRange): NodeAddress[] {
  const nodes: NodeAddress[] = [];
  for (let at = from; at < to;) {
    let level = 0;
    let width = 1;
    while (width * 2 <= to - at) {
      width *= 2;
      level++;
    }
    nodes.push({ level, index: at / width });
    at += width;
  }
  return nodes;
}

/** Subtrees that become complete when the leaf of this index is appended, lowest first; the leaf itself is level 0. */
export function nodesCompletedBy(index: number): NodeAddress[] {
  const nodes: NodeAddress[] = [{ level: 0, index }];
  for (let i = index; i % 2 === 1; i = (i - 1) / 2) nodes.push({ level: nodes.length, index: (i - 1) / 2 });
  return nodes;
}

/** Hash of a range from the hashes of its complete subtrees. */
export function foldNodes(hash: TreeHash, hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length === 0) return emptyRoot(hash);
  return hashes.slice(0, -1).reduceRight((right, left) => nodeHash(hash, left, right), hashes.at(-1)!);
}

/** Ranges whose hashes are the inclusion proof of a leaf, in proof order. */
export function inclusionRanges(index: number, size: number): LeafRange[] {
  const walk = (from: number, to: number): LeafRange[] => {
    if (to - from <= 1) return [];
    const middle = from + splitOf(to - from);
    return index < middle ? [...walk(from, middle), { from: middle, to }] : [...walk(middle, to), { from, to: middle }];
  };
  return walk(0, size);
}

/** Ranges whose hashes prove that the tree of `size` begins with the tree of `old`, in proof order. */
export function consistencyRanges(old: number, size: number): LeafRange[] {
  const walk = (from: number, to: number, known: boolean): LeafRange[] => {
    if (old === to) return known ? [] : [{ from, to }];
    const middle = from + splitOf(to - from);
    return old <= middle
      ? [...walk(from, middle, known), { from: middle, to }]
      : [...walk(middle, to, false), { from, to: middle }];
  };
  return old === 0 || old === size ? [] : walk(0, size, true);
}

/** Largest power of two below the number of leaves. */
function splitOf(leaves: number): number {
  let width = 1;
  while (width * 2 < leaves) width *= 2;
  return width;
}

/** Reads a stored node; the hashes of a range follow from it. */
export type NodeReader = (node: NodeAddress) => Uint8Array;

export function hashesOf(hash: TreeHash, ranges: readonly LeafRange[], read: NodeReader): Uint8Array[] {
  return ranges.map((range) => foldNodes(hash, nodesOfRange(range).map(read)));
}

export function rootOf(hash: TreeHash, size: number, read: NodeReader): Uint8Array {
  return foldNodes(hash, nodesOfRange({ from: 0, to: size }).map(read));
}

/** RFC 9162, section 2.1.3.2. */
export function verifyInclusion(
  hash: TreeHash,
  {
    index,
    size,
    leaf,
    proof,
    root,
  }: { index: number; size: number; leaf: Uint8Array; proof: readonly Uint8Array[]; root: Uint8Array },
): boolean {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return false;
  let [at, last, found] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      found = nodeHash(hash, sibling, found);
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)];
    } else {
      found = nodeHash(hash, found, sibling);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && equalBytes(found, root);
}

export interface Head {
  size: number;
  root: Uint8Array;
}

/** RFC 9162, section 2.1.4.2; an empty tree is the beginning of every tree, shown by no hash at all. */
export function verifyConsistency(hash: TreeHash, older: Head, newer: Head, proof: readonly Uint8Array[]): boolean {
  if (![older.size, newer.size].every(Number.isSafeInteger) || older.size < 0 || older.size > newer.size) return false;
  if (older.size === newer.size) return proof.length === 0 && equalBytes(older.root, newer.root);
  if (older.size === 0) return proof.length === 0 && equalBytes(older.root, emptyRoot(hash));
  const isPowerOfTwo = Number.isInteger(Math.log2(older.size));
  const path = isPowerOfTwo ? [older.root, ...proof] : [...proof];
  const [first, ...rest] = path;
  if (!first) return false;
  let [at, last] = [older.size - 1, newer.size - 1];
  while (at % 2 === 1) [at, last] = [half(at), half(last)];
  let [oldRoot, newRoot] = [first, first];
  for (const node of rest) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      oldRoot = nodeHash(hash, node, oldRoot);
      newRoot = nodeHash(hash, node, newRoot);
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)];
    } else {
      newRoot = nodeHash(hash, newRoot, node);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && equalBytes(oldRoot, older.root) && equalBytes(newRoot, newer.root);
}

function half(n: number): number {
  return Math.floor(n / 2);
}
