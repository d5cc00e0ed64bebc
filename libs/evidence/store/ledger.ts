import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel';
import { type ChainHead, entryFor, type LedgerEvent } from '../domain/ledger-entry';

export interface CustodyRow {
  seq: number;
  type: string;
  at: Date;
  entry: Buffer;
  entrySha256: string;
  /** The salted event; null only after an approved deletion of the body. */
  body: string | null;
  /** Place in the log; null for the second or so until the sequencer has given it. */
  idx: string | null;
}

/** The custody ledger. Insert-only: the tables' triggers refuse everything else. */
@Injectable()
export class Ledger {
  constructor(private readonly clock: Clock) {}

  /**
   * Appends one entry inside the caller's transaction and returns its SHA-256. Writers of one subject queue up on an advisory
   * lock until commit; writers of different subjects never meet. The same `key` again changes nothing (I-11).
   */
  async append(tx: EntityManager, event: LedgerEvent, key: string): Promise<string> {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('ledger:' || $1, 0))`, [event.subject]);
    const [known] = await tx.query<{ entry_sha256: string }[]>('SELECT entry_sha256 FROM ledger_entry WHERE key = $1', [key]);
    if (known) return known.entry_sha256;
    const at = this.clock.now();
    const entry = entryFor(event, await this.head(tx, event.subject), at);
    // No RETURNING: the first entry of a package comes before its row, and until then nobody may read it.
    await tx.query(
      `INSERT INTO ledger_entry (subject, seq, type, at, key, entry, entry_sha256, leaf, leaf_sm3)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        event.subject,
        JSON.parse(entry.bytes.toString()).seq,
        event.type,
        at,
        key,
        entry.bytes,
        entry.sha256,
        entry.leaf,
        entry.leafSm3,
      ],
    );
    await tx.query(`INSERT INTO ledger_body (entry_id, json) VALUES (currval('ledger_entry_id_seq'), $1)`, [entry.body]);
    return entry.sha256;
  }

  /** All entries of a subject in order, with their events. */
  custodyOf(tx: EntityManager, subject: string): Promise<CustodyRow[]> {
    return tx.query<CustodyRow[]>(
      `SELECT e.seq, e.type, e.at, e.entry, e.entry_sha256 AS "entrySha256", b.json AS body, p.idx
       FROM ledger_entry e LEFT JOIN ledger_body b ON b.entry_id = e.id LEFT JOIN ledger_place p ON p.entry_id = e.id
       WHERE e.subject = $1 ORDER BY e.seq`,
      [subject],
    );
  }

  private async head(tx: EntityManager, subject: string): Promise<ChainHead> {
    const [last] = await tx.query<{ seq: number; entry_sha256: string }[]>(
      'SELECT seq, entry_sha256 FROM ledger_entry WHERE subject = $1 ORDER BY seq DESC LIMIT 1',
      [subject],
    );
    return last ? { seq: last.seq + 1, prev: last.entry_sha256 } : { seq: 0, prev: '' };
  }
}
