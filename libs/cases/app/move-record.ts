import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditTrail } from '../../audit';
import { instantOfLocal } from '../../kernel';
import { Facts } from '../../platform';
import type { ClockEffect } from '../domain/clock-book';
import { type CaseDefinition, type CaseTransition, stateOf } from '../domain/definition';
import type { CaseMoved } from '../domain/facts';
import { type GuardContext, servedAt } from '../domain/guards';
import type { TransitionInput } from '../domain/input';
import { CaseRow, type CaseSource } from '../store/case.entity';
import { CaseClocks } from './case-clocks';
import { CaseReader } from './case-reader';
import { Journal } from './journal';
import { Tasks } from './tasks';

/** What a move leaves behind: the row, the event, clocks, tasks, the fact and the audit record. */
@Injectable()
export class MoveRecord {
  constructor(
    private readonly reader: CaseReader,
    private readonly clocks: CaseClocks,
    private readonly tasks: Tasks,
    private readonly journal: Journal,
    private readonly facts: Facts,
    private readonly trail: AuditTrail,
  ) {}

  async keep(
    tx: EntityManager,
    file: CaseRow,
    definition: CaseDefinition,
    context: GuardContext,
    changes: Partial<CaseRow>,
  ): Promise<CaseRow> {
    const { row, actor, now, input } = context;
    const dates = datesOf(context);
    const happenedAt = changes.servedAt ?? undefined;
    await tx.update(CaseRow, { id: file.id }, {
      ...changes,
      state: row.to,
      enteredBy: actor,
      enteredAt: now,
      updatedAt: now,
      version: file.version + 1,
    } as never);
    await this.journal.append(tx, file, { kind: row.action, zh: row.zh, en: row.en, happenedAt, data: told(row, input!) });
    await this.clocks.apply(tx, file, effectsFor(file, row.clocks ?? []), row.action, actor, dates);
    await this.tasks.endReminders(tx, file.id);
    const after = await this.reader.byId(tx, file.id);
    await this.owed(tx, after, definition);
    if (row.emits) await this.facts.publish(tx, row.emits, file.id, movedFact(after));
    await this.trail.record(tx, {
      act: `case.${row.action}`,
      kind: 'case',
      id: file.id,
      caseId: file.id,
      details: { from: row.from, to: row.to, version: after.version },
    });
    return after;
  }

  private async owed(tx: EntityManager, file: CaseRow, definition: CaseDefinition): Promise<void> {
    const state = stateOf(definition, file.state);
    const role = state.task?.kind === 'review' ? 'reviewer' : state.task?.to === 'handlers' ? 'handler' : null;
    const assignees = role ? (await this.reader.people(tx, file.id, role)).map(({ officerId }) => officerId) : [];
    const [nearest] = await this.reader.nearestClocks(tx, file.id, 1);
    await this.tasks.follow(tx, file, state, assignees, nearest?.due ?? null);
  }
}

export const movedFact = ({ id, number, state, divisionCode, subjectId, outletId }: CaseRow): CaseMoved => ({
  caseId: id,
  number,
  state,
  division: divisionCode,
  subjectId,
  outletId,
});

/** Instants that clock effects name: the day of a service, of an application, of the execution. */
function datesOf({ documents, input }: GuardContext): Record<string, Date> {
  const dates: Record<string, Date> = {};
  const notice = servedAt(documents, '37');
  const decision = servedAt(documents, '45');
  if (notice) dates.noticeServedOn = notice;
  if (decision) dates.decisionServedOn = decision;
  if (input?.requestedOn) dates.requestedOn = instantOfLocal(input.requestedOn);
  if (input?.executedOn) dates.executedOn = instantOfLocal(input.executedOn);
  return dates;
}

/** What the event keeps of the request: everything that was asked with, which is what was decided on. */
function told(row: CaseTransition, { action: _action, ...fields }: TransitionInput): Record<string, unknown> {
  return { from: row.from, to: row.to, basis: row.basis, ...fields };
}

/** Sources behind which stands somebody who is to be told the outcome. */
const REPORTED: readonly CaseSource[] = ['complaint', 'report', 'badgeReport'];

const effectsFor = ({ source }: CaseRow, effects: readonly ClockEffect[]): ClockEffect[] =>
  effects.filter(({ when }) => when !== 'reported' || REPORTED.includes(source));
