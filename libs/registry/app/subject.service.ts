import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel';
import { currentClaims, Db, type Page, type PageQuery, pageOf, requireMatch } from '../../platform';
import { type Changes, changesBetween, withOrigin } from '../domain/changes';
import { registryFacts } from '../domain/facts';
import { RegistryPermission } from '../domain/permissions';
import { RegistryProblem } from '../domain/problems';
import { registrationNumberFault } from '../domain/registration-number';
import { isActiveStatus, isNaturalPerson, mayLackUscc, type Source } from '../domain/subject-types';
import { normaliseUscc, usccFault, usccWarnings } from '../domain/uscc';
import type { HistoryRow } from '../store/history.entity';
import { OutletRow } from '../store/outlet.entity';
import { RegistryRepository } from '../store/registry.repository';
import { SubjectRow } from '../store/subject.entity';
import { ChangeRecorder } from './change-recorder';

export interface SubjectInput {
  uscc?: string | null;
  usccOverrideReason?: string | null;
  regNo15?: string | null;
  name: string;
  kind: string;
  typeCode?: string | null;
  legalRep?: string | null;
  domicile?: string | null;
  divisionCode: string;
  scope?: string | null;
  status?: string;
  statusDate?: string | null;
  established?: string | null;
  registrar?: string | null;
  contactPhone?: string | null;
  exemption?: string | null;
  source?: Source;
}

export interface SubjectFilter extends PageQuery {
  kind?: string;
  status?: string;
  divisionCode?: string;
}

/** Subjects: registered, found, changed, each change with its history. */
@Injectable()
export class SubjectService {
  constructor(
    private readonly db: Db,
    private readonly registry: RegistryRepository,
    private readonly recorder: ChangeRecorder,
    private readonly clock: Clock,
  ) {}

  /** Refuses a wrong code with position and expected character; a supervisor (`mayOverride`) may enter it with a reason. */
  create(input: SubjectInput, mayOverride: boolean): Promise<SubjectRow> {
    return this.db.tx(async (tx) => {
      const { usccOverrideReason, source = 'officer', ...fields } = input;
      if (!(await this.registry.covers(tx, fields.divisionCode)))
        throw RegistryProblem.outsideScope({ divisionCode: fields.divisionCode });
      this.check(input);
      const code = this.checkedUscc(input, mayOverride);
      await this.refuseTaken(tx, code.uscc);
      const at = this.clock.now();
      const given = Object.fromEntries(Object.entries({ ...fields, uscc: code.uscc }).filter(([, value]) => value != null));
      const row = Object.assign(new SubjectRow(), {
        ...emptySubject(),
        ...given,
        ...code,
        id: randomUUID(),
        version: 1,
        source,
        provenance: withOrigin({}, Object.keys(given), { source, at: at.toISOString(), by: currentClaims()!.actor }),
        createdAt: at,
        updatedAt: at,
      });
      await tx.insert(SubjectRow, row);
      await this.noted(tx, 'created', row, source, changesBetween({}, given), usccOverrideReason ?? null, false);
      return this.byId(tx, row.id);
    });
  }

  change(id: string, readVersion: number, input: Partial<SubjectInput> & { reason?: string }, mayOverride: boolean): Promise<SubjectRow> {
    return this.db.tx(async (tx) => {
      const before = await this.locked(tx, id);
      requireMatch(readVersion, before.version);
      const { reason, usccOverrideReason, source = 'officer', ...fields } = input;
      const next: Partial<SubjectRow> = { ...fields } as Partial<SubjectRow>;
      if (fields.divisionCode && !(await this.registry.covers(tx, fields.divisionCode)))
        throw RegistryProblem.outsideScope({ divisionCode: fields.divisionCode });
      this.check({ ...before, ...fields });
      if (fields.uscc !== undefined || fields.kind !== undefined) {
        const untouched = fields.uscc === undefined;
        const overrideReason = usccOverrideReason ?? (untouched ? before.usccOverrideReason : null);
        const merged = { ...before, ...fields, usccOverrideReason: overrideReason } as SubjectInput;
        const code = this.checkedUscc(merged, mayOverride || untouched);
        if (code.uscc !== before.uscc) {
          await this.refuseTaken(tx, code.uscc);
          Object.assign(next, code);
        } else delete next.uscc;
      }
      if (fields.name && fields.name !== before.name) next.usedNames = [...new Set([...before.usedNames, before.name])];
      if (fields.status && fields.status !== before.status && !fields.statusDate) next.statusDate = this.clock.now().toISOString().slice(0, 10);
      const changes = changesBetween(before, next);
      if (!Object.keys(changes).length) return before;
      const at = this.clock.now();
      const origin = { source, at: at.toISOString(), by: currentClaims()!.actor };
      const version = before.version + 1;
      await tx.update(SubjectRow, { id }, {
        ...next,
        version,
        updatedAt: at,
        provenance: withOrigin(before.provenance, Object.keys(changes), origin),
      } as never);
      const inactive = isActiveStatus(before.status) && !isActiveStatus(next.status ?? before.status);
      await this.noted(tx, 'changed', { ...before, version }, source, changes, reason ?? usccOverrideReason ?? null, inactive);
      return this.byId(tx, id);
    });
  }

  async byId(tx: EntityManager, id: string): Promise<SubjectRow> {
    const row = await tx.findOneBy(SubjectRow, { id });
    if (!row) throw RegistryProblem.notFound();
    return row;
  }

  get(id: string): Promise<SubjectRow> {
    return this.db.tx((tx) => this.byId(tx, id));
  }

  outletsOf(subjectId: string): Promise<OutletRow[]> {
    return this.db.tx((tx) => tx.find(OutletRow, { where: { subjectId }, order: { createdAt: 'ASC' } }));
  }

  history(id: string): Promise<HistoryRow[]> {
    return this.db.tx(async (tx) => {
      await this.byId(tx, id);
      return this.registry.historyOf(tx, 'subject', id);
    });
  }

  /** By code, name, used name, or an outlet's name, domain or filing number; two characters are enough. */
  find(query: SubjectFilter): Promise<Page<SubjectRow>> {
    return this.db.tx((tx) => {
      const found = tx.createQueryBuilder(SubjectRow, 's');
      if (query.q?.trim()) found.andWhere('s.id IN (SELECT registry_find_subjects(:words))', { words: searchWords(query.q) });
      if (query.kind) found.andWhere('s.kind = :kind', { kind: query.kind });
      if (query.status) found.andWhere('s.status = :status', { status: query.status });
      if (query.divisionCode) found.andWhere('s.divisionCode = :division', { division: query.divisionCode });
      return pageOf(found, query, {
        sortable: { createdAt: 's.createdAt', updatedAt: 's.updatedAt', name: 's.name', uscc: 's.uscc', divisionCode: 's.divisionCode', status: 's.status', kind: 's.kind' },
        defaultSort: 'createdAt',
        id: 's.id',
      }); // prettier-ignore
    });
  }

  private check({ kind, exemption, regNo15 }: Pick<SubjectInput, 'kind' | 'exemption' | 'regNo15'>): void {
    if (isNaturalPerson(kind) && !exemption) throw RegistryProblem.exemptionMissing({ pointer: '/exemption' });
    const fault = regNo15 ? registrationNumberFault(regNo15) : null;
    if (fault) throw RegistryProblem.regNoWrong({ pointer: '/regNo15', ...fault });
  }

  private checkedUscc(input: SubjectInput, mayOverride: boolean) {
    const none = { uscc: null, usccOverrideReason: null, usccOverrideBy: null, usccWarnings: [] as string[] };
    if (!input.uscc) {
      if (!mayLackUscc(input.kind)) throw RegistryProblem.usccMissing({ pointer: '/uscc', kind: input.kind });
      return none;
    }
    const uscc = normaliseUscc(input.uscc);
    const fault = usccFault(uscc);
    if (!fault) return { ...none, uscc, usccWarnings: usccWarnings(uscc) as string[] };
    // Wrongly issued codes with a false check character are met in practice; a wrong length or letter is never one of them.
    const overridable = fault.reason === 'check-character';
    if (!overridable || !input.usccOverrideReason?.trim())
      throw RegistryProblem.usccWrong({ pointer: '/uscc', fault, ...detailsOf(fault), overridable });
    if (!mayOverride) throw RegistryProblem.overrideNotAllowed({ permission: RegistryPermission.override });
    return { uscc, usccOverrideReason: input.usccOverrideReason.trim(), usccOverrideBy: currentClaims()!.actor, usccWarnings: ['check-character'] };
  }

  private async refuseTaken(tx: EntityManager, uscc: string | null): Promise<void> {
    if (!uscc) return;
    // Writers of the same code queue up, so that the second sees the first instead of tripping over the unique index.
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('uscc:' || $1, 0))`, [uscc]);
    const known = await tx.findOneBy(SubjectRow, { uscc });
    if (known) throw RegistryProblem.usccTaken({ uscc, subjectId: known.id });
    const [elsewhere] = await tx.query<{ taken: boolean }[]>('SELECT registry_uscc_taken($1) AS taken', [uscc]);
    if (elsewhere?.taken) throw RegistryProblem.usccTaken({ uscc });
  }

  private async locked(tx: EntityManager, id: string): Promise<SubjectRow> {
    const row = await tx.findOne(SubjectRow, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (!row) throw RegistryProblem.notFound();
    return row;
  }

  private noted(
    tx: EntityManager,
    act: 'created' | 'changed',
    { id, version, divisionCode }: Pick<SubjectRow, 'id' | 'version' | 'divisionCode'>,
    source: Source,
    changes: Changes,
    reason: string | null,
    becameInactive: boolean,
  ): Promise<void> {
    const entry = { entity: 'subject' as const, entityId: id, version, source, reason, changes, divisionCode };
    return this.recorder.record(tx, act, entry, { type: registryFacts.subjectChanged, payload: { subjectId: id, becameInactive } });
  }
}

/** A code is searched as it is stored, anything else as typed. */
export function searchWords(q: string): string {
  const text = q.trim().normalize('NFKC');
  const code = normaliseUscc(text);
  return /^[0-9A-Z]{15,18}$/.test(code) && !/^xn--/i.test(text) ? code : text;
}

function detailsOf(fault: NonNullable<ReturnType<typeof usccFault>>) {
  return fault.reason === 'check-character'
    ? { position: fault.position, found: fault.found, expected: fault.expected }
    : fault.reason === 'charset'
      ? { position: fault.position, found: fault.found, expected: fault.suggestion ?? undefined }
      : {};
}

function emptySubject(): Partial<SubjectRow> {
  return {
    regNo15: null,
    usedNames: [],
    typeCode: null,
    legalRep: null,
    domicile: null,
    scope: null,
    status: '1',
    statusDate: null,
    established: null,
    registrar: null,
    contactPhone: null,
    exemption: null,
  };
}
