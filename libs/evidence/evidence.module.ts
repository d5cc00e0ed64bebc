import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CompareService } from './app/compare.service';
import { ContentService } from './app/content.service';
import { EvidenceFsck } from './app/evidence-fsck';
import { EvidenceService } from './app/evidence.service';
import { evidenceConfig } from './evidence.config';
import { EVIDENCE_ROWS } from './store/evidence.entity';
import { Ledger } from './store/ledger';
import { LedgerTrees } from './store/ledger-trees';

/** Evidence for every process with the database: ask for captures, read what is fixed. */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature(EVIDENCE_ROWS)],
  providers: [evidenceConfig, EvidenceService, ContentService, CompareService, EvidenceFsck, Ledger, LedgerTrees],
  exports: [EvidenceService, CompareService, ContentService, EvidenceFsck, Ledger, LedgerTrees],
})
export class EvidenceModule {}
