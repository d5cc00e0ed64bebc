import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock, type LawCitation, type Problem } from '../../kernel';
import { OfficersProblem } from '../../officers';
import { Db, PlatformProblem, requireMatch, type SessionOfficer } from '../../platform';
import { type CaseDefinition, type CaseTransition, definitionOf, transitionOf, transitionsFrom } from '../domain/definition';
import { type GuardContext, refusalOf } from '../domain/guards';
import { missingFields, type TransitionInput } from '../domain/input';
import { CasesProblem, requiredField } from '../domain/problems';
import type { CaseRow } from '../store/case.entity';
import { CaseReader } from './case-reader';
import { ExhibitSource } from './exhibit-source';
import { GuardContexts, type Rechecked } from './guard-context';
import { MoveEffects } from './move-effects';
import { MoveRecord } from './move-record';

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
    private readonly exhibitSource: ExhibitSource,
    private readonly clock: Clock,
  ) {}

  /** Refuses with 404, 409 for what cannot happen now, 403 for the wrong person, 422 for missing fields, in this order. */
  async move(id: string, input: TransitionInput, officer: Actor, read?: number): Promise<CaseRow> {
    // Hashing may take seconds: done before the case is locked, so that nobody waits for it.
    const rechecked = await this.recheck(id, input.action);
    return this.db.tx(async (tx) => {
      const file = await this.reader.lock(tx, id);
      const definition = definitionOf(file.definitionKey, file.definitionVersion);
      if (read !== undefined) requireMatch(read, file.version);
      const row = transitionOf(definition, file.state, input.action);
      if (!row) throw this.illegal(definition, file.state, input.action, officer);
      const context = (await this.contexts.of(tx, file, definition, officer.id, input, rechecked))(row);
      this.refuse(row, context, input, officer);
      const changes = await this.effects.of(tx, file, context, officer);
      return this.record.keep(tx, file, definition, context, changes);
    });
  }

  /** For a move that rests on the evidence being whole, hashes all of it; null for others. */
  private recheck(id: string, action: string): Promise<Rechecked | null> {
    return this.db.tx(async (tx) => {
      const file = await this.reader.byId(tx, id);
      const row = transitionOf(definitionOf(file.definitionKey, file.definitionVersion), file.state, action);
      if (!row?.guards?.includes('exhibitsVerified')) return null;
      const found = new Map<string, string | null>();
      for (const { captureId } of await this.reader.exhibits(tx, id))
        if (captureId) found.set(captureId, await this.exhibitSource.recheck(tx, captureId));
      return found;
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
    const officersMissing =
      missing.includes('officers') && CasesProblem.twoOfficersRequired({ errors: missing.map(requiredField) });
    if (officersMissing) throw officersMissing;
    if (missing.length) throw CasesProblem.fieldsMissing({ errors: missing.map(requiredField) });
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

const reasonOf = ({ code, zh, title, details }: Problem): NonNullable<OfferedAction['reason']> => ({
  code,
  zh: typeof details.zh === 'string' ? details.zh : zh,
  en: typeof details.en === 'string' ? details.en : title,
  details,
});
