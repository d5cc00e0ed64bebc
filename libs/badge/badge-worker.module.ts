import { Module, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { FactHandlers, Jobs, Sweeps } from '../platform';
import { type OutletChangedFact, registryFacts, type SubjectChangedFact } from '../registry';
import { badgeWorkerConfig } from './badge.config';
import { BadgeModule } from './badge.module';
import { badgeJobs } from './queue/badge.contract';
import { BadgeUpkeep } from './worker/badge-upkeep';
import { CaptureProbe } from './worker/capture-probe';
import { ControlProbe, TxtResolver } from './worker/control-probe';
import { DnsTxtResolver } from './worker/dns-txt-resolver';
import { ForeignOrigins } from './worker/foreign-origins';
import { ProofChecker } from './worker/proof-checker';
import { RecordSigner } from './worker/record-signer';

@Module({
  imports: [BadgeModule],
  providers: [
    badgeWorkerConfig,
    BadgeUpkeep,
    ProofChecker,
    RecordSigner,
    ForeignOrigins,
    { provide: ControlProbe, useClass: CaptureProbe },
    { provide: TxtResolver, useClass: DnsTxtResolver },
  ],
})
export class BadgeWorkerModule implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly sweeps: Sweeps,
    private readonly handlers: FactHandlers,
    private readonly rooms: ModuleRef,
  ) {}

  onModuleInit(): void {
    const upkeep = this.rooms.get(BadgeUpkeep);
    const checker = this.rooms.get(ProofChecker);
    const signer = this.rooms.get(RecordSigner);
    const origins = this.rooms.get(ForeignOrigins);
    this.jobs.work(badgeJobs, {
      checkProof: ({ proofId }) => checker.check(proofId),
      signRecord: ({ badgeId }) => signer.sign(badgeId),
    });
    this.sweeps.every('badge.dueProofs', 15_000, () => upkeep.queueDueProofs());
    this.sweeps.every('badge.lapse', 15_000, () => upkeep.lapseOverdue());
    this.sweeps.every('badge.unsigned', 15_000, () => upkeep.queueUnsigned());
    this.sweeps.every('badge.foreignOrigins', 2_000, () => origins.publishWaiting());
    this.handlers.on(registryFacts.subjectChanged, 'badge.subjectChanged', (tx, fact: { payload: SubjectChangedFact }) =>
      upkeep.subjectChanged(tx, fact.payload.subjectId),
    );
    this.handlers.on(registryFacts.outletChanged, 'badge.outletChanged', (tx, fact: { payload: OutletChangedFact }) => {
      const { outletId, fields } = fact.payload;
      if (fields.includes('created')) return Promise.resolve();
      return upkeep.outletChanged(tx, outletId, fields.includes('domain') || fields.includes('url'));
    });
  }
}
