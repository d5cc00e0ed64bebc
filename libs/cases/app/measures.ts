import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditTrail } from '../../audit';
import { Clock, type LawCitation, localDate, mustBeOneOf, type WorkingCalendar } from '../../kernel';
import { PlatformProblem, type SessionOfficer } from '../../platform';
import {
  type CaseClock,
  type ClockRefusal,
  dueOf,
  extendClock,
  pauseClock,
  resumeClock,
  startClock,
  stopClock,
} from '../domain/case-clock';
import { basisFault, LIFT_GROUNDS, type MeasureKind, type MeasureObject, measureSpec, URGENT_HOURS } from '../domain/measure';
import { MEASURE_OPEN, type MeasureAct, measureStates } from '../domain/measure.states';
import { CasesProblem, requiredField } from '../domain/problems';
import { CaseOfficerRow, type CaseRow } from '../store/case.entity';
import { CaseBlockerRow } from '../store/case-parts.entity';
import { CaseMeasureRow } from '../store/measure.entity';
import { CalendarService } from './calendar.service';
import { CaseReader } from './case-reader';
import { Journal } from './journal';
import { Tasks } from './tasks';

export interface Proposal {
  kind: MeasureKind;
  reason: string;
  basis: LawCitation[];
  objects: MeasureObject[];
  place: string;
  keeper: string;
  documentNumber?: string;
  /** Taken at once, as it could not wait: approval is owed within 24 hours. */
  urgent?: boolean;
}

export interface MeasureAnswers {
  action: MeasureAct;
  opinion?: string;
  reason?: string;
  ground?: string;
  disposal?: string;
  documentNumber?: string;
  note?: string;
}

type Changes = Partial<Omit<CaseMeasureRow, 'clock'>> & { clock?: unknown };

const WORDS: Record<string, { zh: string; en: string }> = {
  approve: { zh: '批准', en: 'approved' },
  refuse: { zh: '不予批准', en: 'not approved' },
  extend: { zh: '延长期限', en: 'extended' },
  pause: { zh: '期限中止', en: 'time does not count' },
  resume: { zh: '期限恢复计算', en: 'time counts again' },
  lift: { zh: '解除', en: 'lifted' },
  recheck: { zh: '复核解除情况，已返还或者启封', en: 'found returned or unsealed' },
};

/** Measures upon things, with approval, limit, lifting and the look afterwards (程序规定 art. 33-42). */
@Injectable()
export class Measures {
  constructor(
    private readonly reader: CaseReader,
    private readonly calendars: CalendarService,
    private readonly tasks: Tasks,
    private readonly journal: Journal,
    private readonly trail: AuditTrail,
    private readonly clock: Clock,
  ) {}

  of(tx: EntityManager, caseId: string): Promise<CaseMeasureRow[]> {
    return tx.find(CaseMeasureRow, { where: { caseId }, order: { n: 'ASC' } });
  }

  /**
   * By an officer of a filed case that has two. Refuses with `separationOfDuty`, `twoOfficersRequired`, `caseEnded`, and with
   * `fieldsMissing` for sealing or seizing without a statute that somebody has read.
   */
  async propose(tx: EntityManager, caseId: string, input: Proposal, by: SessionOfficer): Promise<CaseMeasureRow> {
    const file = await this.reader.lock(tx, caseId);
    if (file.closedAt || !file.filedAt) throw CasesProblem.caseEnded({ state: file.state });
    const handlers = await this.reader.people(tx, caseId, 'handler');
    if (!handlers.some(({ officerId }) => officerId === by.id)) throw handlerOnly();
    if (handlers.filter(({ certificate }) => certificate).length < 2)
      throw CasesProblem.twoOfficersRequired({
        errors: [{ pointer: '/officers', detail: 'two officers of the case with certificates', zh: '本案两名持证执法人员' }],
      });
    const fault = basisFault(input.kind, input.basis);
    if (fault) throw CasesProblem.fieldsMissing({ errors: [{ pointer: '/basis', ...fault }] });
    const at = this.clock.now();
    const n = (await tx.countBy(CaseMeasureRow, { caseId })) + 1;
    const { urgent, documentNumber, ...said } = input;
    const row = {
      ...said,
      id: randomUUID(),
      caseId,
      n,
      state: urgent ? 'urgent' : 'proposed',
      documentNumber: documentNumber ?? null,
      proposedBy: by.id,
      proposedAt: at,
      approveUntil: urgent ? new Date(at.getTime() + URGENT_HOURS * 3_600_000) : null,
      ...(urgent && (await this.taken(tx, input.kind, at))),
    };
    await tx.insert(CaseMeasureRow, row as never);
    const made = await tx.findOneByOrFail(CaseMeasureRow, { id: row.id });
    await this.block(tx, made);
    const { zh, en } = measureSpec(input.kind, at);
    await this.tasks.open(tx, file, {
      kind: 'measure.approve',
      zh: `${urgent ? `紧急（${URGENT_HOURS} 小时内补办）：` : ''}审批${zh}`,
      en: `${urgent ? `URGENT (within ${URGENT_HOURS} hours): ` : ''}decide on ${en}`,
      requires: 'case:approve',
      due: localDate(made.approveUntil ?? at),
      once: `${made.id}:approve`,
    });
    await this.told(
      tx,
      file,
      made,
      'measureProposed',
      `${urgent ? '紧急采取' : '提请'}${zh}：${input.reason}`,
      `${en} ${urgent ? 'taken at once' : 'proposed'}: ${input.reason}`,
    );
    return made;
  }

  /** One act by the state table. Refuses with `measureIllegal`, `forbidden`, `separationOfDuty`, `fieldsMissing`, `clockRefused`. */
  async carryOut(
    tx: EntityManager,
    caseId: string,
    id: string,
    input: MeasureAnswers,
    by: SessionOfficer,
  ): Promise<CaseMeasureRow> {
    const file = await this.reader.lock(tx, caseId);
    const row = await tx.findOneBy(CaseMeasureRow, { id, caseId });
    if (!row) throw CasesProblem.notFound();
    const move = measureStates.move(row.state, input.action);
    if (!move) throw CasesProblem.measureIllegal({ state: row.state, action: input.action, allowed: this.allowed(row) });
    if (!by.permissions.includes(move.requires)) throw PlatformProblem.forbidden({ permission: move.requires });
    await this.separate(tx, file, row, input.action, by);
    const changes = await this.changes(tx, row, input, by);
    await tx.update(CaseMeasureRow, { id }, { ...changes, state: move.to } as never);
    const after = await tx.findOneByOrFail(CaseMeasureRow, { id });
    await this.block(tx, after);
    if (input.action === 'approve' || input.action === 'refuse') await this.tasks.endOnce(tx, `${id}:approve`);
    if (after.state === 'lifted') await this.oweRelease(tx, file, after);
    if (after.state === 'released') await this.tasks.endOnce(tx, `${id}:release`);
    const { zh, en } = measureSpec(row.kind, row.proposedAt);
    const because = input.reason ?? input.note ?? input.opinion ?? '';
    await this.told(
      tx,
      file,
      after,
      `measure.${input.action}`,
      `${zh}：${WORDS[input.action]!.zh}${because && `，${because}`}`,
      `${en}: ${WORDS[input.action]!.en}${because && `, ${because}`}`,
    );
    return after;
  }

  /** What the officer may do now, as far as it shows before he answers. */
  async available(tx: EntityManager, row: CaseMeasureRow, by: SessionOfficer): Promise<string[]> {
    const handled = await tx.existsBy(CaseOfficerRow, { caseId: row.caseId, officerId: by.id, role: 'handler' });
    return this.allowed(row).filter((action) => {
      const { requires } = measureStates.move(row.state, action as MeasureAct)!;
      if (!by.permissions.includes(requires)) return false;
      if (action === 'recheck') return handled;
      if (handled || row.proposedBy === by.id) return false;
      if (action === 'pause') return row.clock!.state === 'running';
      return action !== 'resume' || row.clock!.state === 'paused';
    });
  }

  /** Ends by itself what has passed its limit; the things are then owed back. Returns false when it has not. */
  async lapse(tx: EntityManager, id: string): Promise<boolean> {
    const row = await tx.findOne(CaseMeasureRow, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (!row?.clock || !measureStates.move(row.state, 'lapse')) return false;
    const now = this.clock.now();
    const end = dueOf(await this.calendars.current(tx), clockOf(row), now);
    if (now.getTime() <= end.dueAt.getTime()) {
      if (end.due !== row.due) await tx.update(CaseMeasureRow, { id }, { due: end.due, dueAt: end.dueAt });
      return false;
    }
    const file = await this.reader.byId(tx, row.caseId);
    await tx.update(CaseMeasureRow, { id }, {
      state: 'lapsed',
      endedAt: end.dueAt,
      endedBy: 'system:measures',
      clock: stored(stopClock(clockOf(row), end.dueAt)),
    } as never);
    const after = await tx.findOneByOrFail(CaseMeasureRow, { id });
    await this.oweRelease(tx, file, after);
    const { zh, en } = measureSpec(row.kind, row.proposedAt);
    await this.told(
      tx,
      file,
      after,
      'measureLapsed',
      `${zh}期限于 ${end.due} 届满，自动解除`,
      `${en} ended by itself on ${end.due}`,
    );
    return true;
  }

  private async changes(tx: EntityManager, row: CaseMeasureRow, input: MeasureAnswers, by: SessionOfficer): Promise<Changes> {
    const at = this.clock.now();
    const calendar = await this.calendars.current(tx);
    const spec = measureSpec(row.kind, row.proposedAt);
    const need = (...names: (keyof MeasureAnswers)[]) => {
      const errors = names.filter((name) => !input[name]?.trim()).map((name) => requiredField(name));
      if (errors.length) throw CasesProblem.fieldsMissing({ errors });
    };
    const documentNumber = input.documentNumber?.trim() || row.documentNumber;
    switch (input.action) {
      case 'approve':
        need('opinion');
        return {
          approvedBy: by.id,
          approvedAt: at,
          opinion: input.opinion!,
          documentNumber,
          ...(row.state === 'proposed' && (await this.taken(tx, row.kind, at))),
        };
      case 'refuse': {
        need('opinion');
        const answer = { approvedBy: by.id, approvedAt: at, opinion: input.opinion! };
        if (row.state === 'proposed') return answer;
        // Taken at once and not approved: it is lifted at once.
        const stopped = stored(stopClock(clockOf(row), at));
        return { ...answer, liftGround: 'notApproved', liftReason: input.opinion!, endedAt: at, endedBy: by.id, clock: stopped };
      }
      case 'extend':
        need('reason');
        return this.counted(calendar, this.may(row, extendClock(clockOf(row), spec, { reason: input.reason!, by: by.id, at }, dueOf(calendar, clockOf(row), at))), at); // prettier-ignore
      case 'pause':
        need('ground', 'reason');
        return this.counted(calendar, this.may(row, pauseClock(clockOf(row), spec, { from: at.toISOString(), ground: input.ground!, reason: input.reason!, by: by.id })), at); // prettier-ignore
      case 'resume':
        return this.counted(calendar, this.may(row, resumeClock(clockOf(row), at)), at);
      case 'lift':
        need('ground', 'reason', 'disposal');
        if (!LIFT_GROUNDS.includes(input.ground!))
          throw CasesProblem.fieldsMissing({ errors: [mustBeOneOf('/ground', LIFT_GROUNDS)] });
        return {
          liftGround: input.ground!,
          liftReason: input.reason!,
          disposal: input.disposal!,
          documentNumber,
          endedAt: at,
          endedBy: by.id,
          clock: stored(stopClock(clockOf(row), at)),
        };
      case 'recheck':
        need('note');
        return { recheckNote: input.note!, recheckedBy: by.id, recheckedAt: at, disposal: input.disposal ?? row.disposal };
    }
  }

  private async taken(tx: EntityManager, kind: MeasureKind, at: Date): Promise<Changes> {
    return this.counted(await this.calendars.current(tx), startClock(measureSpec(kind, at), at), at);
  }

  private counted(calendar: WorkingCalendar, clock: CaseClock, now: Date): Changes {
    const { due, dueAt } = dueOf(calendar, clock, now);
    return { clock: stored(clock), due, dueAt };
  }

  private may(row: CaseMeasureRow, result: CaseClock | ClockRefusal): CaseClock {
    if (typeof result === 'string') throw CasesProblem.clockRefused({ clock: row.kind, reason: result });
    return result;
  }

  private allowed(row: CaseMeasureRow): string[] {
    return measureStates.actionsFrom(row.state).map(({ action }) => action).filter((action) => action !== 'lapse' && action !== 'takeAtOnce'); // prettier-ignore
  }

  /** Who handles the case proposes and looks afterwards; who decides has never handled it, nor proposed this. */
  private async separate(
    tx: EntityManager,
    file: CaseRow,
    row: CaseMeasureRow,
    action: MeasureAct,
    by: SessionOfficer,
  ): Promise<void> {
    const handled = await tx.existsBy(CaseOfficerRow, { caseId: file.id, officerId: by.id, role: 'handler' });
    if (action === 'recheck') {
      if (!handled) throw handlerOnly();
      return;
    }
    if (handled || row.proposedBy === by.id)
      throw CasesProblem.separationOfDuty({
        rule: 'approverIsNotOfficer',
        zh: '办案人员不得审批本案的措施',
        en: 'Who handled the case may not decide on its measures',
      });
  }

  /** A case is not closed while somebody is kept out of what is his. */
  private async block(tx: EntityManager, row: CaseMeasureRow): Promise<void> {
    const key = { caseId: row.caseId, kind: 'measure', ref: row.id };
    if (!MEASURE_OPEN.includes(row.state)) return void (await tx.delete(CaseBlockerRow, key));
    const text = `${measureSpec(row.kind, row.proposedAt).zh}（第${row.n}号）尚未了结`;
    await tx.upsert(CaseBlockerRow, { ...key, text, at: this.clock.now() }, ['caseId', 'kind', 'ref']);
  }

  private async oweRelease(tx: EntityManager, file: CaseRow, row: CaseMeasureRow): Promise<void> {
    const { zh, en } = measureSpec(row.kind, row.proposedAt);
    await this.tasks.open(tx, file, {
      kind: 'measure.release',
      zh: `${zh}已解除，返还或者启封并复核`,
      en: `${en} has ended: give back or unseal, and look`,
      requires: 'case:handle',
      assignees: (await this.reader.people(tx, file.id, 'handler')).map(({ officerId }) => officerId),
      due: localDate(this.clock.now()),
      once: `${row.id}:release`,
    });
  }

  private async told(tx: EntityManager, file: CaseRow, row: CaseMeasureRow, kind: string, zh: string, en: string): Promise<void> {
    await this.journal.append(tx, file, { kind, zh, en, data: { measureId: row.id, n: row.n, due: row.due } });
    await this.trail.record(tx, {
      act: `case.${kind}`,
      kind: 'case',
      id: file.id,
      caseId: file.id,
      details: { measureId: row.id },
    });
  }
}

const handlerOnly = () =>
  CasesProblem.separationOfDuty({
    rule: 'handlerOnly',
    zh: '须由本案办案人员进行',
    en: 'Only an officer who handles this case may do this',
  });

export const clockOf = ({ clock }: Pick<CaseMeasureRow, 'clock'>): CaseClock => ({
  ...clock!,
  startedAt: new Date(clock!.startedAt),
  stoppedAt: clock!.stoppedAt ? new Date(clock!.stoppedAt) : null,
});

const stored = (clock: CaseClock) => ({
  ...clock,
  startedAt: clock.startedAt.toISOString(),
  stoppedAt: clock.stoppedAt?.toISOString() ?? null,
});
