import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock, localDate, type WorkingCalendar } from '../../kernel';
import { Db } from '../../platform';
import { type ReminderKind, reminderOn } from '../domain/case-clock';
import { clockSpec } from '../domain/clock-book';
import { CaseClockRow } from '../store/case-parts.entity';
import { CalendarService } from './calendar.service';
import { CaseClocks } from './case-clocks';
import { CaseReader } from './case-reader';
import { Journal } from './journal';
import { Tasks } from './tasks';

const BATCH = 200;

const WORDS: Record<ReminderKind, { zh: (name: string, due: string) => string; en: (name: string, due: string) => string }> = {
  half: { zh: (name, due) => `${name}期限已过半,${due} 届满`, en: (name, due) => `Half of ${name} is over; due ${due}` },
  most: {
    zh: (name, due) => `${name}期限已过八成,${due} 届满`,
    en: (name, due) => `Four fifths of ${name} are over; due ${due}`,
  },
  lastDay: {
    zh: (name, due) => `紧急: ${name}期限最后一个工作日,${due} 届满`,
    en: (name, due) => `URGENT: last working day of ${name}; due ${due}`,
  },
  overdue: { zh: (name, due) => `逾期: ${name}期限已于 ${due} 届满`, en: (name, due) => `Overdue: ${name} ended on ${due}` },
};

/**
 * Looks at every clock that owes something: counts it again (a pause that goes on, a new calendar), and tells what is to be told,
 * once each; an overdue clock once a day, to the heads. The rows are the truth, so a look that was missed is made up for by the next.
 */
@Injectable()
export class DeadlineSweep {
  constructor(
    private readonly db: Db,
    private readonly calendars: CalendarService,
    private readonly clocks: CaseClocks,
    private readonly reader: CaseReader,
    private readonly tasks: Tasks,
    private readonly journal: Journal,
    private readonly clock: Clock,
  ) {}

  /** Returns how many reminders were told. */
  async run(): Promise<number> {
    let told = 0;
    for (let after = '0'; ;) {
      const batch = await this.db.tx((tx) => this.batch(tx, after));
      if (!batch.length) return told;
      for (const { id } of batch) if (await this.db.tx((tx) => this.look(tx, id))) told += 1;
      after = batch.at(-1)!.seq;
    }
  }

  private batch(tx: EntityManager, after: string): Promise<CaseClockRow[]> {
    return tx
      .createQueryBuilder(CaseClockRow, 'k')
      .where(`k.state <> 'stopped' AND NOT k.informs AND k.seq > :after`, { after })
      .orderBy('k.seq')
      .take(BATCH)
      .getMany();
  }

  private async look(tx: EntityManager, id: string): Promise<boolean> {
    const row = await tx.findOne(CaseClockRow, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (!row || row.state === 'stopped') return false;
    const calendar = await this.calendars.current(tx);
    await this.clocks.recount(tx, calendar, row);
    return this.tell(tx, calendar, row);
  }

  private async tell(tx: EntityManager, calendar: WorkingCalendar, row: CaseClockRow): Promise<boolean> {
    const now = this.clock.now();
    const kind = reminderOn(calendar, row, now);
    const mark = kind === 'overdue' ? `overdue:${localDate(now)}` : kind;
    if (!kind || mark === row.told) return false;
    await tx.update(CaseClockRow, { id: row.id }, { told: mark });
    const file = await this.reader.byId(tx, row.caseId);
    const { zh, en } = clockSpec(row.key, localDate(row.startedAt));
    const words = { zh: WORDS[kind].zh(zh, row.due), en: WORDS[kind].en(en, row.due) };
    const handlers = (await this.reader.people(tx, file.id, 'handler')).map(({ officerId }) => officerId);
    const overdue = kind === 'overdue';
    await this.tasks.endReminders(tx, file.id, row.id);
    // An extension moves the end and with it every reminder: the end is part of what makes a reminder the same one.
    await this.tasks.open(tx, file, {
      kind: `clock.${kind}`,
      ...words,
      requires: overdue ? 'case:approve' : row.key === 'legalReview' ? 'case:review' : 'case:handle',
      assignees: overdue || row.key === 'legalReview' ? [] : handlers,
      due: row.due,
      once: `${row.id}:${mark}:${row.due}`,
    });
    if (overdue && !row.told?.startsWith('overdue'))
      await this.journal.append(tx, file, { kind: 'clockOverdue', ...words, data: { clock: row.key, due: row.due } });
    return true;
  }
}
