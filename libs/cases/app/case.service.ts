import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditTrail } from '../../audit';
import { Clock, localDate } from '../../kernel';
import { currentClaims, Facts } from '../../platform';
import { OutletService, type SubjectRow, SubjectService } from '../../registry';
import { definitionFor, stateOf } from '../domain/definition';
import { CASE_OPENED, type FindingConfirmed } from '../domain/facts';
import { CasesProblem } from '../domain/problems';
import { CaseRow, type CaseSource } from '../store/case.entity';
import { CaseBlockerRow, CaseLinkRow, CasePartyRow } from '../store/case-parts.entity';
import { CaseClocks } from './case-clocks';
import { type CaseFile, CaseReader } from './case-reader';
import { Exhibits } from './exhibits';
import { type Entry, Journal } from './journal';
import { type NewTask, Tasks } from './tasks';
import { movedFact } from './transitions';

export interface OpenCase {
  source: CaseSource;
  matter: string;
  division: string;
  subjectId?: string | null;
  outletId?: string | null;
  findingId?: string | null;
  captureId?: string | null;
  facts?: string | null;
  /** Why a further case on an outlet that has a running one. */
  reason?: string | null;
  /** When the clue came in, if that is not now: the verification clock counts from there. */
  receivedAt?: Date;
}

const FAMILY = 'ordinaryPenalty';

/**
 * The door of the room: what rooms above ask of a case, in their own transaction and under the claims of whoever acts.
 * Moving a case is not among it; that is done by people, through the routes.
 */
@Injectable()
export class CaseService {
  constructor(
    private readonly reader: CaseReader,
    private readonly clocks: CaseClocks,
    private readonly tasks: Tasks,
    private readonly journal: Journal,
    private readonly exhibits: Exhibits,
    private readonly origins: CaseOrigins,
  ) {}

  /** Registers a clue: takes the number, starts `verify`, owes the assessment. Refuses with `outletHasCase` unless a reason is given. */
  async open(tx: EntityManager, input: OpenCase): Promise<CaseRow> {
    const running = input.outletId ? await this.running(tx, input.outletId) : [];
    if (running.length && !input.reason?.trim() && !input.findingId)
      throw CasesProblem.outletHasCase({ cases: running.map(({ id, number, state }) => ({ id, number, state })) });
    const file = await this.origins.create(tx, input);
    await this.journal.append(tx, file, {
      kind: 'opened',
      zh: `登记线索 ${file.number}`,
      en: `Clue ${file.number} registered`,
      happenedAt: input.receivedAt,
      data: { source: input.source, findingId: input.findingId ?? null, reason: input.reason ?? null },
    });
    await this.clocks.apply(tx, file, [{ do: 'start', key: 'verify', from: 'receivedAt' }], 'opened', file.createdBy, {
      receivedAt: input.receivedAt ?? file.openedAt,
    });
    const [verify] = await this.reader.nearestClocks(tx, file.id, 1);
    await this.tasks.follow(
      tx,
      file,
      stateOf(definitionFor(file.definitionKey, localDate(file.openedAt)), file.state),
      [],
      verify?.due ?? null,
    );
    for (const other of running) await this.origins.link(tx, file.id, other.id, input.reason?.trim() || '同一网络载体');
    if (input.captureId) await this.exhibits.add(tx, file, input.captureId, input.facts ?? input.matter);
    return this.reader.byId(tx, file.id);
  }

  /** A confirmed finding becomes a clue, once: delivered twice, the second finds the first's. */
  async openFromFinding(tx: EntityManager, fact: FindingConfirmed): Promise<CaseRow> {
    const known = await tx.findOneBy(CaseRow, { findingId: fact.findingId });
    if (known) return known;
    return this.open(tx, {
      source: 'monitoring',
      matter: fact.summary,
      division: fact.division,
      subjectId: fact.subjectId,
      outletId: fact.outletId,
      findingId: fact.findingId,
      captureId: fact.captureId,
      facts: fact.summary,
    });
  }

  byId(tx: EntityManager, id: string): Promise<CaseRow> {
    return this.reader.byId(tx, id);
  }

  /** Null when there is none or it is out of scope. */
  file(tx: EntityManager, id: string): Promise<CaseFile | null> {
    return this.reader.file(tx, id);
  }

  async addExhibit(tx: EntityManager, caseId: string, captureId: string, factToProve: string) {
    return this.exhibits.add(tx, await this.reader.lock(tx, caseId), captureId, factToProve);
  }

  /** The case cannot be closed while this stands. Blocking twice is blocking once. */
  async block(
    tx: EntityManager,
    caseId: string,
    { kind, ref, text }: { kind: string; ref: string; text: string },
  ): Promise<void> {
    await this.reader.byId(tx, caseId);
    await tx.upsert(CaseBlockerRow, { caseId, kind, ref, text, at: this.reader.now() }, ['caseId', 'kind', 'ref']);
  }

  async unblock(tx: EntityManager, caseId: string, { kind, ref }: { kind: string; ref: string }): Promise<void> {
    await tx.delete(CaseBlockerRow, { caseId, kind, ref });
  }

  /** One line of the case's timeline, told by a room above. */
  async tell(tx: EntityManager, caseId: string, entry: Entry): Promise<void> {
    await this.journal.append(tx, await this.reader.byId(tx, caseId), entry);
  }

  /** Something that somebody of the case owes. */
  async addTask(tx: EntityManager, caseId: string, task: NewTask): Promise<void> {
    await this.tasks.open(tx, await this.reader.byId(tx, caseId), task);
  }

  /** Other running cases on the outlet that the caller may see. */
  running(tx: EntityManager, outletId: string): Promise<CaseRow[]> {
    return tx
      .createQueryBuilder(CaseRow, 'c')
      .where('c.outletId = :outletId AND c.closedAt IS NULL', { outletId })
      .orderBy('c.openedAt')
      .getMany();
  }
}

/** Where cases come from: the row itself, its number, the party's snapshot. */
@Injectable()
export class CaseOrigins {
  constructor(
    private readonly subjects: SubjectService,
    private readonly outlets: OutletService,
    private readonly facts: Facts,
    private readonly trail: AuditTrail,
    private readonly clock: Clock,
  ) {}

  async create(tx: EntityManager, input: OpenCase): Promise<CaseRow> {
    const at = this.clock.now();
    const outlet = input.outletId ? await this.outlets.byId(tx, input.outletId) : null;
    const subjectId = input.subjectId ?? outlet?.subjectId ?? null;
    const subject = subjectId ? await this.subjects.byId(tx, subjectId) : null;
    const { key, version, initial } = definitionFor(FAMILY, localDate(at));
    const actor = currentClaims()!.actor;
    const row: Partial<CaseRow> = {
      id: randomUUID(),
      version: 1,
      number: await this.number(tx, input.division, at),
      divisionCode: input.division,
      definitionKey: key,
      definitionVersion: version,
      state: initial,
      enteredBy: actor,
      enteredAt: at,
      visibility: 'normal',
      source: input.source,
      matter: input.matter,
      findingId: input.findingId ?? null,
      subjectId,
      outletId: input.outletId ?? null,
      partyName: subject?.name ?? null,
      outletName: outlet?.siteName ?? null,
      facts: input.facts ?? null,
      articles: [],
      openedAt: at,
      createdBy: actor,
      updatedAt: at,
    };
    await tx.insert(CaseRow, row as never);
    if (subject) await this.takeParty(tx, row.id!, subject, actor, at);
    const file = await tx.findOneByOrFail(CaseRow, { id: row.id! });
    await this.facts.publish(tx, CASE_OPENED, file.id, movedFact(file));
    await this.trail.record(tx, {
      act: 'case.open',
      kind: 'case',
      id: file.id,
      caseId: file.id,
      details: { number: file.number, source: input.source },
    });
    return file;
  }

  /** Copies the register's entry into the file: what is decided later is decided on what was known. */
  async takeParty(tx: EntityManager, caseId: string, subject: SubjectRow, by: string, at: Date): Promise<void> {
    await tx.insert(CasePartyRow, {
      id: randomUUID(),
      caseId,
      role: 'party',
      subjectId: subject.id,
      snapshot: snapshotOf(subject) as never,
      takenAt: at,
      takenBy: by,
    });
  }

  async link(tx: EntityManager, caseId: string, otherId: string, reason: string): Promise<void> {
    await tx.insert(CaseLinkRow, { caseId, otherId, reason, by: currentClaims()!.actor, at: this.clock.now() });
  }

  private async number(tx: EntityManager, division: string, at: Date): Promise<string> {
    const [row] = await tx.query<{ number: string }[]>('SELECT next_case_number($1, $2) AS number', [
      division,
      Number(localDate(at).slice(0, 4)),
    ]);
    return row!.number;
  }
}

/** Fields of the register that a case file keeps, and in which it later shows differences. */
export const PARTY_FIELDS = ['name', 'uscc', 'kind', 'legalRep', 'domicile', 'contactPhone', 'status'] as const;

export function snapshotOf(subject: SubjectRow): Record<(typeof PARTY_FIELDS)[number] | 'registerVersion', unknown> {
  const fields = Object.fromEntries(PARTY_FIELDS.map((field) => [field, subject[field] ?? null]));
  return { ...fields, registerVersion: subject.version } as ReturnType<typeof snapshotOf>;
}
