import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { localDate } from '../../kernel';
import { OfficerDirectory } from '../../officers';
import { ConflictService, isActiveStatus, SubjectService } from '../../registry';
import { newBadgeCode } from '../domain/badge-code';
import { BadgeProblem } from '../domain/problems';

/** What issuing and resuming ask of the rooms below: nobody disputes the address, the licence stands, who issues, under which code. */
@Injectable()
export class BadgeIssuing {
  constructor(
    private readonly subjects: SubjectService,
    private readonly conflicts: ConflictService,
    private readonly directory: OfficerDirectory,
  ) {}

  async refuseUnfit(tx: EntityManager, outletId: string, subjectId: string): Promise<void> {
    const against = await this.conflicts.standingAgainst(tx, outletId);
    if (against.length) throw BadgeProblem.conflictOpen({ outletId, conflictIds: against.map(({ id }) => id) });
    const { status } = await this.subjects.byId(tx, subjectId);
    if (!isActiveStatus(status)) throw BadgeProblem.subjectInactive({ status });
  }

  async officeOf(tx: EntityManager, divisionCode: string): Promise<string> {
    return (await this.directory.agencyOf(tx, divisionCode)).agencyName;
  }

  /** A code that no badge has had, in any division: the unique index would refuse it, this only saves the attempt. */
  async freshCode(tx: EntityManager, divisionCode: string, at: Date): Promise<string> {
    const year = Number(localDate(at).slice(0, 4));
    for (;;) {
      const code = newBadgeCode(divisionCode, year, (below) => randomInt(below));
      const [known] = await tx.query<unknown[]>('SELECT 1 FROM badge WHERE code = $1', [code]);
      if (!known) return code;
    }
  }
}
