import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditTrail } from '../../audit';
import { Clock, instantOfLocal, type LawCitation, type Problem } from '../../kernel';
import { OfficersProblem } from '../../officers';
import { Db, Facts, PlatformProblem, requireMatch, type SessionOfficer } from '../../platform';
import {
  type CaseDefinition,
  type CaseTransition,
  definitionOf,
  stateOf,
  transitionOf,
  transitionsFrom,
} from '../domain/definition';
import type { CaseMoved } from '../domain/facts';
import { type GuardContext, refusalOf, servedAt } from '../domain/guards';
import { missingFields, type TransitionInput } from '../domain/input';
import { CasesProblem } from '../domain/problems';
import { CaseRow } from '../store/case.entity';
import { CaseClocks } from './case-clocks';
import { CaseReader } from './case-reader';
import { GuardContexts } from './guard-context';
import { Journal } from './journal';
import { MoveEffects } from './move-effects';
import { Tasks } from './tasks';

type Actor = Pick<SessionOfficer, 'id' | 'name' | 'permissions' | 'secondFactorAt'>;

/** One move that a person is offered, or is told why not. */
export interface OfferedAction {
  action: string;
  zh: string;
  en: string;
  to: string;
  allowed: boolean;
  reason: { code: string; zh: string; en: string; details: Readonly<Record<string, unknown>> } | null;
  needs: readonly string[];
  may: readonly string[];
  documents: readonly string[];
  sealing: boolean;
  basis: LawCitation;
}

/** How fresh a second factor must be for an act that binds the agency (product design AC-HED-1.2). */
const SECOND_FACTOR_MS = 5 * 60_000;

/** Moves cases. The definition says what can be; this carries it out, all of it in one transaction. */
@Injectable()
export class Transitions {
  constructor(
    private readonly db: Db,
    private readonly reader: CaseReader,
    private readonly contexts: GuardContexts,
    private readonly effects: MoveEffects,
    private readonly record: MoveRecord,
    private readonly clock: Clock,
  ) {}

  /** Refuses with 404, 409 for what cannot happen now, 403 for the wrong person, 422 for missing fields, in this order. */
  move(id: string, input: TransitionInput, officer: Actor, read?: number): Promise<CaseRow> {
    return this.db.tx(async (tx) => {
      const file = await this.reader.lock(tx, id);
      const definition = definitionOf(file.definitionKey, file.definitionVersion);
      if (read !== undefined) requireMatch(read, file.version);
      const row = transitionOf(definition, file.state, input.action);
      if (!row) throw this.illegal(definition, file.state, input.action, officer);
      const context = (await this.contexts.of(tx, file, definition, officer.id, input))(row);
      this.refuse(row, context, input, officer);
      const changes = await this.effects.of(tx, file, context, officer);
      return this.record.keep(tx, file, definition, context, changes);
    });
  }

  /** What the person may start from here, each with the reason when it is not possible now. Other roles' moves are not listed. */
  async offered(tx: EntityManager, file: CaseRow, officer: Actor): Promise<OfferedAction[]> {
    const definition = definitionOf(file.definitionKey, file.definitionVersion);
    const context = await this.contexts.of(tx, file, definition, officer.id);
    return transitionsFrom(definition, file.state)
      .filter(({ requires }) => officer.permissions.includes(requires))
      .map((row) => {
        const refused = refusalOf(context(row));
        const { action, zh, en, to, needs = [], may = [], documents = [], sealing = false, basis } = row;
        return {
          action,
          zh,
          en,
          to,
          allowed: !refused,
          reason: refused && reasonOf(refused),
          needs,
          may,
          documents,
          sealing,
          basis,
        };
      });
  }

  private refuse(row: CaseTransition, context: GuardContext, input: TransitionInput, officer: Actor): void {
    const refused = refusalOf(context);
    // Separation of duties is told before a missing permission: it is the reason that no other role would change.
    if (refused?.code === CasesProblem.separationOfDuty.code) throw refused;
    if (!officer.permissions.includes(row.requires)) throw PlatformProblem.forbidden({ permission: row.requires });
    const missing = missingFields(row.needs ?? [], input);
    const officersMissing = missing.includes('officers') && CasesProblem.twoOfficersRequired({ errors: missing.map(required) });
    if (officersMissing) throw officersMissing;
    if (missing.length) throw CasesProblem.fieldsMissing({ errors: missing.map(required) });
    if (refused) throw refused;
    const { secondFactorAt } = officer;
    if (row.sealing && (!secondFactorAt || this.clock.now().getTime() - secondFactorAt.getTime() > SECOND_FACTOR_MS))
      throw OfficersProblem.secondFactorRequired();
  }

  private illegal(definition: CaseDefinition, state: string, action: string, officer: Actor): Problem {
    const allowed = transitionsFrom(definition, state)
      .filter(({ requires }) => officer.permissions.includes(requires))
      .map((row) => row.action);
    return CasesProblem.illegalTransition({ state, action, allowed });
  }
}

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
    await this.clocks.apply(tx, file, row.clocks ?? [], row.action, actor, dates);
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

const required = (field: string) => ({ pointer: `/${field}`, detail: 'is required for this step' });

const reasonOf = ({ code, zh, title, details }: Problem): NonNullable<OfferedAction['reason']> => ({
  code,
  zh: typeof details.zh === 'string' ? details.zh : zh,
  en: typeof details.en === 'string' ? details.en : title,
  details,
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
