import { Inject, Injectable, Optional } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { addDays, Clock, instantOfLocal } from '../../kernel';
import { BlobStore, Db, Log } from '../../platform';
import { heldBy } from '../app/evidence-acts';
import { EvidenceRetention, type RetentionObstacle } from '../app/retention';
import { ActRow, PackageRow } from '../store/evidence.entity';
import { evidenceLocksConfig, type EvidenceLocksConfig } from '../evidence-locks.config';

const BATCH = 50;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

interface Wanted {
  until: Date | null;
  isHeld: boolean;
  /** Blobs of the package, with whether any other package that needs the same bytes is on hold. */
  blobs: { sha256: string; heldElsewhere: boolean }[];
  was: { until: Date | null; isHeld: boolean };
}

/**
 * Tells an object store how long it has to keep the blobs of each package, so that nobody can remove them, with whatever keys: to the last
 * day of the retention rule, or, while no end is known, for some time ahead and ever again. A hold is told as a hold. Nothing is ever
 * shortened. Looked at as soon as something of the package changes, and once a day, since the rules of cases change too.
 */
@Injectable()
export class RetentionKeeper {
  constructor(
    private readonly db: Db,
    private readonly clock: Clock,
    private readonly blobs: BlobStore,
    private readonly log: Log,
    @Inject(evidenceLocksConfig.provide) private readonly config: EvidenceLocksConfig,
    @Optional() @Inject(EvidenceRetention) private readonly retention: EvidenceRetention | null = null,
  ) {}

  /** Returns how many packages were told. What fails is tried again in an hour. */
  async look(): Promise<number> {
    if (!this.blobs.keepsLocks) return 0;
    const due = await this.db.tx((tx) =>
      tx.query<{ packageId: string; isChanged: boolean }[]>(
        `SELECT package_id AS "packageId", next_at = '-infinity' OR told_at IS NULL AS "isChanged" FROM evidence_lock WHERE next_at <= $1 ORDER BY next_at LIMIT ${BATCH}`,
        [this.clock.now()],
      ),
    );
    for (const { packageId, isChanged } of due)
      try {
        await this.tell(packageId, isChanged);
      } catch (fault) {
        this.log.error('evidence.lock.failed', { packageId }, fault);
        await this.note(packageId, null, HOUR_MS);
      }
    return due.length;
  }

  /** `isChanged`: a hold, a blob or a case came or went, or the last try failed; else it is the look of each day. */
  private async tell(packageId: string, isChanged: boolean): Promise<void> {
    // Whatever changes from here on makes it due again.
    await this.note(packageId, null, HOUR_MS);
    const wanted = await this.db.tx((tx) => this.wanted(tx, packageId));
    const isSame = wanted.isHeld === wanted.was.isHeld && (wanted.until?.getTime() ?? 0) <= (wanted.was.until?.getTime() ?? 0);
    if (!isChanged && isSame) return this.note(packageId, wanted, DAY_MS);
    for (const { sha256, heldElsewhere } of wanted.blobs) {
      if (wanted.until) await this.blobs.retainUntil(sha256, wanted.until);
      if (wanted.isHeld || wanted.was.isHeld) await this.blobs.legalHold(sha256, wanted.isHeld || heldElsewhere);
    }
    await this.note(packageId, wanted, DAY_MS);
    const { until, isHeld, was } = wanted;
    if (isHeld !== was.isHeld || until?.getTime() !== was.until?.getTime())
      this.log.info('evidence.locked', { packageId, until, isHeld, blobs: wanted.blobs.length });
  }

  private async wanted(tx: EntityManager, packageId: string): Promise<Wanted> {
    const row = await tx.findOneByOrFail(PackageRow, { id: packageId });
    const acts = await tx.find(ActRow, { where: { packageId }, order: { at: 'ASC' } });
    const [lock] = await tx.query<{ until: Date | null; on_hold: boolean }[]>(
      'SELECT until, on_hold FROM evidence_lock WHERE package_id = $1',
      [packageId],
    );
    const blobs = await tx.query<Wanted['blobs']>(
      `SELECT DISTINCT r.sha256, EXISTS (SELECT FROM blob_reference o JOIN evidence_act a ON a.package_id = o.package_id
         WHERE o.sha256 = r.sha256 AND o.package_id <> $1 AND a.action = 'hold' AND NOT EXISTS (SELECT FROM evidence_act b
           WHERE b.package_id = a.package_id AND b.action = 'release' AND b.at >= a.at)) AS "heldElsewhere"
       FROM blob_reference r WHERE r.package_id = $1`,
      [packageId],
    );
    const isDisposed = row.state === 'disposed';
    const obstacle: RetentionObstacle | null = this.retention
      ? await this.retention.obstacle(tx, row)
      : { because: 'unknown', until: null };
    const was = { until: lock?.until ?? null, isHeld: lock?.on_hold ?? false };
    return {
      until: isDisposed || !obstacle ? null : this.endOf(obstacle, was.until),
      isHeld: !isDisposed && heldBy(acts),
      blobs,
      was,
    };
  }

  /** The end of the last day, in Shanghai; while no end is known some time ahead, said anew when half of it is left. */
  private endOf({ until }: RetentionObstacle, was: Date | null): Date {
    if (until) return instantOfLocal(addDays(until, 1));
    const [now, aheadMs] = [this.clock.now().getTime(), this.config.lockAheadDays * DAY_MS];
    return was && was.getTime() - now > aheadMs / 2 ? was : new Date(now + aheadMs);
  }

  /** When it is looked at again; `told` is what the store was told meanwhile. A change that came in between is not put off. */
  private async note(packageId: string, told: Wanted | null, aheadMs: number): Promise<void> {
    const [now, next] = [this.clock.now(), new Date(this.clock.now().getTime() + aheadMs)];
    await this.db.tx((tx) =>
      told
        ? tx.query(
            `UPDATE evidence_lock SET until = greatest(until, $2), on_hold = $3, told_at = $4,
               next_at = CASE WHEN next_at = '-infinity' THEN next_at ELSE $5 END WHERE package_id = $1`,
            [packageId, told.until, told.isHeld, now, next],
          )
        : tx.query('UPDATE evidence_lock SET next_at = $2, told_at = NULL WHERE package_id = $1', [packageId, next]),
    );
  }
}
