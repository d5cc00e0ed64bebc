import { Global, Module } from '@nestjs/common';
import { AuditWorkerModule } from '../../../libs/audit/audit-worker.module';
import { BadgeModule } from '../../../libs/badge';
import { BadgeWorkerModule } from '../../../libs/badge/badge-worker.module';
import { CasesWorkerModule } from '../../../libs/cases/cases-worker.module';
import { EvidenceWorkerModule, ReportPrinter } from '../../../libs/evidence/evidence-worker.module';
import { OfficersModule } from '../../../libs/officers';
import { OrdersWorkerModule } from '../../../libs/orders/orders-worker.module';
import { PlatformModule } from '../../../libs/platform';
import { BadgeFollowsOrders } from './badge-follows-orders';
import { ReportByDocuments } from './report-by-documents';
import { workerConfig } from './worker.config';

/** What rooms below leave open and this process fills. */
@Global()
@Module({ providers: [workerConfig, { provide: ReportPrinter, useClass: ReportByDocuments }], exports: [ReportPrinter] })
class PrintersModule {}

/** Jobs, facts and sweeps of all rooms. */
@Module({
  imports: [
    PlatformModule.forProcess('worker', 'worker'),
    PrintersModule,
    OfficersModule,
    AuditWorkerModule,
    BadgeModule,
    BadgeWorkerModule,
    EvidenceWorkerModule,
    CasesWorkerModule,
    OrdersWorkerModule,
  ],
  providers: [workerConfig, BadgeFollowsOrders],
})
export class WorkerModule {}
