import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Clock } from '../../../libs/kernel';
import { type Db, failpoint, systemClaims } from '../../../libs/platform';
import {
  checkpointText,
  endsLog,
  type NoteSigner,
  type NoteVerifier,
  openNote,
  parseCheckpointText,
  signNote,
  textOf,
  utf8,
} from '../../../libs/proof';
import { isSameRoot, type Kept, keptOf, type KeptRoots, Remembered } from './remembered';

const BATCH = 5_000;
const DAY_MS = 86_400_000;

/** Why the signer stopped. It never goes on by itself: somebody has to look. */
export class LedgerIncident extends Error {}

interface SignedCheckpoint {
  size: string;
  at: Date;
  note: string;
  note_sm3: string;
}

/**
 * Signs checkpoints of what it has re-read and re-hashed itself. It starts from the entry bytes, not from the stored nodes; it
 * passes through every checkpoint that was signed before; and it never signs two roots for one size, because the roots that it
 * signed are kept outside the database and written down before a checkpoint leaves the process (I-08, F09, F10, F11).
 */
@Injectable()
export class CheckpointSigner {
  private readonly logs = new Map<string, Remembered>();
  private readonly kept: Map<string, Kept>;
  private readonly isFirstStart: boolean;

  constructor(
    private readonly db: Db,
    private readonly clock: Clock,
    private readonly key: NoteSigner,
    private readonly roots: KeptRoots,
    private readonly options: { intervalMs: number; adopt: boolean; idleMs?: number; older?: readonly NoteVerifier[] },
  ) {
    const read = roots.read();
    this.isFirstStart = read === null;
    this.kept = read ?? new Map();
  }

  /** Looks at every log once; returns the sizes signed now, by origin. Throws `LedgerIncident` on any doubt. */
  async look(): Promise<Map<string, number>> {
    const signed = new Map<string, number>();
    const origins = await this.read((tx) =>
      // From one log to the next by the key: DISTINCT would read every place, each second.
      tx.query<{ origin: string }[]>(
        `WITH RECURSIVE log AS (
           (SELECT origin FROM ledger_place ORDER BY origin LIMIT 1)
           UNION ALL
           SELECT (SELECT p.origin FROM ledger_place p WHERE p.origin > log.origin ORDER BY p.origin LIMIT 1) FROM log WHERE log.origin IS NOT NULL)
         SELECT origin FROM log WHERE origin IS NOT NULL ORDER BY 1`,
      ),
    );
    for (const gone of this.kept.keys())
      if (!origins.some(({ origin }) => origin === gone)) throw new LedgerIncident(`${gone}: the log is gone`);
    for (const { origin } of origins) {
      const size = await this.lookAt(origin);
      if (size !== null) signed.set(origin, size);
    }
    return signed;
  }

  private async lookAt(origin: string): Promise<number | null> {
    const known = this.logs.get(origin) ?? (await this.begin(origin));
    const stored = await this.checkpoints(origin, known.signed);
    const foreign = stored.filter(({ size }) => Number(size) > known.signed);
    if (foreign.some(({ size }) => Number(size) <= known.size)) {
      // Of a size that was passed already: the root is gone by then, so that everything is read again.
      this.logs.delete(origin);
      return this.lookAt(origin);
    }
    // Somebody else with this key: another history is told at once, the same history is taken note of.
    await this.readOn(origin, known, foreign);
    known.signed = Math.max(known.signed, ...foreign.map(({ size }) => Number(size)));
    const last = stored.at(-1);
    const age = last ? this.clock.now().getTime() - last.at.getTime() : Infinity;
    // Once a day also while nothing happens: whoever watches the log sees that its signer lives and has nothing new to say.
    const isIdle = known.size === known.signed;
    if (known.size === 0 || age < (isIdle ? (this.options.idleMs ?? DAY_MS) : this.options.intervalMs)) return null;
    await this.sign(origin, known);
    return known.size;
  }

  /** A log met for the first time since the start: everything is re-read and compared with what was signed. */
  private async begin(origin: string): Promise<Remembered> {
    const known = new Remembered();
    const checkpoints = await this.checkpoints(origin, 0);
    const kept = this.kept.get(origin);
    if (!kept && checkpoints.length && !this.options.adopt)
      throw new LedgerIncident(
        `${origin}: checkpoints exist that this signer does not remember${this.isFirstStart ? '; the file of kept roots is missing' : ''}`,
      );
    await this.readOn(origin, known, checkpoints, kept);
    // Only what is stored counts: a root that was kept and whose note a crash lost is signed again, for the same size the same root.
    known.signed = Math.max(0, ...checkpoints.map(({ size }) => Number(size)));
    this.logs.set(origin, known);
    return known;
  }

  /** Reads what is new, to the end, and compares the root of every size for which one was signed. */
  private async readOn(origin: string, known: Remembered, signed: readonly SignedCheckpoint[], kept?: Kept): Promise<void> {
    const bySize = Map.groupBy(signed, ({ size }) => Number(size));
    for (;;) {
      const rows = await this.read((tx) =>
        tx.query<{ idx: string; entry: Buffer }[]>(
          // Only places are put in order, and only one batch of entries is read, however much waits.
          `SELECT p.idx, e.entry FROM (
             SELECT idx, entry_id FROM ledger_place WHERE origin = $1 AND idx >= $2 ORDER BY idx LIMIT ${BATCH}) p
           CROSS JOIN LATERAL (SELECT w.entry FROM ledger_entry w WHERE w.id = p.entry_id OFFSET 0) e ORDER BY p.idx`,
          [origin, known.size],
        ),
      );
      for (const { idx, entry } of rows) {
        if (Number(idx) !== known.size) throw new LedgerIncident(`${origin}: entry ${known.size} is missing`);
        if (known.isClosed) throw new LedgerIncident(`${origin}: entry ${known.size} stands behind the end of the log`);
        known.append(new Uint8Array(entry));
        known.isClosed = endsLog(entry, origin);
        if (kept?.size === known.size && !isSameRoot(kept, known))
          throw new LedgerIncident(`${origin}: the entries up to ${kept.size} are not those that were signed`);
        for (const checkpoint of bySize.get(known.size) ?? []) this.compare(origin, known, checkpoint);
      }
      if (rows.length < BATCH) break;
    }
    if (kept && kept.size > known.size)
      throw new LedgerIncident(`${origin}: ${kept.size} entries were signed, ${known.size} are there`);
    const largest = Math.max(0, ...bySize.keys());
    if (largest > known.size)
      throw new LedgerIncident(`${origin}: a checkpoint of ${largest} entries exists, ${known.size} are there`);
  }

  private compare(origin: string, known: Remembered, stored: SignedCheckpoint): void {
    for (const [hash, note] of [
      ['sha256', stored.note],
      ['sm3', stored.note_sm3],
    ] as const) {
      const checkpoint = parseCheckpointText(openNote(utf8(note), [this.key, ...(this.options.older ?? [])]).text);
      if (checkpoint.size !== known.size || !Buffer.from(known.trees[hash].root()).equals(checkpoint.root))
        throw new LedgerIncident(`${origin}: the checkpoint of ${known.size} entries is another history (${hash})`);
    }
  }

  private async sign(origin: string, known: Remembered): Promise<void> {
    const { size } = known;
    const note = await signNote(checkpointText({ origin, size, root: known.trees.sha256.root() }), [this.key]);
    const noteSm3 = await signNote(checkpointText({ origin: `${origin}/sm3`, size, root: known.trees.sm3.root() }), [this.key]);
    this.kept.set(origin, keptOf(known));
    failpoint('sign.beforeKept');
    this.roots.write(this.kept);
    failpoint('sign.kept');
    await this.db.as(systemClaims('ledger-signer'), (tx) =>
      tx.query(
        'INSERT INTO ledger_checkpoint (origin, size, at, note, note_sm3) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING',
        [origin, size, this.clock.now(), textOf(note), textOf(noteSm3)],
      ),
    );
    failpoint('sign.stored');
    known.signed = size;
  }

  /** Of `from` entries and more, in order. */
  private checkpoints(origin: string, from: number): Promise<SignedCheckpoint[]> {
    return this.read((tx) =>
      tx.query('SELECT size, at, note, note_sm3 FROM ledger_checkpoint WHERE origin = $1 AND size >= $2 ORDER BY size, at', [
        origin,
        from,
      ]),
    );
  }

  private read<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.db.as(systemClaims('ledger-signer'), work);
  }
}
