import builtIn from './data/working-days.json';
import type { Mark } from './law';

/** A holiday as the State Council arranges it: statutory days and the rest days moved to them, `from` to `to` inclusive. */
export interface Holiday {
  name: string;
  from: string;
  to: string;
}

/** One year of the working calendar. Days are `YYYY-MM-DD` in Shanghai. */
export interface CalendarYear {
  year: number;
  /** False until the State Council's notice for the year was loaded: every result that touches the year then says so. */
  confirmed: boolean;
  mark: Mark;
  /** The notice, by its title. */
  basis: string;
  issued: string | null;
  holidays: readonly Holiday[];
  /** Saturdays and Sundays that are worked. */
  workdays: readonly string[];
}

export type DayKind = 'workday' | 'makeup' | 'restDay' | 'holiday';

const DAY_MS = 86_400_000;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Whole days since 1970-01-01; NaN when `day` is not a day of the calendar. */
export function dayNumber(day: string): number {
  const number = DAY.test(day) ? Date.parse(`${day}T00:00:00Z`) / DAY_MS : Number.NaN;
  return !Number.isNaN(number) && dayOf(number) === day ? number : Number.NaN; // 30 February parses, as a day of March
}

export function dayOf(number: number): string {
  return new Date(number * DAY_MS).toISOString().slice(0, 10);
}

export function addDays(day: string, n: number): string {
  return dayOf(dayNumber(day) + n);
}

/** The same day `n` months later, or the last day of that month when it has none such. */
export function addMonths(day: string, n: number): string {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number];
  const months = year * 12 + (month - 1) + n;
  const last = new Date(Date.UTC(Math.floor(months / 12), (months % 12) + 1, 0)).getUTCDate();
  return new Date(Date.UTC(Math.floor(months / 12), months % 12, Math.min(date, last))).toISOString().slice(0, 10);
}

/** Which days are worked. A year without its own table falls back to Monday to Friday and is told by `unconfirmedYears`. */
export class WorkingCalendar {
  private readonly holidays = new Map<string, Holiday>();
  private readonly makeups = new Set<string>();
  private readonly confirmed = new Set<number>();

  /** A December day may stand in the next year's notice, so a later table wins where two speak of one day. */
  constructor(readonly years: readonly CalendarYear[]) {
    for (const table of [...years].sort((a, b) => a.year - b.year)) {
      if (table.confirmed) this.confirmed.add(table.year);
      for (const day of table.workdays) this.makeups.add(day);
      for (const holiday of table.holidays)
        for (let day = holiday.from; day <= holiday.to; day = addDays(day, 1)) {
          this.holidays.set(day, holiday);
          this.makeups.delete(day);
        }
    }
  }

  /** The tables that ship with the product. */
  static builtIn(): WorkingCalendar {
    return new WorkingCalendar(builtIn as CalendarYear[]);
  }

  /** This calendar with the tables of some years put in the place of its own. */
  with(years: readonly CalendarYear[]): WorkingCalendar {
    const replaced = new Set(years.map(({ year }) => year));
    return new WorkingCalendar([...this.years.filter(({ year }) => !replaced.has(year)), ...years]);
  }

  kindOf(day: string): DayKind {
    if (this.holidays.has(day)) return 'holiday';
    if (this.makeups.has(day)) return 'makeup';
    const weekday = (dayNumber(day) + 4) % 7; // 1970-01-01 was a Thursday
    return weekday === 0 || weekday === 6 ? 'restDay' : 'workday';
  }

  holidayOf(day: string): Holiday | null {
    return this.holidays.get(day) ?? null;
  }

  isWorkday(day: string): boolean {
    const kind = this.kindOf(day);
    return kind === 'workday' || kind === 'makeup';
  }

  /** The n-th working day after `day` (before it when n is negative); `day` itself is not counted. */
  addWorkdays(day: string, n: number): string {
    const step = n < 0 ? -1 : 1;
    let at = day;
    for (let left = Math.abs(n); left > 0;) {
      at = addDays(at, step);
      if (this.isWorkday(at)) left -= 1;
    }
    return at;
  }

  /** The last working day on or before `day`. */
  lastWorkday(day: string): string {
    return this.isWorkday(day) ? day : this.addWorkdays(day, -1);
  }

  /** Years between two days for which no official notice was loaded. */
  unconfirmedYears(from: string, to: string): number[] {
    const years: number[] = [];
    for (let year = Number(from.slice(0, 4)); year <= Number(to.slice(0, 4)); year += 1)
      if (!this.confirmed.has(year)) years.push(year);
    return years;
  }
}

/** What is wrong with a table that somebody wants to load, in words; empty when it can be used. */
export function calendarFaults(table: CalendarYear): string[] {
  const faults: string[] = [];
  const taken = new Map<string, string>();
  const inYear = (day: string) => day >= `${table.year - 1}-12-01` && day <= `${table.year}-12-31`;
  for (const { name, from, to } of table.holidays) {
    if (Number.isNaN(dayNumber(from)) || Number.isNaN(dayNumber(to)) || from > to || !inYear(from) || !inYear(to)) {
      faults.push(`${name}: ${from} – ${to} is no period of ${table.year}`);
      continue;
    }
    for (let day = from; day <= to; day = addDays(day, 1)) {
      if (taken.has(day)) faults.push(`${day} is in ${taken.get(day)} and in ${name}`);
      taken.set(day, name);
    }
  }
  for (const day of table.workdays) {
    if (Number.isNaN(dayNumber(day)) || !inYear(day)) faults.push(`${day} is no day of ${table.year}`);
    else if (taken.has(day)) faults.push(`${day} is worked and in ${taken.get(day)}`);
    else if (![0, 6].includes((dayNumber(day) + 4) % 7))
      faults.push(`${day} is worked anyway: only Saturdays and Sundays are listed`);
  }
  if (!table.holidays.length) faults.push(`${table.year} has no holiday`);
  return faults;
}
