import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { fromHex, GrowingRoot, jsonBytes, parseCanonical, toHex, type TreeHash } from '../../../libs/proof';

export const HASHES: readonly TreeHash[] = ['sha256', 'sm3'];

/** What the signer knows of one log by itself: how far it signed, and the root of what it read. One hash a level, however long the log. */
export class Remembered {
  readonly trees: Record<TreeHash, GrowingRoot> = { sha256: new GrowingRoot('sha256'), sm3: new GrowingRoot('sm3') };
  /** Size of the last checkpoint that was signed. */
  signed = 0;
  /** Its last entry ended it. */
  isClosed = false;

  get size(): number {
    return this.trees.sha256.size;
  }

  append(entry: Uint8Array): void {
    for (const hash of HASHES) this.trees[hash].append(entry);
  }
}

export interface Kept {
  size: number;
  sha256: string;
  sm3: string;
}

/** The last signed roots of every log, in a file that the database cannot reach. Replaced atomically and synced. */
export class KeptRoots {
  constructor(private readonly file: string) {}

  /** Null when there is no file: a first start, or a loss. */
  read(): Map<string, Kept> | null {
    let bytes: Buffer;
    try {
      bytes = readFileSync(this.file);
    } catch (fault) {
      if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw fault;
    }
    return new Map(parseCanonical(new Uint8Array(bytes)) as [string, Kept][]);
  }

  /** MUST be durable before the checkpoint leaves the process: a restart then never signs another root for that size. */
  write(roots: ReadonlyMap<string, Kept>): void {
    const aside = `${this.file}.new`;
    const handle = openSync(aside, 'w', 0o600);
    writeSync(handle, jsonBytes([...roots]));
    fsyncSync(handle);
    closeSync(handle);
    renameSync(aside, this.file);
    const folder = openSync(dirname(this.file), 'r');
    fsyncSync(folder);
    closeSync(folder);
  }
}

/** The roots at the size that has been read. */
export function keptOf({ size, trees }: Remembered): Kept {
  return { size, sha256: toHex(trees.sha256.root()), sm3: toHex(trees.sm3.root()) };
}

/** Whether what was read, as far as it was kept, is what was kept. */
export function isSameRoot(kept: Kept, { size, trees }: Remembered): boolean {
  return kept.size === size && HASHES.every((hash) => Buffer.from(fromHex(kept[hash])).equals(trees[hash].root()));
}
