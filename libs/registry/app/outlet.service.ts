import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel';
import { currentClaims, Db, type Page, type PageQuery, pageOf, requireMatch } from '../../platform';
import { type Changes, changesBetween, withOrigin } from '../domain/changes';
import { registryFacts } from '../domain/facts';
import { isIcpNumber } from '../domain/number-formats';
import { readAddress } from '../domain/outlet-address';
import { RegistryProblem } from '../domain/problems';
import { isOnPlatform, type Source } from '../domain/subject-types';
import type { HistoryRow } from '../store/history.entity';
import { OperatorRow } from '../store/operator.entity';
import { OutletRow } from '../store/outlet.entity';
import { RegistryRepository } from '../store/registry.repository';
import { ChangeRecorder } from './change-recorder';
import { ConflictService } from './conflict.service';
import { searchWords, SubjectService } from './subject.service';

export interface OutletInput {
  subjectId: string;
  siteName: string;
  domain: string;
  url: string;
  ip?: string | null;
  siteType: string;
  icpNo?: string | null;
  isp?: string | null;
  idcAddress?: string | null;
  contact?: string | null;
  otherFilings?: string | null;
  carrierKind: string;
  operatorId?: string | null;
  pool?: string;
  declaration: string;
  declarant?: string | null;
  divisionCode?: string;
  source?: Source;
}

export interface OutletFilter extends PageQuery {
  subjectId?: string;
  carrierKind?: string;
  pool?: string;
  operatorId?: string;
}

/** Outlets with their ten filing items. Basis: 电子商务信用管理制度 art 9. */
@Injectable()
export class OutletService {
  constructor(
    private readonly db: Db,
    private readonly registry: RegistryRepository,
    private readonly subjects: SubjectService,
    private readonly conflicts: ConflictService,
    private readonly recorder: ChangeRecorder,
    private readonly clock: Clock,
  ) {}

  /** Files an outlet. When another subject holds the address, both stay as filed and a conflict is opened (AC-MER-1.4). */
  create(input: OutletInput): Promise<OutletRow> {
    return this.db.tx(async (tx) => {
      const subject = await this.subjects.byId(tx, input.subjectId);
      const { source = 'selfFiling', ...fields } = input;
      const divisionCode = fields.divisionCode ?? subject.divisionCode;
      if (!(await this.registry.covers(tx, divisionCode))) throw RegistryProblem.outsideScope({ divisionCode });
      await this.check(tx, input);
      const address = addressColumns(input.domain, input.url);
      const at = this.clock.now();
      const given = Object.fromEntries(Object.entries({ ...fields, ...address }).filter(([, value]) => value != null));
      const row = Object.assign(new OutletRow(), EMPTY, given, {
        id: randomUUID(),
        version: 1,
        divisionCode,
        onPlatform: isOnPlatform(input.carrierKind),
        provenance: withOrigin({}, Object.keys(given), { source, at: at.toISOString(), by: currentClaims()!.actor }),
        createdAt: at,
        updatedAt: at,
      });
      await tx.insert(OutletRow, row);
      await this.noted(tx, 'created', row, source, changesBetween({}, given), null);
      await this.conflicts.openFor(tx, row);
      return this.byId(tx, row.id);
    });
  }

  change(id: string, readVersion: number, input: Partial<Omit<OutletInput, 'subjectId'>> & { reason?: string }): Promise<OutletRow> {
    return this.db.tx(async (tx) => {
      const before = await tx.findOne(OutletRow, { where: { id }, lock: { mode: 'pessimistic_write' } });
      if (!before) throw RegistryProblem.notFound();
      requireMatch(readVersion, before.version);
      const { reason, source = 'officer', ...fields } = input;
      if (fields.divisionCode && !(await this.registry.covers(tx, fields.divisionCode)))
        throw RegistryProblem.outsideScope({ divisionCode: fields.divisionCode });
      await this.check(tx, fields);
      const moved = fields.domain !== undefined || fields.url !== undefined;
      const next = {
        ...fields,
        ...(moved ? addressColumns(fields.domain ?? before.domain, fields.url ?? before.url) : {}),
        ...(fields.carrierKind ? { onPlatform: isOnPlatform(fields.carrierKind) } : {}),
      };
      const changes = changesBetween(before, next);
      if (!Object.keys(changes).length) return this.byId(tx, id);
      const at = this.clock.now();
      const version = before.version + 1;
      const provenance = withOrigin(before.provenance, Object.keys(changes), { source, at: at.toISOString(), by: currentClaims()!.actor });
      await tx.update(OutletRow, { id }, { ...next, version, updatedAt: at, provenance } as never);
      const after = await this.byId(tx, id);
      await this.noted(tx, 'changed', after, source, changes, reason ?? null);
      if (moved || changes.onPlatform) await this.conflicts.openFor(tx, after);
      return after;
    });
  }

  /** With its subject, when that lies in the caller's scope. */
  async byId(tx: EntityManager, id: string): Promise<OutletRow> {
    const row = await tx.findOne(OutletRow, { where: { id }, relations: { subject: true } });
    if (!row) throw RegistryProblem.notFound();
    return row;
  }

  get(id: string): Promise<OutletRow> {
    return this.db.tx((tx) => this.byId(tx, id));
  }

  history(id: string): Promise<HistoryRow[]> {
    return this.db.tx(async (tx) => {
      await this.byId(tx, id);
      return this.registry.historyOf(tx, 'outlet', id);
    });
  }

  /** Filed names that look like this one's: shown to the registrar, no ground for refusal by itself. */
  lookalikes(tx: EntityManager, outlet: OutletRow): Promise<string[]> {
    return this.registry.lookalikes(tx, outlet.domain, outlet.domainSkeleton);
  }

  find(query: OutletFilter): Promise<Page<OutletRow>> {
    return this.db.tx((tx) => {
      const found = tx.createQueryBuilder(OutletRow, 'o').leftJoinAndSelect('o.subject', 's');
      if (query.q?.trim()) found.andWhere('o.id IN (SELECT registry_find_outlets(:words))', { words: searchWords(query.q) });
      for (const field of ['subjectId', 'carrierKind', 'pool', 'operatorId'] as const)
        if (query[field]) found.andWhere(`o.${field} = :${field}`, { [field]: query[field] });
      return pageOf(found, query, {
        sortable: { createdAt: 'o.createdAt', updatedAt: 'o.updatedAt', siteName: 'o.siteName', domain: 'o.domain', carrierKind: 'o.carrierKind', pool: 'o.pool' },
        defaultSort: 'createdAt',
        id: 'o.id',
      }); // prettier-ignore
    });
  }

  private async check(tx: EntityManager, input: Partial<OutletInput>): Promise<void> {
    if (input.icpNo && !isIcpNumber(input.icpNo)) throw RegistryProblem.numberFormat({ pointer: '/icpNo', format: 'ICP' });
    if (input.operatorId && !(await tx.existsBy(OperatorRow, { id: input.operatorId }))) throw RegistryProblem.notFound();
  }

  private noted(
    tx: EntityManager,
    act: 'created' | 'changed',
    { id, version, divisionCode, subjectId }: OutletRow,
    source: Source,
    changes: Changes,
    reason: string | null,
  ): Promise<void> {
    const entry = { entity: 'outlet' as const, entityId: id, version, source, reason, changes, divisionCode };
    return this.recorder.record(tx, act, entry, { type: registryFacts.outletChanged, payload: { outletId: id, subjectId } });
  }
}

const EMPTY: Partial<OutletRow> = {
  ip: null,
  icpNo: null,
  isp: null,
  idcAddress: null,
  contact: null,
  otherFilings: null,
  operatorId: null,
  pool: 'none',
  declarant: null,
};

function addressColumns(domain: string, url: string) {
  const address = readAddress(domain, url);
  if ('field' in address) {
    if (address.field === 'domain') throw RegistryProblem.domainWrong({ pointer: '/domain', reason: address.reason });
    throw RegistryProblem.urlWrong({ pointer: '/url', reason: address.reason });
  }
  const { ascii, unicode, skeleton, mixedScripts } = address.host;
  return { domain: ascii, domainUnicode: unicode, domainSkeleton: skeleton, mixedScripts, url: address.url };
}
