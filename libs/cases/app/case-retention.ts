import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { EvidenceRetention, type PackageRow, type RetentionObstacle } from '../../evidence';
import { addMonths, Clock, localDate } from '../../kernel';
import { RETENTION_RULES } from '../domain/retention';

/** Evidence is kept as long as any case that rests on it: 程序规定 art. 78. One that no case took is kept like a clue not filed. */
@Injectable()
export class CaseRetention extends EvidenceRetention {
  constructor(private readonly clock: Clock) {
    super();
  }

  /** Counts every case that holds the package, those that the asker may not see too. */
  async obstacle(tx: EntityManager, row: PackageRow): Promise<RetentionObstacle | null> {
    const [kept] = await tx.query<{ cases: number; running: number; for_ever: number; until: string | null }[]>(
      'SELECT cases, running, for_ever, until::text AS until FROM evidence_kept_by_cases($1)',
      [row.id],
    );
    if (!kept) return { because: 'unknown', until: null };
    if (kept.running) return { because: 'caseRunning', until: null };
    if (kept.for_ever) return { because: 'forEver', until: null };
    const until = kept.cases ? kept.until : unusedUntil(row);
    return until !== null && localDate(this.clock.now()) > until ? null : { because: 'until', until };
  }
}

function unusedUntil({ fixedAt }: PackageRow): string | null {
  const years = RETENTION_RULES.find(({ outcome }) => outcome === 'notFiled')?.years;
  return fixedAt && years ? addMonths(localDate(fixedAt), years * 12) : null;
}
