import { Module } from '@nestjs/common';
import { EvidenceModule } from './evidence.module';
import { Scrub } from './worker/scrub';
import { OrphanBlobs } from './worker/scrub-orphans';

/** Care for stored bytes, without any key: for the worker and for the command line. */
@Module({ imports: [EvidenceModule], providers: [OrphanBlobs, Scrub], exports: [OrphanBlobs, Scrub] })
export class EvidenceScrubWorkerModule {}

export { Scrub, type ScrubReport } from './worker/scrub';
export { OrphanBlobs, type OrphanBlob } from './worker/scrub-orphans';
