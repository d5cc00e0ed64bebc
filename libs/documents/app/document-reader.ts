import { Injectable } from '@nestjs/common';
import { buffer } from 'node:stream/consumers';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel';
import { DocumentProblem, type MissingField } from '../domain/problems';
import { type DocumentPaperRow, DocumentRow, DocumentServiceRow } from '../store/document.entity';
import { DocumentsService } from './documents.service';
import { Papers } from './papers';

/** Looking at documents: the record, its papers, its file. */
@Injectable()
export class DocumentReader {
  constructor(
    private readonly documents: DocumentsService,
    private readonly papers: Papers,
    private readonly clock: Clock,
  ) {}

  async byId(tx: EntityManager, id: string): Promise<DocumentRow> {
    const row = await tx.findOneBy(DocumentRow, { id });
    if (!row) throw DocumentProblem.notFound();
    return row;
  }

  /** Documents of a case, its orders' included, oldest first. */
  ofCase(tx: EntityManager, caseId: string): Promise<DocumentRow[]> {
    return tx.find(DocumentRow, { where: { caseId }, order: { draftedAt: 'ASC', id: 'ASC' } });
  }

  ofRef(tx: EntityManager, kind: 'case' | 'order', id: string): Promise<DocumentRow[]> {
    return tx.find(DocumentRow, { where: { refKind: kind, refId: id }, order: { draftedAt: 'ASC', id: 'ASC' } });
  }

  async whole(
    tx: EntityManager,
    id: string,
  ): Promise<{ row: DocumentRow; papers: DocumentPaperRow[]; missing: MissingField[]; service: DocumentServiceRow | null }> {
    const row = await this.byId(tx, id);
    const missing = row.state === 'draft' ? await this.documents.missing(tx, row) : [];
    return {
      row,
      papers: await this.papers.all(tx, id),
      missing,
      service: await tx.findOneBy(DocumentServiceRow, { documentId: id }),
    };
  }

  /** The PDF and the name to save it under. */
  async file(tx: EntityManager, id: string, version?: number): Promise<{ bytes: Buffer; name: string; sha256: string | null }> {
    const row = await this.byId(tx, id);
    const name = `${[row.title.replace(/[/\\]/g, ' '), row.number].filter(Boolean).join(' ')}.pdf`;
    if (row.paper === 0 && version === undefined)
      return { bytes: await this.papers.preview(tx, row, this.clock.now()), name, sha256: null };
    const { paper, stream } = await this.papers.kept(tx, row, version);
    return { bytes: await buffer(stream), name, sha256: paper.sha256 };
  }
}
