import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../kernel';
import { BlobStore, Db, Log } from '../../platform';
import { evidenceWorkerConfig, type EvidenceWorkerConfig } from '../evidence-worker.config';
import { type OrphanBlob, OrphanBlobs } from './scrub-orphans';

const HOUR_MS = 3_600_000;
const UNKNOWN_AFTER_MS = 24 * HOUR_MS;
/** No write of one blob takes longer. */
const ASIDE_AFTER_MS = HOUR_MS;

const STAGED = /^(ev_[0-9A-HJKMNP-TV-Z]{26})(\.result\.json)?$/;
const CONTAINER = /^([0-9a-f-]{36})(?:\.[0-9a-f-]{36})?\.evp$/;

export interface Reconciled {
  /** Staging of packages and exports that are over; removed. */
  staging: string[];
  /** What was written aside in the blob store and never got a name; removed. */
  aside: string[];
  /** Blobs older than 24 hours that no row names; listed for a person, never removed. */
  orphanBlobs: OrphanBlob[];
}

/**
 * Clears up behind crashes, and only forward: what is evidence stays, what never became evidence goes, and what nobody can tell is
 * listed. Lost leases and half-done captures, stamps and exports are found by their own sweeps, which go on where it stopped.
 */
@Injectable()
export class Reconciler {
  constructor(
    private readonly db: Db,
    private readonly clock: Clock,
    private readonly blobs: BlobStore,
    private readonly orphans: OrphanBlobs,
    private readonly log: Log,
    @Inject(evidenceWorkerConfig.provide) private readonly config: EvidenceWorkerConfig,
  ) {}

  async run(): Promise<Reconciled> {
    const done: Reconciled = {
      staging: await this.clearStaging(),
      aside: await this.blobs.sweepAside(new Date(this.clock.now().getTime() - ASIDE_AFTER_MS)),
      orphanBlobs: await this.orphans.list(),
    };
    for (const path of [...done.staging, ...done.aside]) this.log.warn('evidence.staging.cleared', { path });
    for (const { sha256, size } of done.orphanBlobs) this.log.warn('evidence.blob.orphan', { sha256, sizeBytes: size });
    return done;
  }

  private async clearStaging(): Promise<string[]> {
    const cleared: string[] = [];
    for (const name of await readdir(this.config.stagingDir).catch(() => [])) {
      const path = join(this.config.stagingDir, name);
      if (!(await this.isOver(name, path))) continue;
      await rm(path, { recursive: true, force: true });
      cleared.push(path);
    }
    return cleared;
  }

  /** Nothing of a package that is still to be fixed; of a name that no row knows, only what nobody has touched for a day. */
  private async isOver(name: string, path: string): Promise<boolean> {
    const packageId = STAGED.exec(name)?.[1];
    const exportId = CONTAINER.exec(name)?.[1];
    if (!packageId && !exportId) return false; // not ours
    const [row] = await this.db.tx((tx) =>
      packageId
        ? tx.query<{ open: boolean }[]>(
            `SELECT state IN ('requested', 'capturing') AS open FROM evidence_package WHERE id = $1`,
            [packageId],
          )
        : tx.query<{ open: boolean }[]>(`SELECT state = 'requested' AS open FROM evidence_export WHERE id = $1`, [exportId]),
    );
    return row ? !row.open : (await stat(path)).mtime.getTime() < this.clock.now().getTime() - UNKNOWN_AFTER_MS;
  }
}
