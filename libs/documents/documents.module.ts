import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit';
import { OfficersModule } from '../officers';
import { Authorities } from './app/authorities';
import { DocumentMoves } from './app/document-moves';
import { DocumentReader } from './app/document-reader';
import { DocumentsService } from './app/documents.service';
import { Papers } from './app/papers';
import { DOCUMENT_ROWS } from './store/document.entity';
import { NumberRegister } from './store/number-register';

/** Official documents, for every process that has the database. */
@Module({
  imports: [TypeOrmModule.forFeature(DOCUMENT_ROWS), OfficersModule, AuditModule],
  providers: [DocumentsService, DocumentMoves, DocumentReader, Papers, Authorities, NumberRegister],
  exports: [DocumentsService, DocumentMoves, DocumentReader, Authorities],
})
export class DocumentsModule {}
