import { Module } from '@nestjs/common';
import { evidenceConfig } from './evidence.config';
import { EvidenceModule } from './evidence.module';
import { CaptureController } from './http/capture.controller';
import { SessionLink } from './app/session-link';
import { SessionService } from './app/session.service';
import { ContentController } from './http/content.controller';
import { SessionController } from './http/session.controller';

@Module({
  imports: [EvidenceModule],
  controllers: [CaptureController, ContentController, SessionController],
  providers: [evidenceConfig, SessionLink, SessionService],
})
export class EvidenceHttpModule {}
