import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditTrail } from '../../audit';
import { Clock, localDate } from '../../kernel';
import { currentClaims, Facts } from '../../platform';
import { OutletService, type SubjectRow, SubjectService } from '../../registry';
import { definitionFor } from '../domain/definition';
import { CASE_OPENED } from '../domain/facts';
import { CaseRow, type CaseSource } from '../store/case.entity';
import { CaseLinkRow, CasePartyRow } from '../store/case-parts.entity';
import { movedFact } from './move-record';

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
