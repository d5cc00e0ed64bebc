import { Module } from '@nestjs/common';
import { EvidenceModule } from './evidence.module';
import { CaptureController } from './http/capture.controller';
import { CompareController } from './http/compare.controller';
import { ContentController } from './http/content.controller';

@Module({ imports: [EvidenceModule], controllers: [CaptureController, CompareController, ContentController] })
export class EvidenceHttpModule {}
