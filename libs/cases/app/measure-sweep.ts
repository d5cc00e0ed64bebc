import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel';
import { Db } from '../../platform';
import { reminderOn } from '../domain/case-clock';
import { measureSpec } from '../domain/measure';
import { CaseMeasureRow } from '../store/measure.entity';
import { CalendarService } from './calendar.service';
import { CaseReader } from './case-reader';
import { clockOf, Measures } from './measures';
import { Tasks } from './tasks';

const BATCH = 200;
const RUNNING = `state IN ('urgent', 'inForce')`;

/** Ends measures whose limit has passed, and tells their officers before it does. A look that was missed is made up for by the next. */
@Injectable()
export class MeasureSweep {
  constructor(
    private readonly db: Db,
    private readonly measures: Measures,
    private readonly calendars: CalendarService,
    private readonly reader: CaseReader,
    private readonly tasks: Tasks,
    private readonly clock: Clock,
  ) {}

  /** Returns how many have ended. */
  async run(): Promise<number> {
    let ended = 0;
    for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
      const batch = await this.db.tx((tx) =>
        tx.query<{ id: string }[]>(`SELECT id FROM case_measure WHERE ${RUNNING} AND id > $1 ORDER BY id LIMIT ${BATCH}`, [
          after,
        ]),
      );
      if (!batch.length) return ended;
      for (const { id } of batch)
        if (await this.db.tx((tx) => this.measures.lapse(tx, id))) ended += 1;
        else await this.db.tx((tx) => this.remind(tx, id));
      after = batch.at(-1)!.id;
    }
  }

  private async remind(tx: EntityManager, id: string): Promise<void> {
    const row = await tx.findOne(CaseMeasureRow, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (!row?.clock) return;
    const kind = reminderOn(await this.calendars.current(tx), clockOf(row), this.clock.now());
    if (!kind || kind === row.told) return;
    await tx.update(CaseMeasureRow, { id }, { told: kind });
    const file = await this.reader.byId(tx, row.caseId);
    const { zh, en } = measureSpec(row.kind, row.proposedAt);
    await this.tasks.open(tx, file, {
      kind: `measure.${kind}`,
      zh: `${zh}（第${row.n}号）期限将于 ${row.due} 届满，届满自动解除`,
      en: `${en} (no. ${row.n}) ends by itself on ${row.due}`,
      requires: 'case:handle',
      assignees: (await this.reader.people(tx, file.id, 'handler')).map(({ officerId }) => officerId),
      due: row.due,
      once: `${id}:${kind}:${row.due}`,
    });
  }
}
