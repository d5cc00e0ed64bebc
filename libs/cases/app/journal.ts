import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel';
import { currentClaims } from '../../platform';
import { CaseEventRow, type CaseRow } from '../store/case.entity';

export interface Entry {
  kind: string;
  zh: string;
  en: string;
  data?: Record<string, unknown>;
  /** When it happened, if that is not now. */
  happenedAt?: Date;
}

/** The case's timeline: appended to, never edited. Both the time of the event and that of its record are kept. */
@Injectable()
export class Journal {
  constructor(private readonly clock: Clock) {}

  async append(tx: EntityManager, file: Pick<CaseRow, 'id' | 'closedAt'>, entry: Entry): Promise<void> {
    const at = this.clock.now();
    await tx.insert(CaseEventRow, {
      caseId: file.id,
      kind: entry.kind,
      happenedAt: entry.happenedAt ?? at,
      recordedAt: at,
      actor: currentClaims()!.actor,
      zh: entry.zh,
      en: entry.en,
      data: (entry.data ?? {}) as never,
      afterClose: file.closedAt !== null,
    });
  }

  of(tx: EntityManager, caseId: string): Promise<CaseEventRow[]> {
    return tx.find(CaseEventRow, { where: { caseId }, order: { id: 'ASC' } });
  }
}
