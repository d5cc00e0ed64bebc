import { Injectable } from '@nestjs/common';
import { type EntityManager, In, MoreThanOrEqual, Not } from 'typeorm';
import { Clock } from '../../kernel';
import { OfficerDirectory } from '../../officers';
import { type CaseDefinition, type CaseTransition, transitionsFrom } from '../domain/definition';
import type { GuardContext, NamedOfficer } from '../domain/guards';
import type { TransitionInput } from '../domain/input';
import { CaseEventRow, CaseOfficerRow, CaseRecusalRow, type CaseRow } from '../store/case.entity';
import { CaseBlockerRow } from '../store/case-parts.entity';
import { CasePanelRow } from '../store/panel.entity';
import { CaseTransferRow } from '../store/transfer.entity';
import { CalendarService } from './calendar.service';
import { CaseClocks } from './case-clocks';
import { CaseReader } from './case-reader';
import { ExhibitSource } from './exhibit-source';
import { Tasks } from './tasks';

const REVIEW_KINDS = ['approveReview', 'returnForWork', 'returnForCorrection', 'endHearing', 'reopen'];

/** Exhibits whose bytes were hashed again for this move, by capture; an exhibit that came later is not among them. */
export type Rechecked = ReadonlyMap<string, string | null>;

/** Reads, in the transaction of the move, everything that guards may look at. */
@Injectable()
export class GuardContexts {
  constructor(
    private readonly reader: CaseReader,
    private readonly clocks: CaseClocks,
    private readonly calendars: CalendarService,
    private readonly tasks: Tasks,
    private readonly officers: OfficerDirectory,
    private readonly exhibitSource: ExhibitSource,
    private readonly clock: Clock,
  ) {}

  async of(
    tx: EntityManager,
    file: CaseRow,
    definition: CaseDefinition,
    actor: string,
    input: TransitionInput | null = null,
    rechecked: Rechecked | null = null,
  ): Promise<(row: CaseTransition) => GuardContext> {
    const people = await tx.find(CaseOfficerRow, { where: { caseId: file.id }, order: { since: 'ASC' } });
    const present = people.filter(({ until }) => until === null);
    const handlerIds = present.filter(({ role }) => role === 'handler').map(({ officerId }) => officerId);
    const reviews = await tx.find(CaseEventRow, { where: { caseId: file.id, kind: In(REVIEW_KINDS) }, order: { id: 'ASC' } });
    const blockers = await tx.findBy(CaseBlockerRow, { caseId: file.id });
    const context: Omit<GuardContext, 'row'> = {
      actor,
      now: this.clock.now(),
      calendar: await this.calendars.current(tx),
      file,
      handlers: await this.lookUp(tx, handlerIds),
      everHandled: people.filter(({ role }) => role === 'handler').map(({ officerId }) => officerId),
      reviewers: reviews.filter(({ kind }) => kind === 'approveReview').map((event) => event.actor),
      assignedReviewer: present.find(({ role }) => role === 'reviewer')?.officerId ?? null,
      submitter: file.enteredBy,
      recused: (await tx.findBy(CaseRecusalRow, { caseId: file.id })).map(({ officerId }) => officerId),
      reviewPassed: reviews.at(-1)?.kind === 'approveReview',
      hearingHeld: reviews.some(({ kind }) => kind === 'endHearing'),
      panels: await this.panels(tx, file),
      transfer: (await tx.findOne(CaseTransferRow, { where: { caseId: file.id }, order: { n: 'DESC' } }))?.state ?? null,
      documents: await this.reader.documentViews(tx, file.id),
      exhibits: await this.exhibits(tx, file.id, rechecked, restsOnEvidence(definition, file.state)),
      blockers: blockers.map(({ kind, ref, text }) => ({ kind, ref, text })),
      openTasks: (await this.tasks.blocking(tx, file.id)).map(({ id, zh }) => ({ id, title: zh })),
      clocks: await this.clocks.of(tx, file.id),
      unanswered: (await this.reader.remarks(tx, file.id)).filter(({ answer }) => answer === null).map(({ id }) => id),
      pauseGrounds: definition.pauseGrounds.map(({ key }) => key),
      input,
      named: input?.officers ? await this.lookUp(tx, input.officers) : [],
    };
    return (row) => ({ ...context, row });
  }

  /** One that was held before the proposal was made answers another question. */
  private async panels(tx: EntityManager, file: CaseRow): Promise<GuardContext['panels']> {
    const rows = await tx.find(CasePanelRow, {
      where: { caseId: file.id, state: Not('cancelled'), convenedAt: MoreThanOrEqual(file.enteredAt) },
      order: { n: 'ASC' },
    });
    return rows.map(({ n, state, ground, conclusion }) => ({ n, state: state as 'convened' | 'held', ground, conclusion }));
  }

  async lookUp(tx: EntityManager, ids: readonly string[]): Promise<NamedOfficer[]> {
    if (!ids.length) return [];
    return (await this.officers.byIds(tx, ids)).map(({ id, name, certificate, state }) => ({
      id,
      name,
      certificate,
      active: state === 'active',
    }));
  }

  private async exhibits(
    tx: EntityManager,
    caseId: string,
    rechecked: Rechecked | null,
    judge: boolean,
  ): Promise<GuardContext['exhibits']> {
    const rows = await this.reader.exhibits(tx, caseId);
    // Asking after every exhibit takes two looks each: only where a move from here depends on it.
    if (!judge) return rows.map(({ number }) => ({ number, fault: null }));
    return Promise.all(
      rows.map(async ({ number, captureId, package: kept }) => {
        if (!captureId || !kept) return { number, fault: null }; // a thing has no bytes to hash
        const again = rechecked ? (rechecked.has(captureId) ? rechecked.get(captureId)! : 'notVerified') : null;
        return { number, fault: again ?? (await this.exhibitSource.fault(tx, captureId, String(kept.manifestSha256))) };
      }),
    );
  }
}

const restsOnEvidence = (definition: CaseDefinition, state: string): boolean =>
  transitionsFrom(definition, state).some(({ guards }) => guards?.includes('exhibitsVerified'));
