import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ActSteps } from './app/act-steps';
import { ContentService } from './app/content.service';
import { Disposals } from './app/disposals';
import { EvidenceActs } from './app/evidence-acts';
import { EvidenceFsck } from './app/evidence-fsck';
import { EvidenceService } from './app/evidence.service';
import { PackagePapers } from './app/package-papers';
import { Receipts } from './app/receipts';
import { Uploads } from './app/uploads';
import { evidenceConfig } from './evidence.config';
import { EVIDENCE_ROWS } from './store/evidence.entity';
import { Ledger } from './store/ledger';
import { LedgerTrees } from './store/ledger-trees';

const SERVICES = [
  EvidenceService,
  ContentService,
  EvidenceFsck,
  EvidenceActs,
  ActSteps,
  Disposals,
  PackagePapers,
  Receipts,
  Uploads,
  Ledger,
  LedgerTrees,
];

/** Evidence for every process with the database: ask for captures, read what is fixed. */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature(EVIDENCE_ROWS)],
  providers: [evidenceConfig, ...SERVICES],
  exports: SERVICES,
})
export class EvidenceModule {}
