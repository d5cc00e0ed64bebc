import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditTrail } from '../../audit';
import { Clock, startOfMinute } from '../../kernel';
import { currentClaims } from '../../platform';
import { CasesProblem } from '../domain/problems';
import type { CaseRow } from '../store/case.entity';
import { CaseExhibitRow, ExhibitHandoverRow, type ExhibitThing } from '../store/case-parts.entity';
import { ExhibitSource } from './exhibit-source';
import { Journal } from './journal';

/** What is said when an exhibit changes hands. */
export interface Handover {
  to: string;
  place: string;
  receipt: string;
  reason: string;
  happenedAt: Date;
}

/** The list of evidence of a case. An exhibit is never taken out; what it proves is said when it is put in. */
@Injectable()
export class Exhibits {
  constructor(
    private readonly source: ExhibitSource,
    private readonly journal: Journal,
    private readonly trail: AuditTrail,
    private readonly clock: Clock,
  ) {}

  /** Only a fixed package becomes an exhibit. The caller holds the lock of the case, so numbers have no gaps. */
  async add(
    tx: EntityManager,
    file: Pick<CaseRow, 'id' | 'state' | 'closedAt'>,
    captureId: string,
    factToProve: string,
  ): Promise<CaseExhibitRow> {
    if (file.closedAt) throw CasesProblem.caseEnded({ state: file.state });
    const known = await tx.findOneBy(CaseExhibitRow, { caseId: file.id, captureId });
    if (known) throw CasesProblem.exhibitTwice({ number: known.number });
    const kept = await this.source.fixed(tx, captureId);
    const row = await this.insert(tx, file, { captureId, package: kept, factToProve });
    await this.source.join(tx, captureId, file.id);
    await this.journal.append(tx, file, {
      kind: 'exhibitAdded',
      zh: `证据${row.number}入卷: ${factToProve}`,
      en: `Exhibit ${row.number} added: ${factToProve}`,
      data: { captureId, number: row.number },
    });
    await this.trail.record(tx, {
      act: 'exhibit.accept',
      kind: 'exhibit',
      id: captureId,
      caseId: file.id,
      details: { number: row.number },
    });
    return row;
  }

  /** A thing, with its place in the same running numbers. The caller holds the lock of the case. */
  async addThing(
    tx: EntityManager,
    file: Pick<CaseRow, 'id' | 'state' | 'closedAt'>,
    thing: ExhibitThing,
    factToProve: string,
  ): Promise<CaseExhibitRow> {
    if (file.closedAt) throw CasesProblem.caseEnded({ state: file.state });
    const row = await this.insert(tx, file, { thing, factToProve });
    const { description, quantity, place, holder } = thing;
    await this.journal.append(tx, file, {
      kind: 'exhibitAdded',
      zh: `证据${row.number}（实物）入卷: ${description}，${quantity}，由${holder}保管于${place}`,
      en: `Exhibit ${row.number} (a thing) added: ${description}, ${quantity}, kept by ${holder} at ${place}`,
      data: { exhibitId: row.id, number: row.number },
    });
    await this.trail.record(tx, {
      act: 'exhibit.accept',
      kind: 'exhibit',
      id: row.id,
      caseId: file.id,
      details: { number: row.number, thing: { ...thing } },
    });
    return row;
  }

  /**
   * Hands an exhibit on. Who hands it over is who holds it now, by the record and not by what the caller says; refuses with
   * `holderSame` what changes no hands, and `handoverTooEarly` what would lie before the hand-over before. Allowed after closing
   * too, as things outlive their case.
   */
  async handOver(tx: EntityManager, file: CaseRow, exhibitId: string, input: Handover): Promise<ExhibitHandoverRow> {
    const exhibit = await tx.findOneBy(CaseExhibitRow, { id: exhibitId, caseId: file.id });
    if (!exhibit) throw CasesProblem.notFound();
    const last = (await this.handovers(tx, file.id)).filter((one) => one.exhibitId === exhibitId).at(-1);
    const from = last?.to ?? exhibit.thing?.holder ?? exhibit.addedBy;
    if (input.to.trim() === from) throw CasesProblem.holderSame({ holder: from });
    const at = this.clock.now();
    const after = last?.happenedAt ?? exhibit.addedAt;
    // An exhibit may come into the file later than it came into our hands: only a chain of hand-overs has an order.
    if (input.happenedAt > at || (last && input.happenedAt < startOfMinute(after)))
      throw CasesProblem.handoverTooEarly({ after: after.toISOString() });
    const row = {
      exhibitId,
      n: (last?.n ?? 0) + 1,
      caseId: file.id,
      from,
      ...input,
      to: input.to.trim(),
      by: currentClaims()!.actor,
      at,
    };
    await tx.insert(ExhibitHandoverRow, row);
    await this.journal.append(tx, file, {
      kind: 'exhibitHandedOver',
      zh: `证据${exhibit.number}移交${row.to}保管于${row.place}，回执${row.receipt}: ${row.reason}`,
      en: `Exhibit ${exhibit.number} handed over to ${row.to}, kept at ${row.place}, receipt ${row.receipt}: ${row.reason}`,
      data: { exhibitId, number: exhibit.number, n: row.n },
      happenedAt: input.happenedAt,
    });
    await this.trail.record(tx, {
      act: 'exhibit.handOver',
      kind: 'exhibit',
      id: exhibit.captureId ?? exhibit.id,
      caseId: file.id,
      details: { number: exhibit.number, n: row.n, from, to: row.to, receipt: row.receipt },
    });
    return tx.findOneByOrFail(ExhibitHandoverRow, { exhibitId, n: row.n });
  }

  /** Every hand-over in the case, oldest first. */
  handovers(tx: EntityManager, caseId: string): Promise<ExhibitHandoverRow[]> {
    return tx.find(ExhibitHandoverRow, { where: { caseId }, order: { exhibitId: 'ASC', n: 'ASC' } });
  }

  private async insert(
    tx: EntityManager,
    file: Pick<CaseRow, 'id'>,
    what: { captureId?: string; package?: object; thing?: ExhibitThing; factToProve: string },
  ): Promise<CaseExhibitRow> {
    const row = {
      id: randomUUID(),
      caseId: file.id,
      number: (await tx.countBy(CaseExhibitRow, { caseId: file.id })) + 1,
      ...what,
      addedBy: currentClaims()!.actor,
      addedAt: this.clock.now(),
    };
    await tx.insert(CaseExhibitRow, row as never);
    return tx.findOneByOrFail(CaseExhibitRow, { id: row.id });
  }
}
