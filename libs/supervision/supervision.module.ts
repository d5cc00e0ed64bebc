import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit';
import { EvidenceModule } from '../evidence';
import { RegistryModule } from '../registry';
import { CapturedPages, EvidencePages } from './app/captured-pages';
import { FindingsService } from './app/findings.service';
import { SUPERVISION_ROWS } from './store/finding.entity';

/** Findings and the rule library, for every process that has the database. */
@Module({
  imports: [TypeOrmModule.forFeature(SUPERVISION_ROWS), AuditModule, RegistryModule, EvidenceModule],
  providers: [FindingsService, { provide: CapturedPages, useClass: EvidencePages }],
  exports: [FindingsService],
})
export class SupervisionModule {}
