import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel';
import { type ChainHead, entryFor, type LedgerEvent } from '../domain/ledger-entry';
import { columnsOf, entriesBehind, type Found, type KeyedEvent, Known, subjectsOf } from './ledger-batch';

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
    const [head] = await tx.query<{ known: string | null; last_seq: number | null; last_sha256: string | null }[]>(
      'SELECT known, last_seq, last_sha256 FROM ledger_head($1, $2)',
      [event.subject, key],
    );
    if (head?.known) return head.known;
    const at = this.clock.now();
    const chain: ChainHead = head?.last_sha256 ? { seq: head.last_seq! + 1, prev: head.last_sha256 } : { seq: 0, prev: '' };
    const entry = entryFor(event, chain, at);
    await tx.query('SELECT ledger_put($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)', [
      event.subject,
      chain.seq,
      event.type,
      at,
      key,
      entry.bytes,
      entry.sha256,
      entry.leaf,
      entry.leafSm3,
      entry.body,
    ]);
    return entry.sha256;
  }

  /**
   * Appends many entries in one go, each behind the last of its subject, and returns their SHA-256 in the order given. For acts of the
   * system upon many packages (a scrub, a renewal): needs system claims. What is known by its key already changes nothing.
   */
  async appendAll(tx: EntityManager, events: readonly KeyedEvent[]): Promise<string[]> {
    const subjects = subjectsOf(events);
    const found = await tx.query<Found[]>('SELECT * FROM ledger_heads($1, $2)', [subjects, events.map(({ key }) => key)]);
    const known = new Known();
    known.learn(found);
    const at = this.clock.now();
    const made = entriesBehind(events, known, at);
    if (made.length) await tx.query('SELECT ledger_put_all($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)', [at, ...columnsOf(made)]);
    return events.map(({ key }) => known.digests.get(key)!);
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
}
