import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { concat, consistencyBytes, consistencyRanges, hashesOf, type TreeHash, utf8 } from '../../proof';
import { Db, systemClaims } from '../../platform';
import { LedgerAnchors } from '../store/ledger-anchors';
import { LedgerTrees, type StoredCheckpoint } from '../store/ledger-trees';

/** Hashes in a full tile, and entries in a full bundle (C2SP tlog-tiles). */
const WIDTH = 256;
const TILE_HEIGHT = 8;

export interface Publication {
  origin: string;
  size: number;
  files: number;
}

/**
 * What may be handed to anybody: checkpoints with proofs that they grow, and the whole log as C2SP tlog-tiles. Entries hold digests
 * only, so no address, name or number of a person or case is in it (I-16).
 */
@Injectable()
export class LedgerPublication {
  constructor(
    private readonly db: Db,
    private readonly trees: LedgerTrees,
    private readonly anchors: LedgerAnchors,
  ) {}

  /**
   * The newest checkpoint, with the proof that it grew out of the one of `old` entries, for a witness without a line; `verify-package
   * --checkpoint` reads it. With `old` 0 there is nothing to prove yet. Null when the log has no checkpoint beyond `old`.
   */
  async checkpoint(origin: string, old: number): Promise<Uint8Array | null> {
    return this.read(async (tx) => {
      const newest = await this.trees.newestCheckpoint(tx, origin);
      if (!newest || newest.size <= old) return null;
      const ranges = consistencyRanges(old, newest.size);
      const hashes = hashesOf('sha256', ranges, await this.trees.reader(tx, origin, 'sha256', ranges));
      return consistencyBytes([{ old, hashes, checkpoint: utf8(await this.anchors.cosigned(tx, newest)) }]);
    });
  }

  /** Writes `checkpoint`, `tile/<L>/<N>` and `tile/entries/<N>` below the folder, and the SM3 tree likewise below `sm3/`. */
  async tiles(origin: string, folder: string): Promise<Publication> {
    const newest = await this.read((tx) => this.trees.newestCheckpoint(tx, origin));
    if (!newest) throw new Error(`${origin} has no checkpoint`);
    let files = 0;
    const put = async (path: string, bytes: Uint8Array): Promise<void> => {
      files += 1;
      await write(join(folder, path), bytes);
    };
    for (const hash of ['sha256', 'sm3'] satisfies TreeHash[]) await this.hashTiles(newest, hash, put);
    await this.entryTiles(newest, put);
    // Last, as the standard says: a reader who sees the checkpoint finds every tile below it.
    await put('sm3/checkpoint', utf8(newest.noteSm3));
    await put('checkpoint', utf8(await this.read((tx) => this.anchors.cosigned(tx, newest))));
    return { origin, size: newest.size, files };
  }

  private async hashTiles(
    { origin, size }: StoredCheckpoint,
    hash: TreeHash,
    put: (path: string, bytes: Uint8Array) => Promise<void>,
  ): Promise<void> {
    const top = hash === 'sha256' ? 'tile' : 'sm3/tile';
    for (let tileLevel = 0; Math.floor(size / 2 ** (tileLevel * TILE_HEIGHT)) > 0; tileLevel += 1) {
      const level = tileLevel * TILE_HEIGHT;
      const nodes = Math.floor(size / 2 ** level);
      for (let n = 0; n * WIDTH < nodes; n += 1) {
        const width = Math.min(WIDTH, nodes - n * WIDTH);
        const hashes = await this.read((tx) => this.trees.level(tx, origin, hash, level, n * WIDTH, n * WIDTH + width));
        if (hashes.length !== width) throw new RangeError(`the ledger lacks nodes of level ${level} behind ${n * WIDTH}`);
        await put(`${top}/${tileLevel}/${tilePath(n, width)}`, concat(...hashes));
      }
    }
  }

  private async entryTiles(
    { origin, size }: StoredCheckpoint,
    put: (path: string, bytes: Uint8Array) => Promise<void>,
  ): Promise<void> {
    for (let n = 0; n * WIDTH < size; n += 1) {
      const width = Math.min(WIDTH, size - n * WIDTH);
      const entries = await this.read((tx) => this.trees.entries(tx, origin, n * WIDTH, n * WIDTH + width));
      const parts = entries.flatMap(({ entry }) => [
        Uint8Array.of(entry.length >> 8, entry.length & 0xff),
        new Uint8Array(entry),
      ]);
      await put(`tile/entries/${tilePath(n, width)}`, concat(...parts));
    }
  }

  private read<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.db.as(systemClaims('publication'), work);
  }
}

/** `x001/234` for tile 1234; a partial tile has `.p/<width>` behind. */
export function tilePath(n: number, width: number): string {
  const parts: string[] = [String(n % 1000).padStart(3, '0')];
  for (let rest = Math.floor(n / 1000); rest > 0; rest = Math.floor(rest / 1000))
    parts.unshift(`x${String(rest % 1000).padStart(3, '0')}`);
  return `${parts.join('/')}${width === WIDTH ? '' : `.p/${width}`}`;
}

async function write(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, bytes);
  await rename(`${path}.new`, path);
}
