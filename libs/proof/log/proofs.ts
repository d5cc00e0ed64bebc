import { concat, Malformed, textOf, toBase64, utf8 } from '../bytes';
import { parseCount, parseHashes } from './checkpoint';

const HEADER = 'c2sp.org/tlog-proof@v1';
/** More levels than any tree of safe size has. */
const PROOF_LIMIT = 64;

/** c2sp.org/tlog-proof@v1 without extra data: an entry's place, its inclusion proof, and the checkpoint it is proved in. */
export interface TlogProof {
  index: number;
  hashes: Uint8Array[];
  /** The checkpoint as a signed note. */
  checkpoint: Uint8Array;
}

export function tlogProofBytes({ index, hashes, checkpoint }: TlogProof): Uint8Array {
  return concat(utf8(`${HEADER}\nindex ${index}\n${hashes.map((hash) => `${toBase64(hash)}\n`).join('')}\n`), checkpoint);
}

export function parseTlogProof(bytes: Uint8Array): TlogProof {
  const text = textOf(bytes);
  const split = text.indexOf('\n\n');
  const [header, index = '', ...hashes] = text.slice(0, Math.max(split, 0)).split('\n');
  if (header !== HEADER || !index.startsWith('index ') || hashes.length > PROOF_LIMIT) throw new Malformed('proof of inclusion');
  return {
    index: parseCount(index.slice('index '.length)),
    hashes: parseHashes(hashes),
    checkpoint: utf8(text.slice(split + 2)),
  };
}

/** One step of `consistency.txt`: from a size shown before to a newer checkpoint. */
export interface ConsistencyStep {
  old: number;
  hashes: Uint8Array[];
  checkpoint: Uint8Array;
}

const SEPARATOR = '--\n';

/** Blocks of `old <size>`, hashes one a line, an empty line, the newer checkpoint; separated by `--`. */
export function consistencyBytes(steps: readonly ConsistencyStep[]): Uint8Array {
  const blocks = steps.map(({ old, hashes, checkpoint }) =>
    concat(utf8(`old ${old}\n${hashes.map((hash) => `${toBase64(hash)}\n`).join('')}\n`), checkpoint),
  );
  return concat(...blocks.flatMap((block, i) => (i === 0 ? [block] : [utf8(SEPARATOR), block])));
}

export function parseConsistency(bytes: Uint8Array): ConsistencyStep[] {
  if (bytes.length === 0) return [];
  return textOf(bytes)
    .split(`\n${SEPARATOR}`)
    .map((block, i, all) => parseStep(i < all.length - 1 ? `${block}\n` : block));
}

function parseStep(block: string): ConsistencyStep {
  const split = block.indexOf('\n\n');
  const [old = '', ...hashes] = block.slice(0, Math.max(split, 0)).split('\n');
  if (!old.startsWith('old ') || hashes.length > 2 * PROOF_LIMIT) throw new Malformed('proof of consistency');
  return { old: parseCount(old.slice('old '.length)), hashes: parseHashes(hashes), checkpoint: utf8(block.slice(split + 2)) };
}
