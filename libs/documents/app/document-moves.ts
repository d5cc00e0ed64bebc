import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { DocumentAction } from '../domain/document.states';
import { DocumentProblem } from '../domain/problems';
import type { ServiceRecord } from '../domain/service-method';
import type { DocumentRow } from '../store/document.entity';
import { type Actor, DocumentsService } from './documents.service';

export interface Move {
  action: DocumentAction;
  reason?: string;
  opinion?: string;
  fields?: Record<string, unknown>;
  service?: ServiceRecord;
}

/** One move by its name, as the console and other rooms' own transitions ask for it. */
@Injectable()
export class DocumentMoves {
  constructor(private readonly documents: DocumentsService) {}

  carryOut(tx: EntityManager, id: string, move: Move, officer: Actor): Promise<DocumentRow> {
    const { documents } = this;
    switch (move.action) {
      case 'submit':
        return documents.submit(tx, id, officer, move.opinion);
      case 'giveBack':
        return documents.giveBack(tx, id, officer, move.reason ?? '');
      case 'approve':
        return documents.approve(tx, id, officer, move.opinion);
      case 'seal':
        return documents.seal(tx, id, officer);
      case 'finish':
        return documents.finish(tx, id, officer);
      case 'regenerate':
        return documents.regenerate(tx, id, officer, move.reason ?? '', move.fields);
      case 'void':
        return documents.void(tx, id, officer, move.reason ?? '');
      case 'serve':
        if (!move.service) throw DocumentProblem.serviceIncomplete({ method: '', missing: ['service'] });
        return documents.serve(tx, id, officer, move.service);
    }
  }
}
