import { Module, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { evidenceConfig } from './evidence.config';
import { EvidenceModule } from './evidence.module';
import { ActsController } from './http/acts.controller';
import { CaptureController } from './http/capture.controller';
import { Cancellations } from './app/cancellations';
import { SessionLink } from './app/session-link';
import { SessionService } from './app/session.service';
import { CompareController } from './http/compare.controller';
import { ContentController } from './http/content.controller';
import { ReceiptController, UPLOAD_TYPE } from './http/receipt.controller';
import { ReviewController } from './http/review.controller';
import { SessionController } from './http/session.controller';

@Module({
  imports: [EvidenceModule],
  controllers: [
    CaptureController,
    CompareController,
    ContentController,
    ReviewController,
    ActsController,
    ReceiptController,
    SessionController,
  ],
  providers: [evidenceConfig, Cancellations, SessionLink, SessionService],
})
export class EvidenceHttpModule implements OnModuleInit {
  constructor(private readonly host: HttpAdapterHost) {}

  /** Files come in as the stream they are: their size is bounded where they are written, not here. */
  onModuleInit(): void {
    const fastify = this.host.httpAdapter?.getInstance<FastifyInstance | undefined>();
    if (!fastify?.addContentTypeParser || fastify.hasContentTypeParser(UPLOAD_TYPE)) return;
    fastify.addContentTypeParser(UPLOAD_TYPE, { bodyLimit: Number.MAX_SAFE_INTEGER }, (_request, payload, done) =>
      done(null, payload),
    );
  }
}
