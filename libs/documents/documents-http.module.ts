import { Module } from '@nestjs/common';
import { DocumentsModule } from './documents.module';
import { DocumentController } from './http/document.controller';

/** Routes of documents, for the API process. */
@Module({ imports: [DocumentsModule], controllers: [DocumentController] })
export class DocumentsHttpModule {}
