import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { Jobs, Sweeps } from '../platform';
import { evidenceWorkerConfig, type EvidenceWorkerConfig } from './evidence-worker.config';
import { EvidenceModule } from './evidence.module';
import { evidenceJobs } from './queue/evidence.contract';
import { CaptureClient } from './worker/capture-client';
import { CaptureRunner } from './worker/capture.runner';
import { ExportProofs } from './worker/export-proofs';
import { ExportReport } from './worker/export-report';
import { Exporter } from './worker/exporter';
import { Fixation } from './worker/fixation';
import { LedgerSequencer } from './worker/ledger-sequencer';
import { TimeStamper } from './worker/time-stamper';

/** Capture jobs, fixation, exports and the ledger's sequencer; the only module that holds the seal key. */
@Module({
  imports: [EvidenceModule],
  providers: [
    evidenceWorkerConfig,
    CaptureClient,
    CaptureRunner,
    Exporter,
    ExportProofs,
    ExportReport,
    Fixation,
    LedgerSequencer,
    TimeStamper,
  ],
})
export class EvidenceWorkerModule implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly sweeps: Sweeps,
    private readonly runner: CaptureRunner,
    private readonly exporter: Exporter,
    private readonly sequencer: LedgerSequencer,
    private readonly stamper: TimeStamper,
    @Inject(evidenceWorkerConfig.provide) private readonly config: EvidenceWorkerConfig,
  ) {}

  onModuleInit(): void {
    this.jobs.work(
      evidenceJobs,
      {
        capturePage: ({ packageId }) => this.runner.run(packageId),
        buildExport: ({ exportId }) => this.exporter.build(exportId),
      },
      { concurrency: this.config.captureConcurrency },
    );
    this.sweeps.every('evidence.captures', 3_000, async () => {
      for (const packageId of await this.runner.waiting()) await this.jobs.add(evidenceJobs, 'capturePage', { packageId });
    });
    this.sweeps.every('evidence.exports', 3_000, async () => {
      for (const exportId of await this.exporter.waiting()) await this.jobs.add(evidenceJobs, 'buildExport', { exportId });
    });
    this.sweeps.every('evidence.stamps', 2_000, async () => {
      for (const packageId of await this.stamper.waiting()) await this.stamper.stamp(packageId);
    });
    this.sweeps.every('evidence.ledger', 1_000, async () => void (await this.sequencer.place()));
  }
}

export { type ReportInput, ReportPrinter } from './worker/report-printer';
