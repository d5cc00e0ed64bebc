import { Module } from '@nestjs/common';
import { AuditWorkerModule } from '../../../libs/audit/audit-worker.module';
import { BadgeModule } from '../../../libs/badge';
import { BadgeWorkerModule } from '../../../libs/badge/badge-worker.module';
import { CasesWorkerModule } from '../../../libs/cases/cases-worker.module';
import { EvidenceWorkerModule } from '../../../libs/evidence/evidence-worker.module';
import { OfficersModule } from '../../../libs/officers';
import { OrdersWorkerModule } from '../../../libs/orders/orders-worker.module';
import { PlatformModule } from '../../../libs/platform';
import { BadgeFollowsOrders } from './badge-follows-orders';
import { workerConfig } from './worker.config';

/** Jobs, facts and sweeps of all rooms. */
@Module({
  imports: [
    PlatformModule.forProcess('worker', 'worker'),
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
