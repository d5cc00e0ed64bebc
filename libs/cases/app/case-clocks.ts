import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock, type Deadline, localDate, type WorkingCalendar } from '../../kernel';
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
import { type ClockEffect, clockSpec, type ClockSpec, pauseGround } from '../domain/clock-book';
import { explain, type ExplanationLine } from '../domain/explanation';
import { CasesProblem } from '../domain/problems';
import { CaseOfficerRow, type CaseRow } from '../store/case.entity';
import { CaseClockRow } from '../store/case-parts.entity';
import { CasePanelRow } from '../store/panel.entity';
import { CalendarService } from './calendar.service';
import { Journal } from './journal';

export interface CountedClock {
  row: CaseClockRow;
  spec: ClockSpec;
  deadline: Deadline;
  explanation: ExplanationLine[];
}

type FileRef = Pick<CaseRow, 'id' | 'closedAt'>;

/** The time limits of a case, kept in the transaction of whatever moves them. */
@Injectable()
export class CaseClocks {
  constructor(
    private readonly calendars: CalendarService,
    private readonly journal: Journal,
    private readonly clock: Clock,
  ) {}

  of(tx: EntityManager, caseId: string): Promise<CaseClockRow[]> {
    return tx.find(CaseClockRow, { where: { caseId }, order: { seq: 'ASC' } });
  }

  async counted(tx: EntityManager, caseId: string): Promise<CountedClock[]> {
    const calendar = await this.calendars.current(tx);
    const now = this.clock.now();
    return (await this.of(tx, caseId)).map((row) => {
      const deadline = dueOf(calendar, row, now);
      return { row, spec: clockSpec(row.key, localDate(row.startedAt)), deadline, explanation: explain(row, deadline) };
    });
  }

  /** Carries out what a transition says of clocks. `dates` holds the instants that effects name by `from`. */
  async apply(
    tx: EntityManager,
    file: FileRef,
    effects: readonly ClockEffect[],
    by: string,
    actor: string,
    dates: Record<string, Date>,
  ): Promise<void> {
    for (const effect of effects) {
      const at = effect.from ? (dates[effect.from] ?? this.clock.now()) : this.clock.now();
      const open = (await this.of(tx, file.id)).filter((row) => row.state !== 'stopped');
      const clocks = effect.key === '*' ? open.filter(({ informs }) => !informs) : open.filter(({ key }) => key === effect.key);
      await this.applyOne(tx, file, effect, clocks, { at, by, actor });
    }
  }

  private async applyOne(
    tx: EntityManager,
    file: FileRef,
    effect: ClockEffect,
    open: readonly CaseClockRow[],
    { at, by, actor }: { at: Date; by: string; actor: string },
  ): Promise<void> {
    const calendar = await this.calendars.current(tx);
    const spec = () => clockSpec(effect.key, localDate(at));
    switch (effect.do) {
      case 'stop':
        for (const row of open) await this.save(tx, calendar, row, stopClock(row, at));
        return;
      case 'start':
      case 'restart':
        // A second notice begins its own period; the first one's is over.
        for (const row of open) await this.save(tx, calendar, row, stopClock(row, at));
        await this.begin(tx, calendar, file.id, spec(), at, by);
        return;
      case 'startOrResume': {
        const paused = open.find(({ state }) => state === 'paused');
        if (paused) await this.save(tx, calendar, paused, this.allowed(paused.key, resumeClock(paused, at)));
        else if (!open.length) await this.begin(tx, calendar, file.id, spec(), at, by);
        return;
      }
      case 'pause':
        for (const row of open)
          if (row.state === 'running')
            await this.save(
              tx,
              calendar,
              row,
              this.allowed(row.key, pauseClock(row, spec(), { from: at.toISOString(), ground: effect.ground!, by: actor })),
            );
        return;
      case 'resume':
        for (const row of open)
          if (row.state === 'paused') await this.save(tx, calendar, row, this.allowed(row.key, resumeClock(row, at)));
    }
  }

  /** Stops the count for a ground of its law, such as an appraisal. Who may say so is checked at the door. */
  async pause(tx: EntityManager, file: FileRef, clockId: string, ground: string, reason: string, actor: string): Promise<void> {
    await this.refuseHandler(tx, file.id, actor);
    const row = await this.lock(tx, file.id, clockId);
    const calendar = await this.calendars.current(tx);
    const at = this.clock.now();
    const paused = pauseClock(row, this.specOf(row), { from: at.toISOString(), ground, reason, by: actor });
    await this.save(tx, calendar, row, this.allowed(row.key, paused));
    const { zh = ground, en = ground } = pauseGround(ground) ?? {};
    await this.journal.append(tx, file, {
      kind: 'clockPaused',
      zh: `${this.specOf(row).zh}期限中止: ${zh}`,
      en: `Clock ${this.specOf(row).en} paused: ${en}`,
      data: { clock: row.key, ground, reason },
    });
  }

  async resume(tx: EntityManager, file: FileRef, clockId: string, actor: string): Promise<void> {
    await this.refuseHandler(tx, file.id, actor);
    const row = await this.lock(tx, file.id, clockId);
    await this.save(tx, await this.calendars.current(tx), row, this.allowed(row.key, resumeClock(row, this.clock.now())));
    await this.journal.append(tx, file, {
      kind: 'clockResumed',
      zh: `${this.specOf(row).zh}期限恢复计算`,
      en: `Clock ${this.specOf(row).en} runs again`,
      data: { clock: row.key, by: actor },
    });
  }

  /** Adds what the law allows; `until` is the stated day of a collective decision. */
  async extend(
    tx: EntityManager,
    file: FileRef,
    clockId: string,
    asked: { reason: string; until?: string; by: string },
  ): Promise<void> {
    await this.refuseHandler(tx, file.id, asked.by);
    const row = await this.lock(tx, file.id, clockId);
    const calendar = await this.calendars.current(tx);
    const now = this.clock.now();
    const extended = this.allowed(row.key, extendClock(row, this.specOf(row), { ...asked, at: now }, dueOf(calendar, row, now)));
    if (asked.until) await this.refuseUndiscussed(tx, file.id, asked.until);
    const saved = await this.save(tx, calendar, row, extended);
    await this.journal.append(tx, file, {
      kind: 'clockExtended',
      zh: `${this.specOf(row).zh}期限延长至 ${saved.due}`,
      en: `Clock ${this.specOf(row).en} extended to ${saved.due}`,
      data: { clock: row.key, reason: asked.reason, due: saved.due },
    });
  }

  /** Counts again what may have moved with the days or with a new calendar; returns the row as it is now. */
  async recount(tx: EntityManager, calendar: WorkingCalendar, row: CaseClockRow): Promise<CaseClockRow> {
    const { due, dueAt, unconfirmedYears } = dueOf(calendar, row, this.clock.now());
    const provisional = unconfirmedYears.length > 0;
    if (due === row.due && dueAt.getTime() === row.dueAt.getTime() && provisional === row.provisional) return row;
    await tx.update(CaseClockRow, { id: row.id }, { due, dueAt, provisional });
    return Object.assign(row, { due, dueAt, provisional });
  }

  private async begin(
    tx: EntityManager,
    calendar: WorkingCalendar,
    caseId: string,
    spec: ClockSpec,
    at: Date,
    by: string,
  ): Promise<void> {
    const clock = startClock(spec, at);
    const { due, dueAt, unconfirmedYears } = dueOf(calendar, clock, this.clock.now());
    const provisional = unconfirmedYears.length > 0;
    await tx.insert(CaseClockRow, {
      ...columnsOf(clock),
      id: randomUUID(),
      caseId,
      startedBy: by,
      due,
      dueAt,
      provisional,
      told: null,
    });
  }

  private async save(tx: EntityManager, calendar: WorkingCalendar, row: CaseClockRow, next: CaseClock): Promise<CaseClockRow> {
    const { due, dueAt, unconfirmedYears } = dueOf(calendar, next, this.clock.now());
    const changes = { state: next.state, stoppedAt: next.stoppedAt, due, dueAt, provisional: unconfirmedYears.length > 0 };
    await tx.update(
      CaseClockRow,
      { id: row.id },
      { ...changes, pauses: [...next.pauses] as never, extensions: [...next.extensions] as never },
    );
    return Object.assign(row, next, changes);
  }

  private async lock(tx: EntityManager, caseId: string, id: string): Promise<CaseClockRow> {
    const row = await tx.findOne(CaseClockRow, { where: { id, caseId }, lock: { mode: 'pessimistic_write' } });
    if (!row) throw CasesProblem.notFound();
    return row;
  }

  /** 程序规定 art. 64: more time beyond the leader's own is for the leaders together, who fix the day. */
  private async refuseUndiscussed(tx: EntityManager, caseId: string, until: string): Promise<void> {
    const agreed = { caseId, state: 'held', ground: 'extension', conclusion: 'agree', extendedUntil: until } as const;
    if (!(await tx.existsBy(CasePanelRow, agreed))) throw CasesProblem.panelMissing({ ground: 'extension' });
  }

  /** Approving is not for whoever handled the case. */
  private async refuseHandler(tx: EntityManager, caseId: string, actor: string): Promise<void> {
    const handled = await tx.existsBy(CaseOfficerRow, { caseId, officerId: actor, role: 'handler' });
    if (handled)
      throw CasesProblem.separationOfDuty({
        rule: 'approverIsNotOfficer',
        zh: '办案人员不得审批本案',
        en: 'Who handled the case may not approve in it',
      });
  }

  /** The law as it was when the clock started. */
  private specOf(row: CaseClockRow): ClockSpec {
    return clockSpec(row.key, localDate(row.startedAt));
  }

  private allowed(clock: string, result: CaseClock | ClockRefusal): CaseClock {
    if (typeof result === 'string') throw CasesProblem.clockRefused({ clock, reason: result });
    return result;
  }
}

function columnsOf(clock: CaseClock) {
  const { key, n, unit, policy, basis, informs, blocksClosing, startedAt, state, stoppedAt } = clock;
  return { key, n, unit, policy, basis, informs, blocksClosing, startedAt, state, stoppedAt, pauses: [], extensions: [] };
}
