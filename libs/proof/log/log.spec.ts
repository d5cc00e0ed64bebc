import fc from 'fast-check';
import { concat, fromBase64, fromHex, textOf, toHex, utf8 } from '../bytes';
import { digestsOf } from '../digests';
import { signNote } from '../note/note';
import { verifierOfKey } from '../note/verifier';
import { testKeys } from '../testing';
import { checkpointText, openCheckpoint, parseCheckpointText } from './checkpoint';
import { entryBytes, parseEntry, type LedgerEntry } from './entry';
import { foldNodes, nodesOfRange, verifyConsistency, verifyInclusion, type TreeHash } from './merkle';
import { consistencyBytes, parseConsistency, parseTlogProof, tlogProofBytes } from './proofs';
import { MemoryTree } from './tree';

const SIZE = 300;
const HASHES: TreeHash[] = ['sha256', 'sm3'];
const trees = Object.fromEntries(HASHES.map((hash) => [hash, treeOf(hash, SIZE)])) as Record<TreeHash, MemoryTree>;
const leafOf = (tree: MemoryTree, index: number) => tree.read({ level: 0, index });

/** The definition of RFC 6962 section 2.1, word for word: what the tree is compared with. */
function rootByDefinition(tree: MemoryTree, from: number, to: number): Uint8Array {
  if (to - from === 1) return leafOf(tree, from);
  const split = 2 ** Math.floor(Math.log2(to - from - 1));
  return foldNodes(tree.hash, [rootByDefinition(tree, from, from + split), rootByDefinition(tree, from + split, to)]);
}

function treeOf(hash: TreeHash, size: number): MemoryTree {
  const tree = new MemoryTree(hash);
  for (let i = 0; i < size; i++) tree.append(utf8(`entry ${i}`));
  return tree;
}

describe('RFC 6962 vectors', () => {
  // Inputs and roots of the Certificate Transparency reference implementation.
  const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map(
    fromHex,
  );
  const roots = [
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ];

  it('I-06: gives the roots of the reference trees, and the empty root', () => {
    const tree = new MemoryTree('sha256');
    expect(toHex(tree.root())).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    inputs.forEach((input, i) => {
      tree.append(input);
      expect(toHex(tree.root())).toBe(roots[i]);
    });
  });

  it('I-06: gives the proofs of the reference trees', () => {
    const tree = new MemoryTree('sha256');
    inputs.forEach((input) => tree.append(input));
    expect(tree.inclusion(0, 8).map(toHex)).toEqual([
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ]);
    expect(tree.consistency(6, 8).map(toHex)).toEqual([
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
  });
});

describe.each(HASHES)('proofs in the %s tree', (hash) => {
  const tree = trees[hash];
  // Only the hash differs between the trees: all sizes in one, every size up to 64 and some above in the other.
  const sizes = Array.from({ length: SIZE }, (_, i) => i + 1).filter(
    (size) => hash === 'sha256' || size <= 64 || size % 59 === 0,
  );

  it('I-06: roots are those of the definition for all sizes', () => {
    for (let size = 1; size <= SIZE; size++) expect(tree.root(size)).toEqual(rootByDefinition(tree, 0, size));
  });

  it('I-06: every inclusion proof of all sizes up to 300 verifies', () => {
    for (const size of sizes) {
      const root = tree.root(size);
      for (let index = 0; index < size; index++) {
        const proof = { index, size, leaf: leafOf(tree, index), proof: tree.inclusion(index, size), root };
        if (!verifyInclusion(hash, proof)) throw new Error(`${index} of ${size}`);
      }
    }
  });

  it('I-06: every consistency proof of all pairs of sizes up to 300 verifies', () => {
    for (const size of sizes) {
      for (let old = 0; old <= size; old++) {
        const [older, newer] = [
          { size: old, root: tree.root(old) },
          { size, root: tree.root(size) },
        ];
        if (!verifyConsistency(hash, older, newer, tree.consistency(old, size))) throw new Error(`${old} to ${size}`);
      }
    }
  });

  it('I-06, F20: no mutated, shortened, lengthened or re-indexed proof verifies', () => {
    const sizes = fc
      .integer({ min: 2, max: SIZE })
      .chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1), fc.nat(size - 1), fc.nat(255), fc.nat()));
    fc.assert(
      fc.property(sizes, ([size, index, other, bit, pick]) => {
        const good = { index, size, leaf: leafOf(tree, index), proof: tree.inclusion(index, size), root: tree.root(size) };
        const at = pick % good.proof.length;
        const bad = [
          { ...good, proof: flipped(good.proof, at, bit) },
          { ...good, proof: good.proof.slice(0, -1) },
          { ...good, proof: good.proof.slice(1) },
          { ...good, proof: [...good.proof, good.root] },
          { ...good, proof: [] },
          { ...good, leaf: flipped([good.leaf], 0, bit)[0]! },
          { ...good, root: flipped([good.root], 0, bit)[0]! },
          ...(other === index ? [] : [{ ...good, index: other }]),
          { ...good, size: 0 },
          { ...good, size: 2 ** 63 },
          { ...good, index: -1 },
          { ...good, index: size },
        ];
        for (const proof of bad) expect(verifyInclusion(hash, proof)).toBe(false);
      }),
      { seed: 20261122, numRuns: 150 },
    );
  });

  it('I-06, F20: no mutated consistency proof verifies', () => {
    const pairs = fc
      .integer({ min: 2, max: SIZE })
      .chain((size) => fc.tuple(fc.constant(size), fc.integer({ min: 1, max: size - 1 }), fc.nat(255), fc.nat()));
    fc.assert(
      fc.property(pairs, ([size, old, bit, pick]) => {
        const [older, newer] = [
          { size: old, root: tree.root(old) },
          { size, root: tree.root(size) },
        ];
        const proof = tree.consistency(old, size);
        const bad = [flipped(proof, pick % proof.length, bit), proof.slice(0, -1), proof.slice(1), [...proof, newer.root], []];
        for (const hashes of bad) expect(verifyConsistency(hash, older, newer, hashes)).toBe(false);
        expect(verifyConsistency(hash, { ...older, root: flipped([older.root], 0, bit)[0]! }, newer, proof)).toBe(false);
        expect(verifyConsistency(hash, newer, older, proof)).toBe(false);
        expect(verifyConsistency(hash, { ...older, size: old + 0.5 }, newer, proof)).toBe(false);
      }),
      { seed: 20261122, numRuns: 150 },
    );
  });

  it('an inner node is no leaf, and a doubled last leaf is another tree', () => {
    const four = tree.root(4);
    const node = tree.read({ level: 1, index: 0 });
    expect(verifyInclusion(hash, { index: 0, size: 2, leaf: node, proof: [tree.read({ level: 1, index: 1 })], root: four })).toBe(
      true,
    );
    // The size of the tree comes from a signed checkpoint: at its real size the same proof is too short.
    expect(verifyInclusion(hash, { index: 0, size: 4, leaf: node, proof: [tree.read({ level: 1, index: 1 })], root: four })).toBe(
      false,
    );
    const doubled = new MemoryTree(hash);
    for (const i of [0, 1, 2, 2]) doubled.append(utf8(`entry ${i}`));
    expect(doubled.root()).not.toEqual(tree.root(3));
  });
});

it('works with sizes that bit operators can not hold', () => {
  const size = 2 ** 45 + 3;
  expect(nodesOfRange({ from: 0, to: size })).toEqual([
    { level: 45, index: 0 },
    { level: 1, index: 2 ** 44 },
    { level: 0, index: 2 ** 45 + 2 },
  ]);
});

describe('texts of the ledger', () => {
  const checkpoint = { origin: 'aj.test/evidence/2026', size: 300, root: trees.sha256.root() };

  it('I-05: a checkpoint, its proof and its consistency come back as they were', async () => {
    const note = await signNote(checkpointText(checkpoint), [testKeys.ledger, testKeys.witness]);
    expect(openCheckpoint(note, testKeys.ledger, [testKeys.witness])).toEqual({ checkpoint, witnesses: [testKeys.witness.name] });
    const proof = { index: 7, hashes: trees.sha256.inclusion(7), checkpoint: note };
    expect(parseTlogProof(tlogProofBytes(proof))).toEqual(proof);
    expect(textOf(tlogProofBytes(proof))).toMatch(/^c2sp\.org\/tlog-proof@v1\nindex 7\n/);
    const steps = [
      { old: 3, hashes: trees.sha256.consistency(3), checkpoint: note },
      { old: 300, hashes: [], checkpoint: note },
    ];
    expect(parseConsistency(consistencyBytes(steps))).toEqual(steps);
  });

  it('refuses counts with signs, zeros in front or beyond exact numbers (F20), and other shapes', () => {
    const text = checkpointText(checkpoint);
    expect(parseCheckpointText(text)).toEqual(checkpoint);
    for (const size of ['-1', '+1', '01', '1e3', '1.0', '9223372036854775808', '']) {
      expect(() => parseCheckpointText(text.replace('300', size))).toThrow();
    }
    for (const other of [`${text}extension\n`, text.slice(0, -1), text.replace('\n', '\n\n')])
      expect(() => parseCheckpointText(other)).toThrow();
    const proof = textOf(tlogProofBytes({ index: 7, hashes: trees.sha256.inclusion(7), checkpoint: utf8('x\n') }));
    for (const other of [
      proof.replace('index 7', 'index 07'),
      proof.replace('index', 'Index'),
      proof.replace('v1', 'v2'),
      proof.split('\n\n')[0]!,
    ]) {
      expect(() => parseTlogProof(utf8(other))).toThrow();
    }
  });

  it('accepts a cosignature with its time (C2SP tlog-cosignature) and refuses another time', async () => {
    const publicKey = fromBase64(testKeys.witness.vkey.split('+').slice(2).join('+')).slice(1);
    const witness = verifierOfKey('court.test/witness-9', 'cosignature', publicKey);
    const body = utf8(checkpointText(checkpoint));
    const time = new Uint8Array(8);
    new DataView(time.buffer).setBigUint64(0, 1795000000n);
    const signature = concat(time, await testKeys.witness.sign(concat(utf8('cosignature/v1\ntime 1795000000\n'), body)));
    expect(witness.verify(body, signature)).toBe(true);
    expect(
      witness.verify(
        body,
        Uint8Array.from(signature, (byte, i) => (i === 7 ? byte ^ 1 : byte)),
      ),
    ).toBe(false);
  });

  it('I-05: an entry comes back to the same bytes, and rules of an entry are kept', () => {
    const entry: LedgerEntry = {
      at: '2026-11-22T03:30:07.412Z',
      body: digestsOf(utf8('event')),
      prev: '',
      seq: 0,
      subject: 'ev_01KAMJ9ZQ8X4T5V6W7Y8Z9ABCD',
      type: 'job.requested',
      v: 1,
    };
    expect(entryBytes(parseEntry(entryBytes(entry)))).toEqual(entryBytes(entry));
    for (const bad of [
      { ...entry, seq: 1 },
      { ...entry, at: '2026-11-31T03:30:07.412Z' },
      { ...entry, type: 'evidence.lost' as never },
      { ...entry, url: 'http://a.test' } as LedgerEntry,
      { ...entry, subject: 'x'.repeat(1000) },
    ]) {
      expect(() => entryBytes(bad)).toThrow('ledger entry');
    }
  });
});

function flipped(hashes: readonly Uint8Array[], at: number, bit: number): Uint8Array[] {
  return hashes.map((hash, i) =>
    i === at ? Uint8Array.from(hash, (byte, j) => (j === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte)) : hash,
  );
}
