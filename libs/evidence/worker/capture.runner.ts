import { randomBytes, randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { BeforeRecord, CaptureOrder, CaptureResult, ProgressLine, RequestRecord } from '../../capture/capture.contract';
import { Clock } from '../../kernel';
import { OfficerDirectory } from '../../officers';
import { Db, Facts, failpoint, Log } from '../../platform';
import { readCheckpoint, toBase64, utf8 } from '../../proof';
import { EvidenceService } from '../app/evidence.service';
import { evidenceWorkerConfig, type EvidenceWorkerConfig } from '../evidence-worker.config';
import { CancellationRow } from '../store/cancellation.entity';
import { EvidenceStepRow, PackageRow, PreviewRow } from '../store/evidence.entity';
import { EvidenceSessionRow } from '../store/session.entity';
import { Ledger } from '../store/ledger';
import { LedgerTrees, type StoredCheckpoint } from '../store/ledger-trees';
import { CaptureClient } from './capture-client';
import { Fixation } from './fixation';
import { StagedUnfit, StagingArea } from './staging-area';

/** Longer than any job may take (180 s) with room for putting the blobs. */
const LEASE_MS = 300_000;
const MAX_ATTEMPTS = 3;
/** The worker died in every try, so it never came to write the reason itself. */
const WORKER_LOST = 'workerLost';
/** One of the makers took it back. */
const CANCELLED = 'cancelled';
const CANCELLED_POLL_MS = 1_000;

function reasonOf(fault: unknown): string {
  const { code, message } = fault as NodeJS.ErrnoException;
  return code === 'ENOSPC' ? 'diskFull' : message;
}

function beforeRecord({ origin, size, note }: StoredCheckpoint): BeforeRecord {
  return { origin, size, checkpoint: note, root: toBase64(readCheckpoint(utf8(note)).root) };
}

/** Takes a requested package through capture and fixation. Safe to run twice: the row says who holds the job. */
@Injectable()
export class CaptureRunner {
  private readonly staging: StagingArea;

  constructor(
    private readonly db: Db,
    private readonly clock: Clock,
    private readonly ledger: Ledger,
    private readonly trees: LedgerTrees,
    private readonly evidence: EvidenceService,
    private readonly officers: OfficerDirectory,
    private readonly client: CaptureClient,
    private readonly fixation: Fixation,
    private readonly facts: Facts,
    private readonly log: Log,
    @Inject(evidenceWorkerConfig.provide) private readonly config: EvidenceWorkerConfig,
  ) {
    this.staging = new StagingArea(config.stagingDir);
  }

  async run(packageId: string): Promise<void> {
    const taken = await this.take(packageId);
    if (!taken) return;
    failpoint('capture.taken');
    const { attempt } = taken;
    if (await this.isCancelled(packageId)) return this.giveUp(packageId, CANCELLED);
    const kept = await this.staging.kept(packageId);
    if (attempt > (kept ? 2 * MAX_ATTEMPTS : MAX_ATTEMPTS)) return this.giveUp(packageId, WORKER_LOST);
    const stop = new AbortController();
    const watch = setInterval(() => void this.stopIfCancelled(packageId, stop), CANCELLED_POLL_MS);
    try {
      const result = kept ?? (await this.captureAfresh(packageId, taken.order, stop.signal));
      if (result.outcome === 'complete' || result.outcome === 'partial') await this.fixation.fix(packageId, result, attempt);
      else await this.end(packageId, result);
      await this.staging.discard(packageId);
    } catch (fault) {
      if (await this.isCancelled(packageId)) return await this.giveUp(packageId, CANCELLED);
      this.log.error('evidence.capture.failed', { packageId, attempt }, fault);
      if (fault instanceof StagedUnfit || !(await this.staging.kept(packageId))) await this.staging.discard(packageId);
      if (attempt >= MAX_ATTEMPTS) return this.giveUp(packageId, reasonOf(fault));
      await this.giveBack(packageId);
      throw fault; // the queue tries again
    } finally {
      clearInterval(watch);
      await this.db.tx((tx) => tx.delete(PreviewRow, { packageId }));
      if (taken.order.session) await this.endSession(packageId);
    }
  }

  /** What an earlier try left is removed first: a package is never made of two tries. */
  private async captureAfresh(packageId: string, order: CaptureOrder, signal: AbortSignal): Promise<CaptureResult> {
    await this.staging.discard(packageId);
    const result = await this.client.capture(order, (line) => this.progress(packageId, line), signal);
    failpoint('capture.received');
    if (result.outcome === 'complete' || result.outcome === 'partial') await this.staging.keep(result);
    failpoint('capture.kept');
    return result;
  }

  private isCancelled(packageId: string): Promise<boolean> {
    return this.db.tx((tx) => tx.existsBy(CancellationRow, { packageId }));
  }

  /** A database that is away for a moment is asked again at the next turn. */
  private async stopIfCancelled(packageId: string, stop: AbortController): Promise<void> {
    if (!stop.signal.aborted && (await this.isCancelled(packageId).catch(() => false))) stop.abort();
  }

  private async giveUp(packageId: string, reason: string): Promise<void> {
    await this.end(packageId, { packageId, outcome: 'failed', reason, limits: [], artefacts: [] });
    await this.staging.discard(packageId);
  }

  /** Packages whose job nobody holds: lost with the queue, or with the worker that held it. */
  async waiting(): Promise<{ packageId: string; underHand: boolean }[]> {
    return this.db.tx(async (tx) => {
      return tx.query<{ packageId: string; underHand: boolean }[]>(
        `SELECT id AS "packageId", coalesce(request ->> 'mode' = 'interactive', false) AS "underHand" FROM evidence_package
         WHERE kind = 'web_capture' AND ((state = 'requested' AND requested_at < $1) OR (state = 'capturing' AND lease_until < $2))
         ORDER BY requested_at LIMIT 50`,
        [new Date(this.clock.now().getTime() - 5_000), this.clock.now()],
      );
    });
  }

  private async take(packageId: string): Promise<{ order: CaptureOrder; attempt: number } | null> {
    return this.db.tx(async (tx) => {
      const now = this.clock.now();
      const row = await tx.findOne(PackageRow, { where: { id: packageId }, lock: { mode: 'pessimistic_write' } });
      const free = row?.state === 'requested' || (row?.state === 'capturing' && (!row.leaseUntil || row.leaseUntil < now));
      if (!row || !free || row.kind !== 'web_capture') return null;
      const attempt = row.attempt + 1;
      const request = row.request as RequestRecord;
      const session = request.mode === 'interactive' ? await this.beginSession(tx, packageId, now) : undefined;
      await tx.update(
        PackageRow,
        { id: packageId },
        {
          state: 'capturing',
          attempt,
          leaseUntil: new Date(now.getTime() + LEASE_MS + (session?.totalMs ?? 0)),
          version: row.version + 1,
        },
      );
      await this.ledger.append(
        tx,
        { subject: packageId, type: 'job.started', facts: { attempt, run: randomUUID() } },
        `${packageId}:job.started:${attempt}`,
      );
      const ledger = this.evidence.logOrigin(row.requestedAt);
      const before = await this.trees.newestCheckpoint(tx, ledger);
      await tx.update(PackageRow, { id: packageId }, { beforeSize: before?.size ?? null });
      const agency = await this.officers.agencyOf(tx, row.divisionCode);
      return {
        attempt,
        order: {
          packageId,
          number: row.number,
          kind: 'web_capture',
          request,
          entrySha256: row.entrySha256,
          factToProve: row.factToProve,
          agency: { division: row.divisionCode, name: agency.agencyName, ledger },
          place: row.place,
          ...(session && { session }),
          ...(request.override && { override: request.override }),
          ...(before && { before: beforeRecord(before) }),
        },
      };
    });
  }

  /** A new secret each time: what was known of an earlier try opens nothing. */
  private async beginSession(tx: EntityManager, packageId: string, now: Date): Promise<NonNullable<CaptureOrder['session']>> {
    const secret = randomBytes(32).toString('hex');
    await tx.save(EvidenceSessionRow, { packageId, secret, begunAt: now, endedAt: null, driverView: null, driverUntil: null });
    return { secret, idleMs: this.config.sessionIdleMs, totalMs: this.config.sessionTotalMs };
  }

  private async endSession(packageId: string): Promise<void> {
    const over = { secret: null, endedAt: this.clock.now(), driverView: null, driverUntil: null };
    await this.db.tx((tx) => tx.update(EvidenceSessionRow, { packageId }, over));
  }

  private async progress(packageId: string, line: ProgressLine): Promise<void> {
    if (line.type === 'preview') return this.preview(packageId, line.at, line.jpegBase64);
    const { at, step, detail } =
      line.type === 'step' ? line : { at: this.clock.now().toISOString(), step: 'picture', detail: line.path };
    await this.db.tx((tx) => tx.insert(EvidenceStepRow, { packageId, at: new Date(at), step, detail }));
  }

  /** Shown while the capture runs and replaced by the next one. Losing one is no reason to stop a capture. */
  private async preview(packageId: string, at: string, jpegBase64: string): Promise<void> {
    const row = { packageId, at: new Date(at), jpeg: Buffer.from(jpegBase64, 'base64') };
    await this.db
      .tx((tx) => tx.upsert(PreviewRow, row, ['packageId']))
      .catch((fault: unknown) => this.log.error('evidence.preview.lost', { packageId }, fault));
  }

  private async giveBack(packageId: string): Promise<void> {
    await this.db.tx((tx) =>
      tx.update(PackageRow, { id: packageId, state: 'capturing' }, { leaseUntil: null, state: 'requested' }),
    );
  }

  /** Refused or failed: kept with its reason as an observation, never as empty evidence. */
  private async end(packageId: string, result: CaptureResult): Promise<void> {
    const refused = result.outcome === 'refused';
    await this.db.tx(async (tx: EntityManager) => {
      const row = await tx.findOne(PackageRow, { where: { id: packageId }, lock: { mode: 'pessimistic_write' } });
      if (!row || row.state !== 'capturing') return;
      await tx.update(
        PackageRow,
        { id: packageId },
        {
          state: refused ? 'refused' : 'failed',
          reason: result.reason ?? 'unknown',
          limits: result.limits,
          artefacts: result.artefacts,
          navigation: result.navigation ?? null,
          leaseUntil: null,
          version: row.version + 1,
        },
      );
      const facts = { reason: result.reason ?? 'unknown', limits: result.limits, observation: null };
      await this.ledger.append(tx, { subject: packageId, type: 'job.failed', facts }, `${packageId}:job.failed`);
      await this.facts.publish(tx, 'evidence.failed', packageId, {
        packageId,
        captureId: packageId,
        outletId: row.outletId,
        orderId: row.orderId,
        reason: result.reason ?? 'unknown',
        refused,
      });
    });
  }
}
