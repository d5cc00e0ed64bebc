import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ActSteps } from './app/act-steps';
import { AffectedPackages } from './app/affected-packages';
import { ChainStates } from './app/chain-state';
import { Checklists } from './app/checklists';
import { CompareService } from './app/compare.service';
import { ContentService } from './app/content.service';
import { Disposals } from './app/disposals';
import { EvidenceActs } from './app/evidence-acts';
import { EvidenceFsck } from './app/evidence-fsck';
import { EvidenceService } from './app/evidence.service';
import { PackagePapers } from './app/package-papers';
import { Receipts } from './app/receipts';
import { Uploads } from './app/uploads';
import { VerificationService } from './app/verification.service';
import { PackageProofs } from './app/package-proofs';
import { StampRevocation } from './store/stamp-revocation';
import { LedgerPublication } from './app/ledger-publication';
import { evidenceConfig } from './evidence.config';
import { EVIDENCE_ROWS } from './store/evidence.entity';
import { Ledger } from './store/ledger';
import { LedgerGroup } from './store/ledger-group';
import { LedgerAnchors } from './store/ledger-anchors';
import { LedgerTrees } from './store/ledger-trees';

const SERVICES = [
  AffectedPackages,
  ChainStates,
  Checklists,
  LedgerAnchors,
  LedgerPublication,
  EvidenceService,
  ContentService,
  CompareService,
  EvidenceFsck,
  EvidenceActs,
  ActSteps,
  Disposals,
  PackagePapers,
  PackageProofs,
  StampRevocation,
  VerificationService,
  Receipts,
  Uploads,
  Ledger,
  LedgerGroup,
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
