import { Injectable } from '@nestjs/common';
import { Brackets, type EntityManager, In, IsNull, Not, type SelectQueryBuilder } from 'typeorm';
import { DocumentReader } from '../../documents';
import { Clock } from '../../kernel';
import { OfficerDirectory } from '../../officers';
import { type Page, type PageQuery, pageOf } from '../../platform';
import { definitionOf, stateOf } from '../domain/definition';
import { servedAt } from '../domain/guards';
import { CasesProblem } from '../domain/problems';
import { CaseOfficerRow, CaseRow } from '../store/case.entity';
import { CaseClockRow, CaseExhibitRow, CaseLinkRow, CaseNoteRow, CasePartyRow, CaseRemarkRow } from '../store/case-parts.entity';

export interface CaseQuery extends PageQuery {
  state?: string;
  phase?: 'clue' | 'running' | 'ended';
  mine?: boolean;
  subjectId?: string;
  outletId?: string;
  source?: string;
  visibility?: string;
  /** Some time limit falls due on or before this day. */
  dueBy?: string;
}

/** A case as the rooms above need it. */
export interface CaseFile {
  id: string;
  number: string;
  state: string;
  /** Filed and not yet ended: suspensions may be ordered. */
  filed: boolean;
  decided: boolean;
  /** No next step is owed any more. */
  ended: boolean;
  divisionCode: string;
  authority: string;
  officers: { id: string; name: string; certificate: string | null }[];
  subjectId: string | null;
  subjectName: string | null;
  outletId: string | null;
  matter: string;
  decision: { number: string; servedOn: string | null; documentId: string } | null;
}

export interface CaseAuditEvent {
  id: string;
  at: Date;
  actor: string;
  act: string;
  kind: string;
  record: string;
  purpose: string | null;
  details: Record<string, unknown>;
}

const CLUE_STATES = ['clue', 'filingProposed'];
const ENDED_STATES = ['notFiled', 'discarded', 'closed', 'archived'];

/** Looking at cases. What row security hides is not found. */
@Injectable()
export class CaseReader {
  constructor(
    private readonly documents: DocumentReader,
    private readonly officers: OfficerDirectory,
    private readonly clock: Clock,
  ) {}

  async byId(tx: EntityManager, id: string): Promise<CaseRow> {
    const file = await tx.findOneBy(CaseRow, { id });
    if (!file) throw CasesProblem.notFound();
    return file;
  }

  /** For a change: whoever comes second waits here, and then sees what the first did. */
  async lock(tx: EntityManager, id: string): Promise<CaseRow> {
    const file = await tx.findOne(CaseRow, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (!file) throw CasesProblem.notFound();
    return file;
  }

  find(tx: EntityManager, query: CaseQuery, me: string): Promise<Page<CaseRow>> {
    const files = tx.createQueryBuilder(CaseRow, 'c');
    for (const field of ['state', 'subjectId', 'outletId', 'source', 'visibility'] as const)
      if (query[field]) files.andWhere(`c.${field} = :${field}`, { [field]: query[field] });
    if (query.phase === 'clue') files.andWhere('c.state IN (:...states)', { states: CLUE_STATES });
    if (query.phase === 'running') files.andWhere('c.state NOT IN (:...states)', { states: [...CLUE_STATES, ...ENDED_STATES] });
    if (query.phase === 'ended') files.andWhere('c.state IN (:...states)', { states: ENDED_STATES });
    if (query.mine)
      files.andWhere(new Brackets((or) => void or.where(':me = ANY (c.named)', { me }).orWhere('c.createdBy = :me', { me })));
    if (query.dueBy)
      files.andWhere(
        `EXISTS (SELECT FROM case_clock k WHERE k.case_id = c.id AND k.state = 'running' AND NOT k.informs AND k.due <= :dueBy)`,
        { dueBy: query.dueBy },
      );
    this.search(files, query.q);
    const sortable = {
      openedAt: 'c.openedAt',
      number: 'c.number',
      state: 'c.state',
      enteredAt: 'c.enteredAt',
      filedAt: 'c.filedAt',
      closedAt: 'c.closedAt',
    };
    return pageOf(files, query, { sortable, defaultSort: 'openedAt', id: 'c.id' });
  }

  /** The case for the rooms above, or null when it does not exist or is out of scope. */
  async file(tx: EntityManager, id: string): Promise<CaseFile | null> {
    const row = await tx.findOneBy(CaseRow, { id });
    if (!row) return null;
    const state = stateOf(definitionOf(row.definitionKey, row.definitionVersion), row.state);
    const { agencyName } = await this.officers.agencyOf(tx, row.divisionCode);
    const handlers = await this.people(tx, id, 'handler');
    return {
      id,
      number: row.number,
      state: row.state,
      filed: (state.filed ?? false) && row.filedAt !== null && (state.open ?? false),
      decided: state.decided ?? false,
      ended: !state.open,
      divisionCode: row.divisionCode,
      authority: agencyName,
      officers: handlers.map(({ officerId, name, certificate }) => ({ id: officerId, name, certificate })),
      subjectId: row.subjectId,
      subjectName: row.partyName,
      outletId: row.outletId,
      matter: row.matter,
      decision: await this.decision(tx, id),
    };
  }

  /** Who is named in the case now. */
  people(tx: EntityManager, caseId: string, role?: CaseOfficerRow['role']): Promise<CaseOfficerRow[]> {
    const now = tx.createQueryBuilder(CaseOfficerRow, 'o').where('o.caseId = :caseId AND o.until IS NULL', { caseId });
    if (role) now.andWhere('o.role = :role', { role });
    return now.orderBy('o.since').addOrderBy('o.officerId').getMany();
  }

  /** Everybody named now and the three nearest clocks of several cases, each in one look: for lists. */
  async besides(
    tx: EntityManager,
    ids: readonly string[],
  ): Promise<(id: string) => { officers: CaseOfficerRow[]; clocks: CaseClockRow[] }> {
    const officers = await tx.find(CaseOfficerRow, {
      where: { caseId: In([...ids]), until: IsNull() },
      order: { since: 'ASC', officerId: 'ASC' },
    });
    const clocks = await tx.find(CaseClockRow, {
      where: { caseId: In([...ids]), state: Not('stopped' as const), informs: false },
      order: { dueAt: 'ASC' },
    });
    return (id) => ({
      officers: officers.filter(({ caseId }) => caseId === id),
      clocks: clocks.filter(({ caseId }) => caseId === id).slice(0, 3),
    });
  }

  exhibits(tx: EntityManager, caseId: string): Promise<CaseExhibitRow[]> {
    return tx.find(CaseExhibitRow, { where: { caseId }, order: { number: 'ASC' } });
  }

  parties(tx: EntityManager, caseId: string): Promise<CasePartyRow[]> {
    return tx.find(CasePartyRow, { where: { caseId }, order: { takenAt: 'ASC' } });
  }

  notes(tx: EntityManager, caseId: string): Promise<CaseNoteRow[]> {
    return tx.find(CaseNoteRow, { where: { caseId }, order: { at: 'ASC' } });
  }

  remarks(tx: EntityManager, caseId: string): Promise<CaseRemarkRow[]> {
    return tx.find(CaseRemarkRow, { where: { caseId }, order: { round: 'ASC', at: 'ASC' } });
  }

  links(tx: EntityManager, caseId: string): Promise<CaseLinkRow[]> {
    return tx.find(CaseLinkRow, { where: [{ caseId }, { otherId: caseId }], order: { at: 'ASC' } });
  }

  /** The nearest clocks that owe something, for headers and lists: at most `n`, earliest due first. */
  nearestClocks(tx: EntityManager, caseId: string, n: number): Promise<CaseClockRow[]> {
    return tx
      .createQueryBuilder(CaseClockRow, 'k')
      .where(`k.caseId = :caseId AND k.state <> 'stopped' AND NOT k.informs`, { caseId })
      .orderBy('k.dueAt')
      .limit(n)
      .getMany();
  }

  /** Who looked at or changed the case, newest first; row security of the trail decides what the caller sees of it. */
  audit(tx: EntityManager, caseId: string): Promise<CaseAuditEvent[]> {
    return tx.query<CaseAuditEvent[]>(
      'SELECT id, at, actor, act, kind, record, purpose, details FROM audit_event WHERE case_id = $1 ORDER BY id DESC LIMIT 500',
      [caseId],
    );
  }

  /** Offices with further running cases on the outlet that row security hides: to be asked, nothing more is told. */
  async elsewhere(tx: EntityManager, file: CaseRow): Promise<string[]> {
    if (!file.outletId || file.closedAt) return [];
    const seen = await tx.countBy(CaseRow, { outletId: file.outletId, closedAt: IsNull(), visibility: Not('sealed') });
    const [all] = await tx.query<{ offices: string[]; n: number }[]>('SELECT offices, n FROM case_elsewhere($1)', [
      file.outletId,
    ]);
    return all && all.n > seen ? all.offices : [];
  }

  now(): Date {
    return this.clock.now();
  }

  private search(files: SelectQueryBuilder<CaseRow>, q: string | undefined): void {
    const words = q?.trim().toLowerCase();
    if (!words) return;
    const text = `lower(c.number || ' ' || c.matter || ' ' || coalesce(c.party_name, '') || ' ' || coalesce(c.outlet_name, ''))`;
    files.andWhere(`bigrams(${text}) @> bigrams(:words) AND strpos(${text}, :words) > 0`, { words });
  }

  private async decision(tx: EntityManager, caseId: string): Promise<CaseFile['decision']> {
    const made = (await this.documents.ofCase(tx, caseId)).filter(
      ({ form, state }) => form === '45' && (state === 'sealed' || state === 'served'),
    );
    const last = made.at(-1);
    if (!last?.number) return null;
    const served = servedAt(await this.documentViews(tx, caseId), '45');
    return { number: last.number, servedOn: served ? served.toISOString() : null, documentId: last.id };
  }

  /** What guards may know of the case's own documents; its orders' papers are not among them. */
  async documentViews(tx: EntityManager, caseId: string): Promise<{ form: string; state: string; servedAt: Date | null }[]> {
    const rows = (await this.documents.ofRef(tx, 'case', caseId)).filter(({ state }) => state !== 'void');
    return Promise.all(
      rows.map(async ({ id, form, state }) => ({
        form,
        state,
        servedAt: state === 'served' ? ((await this.documents.whole(tx, id)).service?.servedAt ?? null) : null,
      })),
    );
  }
}
