// One line a migration, in the order in which they run. `migrations/run.ts` and the tests take the list from here.
export { Platform1790000000100 } from './1790000000100-Platform';
export { Officers1790000000200 } from './1790000000200-Officers';
export { Audit1790000000300 } from './1790000000300-Audit';
export { Registry1790000000400 } from './1790000000400-Registry';
export { Badge1790000000500 } from './1790000000500-Badge';
export { Supervision1790000000550 } from './1790000000550-Supervision';
export { Evidence1790000000600 } from './1790000000600-Evidence';
export { Documents1790000000700 } from './1790000000700-Documents';
export { Cases1790000000800 } from './1790000000800-Cases';
export { Orders1790000000900 } from './1790000000900-Orders';
export { EvidenceActs1790000001000 } from './1790000001000-EvidenceActs';
export { CapturePreview1790000001100 } from './1790000001100-CapturePreview';
export { LedgerAnchors1790000001200 } from './1790000001200-LedgerAnchors';
export { EvidenceScrub1790000001300 } from './1790000001300-EvidenceScrub';
export { PublicFixation1790000001400 } from './1790000001400-PublicFixation';
export { EvidenceSessions1790000001500 } from './1790000001500-EvidenceSessions';
export { BlobsOfReceipts1790000001600 } from './1790000001600-BlobsOfReceipts';
