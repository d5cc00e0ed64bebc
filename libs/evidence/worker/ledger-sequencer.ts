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
/** How far one group looks ahead, in numbers of entries. */
const REACH = 20_000;
/** How far below the first entry without a place the numbers are looked at that are still free. */
const LOOK_BACK = 100_000;
/** How long a transaction may stay open and still find its entry placed with the next group. */
const GRACE_MS = 5 * 60_000;
/** After that, at the latest, the entry of a longer one is found. */
const SWEEP_MS = 15 * 60_000;

/** Numbers that nobody used, or a transaction that is still open. */
interface Gap {
  low: number;
  high: number;
  until: number;
}

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

  /** Everything with a number up to this one has its place, but for what lies in the gaps. */
  private floor = 0;
  private gaps: Gap[] = [];
  private sweptAt = -Infinity;

  /** Places whatever waits, however much; returns how many entries got a place. */
  async placeAll(): Promise<number> {
    for (let all = 0; ;) {
      const { placed, more } = await this.placeGroup();
      all += placed;
      if (!more) return all;
    }
  }

  private async placeGroup(): Promise<{ placed: number; more: boolean }> {
    const now = performance.now();
    const isSweep = now - this.sweptAt > SWEEP_MS;
    const { placed, more, floor, gaps } = await this.db.tx(async (tx) => {
      await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('nms:ledger', 0))`);
      const from = isSweep ? await firstWaiting(tx, now) : { floor: this.floor, gaps: this.gaps };
      return this.placeBehind(tx, from, now);
    });
    // Only what is committed counts.
    if (isSweep) this.sweptAt = now;
    [this.floor, this.gaps] = [floor, gaps.filter(({ until }) => until > now)];
    return { placed, more };
  }

  private async placeBehind(
    tx: EntityManager,
    from: { floor: number; gaps: Gap[] },
    now: number,
  ): Promise<{ placed: number; more: boolean; floor: number; gaps: Gap[] }> {
    const newest = await newestId(tx);
    const top = Math.min(newest, from.floor + REACH);
    // Asked before the entries: whatever is there now is seen by the next statement too, so that nothing falls in between.
    const gaps = [...from.gaps, ...(await gapsIn(tx, from.floor, top, now))];
    const ranges = [...from.gaps, { low: from.floor + 1, high: top }];
    const waiting = await tx.query<Waiting[]>(
      // Look-ups by key: the planner knows nothing of ranges and would rather read the whole ledger. OFFSET 0 keeps them apart.
      `SELECT e.id, e.subject, e.leaf, e.leaf_sm3, (SELECT f.at FROM ledger_entry f WHERE f.subject = e.subject AND f.seq = 0) AS began
       FROM unnest($1::bigint[], $2::bigint[]) AS r (low, high)
       CROSS JOIN LATERAL (SELECT * FROM ledger_entry w WHERE w.id BETWEEN r.low AND r.high ORDER BY w.id OFFSET 0) e
       LEFT JOIN LATERAL (SELECT true AS given FROM ledger_place q WHERE q.entry_id = e.id OFFSET 0) p ON true
       WHERE p.given IS NULL ORDER BY e.id LIMIT ${BATCH}`,
      [ranges.map(({ low }) => low), ranges.map(({ high }) => high)],
    );
    await this.give(tx, waiting);
    const isFull = waiting.length === BATCH;
    const floor = isFull ? Math.max(from.floor, Number(waiting.at(-1)!.id)) : top;
    return {
      placed: waiting.length,
      more: isFull || top < newest,
      floor,
      gaps: upTo(floor, gaps),
    };
  }

  private async give(tx: EntityManager, waiting: readonly Waiting[]): Promise<void> {
    const byOrigin = Map.groupBy(waiting, (entry) => this.originOf(entry));
    for (const [origin, entries] of byOrigin) {
      const opening = (await this.trees.size(tx, origin)) === 0 ? await this.open(tx, origin) : null;
      await this.trees.append(tx, origin, opening ? [opening, ...entries.filter(({ id }) => id !== opening.id)] : entries);
    }
    failpoint('place.beforeCommit');
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

/** Beyond the floor everything is looked at anyhow. */
function upTo(floor: number, gaps: readonly Gap[]): Gap[] {
  return gaps.filter(({ low }) => low <= floor).map((gap) => ({ ...gap, high: Math.min(gap.high, floor) }));
}

async function newestId(tx: EntityManager): Promise<number> {
  const [{ top }] = await tx.query<[{ top: number }]>('SELECT coalesce(max(id), 0)::float8 AS top FROM ledger_entry');
  return top;
}

/** Walks through the whole ledger: when the process begins, and now and then for what came later than anybody would wait. */
async function firstWaiting(tx: EntityManager, now: number): Promise<{ floor: number; gaps: Gap[] }> {
  const newest = await newestId(tx);
  const gaps = await gapsIn(tx, newest - LOOK_BACK, newest, now);
  const [{ first }] = await tx.query<[{ first: number | null }]>(
    `SELECT (SELECT e.id FROM ledger_entry e WHERE NOT EXISTS (SELECT FROM ledger_place p WHERE p.entry_id = e.id)
             ORDER BY e.id LIMIT 1)::float8 AS first`,
  );
  const floor = first === null ? newest : Math.min(newest, first - 1);
  return { floor, gaps: upTo(floor, gaps) };
}

/** Numbers above `floor`, up to `top`, under which nothing can be seen yet. */
async function gapsIn(tx: EntityManager, floor: number, top: number, now: number): Promise<Gap[]> {
  if (top <= floor) return [];
  const rows = await tx.query<{ low: number; high: number }[]>(
    `SELECT (before + 1)::float8 AS low, (id - 1)::float8 AS high
     FROM (SELECT id, lag(id, 1, $1::bigint) OVER (ORDER BY id) AS before FROM ledger_entry WHERE id > $1 AND id <= $2) AS seen
     WHERE id > before + 1`,
    [Math.max(floor, 0), top],
  );
  return rows.map((row) => ({ ...row, until: now + GRACE_MS }));
}
