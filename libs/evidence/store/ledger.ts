import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel';
import { type ChainHead, entryFor, type LedgerEvent } from '../domain/ledger-entry';
import { columnsOf, entriesBehind, type Found, type KeyedEvent, Known, RememberedHeads, subjectsOf } from './ledger-batch';

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

interface Head {
  known: string | null;
  last_seq: number | null;
  last_sha256: string | null;
}

const FIRST: ChainHead = { seq: 0, prev: '' };

/** The custody ledger. Insert-only: the tables' triggers refuse everything else. */
@Injectable()
export class Ledger {
  private readonly heads = new RememberedHeads();

  constructor(private readonly clock: Clock) {}

  /**
   * Appends one entry inside the caller's transaction and returns its SHA-256. Writers of one subject queue up on an advisory
   * lock until commit; writers of different subjects never meet. The same `key` again changes nothing (I-11).
   */
  async append(tx: EntityManager, event: LedgerEvent, key: string): Promise<string> {
    const believed = this.heads.of(event.subject);
    const found = believed ? await this.put(tx, event, key, believed) : await this.look(tx, event.subject, key);
    if (found.known !== null) return found.known;
    // The lock is held by now: what was found stays the head.
    const head = found.last_sha256 === null ? FIRST : { seq: found.last_seq! + 1, prev: found.last_sha256 };
    const { known } = await this.put(tx, event, key, head);
    return known!;
  }

  /** What is there under the key, else the head of the subject; both under its lock. */
  private async look(tx: EntityManager, subject: string, key: string): Promise<Head> {
    const [head] = await tx.query<[Head]>('SELECT known, last_seq, last_sha256 FROM ledger_head($1, $2)', [subject, key]);
    return head;
  }

  /** Writes behind `head` if that is the head; else writes nothing and says what is there. */
  private async put(tx: EntityManager, event: LedgerEvent, key: string, head: ChainHead): Promise<Head> {
    const at = this.clock.now();
    const entry = entryFor(event, head, at);
    const [found] = await tx.query<[Head & { done: boolean }]>(
      'SELECT done, known, last_seq, last_sha256 FROM ledger_append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)',
      [head.prev, event.subject, head.seq, event.type, at, key, entry.bytes, entry.sha256, entry.leaf, entry.leafSm3, entry.body],
    );
    if (!found.done) return found;
    this.heads.remember(event.subject, { seq: head.seq + 1, prev: entry.sha256 });
    return { ...found, known: entry.sha256 };
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
