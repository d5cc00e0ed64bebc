import { createHash } from 'node:crypto';
import { Inject, Injectable, Optional } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel';
import { BlobDestroyers, BlobStore, Db, type Destroyed, failpoint, Log } from '../../platform';
import { readContainer } from '../../proof';
import { KEPT_FILE, wentByOrder } from '../app/destructions';
import { EvidenceRetention } from '../app/retention';
import { DestructionBlobRow, DestructionRow, KeptSealRow } from '../store/destruction.entity';
import { ActRow, ExportRow, PackageRow } from '../store/evidence.entity';
import { Ledger } from '../store/ledger';
import { lockBlob } from '../store/blob-lock';

const SEAL_LIMIT = 8 * 1024 * 1024;
const BATCH = 20;

interface Plan {
  sha256: string;
  size: string;
  paths: string[];
}

/**
 * Destroys the bytes of packages that were disposed of to be destroyed. The order, the act and its entry come first: nothing is touched
 * before the entry stands under a signed checkpoint. Then what goes is written down, then each blob by itself: looked up, taken away,
 * told. A crash anywhere is gone on from; doing it twice does nothing. What is kept: the rows with every digest, MANIFEST.sig and its
 * time stamps, the SEAL of each export, the whole custody chain.
 */
@Injectable()
export class Destroyer {
  constructor(
    private readonly db: Db,
    private readonly clock: Clock,
    private readonly blobs: BlobStore,
    private readonly destroyers: BlobDestroyers,
    private readonly ledger: Ledger,
    private readonly log: Log,
    @Optional() @Inject(EvidenceRetention) private readonly retention: EvidenceRetention | null = null,
  ) {}

  /** One look at everything that waits. What cannot be done now is looked at again; one that fails holds up no other. */
  async look(): Promise<void> {
    for (const packageId of await this.waiting())
      try {
        await this.run(packageId);
      } catch (fault) {
        this.log.error('evidence.destruction.failed', { packageId }, fault);
      }
  }

  async waiting(): Promise<string[]> {
    const rows = await this.db.tx((tx) =>
      tx.query<{ id: string }[]>(
        `SELECT p.id FROM evidence_package p JOIN evidence_act a ON a.package_id = p.id AND a.action = 'dispose'
         LEFT JOIN evidence_destruction d ON d.package_id = p.id
         WHERE p.state = 'disposed' AND d.finished_at IS NULL AND (d.package_id IS NULL
           OR NOT EXISTS (SELECT FROM evidence_destruction_blob b WHERE b.package_id = p.id AND b.outcome IS NULL)
           OR EXISTS (SELECT FROM evidence_destruction_blob b WHERE b.package_id = p.id AND b.outcome IS NULL
             AND (b.waits_until IS NULL OR b.waits_until <= $1)))
         ORDER BY a.at LIMIT ${BATCH}`,
        [this.clock.now()],
      ),
    );
    return rows.map(({ id }) => id);
  }

  /** Safe to repeat, and by two workers at once. */
  async run(packageId: string): Promise<void> {
    if (!(await this.isBegun(packageId))) {
      if (!(await this.mayBegin(packageId))) return;
      await this.keepSeals(packageId);
      await this.begin(packageId);
      failpoint('destroy.begun');
    }
    const left = await this.db.tx((tx) => tx.findBy(DestructionBlobRow, { packageId }));
    for (const { sha256, outcome } of left)
      if (!outcome && (await this.lookUp(packageId, sha256))) await this.take(packageId, sha256);
    await this.finish(packageId);
  }

  private isBegun(packageId: string): Promise<boolean> {
    return this.db.tx((tx) => tx.existsBy(DestructionRow, { packageId }));
  }

  /** By an act whose entry stands under a signed checkpoint, undamaged, and with nothing that still keeps it. */
  private mayBegin(packageId: string): Promise<boolean> {
    return this.db.tx(async (tx) => {
      const row = await tx.findOneBy(PackageRow, { id: packageId });
      const act = await tx.findOneBy(ActRow, { packageId, action: 'dispose' });
      if (row?.state !== 'disposed' || row.frozenAt || !act?.entrySha256) return false;
      const [proved] = await tx.query<unknown[]>(
        `SELECT FROM ledger_entry e JOIN ledger_place p ON p.entry_id = e.id JOIN ledger_checkpoint c ON c.origin = p.origin AND c.size > p.idx
         WHERE e.subject = $1 AND e.entry_sha256 = $2 LIMIT 1`,
        [packageId, act.entrySha256],
      );
      if (!proved) return false;
      const obstacle = this.retention ? await this.retention.obstacle(tx, row) : { because: 'unknown', until: null };
      if (obstacle) this.log.warn('evidence.destruction.kept', { packageId, ...obstacle });
      return !obstacle;
    });
  }

  /** The SEAL of each export, out of its container. One that cannot be read is told by `nms fsck`. */
  private async keepSeals(packageId: string): Promise<void> {
    const exports = await this.db.tx((tx) => tx.findBy(ExportRow, { packageId, state: 'ready' }));
    for (const { n, blobSha256, sealSha256 } of exports) {
      const seal = await this.sealIn(blobSha256!).catch((fault: unknown) =>
        this.log.error('evidence.seal.lost', { packageId, n }, fault),
      );
      if (!seal || createHash('sha256').update(seal).digest('hex') !== sealSha256) continue;
      await this.db.tx((tx) =>
        tx.createQueryBuilder().insert().into(KeptSealRow).values({ packageId, n, seal }).orIgnore().execute(),
      );
    }
    failpoint('destroy.sealsKept');
  }

  private async sealIn(container: string): Promise<Buffer | null> {
    const { entries } = await readContainer(await this.blobs.source(container));
    const seal = entries.find(({ path }) => path === 'SEAL');
    return seal && seal.size <= SEAL_LIMIT ? Buffer.from(await seal.source.read(0, seal.size)) : null;
  }

  /** What goes, in one transaction with the end of every export that was still to be made. */
  private begin(packageId: string): Promise<void> {
    return this.db.tx(async (tx) => {
      const row = await tx.findOneOrFail(PackageRow, { where: { id: packageId }, lock: { mode: 'pessimistic_write' } });
      if (row.frozenAt || (await tx.existsBy(DestructionRow, { packageId }))) return;
      await tx.update(ExportRow, { packageId, state: 'requested' }, { state: 'failed', reason: 'disposed' });
      const { entrySha256 } = await tx.findOneByOrFail(ActRow, { packageId, action: 'dispose' });
      const plan = await tx.query<Plan[]>(
        `SELECT sha256, max(size) AS size, array_agg(DISTINCT path) AS paths FROM (
           SELECT sha256, size, path FROM evidence_file WHERE package_id = $1 AND path <> $2
           UNION ALL SELECT sha256, size, path FROM evidence_original WHERE package_id = $1
           UNION ALL SELECT sha256, size, path FROM evidence_attachment WHERE package_id = $1
           UNION ALL SELECT blob_sha256, size, 'export ' || n FROM evidence_export WHERE package_id = $1 AND blob_sha256 IS NOT NULL) AS w
         GROUP BY sha256`,
        [packageId, KEPT_FILE],
      );
      await tx.insert(DestructionRow, { packageId, entrySha256: entrySha256!, begunAt: this.clock.now() });
      await tx.insert(
        DestructionBlobRow,
        plan.map(({ sha256, size, paths }) => ({ packageId, sha256, size: Number(size), paths: paths.sort() })),
      );
      this.log.info('evidence.destruction.begun', { packageId, blobs: plan.length });
    });
  }

  /** Whether the blob may be taken away now. What others need is told so and stays; what is not there any more was lost before us. */
  private lookUp(packageId: string, sha256: string): Promise<boolean> {
    return this.db.tx(async (tx) => {
      const row = await this.mine(tx, packageId, sha256);
      if (!row || (row.waitsUntil && row.waitsUntil > this.clock.now())) return false;
      const holder = await holderOf(tx, sha256);
      if (holder) {
        await this.leave(tx, row, holder);
        return false;
      }
      const isThere = (await this.blobs.stat(sha256)) !== null;
      // Two packages that share a blob and are both destroyed: the second finds nothing, and nothing was lost.
      if (!row.lookedAt)
        await tx.update(
          DestructionBlobRow,
          { packageId, sha256 },
          { lookedAt: this.clock.now(), lost: !isThere && !(await wentByOrder(tx, sha256)) },
        );
      return true;
    });
  }

  /** Others need it. A try that was cut off may have left it renamed away, or its copy gone: the blob is put back and copied anew. */
  private async leave(tx: EntityManager, row: DestructionBlobRow, holder: string): Promise<void> {
    const { sha256 } = row;
    if (row.lookedAt) {
      for (const destroyer of [this.destroyers.store, this.destroyers.replica])
        await destroyer?.destroy(sha256, () => Promise.resolve(false));
      await tx.query('DELETE FROM blob_replica WHERE sha256 = $1', [sha256]);
    }
    await this.tell(tx, row, { outcome: 'shared', holder });
  }

  /** The bytes go while the row is locked, and what became of them is told in the same transaction. */
  private async take(packageId: string, sha256: string): Promise<void> {
    failpoint('destroy.lookedUp');
    await this.db.tx(async (tx) => {
      const row = await this.mine(tx, packageId, sha256);
      if (!row) return;
      const isFree = async () => (await holderOf(tx, sha256)) === null;
      const gone = await this.destroyers.store.destroy(sha256, isFree);
      if (gone.outcome === 'taken' || gone.outcome === 'waits') return this.putOff(tx, row, gone);
      const copy = this.destroyers.replica ? await this.destroyers.replica.destroy(sha256, isFree) : null;
      if (copy?.outcome === 'taken' || copy?.outcome === 'waits') return this.putOff(tx, row, copy);
      failpoint('destroy.gone');
      await tx.query('DELETE FROM blob_replica WHERE sha256 = $1', [sha256]);
      await tx.query('DELETE FROM blob_check WHERE sha256 = $1', [sha256]);
      await this.tell(tx, row, {
        outcome: row.lost ? 'missing' : 'destroyed',
        versions: gone.outcome === 'destroyed' && gone.versions.length ? gone.versions : null,
      });
      if (row.lost) this.log.error('evidence.destruction.lostBefore', { packageId, sha256, paths: row.paths });
      failpoint('destroy.told');
    });
    failpoint('destroy.committed');
  }

  /** Put back or not touched: it is looked at afresh later, and until then nothing says that we took it. */
  private async putOff(
    tx: EntityManager,
    row: DestructionBlobRow,
    why: Extract<Destroyed, { outcome: 'taken' | 'waits' }>,
  ): Promise<void> {
    const { packageId, sha256 } = row;
    const holder = why.outcome === 'taken' ? await holderOf(tx, sha256) : null;
    if (holder) return this.tell(tx, row, { outcome: 'shared', holder });
    const waits = why.outcome === 'waits' ? why.because : 'recentlyPut';
    const waitsUntil = (why.outcome === 'waits' && why.until) || new Date(this.clock.now().getTime() + 3_600_000);
    await tx.update(DestructionBlobRow, { packageId, sha256 }, { lookedAt: null, waits, waitsUntil });
  }

  private async tell(
    tx: EntityManager,
    { packageId, sha256 }: DestructionBlobRow,
    said: Pick<Partial<DestructionBlobRow>, 'outcome' | 'holder' | 'versions'>,
  ): Promise<void> {
    await tx.update(
      DestructionBlobRow,
      { packageId, sha256 },
      { ...said, waits: null, waitsUntil: null, doneAt: this.clock.now() },
    );
  }

  /** The row, locked, with the blob locked against whoever copies it or makes a new row for it; null when somebody else is at it. */
  private async mine(tx: EntityManager, packageId: string, sha256: string): Promise<DestructionBlobRow | null> {
    if (!(await lockBlob(tx, sha256, 'try'))) return null;
    const row = await tx.findOne(DestructionBlobRow, { where: { packageId, sha256 }, lock: { mode: 'pessimistic_write' } });
    return row && row.outcome === null ? row : null;
  }

  private async finish(packageId: string): Promise<void> {
    await this.db.tx(async (tx) => {
      const row = await tx.findOne(DestructionRow, { where: { packageId }, lock: { mode: 'pessimistic_write' } });
      const blobs = await tx.findBy(DestructionBlobRow, { packageId });
      if (!row || row.finishedAt || blobs.some(({ outcome }) => outcome === null)) return;
      const [finishedAt, count] = [
        this.clock.now(),
        (what: DestructionBlobRow['outcome']) => blobs.filter(({ outcome }) => outcome === what).length,
      ];
      const destroyed = blobs.filter(({ outcome }) => outcome === 'destroyed');
      const facts = {
        what: 'bytesDestroyed',
        orderedBy: row.entrySha256,
        destroyed: destroyed.length,
        bytes: destroyed.reduce((sum, { size }) => sum + size, 0),
        shared: count('shared'),
        missing: count('missing'),
        begunAt: row.begunAt.toISOString(),
        finishedAt: finishedAt.toISOString(),
      };
      await this.ledger.append(tx, { subject: packageId, type: 'evidence.disposed', facts }, `${packageId}:bytesDestroyed`);
      failpoint('destroy.entryAppended');
      await tx.update(DestructionRow, { packageId }, { finishedAt });
      failpoint('destroy.beforeFinished');
      this.log.info('evidence.destruction.finished', {
        packageId,
        destroyed: facts.destroyed,
        shared: facts.shared,
        missing: facts.missing,
      });
    });
    failpoint('destroy.finished');
  }
}

async function holderOf(tx: EntityManager, sha256: string): Promise<string | null> {
  const [row] = await tx.query<{ holder: string | null }[]>('SELECT blob_holder($1) AS holder', [sha256]);
  return row?.holder ?? null;
}
