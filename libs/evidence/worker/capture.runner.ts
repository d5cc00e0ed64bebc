import { randomBytes, randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { BeforeRecord, CaptureOrder, CaptureResult, ProgressLine, RequestRecord } from '../../capture/capture.contract';
import { Clock } from '../../kernel';
import { OfficerDirectory } from '../../officers';
import { Db, Facts, failpoint, Log } from '../../platform';
import { readCheckpoint, toBase64, utf8 } from '../../proof';
import { repeatsOf } from '../app/attempts';
import { EvidenceService } from '../app/evidence.service';
import { firstSightOf } from '../app/second-vantage';
import { evidenceWorkerConfig, type EvidenceWorkerConfig } from '../evidence-worker.config';
import { CancellationRow } from '../store/cancellation.entity';
import { EvidenceFileRow, EvidenceStepRow, PackageRow, PreviewRow } from '../store/evidence.entity';
import { EvidenceSessionRow } from '../store/session.entity';
import { Ledger } from '../store/ledger';
import { LedgerTrees, type StoredCheckpoint } from '../store/ledger-trees';
import { CaptureClient } from './capture-client';
import { Fixation } from './fixation';
import { CaptureIdentity, type CaptureProcess } from './capture-identity';
import { Observations, type StagedObservation } from './observations';
import { StagedUnfit, StagingArea } from './staging-area';
import { TokenBefore } from './token-before';

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

function isFixable({ outcome }: CaptureResult): boolean {
  return outcome === 'complete' || outcome === 'partial';
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
    private readonly tokens: TokenBefore,
    private readonly observations: Observations,
    private readonly identity: CaptureIdentity,
  ) {
    this.staging = new StagingArea(config.stagingDir);
  }

  async run(packageId: string): Promise<void> {
    const taken = await this.take(packageId, await this.identity.ask());
    if (!taken) return;
    failpoint('capture.taken');
    const { attempt } = taken;
    if (await this.isCancelled(packageId)) return this.giveUp(packageId, CANCELLED, attempt);
    const kept = await this.staging.kept(packageId);
    if (attempt > (kept ? 2 * MAX_ATTEMPTS : MAX_ATTEMPTS)) return this.giveUp(packageId, WORKER_LOST, attempt);
    const stop = new AbortController();
    const watch = setInterval(() => void this.stopIfCancelled(packageId, stop), CANCELLED_POLL_MS);
    try {
      const result = kept ?? (await this.captureAfresh(packageId, taken.order, stop.signal));
      if (isFixable(result)) await this.fixation.fix(packageId, result, attempt);
      else await this.end(packageId, result, attempt);
      await this.staging.discard(packageId);
    } catch (fault) {
      if (await this.isCancelled(packageId)) return await this.giveUp(packageId, CANCELLED, attempt);
      this.log.error('evidence.capture.failed', { packageId, attempt }, fault);
      if (attempt >= MAX_ATTEMPTS) return this.giveUp(packageId, reasonOf(fault), attempt);
      if (fault instanceof StagedUnfit || !(await this.staging.kept(packageId))) await this.staging.discard(packageId);
      await this.giveBack(packageId, attempt, reasonOf(fault));
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
    const result = await this.client.capture(await this.dated(order), (line) => this.progress(packageId, line), signal);
    failpoint('capture.received');
    // Also when nothing came of it: what was seen once is not tried again until something better comes.
    await this.staging.keep(result).catch((fault: unknown) => {
      if (isFixable(result)) throw fault;
      // Where the disk was too full for the capture it may be too full for its reason, which goes on record all the same.
      this.log.error('evidence.result.notKept', { packageId }, fault);
    });
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

  /** Each try asks anew: the token has to be older than the browser of this try, and the younger it is the more it says. */
  private async dated(order: CaptureOrder): Promise<CaptureOrder> {
    const { token, told } = await this.tokens.ask(order.request, order.before);
    const before = order.before && token ? { ...order.before, preTokenBase64: token.toString('base64') } : order.before;
    return { ...order, tokenBefore: told, ...(before && { before }) };
  }

  /** What the last try left is kept as well, whole or cut off, unless even that fails: the job ends with its reason in any case. */
  private async giveUp(packageId: string, reason: string, attempt: number): Promise<void> {
    const kept = await this.staging.kept(packageId);
    const isEnd = kept?.outcome === 'refused' || kept?.outcome === 'failed';
    const result = isEnd ? kept : { packageId, outcome: 'failed' as const, reason, limits: [], artefacts: [] };
    await this.end(packageId, result, attempt, true);
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

  private async take(
    packageId: string,
    { workerKey, imageSha256 }: CaptureProcess,
  ): Promise<{ order: CaptureOrder; attempt: number } | null> {
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
        { subject: packageId, type: 'job.started', facts: { attempt, run: randomUUID(), workerKey, imageSha256 } },
        `${packageId}:job.started:${attempt}`,
      );
      const ledger = this.evidence.logOrigin(row.requestedAt);
      const before = await this.trees.newestCheckpoint(tx, ledger);
      await tx.update(PackageRow, { id: packageId }, { beforeSize: before?.size ?? null });
      const agency = await this.officers.agencyOf(tx, row.divisionCode);
      const first = await firstSightOf(tx, row);
      const related = [...(first ? [first.related] : []), ...(await repeatsOf(tx, row))];
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
          related,
          ...(first && { first: first.sight }),
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

  /** To be tried again. That this try failed, and why, stays on record: nobody can say afterwards that it was the first. */
  private async giveBack(packageId: string, attempt: number, reason: string): Promise<void> {
    await this.db.tx(async (tx) => {
      const { affected } = await tx.update(
        PackageRow,
        { id: packageId, state: 'capturing', attempt },
        { leaseUntil: null, state: 'requested' },
      );
      if (!affected) return;
      const facts = { attempt, reason: reason.toWellFormed(), limits: [], observation: null, triedAgain: true };
      await this.ledger.append(tx, { subject: packageId, type: 'job.failed', facts }, `${packageId}:job.failed:${attempt}`);
    });
  }

  /**
   * Refused or failed: kept with its reason and what was seen as an observation, never as empty evidence. The ledger's entry holds the
   * digest of the list of what is kept. A worker that dies in between finds the same files staged and goes on.
   */
  private async end(packageId: string, result: CaptureResult, attempt: number, mayLose = false): Promise<void> {
    let seen: StagedObservation | null = null;
    let lost: string | null = null;
    try {
      try {
        seen = await this.observations.stage(packageId, result);
        await seen?.settle();
      } catch (fault) {
        if (!mayLose) throw fault;
        this.log.error('evidence.observation.lost', { packageId }, fault);
        lost = reasonOf(fault);
      }
      failpoint('end.observed');
      await this.commitEnd(packageId, result, attempt, lost === null ? seen : null, lost);
    } finally {
      await seen?.drop();
    }
  }

  private async commitEnd(
    packageId: string,
    result: CaptureResult,
    attempt: number,
    seen: StagedObservation | null,
    lost: string | null,
  ): Promise<void> {
    const refused = result.outcome === 'refused';
    await this.db.tx(async (tx: EntityManager) => {
      const row = await tx.findOne(PackageRow, { where: { id: packageId }, lock: { mode: 'pessimistic_write' } });
      if (row?.state !== 'capturing' || row.attempt !== attempt) return; // another worker was first
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
      if (seen) await tx.insert(EvidenceFileRow, seen.rows);
      const facts = {
        attempt,
        reason: (result.reason ?? 'unknown').toWellFormed(),
        limits: result.limits,
        observation: seen?.index.sha256 ?? null,
        observationSm3: seen?.index.sm3 ?? null,
        files: seen ? seen.rows.length - 1 : 0,
        ...(lost !== null && { observationLost: lost }),
      };
      await this.ledger.append(tx, { subject: packageId, type: 'job.failed', facts }, `${packageId}:job.failed`);
      await this.facts.publish(tx, 'evidence.failed', packageId, {
        packageId,
        captureId: packageId,
        outletId: row.outletId,
        orderId: row.orderId,
        reason: result.reason ?? 'unknown',
        refused,
      });
      failpoint('end.beforeCommit');
    });
    failpoint('end.committed');
  }
}
