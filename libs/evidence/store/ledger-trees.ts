import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { failpoint } from '../../platform';
import type { LeafRange, NodeAddress, NodeReader, TreeHash } from '../../proof';
import { edgeOf, GrowingTiles, nodesFor, readerOver } from './growing-tiles';
import { arrayOf, BYTEA } from './pg-arrays';

export interface StoredCheckpoint {
  origin: string;
  size: number;
  at: Date;
  /** Signed note over the SHA-256 root. */
  note: string;
  /** Signed note over the SM3 root, origin + `/sm3`. */
  noteSm3: string;
}

export interface PlacedEntry {
  idx: number;
  entry: Buffer;
}

export interface Leaf {
  id: string;
  leaf: Buffer;
  leaf_sm3: Buffer;
}

/** Under which the entry that ends a log is known. */
export const closingKey = (origin: string): string => `${origin}:closed`;

const keyOf = ({ level, index }: NodeAddress): string => `${level}/${index}`;

/** Both RFC 6962 trees of a log: which entries they hold, and their complete subtrees. */
@Injectable()
export class LedgerTrees {
  async size(tx: EntityManager, origin: string): Promise<number> {
    const [row] = await tx.query<{ size: string }[]>(
      'SELECT coalesce(max(idx) + 1, 0) AS size FROM ledger_place WHERE origin = $1',
      [origin],
    );
    return Number(row?.size ?? 0);
  }

  /** Every log of which a checkpoint was signed, from one to the next by the key: there may be hundreds of thousands of them in each. */
  async origins(tx: EntityManager): Promise<string[]> {
    const rows = await tx.query<{ origin: string }[]>(
      `WITH RECURSIVE log AS (
         (SELECT origin FROM ledger_checkpoint ORDER BY origin LIMIT 1)
         UNION ALL
         SELECT (SELECT c.origin FROM ledger_checkpoint c WHERE c.origin > log.origin ORDER BY c.origin LIMIT 1) FROM log WHERE log.origin IS NOT NULL)
       SELECT origin FROM log WHERE origin IS NOT NULL ORDER BY 1`,
    );
    return rows.map(({ origin }) => origin);
  }

  /** Those that were not closed. */
  async openOrigins(tx: EntityManager): Promise<string[]> {
    const origins = await this.origins(tx);
    const closed = await this.closedAmong(tx, origins);
    return origins.filter((origin) => !closed.has(origin));
  }

  async closedAmong(tx: EntityManager, origins: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await tx.query<{ subject: string }[]>(`SELECT subject FROM ledger_entry WHERE key = ANY ($1)`, [
      origins.map(closingKey),
    ]);
    return new Set(rows.map(({ subject }) => subject));
  }

  /** The last checkpoint of the agency's log of an earlier year; null for its first log. */
  async lastCheckpointBefore(tx: EntityManager, origin: string): Promise<StoredCheckpoint | null> {
    return this.lastCheckpoint(tx, 'origin < $1 AND starts_with(origin, $2)', [
      origin,
      origin.slice(0, origin.lastIndexOf('/') + 1),
    ]);
  }

  private async lastCheckpoint(tx: EntityManager, where: string, values: string[]): Promise<StoredCheckpoint | null> {
    const [found] = await tx.query<(Omit<StoredCheckpoint, 'size'> & { size: string })[]>(
      `SELECT origin, size, at, note, note_sm3 AS "noteSm3" FROM ledger_checkpoint WHERE ${where} ORDER BY origin DESC, size DESC, at DESC LIMIT 1`,
      values,
    );
    return found ? { ...found, size: Number(found.size) } : null;
  }

  /** Puts the entries behind the last, in order: their places and, in both trees, every tile they complete. */
  async append(tx: EntityManager, origin: string, leaves: readonly Leaf[]): Promise<void> {
    const size = await this.size(tx, origin);
    await tx.query(
      `INSERT INTO ledger_place (origin, idx, entry_id) SELECT $1, $2 + n - 1, id FROM unnest($3::bigint[]) WITH ORDINALITY AS w (id, n)`,
      [origin, size, leaves.map(({ id }) => id)],
    );
    failpoint('place.placed');
    const edge = edgeOf(size);
    const sha256 = new GrowingTiles('sha256', size, await this.stored(tx, origin, 'sha256', edge));
    const sm3 = new GrowingTiles('sm3', size, await this.stored(tx, origin, 'sm3', edge));
    const made = {
      sha256: leaves.flatMap(({ leaf }) => sha256.append(leaf)),
      sm3: leaves.flatMap(({ leaf_sm3 }) => sm3.append(leaf_sm3)),
    };
    if (made.sha256.length)
      await tx.query(
        // Both trees have the same shape; their leaves stand in the entries.
        `INSERT INTO ledger_node (origin, band, idx, sha256, sm3)
         SELECT $1, b, i, h, h3 FROM unnest($2::int[], $3::bigint[], $4::bytea[], $5::bytea[]) AS w (b, i, h, h3)`,
        [
          origin,
          made.sha256.map(({ band }) => band),
          made.sha256.map(({ index }) => index),
          arrayOf(BYTEA, made.sha256, ({ nodes }) => nodes),
          arrayOf(BYTEA, made.sm3, ({ nodes }) => nodes),
        ],
      );
    failpoint('place.nodes');
  }

  /** A reader of exactly the nodes into which the ranges fall. */
  reader(tx: EntityManager, origin: string, hash: TreeHash, ranges: readonly LeafRange[]): Promise<NodeReader> {
    return this.stored(tx, origin, hash, nodesFor(ranges));
  }

  private async stored(tx: EntityManager, origin: string, hash: TreeHash, nodes: readonly NodeAddress[]): Promise<NodeReader> {
    const rows = await tx.query<{ level: number; idx: string; hash: Buffer }[]>(
      'SELECT level, idx, hash FROM ledger_subtrees($1, $2, $3, $4)',
      [origin, hash, nodes.map(({ level }) => level), nodes.map(({ index }) => index)],
    );
    const known = new Map(rows.map((row) => [keyOf({ level: row.level, index: Number(row.idx) }), new Uint8Array(row.hash)]));
    return readerOver(hash, (node) => known.get(keyOf(node)), origin);
  }

  /** Hashes of one level, left to right; those that are there. */
  async level(tx: EntityManager, origin: string, hash: TreeHash, level: number, from: number, to: number): Promise<Uint8Array[]> {
    const indexes = Array.from({ length: to - from }, (_, i) => from + i);
    const rows = await tx.query<{ hash: Buffer }[]>('SELECT hash FROM ledger_subtrees($1, $2, $3, $4) ORDER BY idx', [
      origin,
      hash,
      indexes.map(() => level),
      indexes,
    ]);
    return rows.map((row) => new Uint8Array(row.hash));
  }

  entries(tx: EntityManager, origin: string, from: number, to: number): Promise<PlacedEntry[]> {
    return tx
      .query<{ idx: string; entry: Buffer }[]>(
        'SELECT p.idx, e.entry FROM ledger_place p JOIN ledger_entry e ON e.id = p.entry_id WHERE p.origin = $1 AND p.idx >= $2 AND p.idx < $3 ORDER BY p.idx',
        [origin, from, to],
      )
      .then((rows) => rows.map(({ idx, entry }) => ({ idx: Number(idx), entry })));
  }

  async checkpoints(tx: EntityManager, origin: string): Promise<StoredCheckpoint[]> {
    const rows = await tx.query<(Omit<StoredCheckpoint, 'size'> & { size: string })[]>(
      'SELECT origin, size, at, note, note_sm3 AS "noteSm3" FROM ledger_checkpoint WHERE origin = $1 ORDER BY size, at',
      [origin],
    );
    return rows.map((row) => ({ ...row, size: Number(row.size) }));
  }

  /** A busy log has hundreds of thousands of them in a year: who wants the last one reads the last one. */
  async newestCheckpoint(tx: EntityManager, origin: string): Promise<StoredCheckpoint | null> {
    return this.lastCheckpoint(tx, 'origin = $1', [origin]);
  }

  /** The newest checkpoint that covers `size` entries, or null when the signer has not come so far. */
  async checkpointCovering(tx: EntityManager, origin: string, size: number): Promise<StoredCheckpoint | null> {
    const newest = await this.newestCheckpoint(tx, origin);
    return newest && newest.size >= size ? newest : null;
  }
}
