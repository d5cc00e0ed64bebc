import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { AuditHttpModule } from '../../../libs/audit/audit-http.module';
import { BadgeHttpModule } from '../../../libs/badge/badge-http.module';
import { CasesHttpModule } from '../../../libs/cases/cases-http.module';
import { DocumentsHttpModule } from '../../../libs/documents/documents-http.module';
import { EvidenceHttpModule } from '../../../libs/evidence/evidence-http.module';
import { OfficersHttpModule } from '../../../libs/officers/officers-http.module';
import { OrdersHttpModule } from '../../../libs/orders/orders-http.module';
import { PlatformModule } from '../../../libs/platform';
import { RegistryHttpModule } from '../../../libs/registry/registry-http.module';
import { SupervisionHttpModule } from '../../../libs/supervision/supervision-http.module';
import { apiConfig } from './api.config';
import { ClockController } from './clock.controller';
import { HealthController } from './health.controller';
import { rolePermissions } from './roles';

/** The console's API: the doors of all rooms, and nothing else. */
@Module({
  imports: [
    PlatformModule.forProcess('api', 'http'),
    DiscoveryModule,
    OfficersHttpModule.with(rolePermissions),
    AuditHttpModule,
    RegistryHttpModule,
    BadgeHttpModule,
    EvidenceHttpModule,
    SupervisionHttpModule,
    DocumentsHttpModule,
    CasesHttpModule,
    OrdersHttpModule,
  ],
  controllers: [HealthController, ClockController],
  providers: [apiConfig],
})
export class ApiModule {}
