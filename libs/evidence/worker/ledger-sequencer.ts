import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Db, failpoint, systemClaims } from '../../platform';
import { EvidenceService } from '../app/evidence.service';
import { type Leaf, LedgerTrees } from '../store/ledger-trees';

interface Waiting extends Leaf {
  subject: string;
  /** When the subject's first entry was written. */
  began: Date;
}

const SYSTEM = systemClaims('ledger-sequencer');
const BATCH = 2_000;
/** How far one group looks ahead, in numbers of entries. */
const REACH = 20_000;

/**
 * Numbers of entries under which nothing can be seen. They belong to transactions with a number below `until`; once all of these have ended,
 * what is still not there never comes.
 */
interface Gap {
  low: number;
  high: number;
  until: number;
}

/** Everything with a number up to `floor` has its place, but for what lies in the gaps. */
interface Progress {
  floor: number;
  gaps: Gap[];
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

  /** Null until the ledger was walked through. */
  private progress: Progress | null = null;
  private store = '';

  /** Places whatever waits, however much; returns how many entries got a place. */
  async placeAll(): Promise<number> {
    for (let all = 0; ;) {
      const { placed, more } = await this.placeGroup();
      all += placed;
      if (!more) return all;
    }
  }

  /**
   * Ends a log with the entry that names the checkpoint of everything in it; returns the size it has then. Null, and nothing is written, as
   * long as `isOngoing` says that a chain may go on, or as the last entries are not signed for.
   */
  close(origin: string, isOngoing: (tx: EntityManager) => Promise<boolean>): Promise<number | null> {
    return this.db.as(SYSTEM, async (tx) => {
      await takeTurn(tx);
      const checkpoint = await this.trees.newestCheckpoint(tx, origin);
      const size = await this.trees.size(tx, origin);
      if (checkpoint?.size !== size || (await this.trees.closedAmong(tx, [origin])).size || (await isOngoing(tx))) return null;
      const entrySha256 = await this.evidence.noteLogClosed(tx, origin, checkpoint);
      await this.trees.append(tx, origin, [await entryOf(tx, origin, entrySha256)]);
      return size + 1;
    });
  }

  private async placeGroup(): Promise<{ placed: number; more: boolean }> {
    // In a transaction of its own, which has no number yet when it looks at those of others.
    const { progress, store, ...done } = await this.db.as(SYSTEM, async (tx) => {
      await takeTurn(tx);
      const store = await storeOf(tx);
      const isKnown = this.progress !== null && this.store === store;
      const placed = await this.placeBehind(tx, isKnown ? this.progress! : await firstWaiting(tx));
      return { ...placed, store };
    });
    // Only what is committed counts.
    [this.progress, this.store] = [progress, store];
    return done;
  }

  private async placeBehind(tx: EntityManager, from: Progress): Promise<{ placed: number; more: boolean; progress: Progress }> {
    const oldest = await oldestRunning(tx);
    const newest = await newestId(tx);
    const top = Math.min(newest, from.floor + REACH);
    // Asked before the entries: whatever is there now is seen by the next statement too, so that nothing falls in between.
    const gaps = await gapsIn(tx, [...from.gaps, { low: from.floor + 1, high: top, until: null }]);
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
    // Who had ended when this look began has been seen by it, unless it stopped before the end.
    const open = isFull ? gaps : gaps.filter(({ until }) => until > oldest);
    return { placed: waiting.length, more: isFull || top < newest, progress: { floor, gaps: upTo(floor, open) } };
  }

  private async give(tx: EntityManager, waiting: readonly Waiting[]): Promise<void> {
    const closed = await this.trees.closedAmong(tx, [...new Set(waiting.map((entry) => this.originOf(entry)))]);
    // Behind the end of a log comes nothing: what is said of an ended chain all the same stands in the log of now.
    const openOf = (origin: string): string => (closed.has(origin) ? this.evidence.currentLog() : origin);
    const byOrigin = Map.groupBy(waiting, (entry) => openOf(this.originOf(entry)));
    for (const [origin, entries] of byOrigin) {
      const opening = (await this.trees.size(tx, origin)) === 0 ? await this.open(tx, origin) : null;
      await this.trees.append(tx, origin, opening ? [opening, ...entries.filter(({ id }) => id !== opening.id)] : entries);
    }
    failpoint('place.beforeCommit');
  }

  /** The first entry of a log names the last checkpoint of the one before, so that nobody can begin a year with another past. */
  private async open(tx: EntityManager, origin: string): Promise<Leaf> {
    const before = await this.trees.lastCheckpointBefore(tx, origin);
    const entrySha256 = await this.evidence.noteLogOpened(tx, origin, before);
    return entryOf(tx, origin, entrySha256);
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

/** One places at a time. */
async function takeTurn(tx: EntityManager): Promise<void> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('nms:ledger', 0))`);
}

async function entryOf(tx: EntityManager, subject: string, entrySha256: string): Promise<Leaf> {
  const [entry] = await tx.query<[Leaf]>('SELECT id, leaf, leaf_sm3 FROM ledger_entry WHERE subject = $1 AND entry_sha256 = $2', [
    subject,
    entrySha256,
  ]);
  return entry;
}

/** Another one after every start of the server and every new making of the table: the ledger may be that of a backup then. */
async function storeOf(tx: EntityManager): Promise<string> {
  const [{ store }] = await tx.query<[{ store: string }]>(
    `SELECT concat('ledger_entry'::regclass::oid, ' ', pg_postmaster_start_time()) AS store`,
  );
  return store;
}

async function newestId(tx: EntityManager): Promise<number> {
  const [{ top }] = await tx.query<[{ top: number }]>('SELECT coalesce(max(id), 0)::float8 AS top FROM ledger_entry');
  return top;
}

/** The lowest number of a transaction that still runs: all below have ended, and the next statement sees what they wrote. */
async function oldestRunning(tx: EntityManager): Promise<number> {
  const [{ xmin }] = await tx.query<[{ xmin: number }]>('SELECT pg_snapshot_xmin(pg_current_snapshot())::text::float8 AS xmin');
  return xmin;
}

/** Walks through the whole ledger: once for a process and a start of the server. */
async function firstWaiting(tx: EntityManager): Promise<Progress> {
  const newest = await newestId(tx);
  const gaps = await gapsIn(tx, [{ low: 1, high: newest, until: null }]);
  const [{ first }] = await tx.query<[{ first: number | null }]>(
    `SELECT (SELECT e.id FROM ledger_entry e WHERE NOT EXISTS (SELECT FROM ledger_place p WHERE p.entry_id = e.id)
             ORDER BY e.id LIMIT 1)::float8 AS first`,
  );
  const floor = first === null ? newest : Math.min(newest, first - 1);
  return { floor, gaps: upTo(floor, gaps) };
}

/** What cannot be seen yet within the ranges. A range that is looked at for the first time is to end below a number that can be seen. */
async function gapsIn(tx: EntityManager, ranges: readonly (Omit<Gap, 'until'> & { until: number | null })[]): Promise<Gap[]> {
  const rows = await tx.query<Gap[]>(
    // A number of its own for this transaction, if it needs one: whoever took a number below one that is seen already had his before.
    `SELECT (before + 1)::float8 AS low, (id - 1)::float8 AS high, coalesce(until, pg_current_xact_id()::text::float8) AS until
     FROM (SELECT r.until, e.id, lag(e.id, 1, r.low - 1) OVER (PARTITION BY r.low ORDER BY e.id) AS before
           FROM unnest($1::bigint[], $2::bigint[], $3::float8[]) AS r (low, high, until)
           CROSS JOIN LATERAL (SELECT w.id FROM ledger_entry w WHERE w.id BETWEEN r.low AND r.high UNION ALL SELECT r.high + 1) e) AS seen
     WHERE id > before + 1 ORDER BY id`,
    [ranges.map(({ low }) => low), ranges.map(({ high }) => high), ranges.map(({ until }) => until)],
  );
  return rows;
}
