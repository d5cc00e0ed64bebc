import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Clock } from '../../../libs/kernel';
import { type Db, failpoint, systemClaims } from '../../../libs/platform';
import {
  checkpointText,
  type NoteSigner,
  type NoteVerifier,
  openNote,
  parseCheckpointText,
  signNote,
  textOf,
  utf8,
} from '../../../libs/proof';
import { isSameRoot, keptOf, type KeptRoots, Remembered } from './remembered';

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
  private readonly kept: Map<string, { size: number; sha256: string; sm3: string }>;
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
      tx.query<{ origin: string }[]>('SELECT DISTINCT origin FROM ledger_place ORDER BY 1'),
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
    await this.readOn(origin, known);
    const last = await this.lastCheckpoint(origin);
    // Somebody else with this key: another history is told at once, the same history is taken note of.
    if (last && Number(last.size) > known.signed) {
      this.compare(origin, known, last);
      known.signed = Number(last.size);
    }
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
    const checkpoints = await this.checkpoints(origin);
    const kept = this.kept.get(origin);
    if (!kept && checkpoints.length && !this.options.adopt)
      throw new LedgerIncident(
        `${origin}: checkpoints exist that this signer does not remember${this.isFirstStart ? '; the file of kept roots is missing' : ''}`,
      );
    await this.readOn(origin, known);
    if (kept && kept.size > known.size)
      throw new LedgerIncident(`${origin}: ${kept.size} entries were signed, ${known.size} are there`);
    if (kept && !isSameRoot(kept, known))
      throw new LedgerIncident(`${origin}: the entries up to ${kept.size} are not those that were signed`);
    for (const checkpoint of checkpoints) this.compare(origin, known, checkpoint);
    // Only what is stored counts: a root that was kept and whose note a crash lost is signed again, for the same size the same root.
    known.signed = Math.max(0, ...checkpoints.map(({ size }) => Number(size)));
    this.logs.set(origin, known);
    return known;
  }

  private compare(origin: string, known: Remembered, stored: SignedCheckpoint): void {
    const size = Number(stored.size);
    if (size > known.size) throw new LedgerIncident(`${origin}: a checkpoint of ${size} entries exists, ${known.size} are there`);
    for (const [hash, note] of [
      ['sha256', stored.note],
      ['sm3', stored.note_sm3],
    ] as const) {
      const checkpoint = parseCheckpointText(openNote(utf8(note), [this.key, ...(this.options.older ?? [])]).text);
      if (!Buffer.from(known.trees[hash].root(size)).equals(checkpoint.root))
        throw new LedgerIncident(`${origin}: the checkpoint of ${size} entries is another history (${hash})`);
    }
  }

  private async readOn(origin: string, known: Remembered): Promise<void> {
    for (;;) {
      const rows = await this.read((tx) =>
        tx.query<{ idx: string; entry: Buffer }[]>(
          `SELECT p.idx, e.entry FROM ledger_place p JOIN ledger_entry e ON e.id = p.entry_id WHERE p.origin = $1 AND p.idx >= $2 ORDER BY p.idx LIMIT ${BATCH}`,
          [origin, known.size],
        ),
      );
      for (const { idx, entry } of rows) {
        if (Number(idx) !== known.size) throw new LedgerIncident(`${origin}: entry ${known.size} is missing`);
        known.append(new Uint8Array(entry));
      }
      if (rows.length < BATCH) return;
    }
  }

  private async sign(origin: string, known: Remembered): Promise<void> {
    const { size } = known;
    const note = await signNote(checkpointText({ origin, size, root: known.trees.sha256.root() }), [this.key]);
    const noteSm3 = await signNote(checkpointText({ origin: `${origin}/sm3`, size, root: known.trees.sm3.root() }), [this.key]);
    this.kept.set(origin, keptOf(known, size));
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

  private checkpoints(origin: string): Promise<SignedCheckpoint[]> {
    return this.read((tx) =>
      tx.query('SELECT size, at, note, note_sm3 FROM ledger_checkpoint WHERE origin = $1 ORDER BY size, at', [origin]),
    );
  }

  private async lastCheckpoint(origin: string): Promise<SignedCheckpoint | undefined> {
    const [last] = await this.read((tx) =>
      tx.query<SignedCheckpoint[]>(
        'SELECT size, at, note, note_sm3 FROM ledger_checkpoint WHERE origin = $1 ORDER BY size DESC, at DESC LIMIT 1',
        [origin],
      ),
    );
    return last;
  }

  private read<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.db.as(systemClaims('ledger-signer'), work);
  }
}
