import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AffectedPackages } from './app/affected-packages';
import { ContentService } from './app/content.service';
import { EvidenceFsck } from './app/evidence-fsck';
import { EvidenceService } from './app/evidence.service';
import { LedgerPublication } from './app/ledger-publication';
import { evidenceConfig } from './evidence.config';
import { EVIDENCE_ROWS } from './store/evidence.entity';
import { Ledger } from './store/ledger';
import { LedgerAnchors } from './store/ledger-anchors';
import { LedgerTrees } from './store/ledger-trees';

/** Evidence for every process with the database: ask for captures, read what is fixed. */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature(EVIDENCE_ROWS)],
  providers: [
    evidenceConfig,
    AffectedPackages,
    EvidenceService,
    ContentService,
    EvidenceFsck,
    Ledger,
    LedgerAnchors,
    LedgerPublication,
    LedgerTrees,
  ],
  exports: [
    AffectedPackages,
    EvidenceService,
    ContentService,
    EvidenceFsck,
    Ledger,
    LedgerAnchors,
    LedgerPublication,
    LedgerTrees,
  ],
})
export class EvidenceModule {}
