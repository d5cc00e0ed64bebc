import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ContentService } from './app/content.service';
import { EvidenceFsck } from './app/evidence-fsck';
import { EvidenceService } from './app/evidence.service';
import { evidenceConfig } from './evidence.config';
import { EVIDENCE_ROWS } from './store/evidence.entity';
import { Ledger } from './store/ledger';

/** Evidence for every process with the database: ask for captures, read what is fixed. */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature(EVIDENCE_ROWS)],
  providers: [evidenceConfig, EvidenceService, ContentService, EvidenceFsck, Ledger],
  exports: [EvidenceService, ContentService, EvidenceFsck, Ledger],
})
export class EvidenceModule {}
