import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { CaseService } from '../../cases';
import { type CaseFile, CaseFiles } from './outside';

const KIND = 'order';

@Injectable()
export class OpenCaseFiles extends CaseFiles {
  constructor(private readonly cases: CaseService) {
    super();
  }

  find(tx: EntityManager, caseId: string): Promise<CaseFile | null> {
    return this.cases.file(tx, caseId);
  }

  async tell(
    tx: EntityManager,
    caseId: string,
    { kind, orderId, zh, en, details }: Parameters<CaseFiles['tell']>[2],
  ): Promise<void> {
    await this.cases.tell(tx, caseId, { kind, zh, en, data: { orderId, ...details } });
  }

  async block(tx: EntityManager, caseId: string, orderId: string, text: string): Promise<void> {
    await this.cases.block(tx, caseId, { kind: KIND, ref: orderId, text });
  }

  async unblock(tx: EntityManager, caseId: string, orderId: string): Promise<void> {
    await this.cases.unblock(tx, caseId, { kind: KIND, ref: orderId });
  }
}
