import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ContentService } from './app/content.service';
import { EvidenceService } from './app/evidence.service';
import { evidenceConfig } from './evidence.config';
import { EVIDENCE_ROWS } from './store/evidence.entity';
import { Ledger } from './store/ledger';

/** Evidence for every process with the database: ask for captures, read what is fixed. */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature(EVIDENCE_ROWS)],
  providers: [evidenceConfig, EvidenceService, ContentService, Ledger],
  exports: [EvidenceService, ContentService, Ledger],
})
export class EvidenceModule {}
