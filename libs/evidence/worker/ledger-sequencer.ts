import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Db, failpoint, systemClaims } from '../../platform';
import { EvidenceService } from '../app/evidence.service';
import { type Leaf, LedgerTrees } from '../store/ledger-trees';

interface Seen extends Leaf {
  subject: string;
  /** Whether it has its place already: who opens or closes a log places that entry at once. */
  given: boolean;
}

const SYSTEM = systemClaims('ledger-sequencer');
/** What one group takes at most, and how far it looks ahead in numbers of entries. */
const BATCH = 4_000;
/** Subjects whose log is remembered; beyond that all are forgotten, and asked for again. */
const REMEMBERED = 10_000;

interface Range {
  low: number;
  high: number;
}

/**
 * Numbers of entries under which nothing can be seen. They belong to transactions with a number below `until`; once all of these have ended,
 * what is still not there never comes.
 */
interface Gap extends Range {
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
  /** The log of each subject, which its first entry decides for ever. */
  private readonly origins = new Map<string, string>();

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
    if (this.progress === null) await this.walk();
    // In a transaction of its own, which has no number yet when it looks at those of others and at the entries.
    const done = await this.db.as(SYSTEM, async (tx) => {
      await takeTurn(tx);
      const now = await stateOf(tx);
      return now.store === this.store ? this.placeBehind(tx, this.progress!, now) : null;
    });
    // Only what is committed counts.
    this.progress = done?.progress ?? null;
    return done ?? { placed: 0, more: true };
  }

  private async walk(): Promise<void> {
    this.origins.clear();
    [this.store, this.progress] = await this.db.as(SYSTEM, async (tx) => {
      await takeTurn(tx);
      const { store, newest } = await stateOf(tx);
      return [store, await firstWaiting(tx, newest)] as const;
    });
  }

  private async placeBehind(
    tx: EntityManager,
    from: Progress,
    { oldest, newest }: State,
  ): Promise<{ placed: number; more: boolean; progress: Progress }> {
    const top = Math.min(newest, from.floor + BATCH);
    const ahead = { low: from.floor + 1, high: top };
    const { seen, until } = await look(tx, [...from.gaps, ahead]);
    const waiting = seen.filter(({ given }) => !given);
    await this.give(tx, waiting);
    const isFull = seen.length === BATCH;
    const floor = isFull ? Math.max(from.floor, Number(seen.at(-1)!.id)) : top;
    const gaps = unseen([...from.gaps, { ...ahead, high: floor, until }], seen);
    // Who had ended when this look began has been seen by it, unless it stopped before the end.
    const open = isFull ? gaps : gaps.filter((gap) => gap.until > oldest);
    return { placed: waiting.length, more: isFull || top < newest, progress: { floor, gaps: open } };
  }

  private async give(tx: EntityManager, waiting: readonly Seen[]): Promise<void> {
    if (!waiting.length) return;
    const originOf = await this.originsOf(tx, waiting);
    const closed = await this.trees.closedAmong(tx, [...new Set(originOf.values())]);
    // Behind the end of a log comes nothing: what is said of an ended chain all the same stands in the log of now.
    const openOf = (origin: string): string => (closed.has(origin) ? this.evidence.currentLog() : origin);
    for (const [origin, entries] of Map.groupBy(waiting, ({ subject }) => openOf(originOf.get(subject)!))) {
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

  /** The log of every subject among the entries. */
  private async originsOf(tx: EntityManager, entries: readonly Seen[]): Promise<ReadonlyMap<string, string>> {
    const subjects = [...new Set(entries.map(({ subject }) => subject))];
    if (this.origins.size > REMEMBERED) this.origins.clear();
    const unknown = subjects.filter((subject) => !this.origins.has(subject));
    const rows = unknown.length
      ? await tx.query<{ subject: string; began: Date }[]>(
          `SELECT f.subject, f.at AS began FROM unnest($1::text[]) AS s
           CROSS JOIN LATERAL (SELECT * FROM ledger_entry w WHERE w.subject = s AND w.seq = 0 OFFSET 0) f`,
          [unknown],
        )
      : [];
    for (const { subject, began } of rows) this.origins.set(subject, this.originOf(subject, began));
    return this.origins;
  }

  /**
   * A subject stays in the log in which it began: the custody chain of a package is proved in one tree, also when it goes on in later
   * years. What is said of a log stands in that log.
   */
  private originOf(subject: string, began: Date): string {
    const own = this.evidence.logOrigin(began);
    return subject.startsWith(`${own.slice(0, own.lastIndexOf('/'))}/`) ? subject : own;
  }
}

/** What of the ranges is not among the entries, which come in the order of their numbers. */
function unseen(ranges: readonly Gap[], seen: readonly Seen[]): Gap[] {
  const gaps: Gap[] = [];
  let n = 0;
  for (const { low, high, until } of ranges) {
    let next = low;
    for (; n < seen.length && Number(seen[n]!.id) <= high; n += 1) {
      const id = Number(seen[n]!.id);
      if (id > next) gaps.push({ low: next, high: id - 1, until });
      next = id + 1;
    }
    if (next <= high) gaps.push({ low: next, high, until });
  }
  return gaps;
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

interface State {
  /** Another one after every start of the server and every new making of the table: the ledger may be that of a backup then. */
  store: string;
  /** The lowest number of a transaction that still runs: all below have ended, and the next statement sees what they wrote. */
  oldest: number;
  newest: number;
}

async function stateOf(tx: EntityManager): Promise<State> {
  const [state] = await tx.query<[State]>(
    `SELECT concat('ledger_entry'::regclass::oid, ' ', pg_postmaster_start_time()) AS store,
       pg_snapshot_xmin(pg_current_snapshot())::text::float8 AS oldest, (SELECT coalesce(max(id), 0) FROM ledger_entry)::float8 AS newest`,
  );
  return state;
}

/**
 * The entries within the ranges, in the order of their numbers, at most a group. `until` is the number that this transaction gets after it
 * has looked: whoever took a number below one that is seen has a lower one.
 */
async function look(tx: EntityManager, ranges: readonly Range[]): Promise<{ seen: Seen[]; until: number }> {
  const seen = await tx.query<Seen[]>(
    // Look-ups by key: the planner knows nothing of ranges and would rather read the whole ledger. OFFSET 0 keeps them apart.
    `WITH r AS MATERIALIZED (SELECT * FROM unnest($1::bigint[], $2::bigint[]) AS r (low, high)),
       g AS MATERIALIZED (SELECT p.entry_id FROM r CROSS JOIN LATERAL (
         SELECT q.entry_id FROM ledger_place q WHERE q.entry_id BETWEEN r.low AND r.high OFFSET 0) p)
     SELECT e.id, e.subject, e.leaf, e.leaf_sm3, e.id IN (SELECT entry_id FROM g) AS given
     FROM r CROSS JOIN LATERAL (SELECT * FROM ledger_entry w WHERE w.id BETWEEN r.low AND r.high ORDER BY w.id OFFSET 0) e
     ORDER BY e.id LIMIT ${BATCH}`,
    [ranges.map(({ low }) => low), ranges.map(({ high }) => high)],
  );
  const [{ until }] = await tx.query<[{ until: number }]>('SELECT pg_current_xact_id()::text::float8 AS until');
  return { seen, until };
}

/** Walks through the whole ledger: once for a process and a start of the server. */
async function firstWaiting(tx: EntityManager, newest: number): Promise<Progress> {
  const gaps = await tx.query<Gap[]>(
    `SELECT (before + 1)::float8 AS low, (id - 1)::float8 AS high, pg_current_xact_id()::text::float8 AS until
     FROM (SELECT e.id, lag(e.id, 1, 0::bigint) OVER (ORDER BY e.id) AS before
           FROM (SELECT w.id FROM ledger_entry w WHERE w.id <= $1 UNION ALL SELECT $1 + 1) e) AS seen
     WHERE id > before + 1 ORDER BY id`,
    [newest],
  );
  const [{ first }] = await tx.query<[{ first: number | null }]>(
    `SELECT (SELECT e.id FROM ledger_entry e WHERE NOT EXISTS (SELECT FROM ledger_place p WHERE p.entry_id = e.id)
             ORDER BY e.id LIMIT 1)::float8 AS first`,
  );
  const floor = first === null ? newest : Math.min(newest, first - 1);
  return { floor, gaps: gaps.filter(({ low }) => low <= floor).map((gap) => ({ ...gap, high: Math.min(gap.high, floor) })) };
}
