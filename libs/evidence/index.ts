export { ContentService, type Recheck } from './app/content.service';
export { EvidenceFsck, type FsckReport } from './app/evidence-fsck';
export { type CaptureRequest, EvidenceService } from './app/evidence.service';
export { FIXED_STATES, packageStates, type PackageState } from './domain/package.states';
export { EvidenceProblem } from './domain/problems';
export { EvidenceModule } from './evidence.module';
export { EVIDENCE_ROWS, EvidenceFileRow, PackageRow } from './store/evidence.entity';
export { Ledger } from './store/ledger';
export { LedgerTrees } from './store/ledger-trees';
