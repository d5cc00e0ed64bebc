import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { type Fact, FactHandlers, Jobs, Sweeps } from '../platform';
import { SecondVantage } from './app/second-vantage';
import { EvidenceScrubWorkerModule } from './evidence-scrub-worker.module';
import { evidenceConfig } from './evidence.config';
import { evidenceLedgerConfig } from './evidence-ledger.config';
import { evidenceRevocationConfig } from './evidence-revocation.config';
import { evidenceLocksConfig } from './evidence-locks.config';
import { evidenceWorkerConfig, type EvidenceWorkerConfig } from './evidence-worker.config';
import { EvidenceModule } from './evidence.module';
import { evidenceJobs, sessionJobs } from './queue/evidence.contract';
import { CaptureClient } from './worker/capture-client';
import { ClockLog } from './worker/clock-log';
import { CaptureRunner } from './worker/capture.runner';
import { CaptureIdentity } from './worker/capture-identity';
import { Observations } from './worker/observations';
import { ExportProofs } from './worker/export-proofs';
import { ExportReport } from './worker/export-report';
import { Destroyer } from './worker/destroyer';
import { Exporter } from './worker/exporter';
import { Fixation } from './worker/fixation';
import { KeyLog } from './worker/key-log';
import { LogCloser } from './worker/log-closer';
import { LastingReport } from './worker/lasting-report';
import { LedgerAnchorer } from './worker/ledger-anchorer';
import { LedgerSequencer } from './worker/ledger-sequencer';
import { OcspAnswers } from './worker/ocsp-answers';
import { Reconciler } from './worker/reconciler';
import { Replicator } from './worker/replicator';
import { Scrub } from './worker/scrub';
import { ReceiptFixer } from './worker/receipt-fixer';
import { RetentionKeeper } from './worker/retention-keeper';
import { Renewer } from './worker/renewer';
import { RetryLater } from './worker/retry-later';
import { RevocationFetch } from './worker/revocation-fetch';
import { RevocationLists } from './worker/revocation-lists';
import { SessionRelay } from './worker/session-relay';
import { TokenBefore } from './worker/token-before';
import { TimeStamper } from './worker/time-stamper';
import { SignatureStamper } from './worker/signature-stamper';

/** Capture jobs, fixation, received files, exports and the ledger's sequencer; the only module that holds the keys of seal and receipt. */
@Module({
  imports: [EvidenceModule, EvidenceScrubWorkerModule],
  providers: [
    evidenceConfig,
    evidenceWorkerConfig,
    evidenceLedgerConfig,
    evidenceRevocationConfig,
    RevocationFetch,
    RevocationLists,
    OcspAnswers,
    evidenceLocksConfig,
    KeyLog,
    LogCloser,
    LedgerAnchorer,
    Renewer,
    RetryLater,
    CaptureClient,
    CaptureIdentity,
    ClockLog,
    CaptureRunner,
    Observations,
    Destroyer,
    Exporter,
    ExportProofs,
    ExportReport,
    Fixation,
    LedgerSequencer,
    Reconciler,
    Replicator,
    RetentionKeeper,
    ReceiptFixer,
    TimeStamper,
    TokenBefore,
    SignatureStamper,
    LastingReport,
    SessionRelay,
    SecondVantage,
  ],
  exports: [SessionRelay],
})
export class EvidenceWorkerModule implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly facts: FactHandlers,
    private readonly second: SecondVantage,
    private readonly sweeps: Sweeps,
    private readonly runner: CaptureRunner,
    private readonly exporter: Exporter,
    private readonly receipts: ReceiptFixer,
    private readonly sequencer: LedgerSequencer,
    private readonly stamper: TimeStamper,
    private readonly scrub: Scrub,
    private readonly replicator: Replicator,
    private readonly reconciler: Reconciler,
    private readonly anchorer: LedgerAnchorer,
    private readonly renewer: Renewer,
    private readonly revocation: RevocationLists,
    private readonly answers: OcspAnswers,
    private readonly keyLog: KeyLog,
    private readonly closer: LogCloser,
    private readonly clockLog: ClockLog,
    private readonly destroyer: Destroyer,
    private readonly retention: RetentionKeeper,
    @Inject(evidenceWorkerConfig.provide) private readonly config: EvidenceWorkerConfig,
  ) {}

  onModuleInit(): void {
    this.jobs.work(
      evidenceJobs,
      {
        capturePage: ({ packageId }) => this.runner.run(packageId),
        scrubPackage: async ({ packageId }) => void (await this.scrub.package(packageId)),
        fixReceived: ({ packageId }) => this.receipts.run(packageId),
        buildExport: ({ exportId }) => this.exporter.build(exportId),
      },
      { concurrency: this.config.captureConcurrency },
    );
    this.jobs.work(
      sessionJobs,
      { captureUnderHand: ({ packageId }) => this.runner.run(packageId) },
      { concurrency: this.config.sessionConcurrency },
    );
    this.facts.on('evidence.fixed', 'evidence.secondVantage', (tx, fact: Fact<never>) => this.second.follow(tx, fact.subject));
    this.sweeps.every('evidence.captures', 3_000, async () => {
      for (const { packageId, underHand } of await this.runner.waiting())
        await (underHand
          ? this.jobs.add(sessionJobs, 'captureUnderHand', { packageId })
          : this.jobs.add(evidenceJobs, 'capturePage', { packageId }));
    });
    this.sweeps.every('evidence.receipts', 3_000, async () => {
      for (const packageId of await this.receipts.waiting()) await this.jobs.add(evidenceJobs, 'fixReceived', { packageId });
    });
    this.sweeps.every('evidence.exports', 3_000, async () => {
      for (const exportId of await this.exporter.waiting()) await this.jobs.add(evidenceJobs, 'buildExport', { exportId });
    });
    this.sweeps.every('evidence.stamps', 2_000, async () => {
      for (const packageId of await this.stamper.waiting()) await this.stamper.stamp(packageId);
    });
    // A little at a time, so that reading for the scrub never stands in the way of a capture.
    this.sweeps.every('evidence.scrub', 60_000, async () => void (await this.scrub.run({ limit: 200 })));
    this.sweeps.every('evidence.replica', 10_000, async () => void (await this.replicator.copy()));
    this.sweeps.every('evidence.locks', 10_000, async () => void (await this.retention.look()));
    this.sweeps.every('evidence.destruction', 10_000, () => this.destroyer.look());
    this.sweeps.every('evidence.reconcile', 600_000, async () => void (await this.reconciler.run()));
    this.sweeps.every('evidence.anchors', 3_000, () => this.anchorer.look());
    this.sweeps.every('evidence.renewals', 600_000, () => this.renewer.look());
    this.sweeps.every('evidence.revocation', 30_000, async () => {
      await this.revocation.look();
      await this.answers.look();
    });
    this.sweeps.every('evidence.closing', 3_600_000, async () => void (await this.closer.look()));
    this.sweeps.every('evidence.clock', 60_000, () => this.clockLog.look());
    // At once: with its keys the log begins, and the first capture finds a checkpoint from before it.
    this.sweeps.every('evidence.keys', 60_000, () => this.keyLog.look(), { atStart: true });
    this.sweeps.every('evidence.ledger', 1_000, async () => void (await this.sequencer.placeAll()));
  }
}

export { SessionRelay } from './worker/session-relay';
export { type ReportInput, ReportPrinter } from './worker/report-printer';
