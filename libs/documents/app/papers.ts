import { Injectable } from '@nestjs/common';
import type { Readable } from 'node:stream';
import type { EntityManager } from 'typeorm';
import { BlobStore } from '../../platform';
import { DocumentProblem } from '../domain/problems';
import { templateOf } from '../domain/templates';
import type { Opinion, Standing } from '../rendering/form-input';
import { renderForm } from '../rendering/render-form';
import { DocumentPaperRow, type DocumentRow, type StoredOpinion } from '../store/document.entity';
import { Authorities } from './authorities';

export interface Maker {
  id: string;
  name: string;
}

/** The PDF of a document: printed live while it is not in force, kept once it is. */
@Injectable()
export class Papers {
  constructor(
    private readonly authorities: Authorities,
    private readonly blobs: BlobStore,
  ) {}

  /** Prints the final paper, stores it, and adds it as the next version. The earlier ones stay. */
  async keep(tx: EntityManager, row: DocumentRow, maker: Maker, at: Date, reason: string | null): Promise<DocumentPaperRow> {
    const version = row.paper + 1;
    const { sha256, size } = await this.blobs.putOnce(await this.print(tx, row, 'final', version, at));
    const paper = {
      documentId: row.id,
      version,
      sha256,
      size,
      data: row.data,
      madeBy: maker.id,
      madeByName: maker.name,
      madeAt: at,
      reason,
    };
    await tx.insert(DocumentPaperRow, paper as object);
    return paper;
  }

  /** A preview with the mark of a paper that is not in force. */
  async preview(tx: EntityManager, row: DocumentRow, at: Date): Promise<Buffer> {
    return this.print(tx, row, row.state === 'approved' ? 'approved' : 'draft', row.paper + 1, at);
  }

  all(tx: EntityManager, documentId: string): Promise<DocumentPaperRow[]> {
    return tx.find(DocumentPaperRow, { where: { documentId }, order: { version: 'ASC' } });
  }

  /** The stored paper; the newest one when no version is named. */
  async kept(tx: EntityManager, row: DocumentRow, version = row.paper): Promise<{ paper: DocumentPaperRow; stream: Readable }> {
    const paper = await tx.findOneBy(DocumentPaperRow, { documentId: row.id, version });
    if (!paper) throw DocumentProblem.notFound();
    return { paper, stream: await this.blobs.get(paper.sha256) };
  }

  private async print(tx: EntityManager, row: DocumentRow, standing: Standing, version: number, at: Date): Promise<Buffer> {
    return renderForm({
      template: templateOf(row.form, row.templateVersion),
      data: row.data,
      authority: await this.authorities.of(tx, row.divisionCode),
      number: row.number,
      submission: opinion(row.submission),
      approval: opinion(row.approval),
      date: row.issuedOn,
      standing,
      version,
      at,
    });
  }
}

function opinion(stored: StoredOpinion | null): Opinion | null {
  return stored && { ...stored, at: new Date(stored.at) };
}
