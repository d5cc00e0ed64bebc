import { Module } from '@nestjs/common';
import { AuditWorkerModule } from '../../../libs/audit/audit-worker.module';
import { BadgeWorkerModule } from '../../../libs/badge/badge-worker.module';
import { EvidenceWorkerModule } from '../../../libs/evidence/evidence-worker.module';
import { OfficersModule } from '../../../libs/officers';
import { PlatformModule } from '../../../libs/platform';
import { workerConfig } from './worker.config';

/** Jobs, facts and sweeps of all rooms. */
@Module({
  imports: [
    PlatformModule.forProcess('worker', 'worker'),
    OfficersModule,
    AuditWorkerModule,
    BadgeWorkerModule,
    EvidenceWorkerModule,
  ],
  providers: [workerConfig],
})
export class WorkerModule {}
