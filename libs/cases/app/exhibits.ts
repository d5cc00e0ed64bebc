import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditTrail } from '../../audit';
import { Clock } from '../../kernel';
import { currentClaims } from '../../platform';
import { CasesProblem } from '../domain/problems';
import type { CaseRow } from '../store/case.entity';
import { CaseExhibitRow } from '../store/case-parts.entity';
import { ExhibitSource } from './exhibit-source';
import { Journal } from './journal';

/** The list of evidence of a case. An exhibit is never taken out; what it proves is said when it is put in. */
@Injectable()
export class Exhibits {
  constructor(
    private readonly source: ExhibitSource,
    private readonly journal: Journal,
    private readonly trail: AuditTrail,
    private readonly clock: Clock,
  ) {}

  /** Only a fixed package becomes an exhibit. The caller holds the lock of the case, so numbers have no gaps. */
  async add(
    tx: EntityManager,
    file: Pick<CaseRow, 'id' | 'state' | 'closedAt'>,
    captureId: string,
    factToProve: string,
  ): Promise<CaseExhibitRow> {
    if (file.closedAt) throw CasesProblem.caseEnded({ state: file.state });
    const known = await tx.findOneBy(CaseExhibitRow, { caseId: file.id, captureId });
    if (known) throw CasesProblem.exhibitTwice({ number: known.number });
    const kept = await this.source.fixed(tx, captureId);
    const row = {
      id: randomUUID(),
      caseId: file.id,
      number: (await tx.countBy(CaseExhibitRow, { caseId: file.id })) + 1,
      captureId,
      factToProve,
      package: kept,
      addedBy: currentClaims()!.actor,
      addedAt: this.clock.now(),
    };
    await tx.insert(CaseExhibitRow, row as never);
    await this.source.join(tx, captureId, file.id);
    await this.journal.append(tx, file, {
      kind: 'exhibitAdded',
      zh: `证据${row.number}入卷: ${factToProve}`,
      en: `Exhibit ${row.number} added: ${factToProve}`,
      data: { captureId, number: row.number },
    });
    await this.trail.record(tx, {
      act: 'exhibit.accept',
      kind: 'exhibit',
      id: captureId,
      caseId: file.id,
      details: { number: row.number },
    });
    return tx.findOneByOrFail(CaseExhibitRow, { id: row.id });
  }
}
