import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditTrail } from '../../audit';
import { type CalendarYear, calendarFaults, Clock, localDate, WorkingCalendar } from '../../kernel';
import { currentClaims } from '../../platform';
import { CasesProblem } from '../domain/problems';
import { CalendarYearRow } from '../store/case-parts.entity';

/** From this day on (month and day) a missing notice for the next year is warned about: it usually appears in November. */
const WARN_FROM = '11-01';

/** The working calendar in force: what ships with the product, with imported notices in its place. */
@Injectable()
export class CalendarService {
  private readonly shipped = WorkingCalendar.builtIn();

  constructor(
    private readonly clock: Clock,
    private readonly trail: AuditTrail,
  ) {}

  async current(tx: EntityManager): Promise<WorkingCalendar> {
    const rows = await tx.query<{ body: CalendarYear }[]>(
      'SELECT DISTINCT ON (year) body FROM working_calendar_year ORDER BY year, version DESC',
    );
    return rows.length ? this.shipped.with(rows.map(({ body }) => body)) : this.shipped;
  }

  /** Years that should have an official table by now and have none. */
  missing(calendar: WorkingCalendar): number[] {
    const today = localDate(this.clock.now());
    const next = `${Number(today.slice(0, 4)) + 1}-01-01`;
    return calendar.unconfirmedYears(today, today.slice(5) >= WARN_FROM ? next : today);
  }

  /** Loads the notice of one year. Earlier tables are kept; clocks are recounted by the worker's next sweep. */
  async import(tx: EntityManager, table: CalendarYear): Promise<WorkingCalendar> {
    const faults = calendarFaults(table);
    if (faults.length) throw CasesProblem.calendarFaulty({ faults });
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('calendar:' || $1, 0))`, [table.year]);
    const last = await tx.findOne(CalendarYearRow, { where: { year: table.year }, order: { version: 'DESC' } });
    const version = (last?.version ?? 0) + 1;
    const importedBy = currentClaims()!.actor;
    await tx.insert(CalendarYearRow, {
      year: table.year,
      version,
      body: { ...table } as never,
      importedBy,
      importedAt: this.clock.now(),
    });
    await this.trail.record(tx, {
      act: 'calendar.import',
      kind: 'calendar',
      id: String(table.year),
      details: { version, basis: table.basis },
    });
    return this.current(tx);
  }
}
