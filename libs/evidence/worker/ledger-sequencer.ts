import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Db, failpoint } from '../../platform';
import { EvidenceService } from '../app/evidence.service';
import { LedgerTrees } from '../store/ledger-trees';

interface Waiting {
  id: string;
  subject: string;
  /** When the subject's first entry was written. */
  began: Date;
  leaf: Buffer;
  leaf_sm3: Buffer;
}

const BATCH = 2_000;
/** How long a transaction may stay open and still find its entry placed with the next group. */
const GRACE_MS = 5 * 60_000;
/** After that, at the latest, the entry of a longer one is found. */
const SWEEP_MS = 15 * 60_000;

/**
 * Gives committed entries their places in the log, in groups. Writers wait for nobody, and one sequencer at a time holds the
 * lock; what commits late gets a later place. Reasons and figures: docs/adr/0003-ledger-sequencer.md.
 */
@Injectable()
export class LedgerSequencer {
  constructor(
    private readonly db: Db,
    private readonly evidence: EvidenceService,
    private readonly trees: LedgerTrees,
  ) {}

  /** Everything with a number up to this one has its place, but for what was written by a transaction that is still open. */
  private floor = 0;
  private sweptAt = -Infinity;
  private marks: { at: number; id: number }[] = [];

  /** Places whatever waits, however much; returns how many entries got a place. */
  async placeAll(): Promise<number> {
    for (let all = 0; ;) {
      const placed = await this.place();
      all += placed;
      if (placed < BATCH) return all;
    }
  }

  /** One group. Returns how many entries got a place. */
  async place(): Promise<number> {
    const now = performance.now();
    // Without a floor each look would walk through the whole ledger. The first look does, and one now and then.
    const isSweep = now - this.sweptAt > SWEEP_MS;
    const { placed, top } = await this.placeBehind(isSweep ? 0 : this.floor);
    if (placed < BATCH) {
      if (isSweep) this.sweptAt = now;
      this.mark(now, top);
    }
    return placed;
  }

  /** What committed late has a lower number than what was placed before: the floor follows with a delay. */
  private mark(now: number, top: number): void {
    if (top > (this.marks.at(-1)?.id ?? this.floor)) this.marks.push({ at: now, id: top });
    const settled = this.marks.filter(({ at }) => now - at > GRACE_MS);
    this.marks = this.marks.slice(settled.length);
    this.floor = settled.at(-1)?.id ?? this.floor;
  }

  private placeBehind(floor: number): Promise<{ placed: number; top: number }> {
    return this.db.tx(async (tx) => {
      await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('nms:ledger', 0))`);
      // Asked first: everything that is seen now is also seen by the next statement.
      const [{ top }] = await tx.query<[{ top: number }]>('SELECT coalesce(max(id), 0)::float8 AS top FROM ledger_entry');
      const waiting = await tx.query<Waiting[]>(
        `SELECT e.id, e.subject, e.leaf, e.leaf_sm3, (SELECT f.at FROM ledger_entry f WHERE f.subject = e.subject AND f.seq = 0) AS began FROM ledger_entry e
         WHERE e.id > $1 AND NOT EXISTS (SELECT FROM ledger_place p WHERE p.entry_id = e.id AND p.entry_id > $1) ORDER BY e.id LIMIT ${BATCH}`,
        [floor],
      );
      const byOrigin = Map.groupBy(waiting, (entry) => this.originOf(entry));
      for (const [origin, entries] of byOrigin) {
        const opening = (await this.trees.size(tx, origin)) === 0 ? await this.open(tx, origin) : null;
        await this.trees.append(tx, origin, opening ? [opening, ...entries.filter(({ id }) => id !== opening.id)] : entries);
      }
      failpoint('place.beforeCommit');
      return { placed: waiting.length, top };
    });
  }

  /** The first entry of a log names the last checkpoint of the one before, so that nobody can begin a year with another past. */
  private async open(tx: EntityManager, origin: string): Promise<Pick<Waiting, 'id' | 'leaf' | 'leaf_sm3'>> {
    const before = await this.trees.lastCheckpointBefore(tx, origin);
    const entrySha256 = await this.evidence.noteLogOpened(tx, origin, before);
    const [entry] = await tx.query<Pick<Waiting, 'id' | 'leaf' | 'leaf_sm3'>[]>(
      'SELECT id, leaf, leaf_sm3 FROM ledger_entry WHERE subject = $1 AND entry_sha256 = $2',
      [origin, entrySha256],
    );
    return entry!;
  }

  /**
   * A subject stays in the log in which it began: the custody chain of a package is proved in one tree, also when it goes on in later
   * years. What is said of a log stands in that log.
   */
  private originOf({ subject, began }: Waiting): string {
    const own = this.evidence.logOrigin(began);
    return subject.startsWith(`${own.slice(0, own.lastIndexOf('/'))}/`) ? subject : own;
  }
}
