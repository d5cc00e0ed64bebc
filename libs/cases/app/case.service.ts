import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { definitionOf, stateOf } from '../domain/definition';
import type { FindingConfirmed } from '../domain/facts';
import { CasesProblem } from '../domain/problems';
import { CaseRow } from '../store/case.entity';
import { CaseBlockerRow, type ExhibitHandoverRow, type ExhibitThing } from '../store/case-parts.entity';
import { CaseClocks } from './case-clocks';
import { CaseOrigins, type OpenCase } from './case-origins';
import { type CaseFile, CaseReader } from './case-reader';
import { Exhibits, type Handover } from './exhibits';
import { type Entry, Journal } from './journal';
import { type NewTask, Tasks } from './tasks';

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
      stateOf(definitionOf(file.definitionKey, file.definitionVersion), file.state),
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

  async addThing(tx: EntityManager, caseId: string, thing: ExhibitThing, factToProve: string) {
    return this.exhibits.addThing(tx, await this.reader.lock(tx, caseId), thing, factToProve);
  }

  async handOverExhibit(tx: EntityManager, caseId: string, exhibitId: string, input: Handover) {
    return this.exhibits.handOver(tx, await this.reader.lock(tx, caseId), exhibitId, input);
  }

  exhibitHandovers(tx: EntityManager, caseId: string): Promise<ExhibitHandoverRow[]> {
    return this.exhibits.handovers(tx, caseId);
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
