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
  async appendAll(tx: EntityManager, events: readonly (LedgerEvent & { key: string })[]): Promise<string[]> {
    // In the order of their names, so that two groups never wait for each other.
    const subjects = [...new Set(events.map(({ subject }) => subject))].sort();
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('ledger:' || s, 0)) FROM unnest($1::text[]) AS s`, [subjects]);
    const known = await tx.query<{ key: string; entry_sha256: string }[]>(
      'SELECT key, entry_sha256 FROM ledger_entry WHERE key = ANY ($1)',
      [events.map(({ key }) => key)],
    );
    const lasts = await tx.query<{ subject: string; seq: number; entry_sha256: string }[]>(
      `SELECT s AS subject, e.seq, e.entry_sha256 FROM unnest($1::text[]) AS s CROSS JOIN LATERAL
         (SELECT seq, entry_sha256 FROM ledger_entry WHERE subject = s ORDER BY seq DESC LIMIT 1) e`,
      [subjects],
    );
    const digests = new Map(known.map((row) => [row.key, row.entry_sha256]));
    const heads = new Map<string, ChainHead>(lasts.map((row) => [row.subject, { seq: row.seq + 1, prev: row.entry_sha256 }]));
    const at = this.clock.now();
    const made = events.flatMap(({ key, ...event }) => {
      if (digests.has(key)) return [];
      const head = heads.get(event.subject) ?? { seq: 0, prev: '' };
      const entry = entryFor(event, head, at);
      heads.set(event.subject, { seq: head.seq + 1, prev: entry.sha256 });
      digests.set(key, entry.sha256);
      return [{ ...event, ...entry, key, seq: head.seq }];
    });
    if (made.length)
      await tx.query(
        `WITH w AS (
           SELECT nextval('ledger_entry_id_seq') AS id, r.* FROM
             unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::bytea[], $6::text[], $7::bytea[], $8::bytea[], $9::text[])
             AS r (subject, seq, type, key, entry, entry_sha256, leaf, leaf_sm3, body)),
         e AS (
           INSERT INTO ledger_entry (id, subject, seq, type, at, key, entry, entry_sha256, leaf, leaf_sm3) OVERRIDING SYSTEM VALUE
           SELECT id, subject, seq, type, $10, key, entry, entry_sha256, leaf, leaf_sm3 FROM w RETURNING id)
         INSERT INTO ledger_body (entry_id, json) SELECT id, body FROM w JOIN e USING (id)`,
        [
          made.map(({ subject }) => subject),
          made.map(({ seq }) => seq),
          made.map(({ type }) => type),
          made.map(({ key }) => key),
          made.map(({ bytes }) => bytes),
          made.map(({ sha256 }) => sha256),
          made.map(({ leaf }) => leaf),
          made.map(({ leafSm3 }) => leafSm3),
          made.map(({ body }) => body),
          at,
        ],
      );
    return events.map(({ key }) => digests.get(key)!);
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
