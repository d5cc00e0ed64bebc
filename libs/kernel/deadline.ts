import { instantOfLocal, localDate } from './clock';
import { addDays, addMonths, dayNumber, type WorkingCalendar } from './working-calendar';

export type TermUnit = 'workday' | 'day' | 'month' | 'year' | 'hour';

/**
 * What happens to a period that ends on a day off. `strict` reads 程序规定 art. 80 narrowly: only a statutory holiday, with the
 * rest days arranged around it, moves the end. `rollOnHoliday` lets every rest day move it.
 */
export type RollPolicy = 'rollOnHoliday' | 'strict';

/** Time that does not count: the days after `from` up to and including `to`. Both are instants; an open pause has no end. */
export interface Pause {
  from: Date;
  to: Date | null;
}

/** More time: so many units behind the period, or up to a fixed day (an earlier day than the present end changes nothing). */
export type Extension = { n: number; unit: TermUnit } | { until: string };

export interface Term {
  event: Date;
  n: number;
  unit: TermUnit;
  policy: RollPolicy;
  pauses?: readonly Pause[];
  extensions?: readonly Extension[];
}

/** Days between, put in words that a console can print: how a due date came about. */
export interface Step {
  kind: 'event' | 'counted' | 'notCounted' | 'paused' | 'extended' | 'rolled' | 'due';
  from: string;
  to: string;
  /** Days of this stretch; units for `extended`. */
  days: number;
  /** Name of the holiday, or what was extended. */
  note?: string;
}

export interface Deadline {
  /** Where plain counting ends, before the end is moved off days off. */
  raw: string;
  due: string;
  /** The last instant that is still in time. */
  dueAt: Date;
  /** Days of an open pause count as paused up to the day asked for; the due day then moves on with each further day. */
  paused: boolean;
  pausedDays: number;
  /** Every day that counts, in order. */
  counted: readonly string[];
  steps: readonly Step[];
  /** Years of the way without official calendar. Not empty means: the date is provisional. */
  unconfirmedYears: readonly number[];
}

/**
 * The due day of a plain period: `n` units after `event`, the event's own day not counted (程序规定 art. 80).
 * Vectors: `testdata/deadline-vectors.json`.
 */
export function deadline(calendar: WorkingCalendar, event: string, n: number, unit: TermUnit, policy: RollPolicy): string {
  return deadlineOf(calendar, { event: instantOfLocal(event), n, unit, policy }, event).due;
}

/** The last day on which something can be done so that `n` units lie between it and `event` (a notice before a hearing). */
export function latestBefore(calendar: WorkingCalendar, event: string, n: number, unit: 'workday' | 'day'): string {
  return unit === 'day' ? addDays(event, -n) : calendar.addWorkdays(event, -n);
}

/** A period with everything that moved it. `today` bounds a pause that is still open. */
export function deadlineOf(calendar: WorkingCalendar, term: Term, today: string): Deadline {
  return term.unit === 'hour' ? inHours(calendar, term, today) : inDays(calendar, term, today);
}

function inDays(calendar: WorkingCalendar, term: Term, today: string): Deadline {
  const eventDay = localDate(term.event);
  const pauses = pausedSpans(term.pauses ?? [], today);
  const isPaused = (day: string) => pauses.some(([from, to]) => day > from && day <= to);
  const walk = new Walk(calendar, isPaused, eventDay);
  walk.go(term.n, term.unit);
  for (const extension of term.extensions ?? []) {
    if ('until' in extension) walk.until(extension.until);
    else walk.extend(extension.n, extension.unit);
  }
  const raw = walk.at;
  const due = walk.roll(term.policy, term.unit);
  return {
    raw,
    due,
    dueAt: instantOfLocal(due, '23:59:59.999'),
    paused: (term.pauses ?? []).some(({ to }) => to === null),
    pausedDays: walk.pausedDays,
    counted: walk.counted,
    steps: walk.steps,
    unconfirmedYears: calendar.unconfirmedYears(eventDay, due),
  };
}

/** Hours run through nights and holidays; only a pause stops them. */
function inHours(calendar: WorkingCalendar, term: Term, today: string): Deadline {
  const more = (term.extensions ?? []).reduce((sum, extension) => sum + ('n' in extension ? extension.n : 0), 0);
  const open = instantOfLocal(today, '23:59:59.999').getTime();
  const spans = (term.pauses ?? [])
    .map(({ from, to }): [number, number] => [from.getTime(), to?.getTime() ?? open])
    .sort(([a], [b]) => a - b);
  let end = term.event.getTime() + (term.n + more) * 3_600_000;
  let seen = term.event.getTime();
  let pausedMs = 0;
  for (const [from, to] of spans) {
    const start = Math.max(from, seen);
    if (start >= end || to <= start) continue;
    end += to - start;
    pausedMs += to - start;
    seen = to;
  }
  const due = localDate(new Date(end));
  const eventDay = localDate(term.event);
  return {
    raw: due,
    due,
    dueAt: new Date(end),
    paused: (term.pauses ?? []).some(({ to }) => to === null),
    pausedDays: Math.floor(pausedMs / 86_400_000),
    counted: [due],
    steps: [
      { kind: 'event', from: eventDay, to: eventDay, days: 0 },
      { kind: 'due', from: due, to: due, days: 0 },
    ],
    unconfirmedYears: calendar.unconfirmedYears(eventDay, due),
  };
}

function pausedSpans(pauses: readonly Pause[], today: string): [from: string, to: string][] {
  return pauses.map(({ from, to }) => {
    const start = localDate(from);
    const end = to ? localDate(to) : today;
    return [start, end < start ? start : end];
  });
}

/** Goes from the event to the end day by day and remembers what each day was. */
class Walk {
  readonly counted: string[] = [];
  readonly steps: Step[] = [];
  pausedDays = 0;

  constructor(
    private readonly calendar: WorkingCalendar,
    private readonly isPaused: (day: string) => boolean,
    public at: string,
  ) {
    this.steps.push({ kind: 'event', from: at, to: at, days: 0 });
  }

  go(n: number, unit: TermUnit): void {
    if (unit === 'month' || unit === 'year') {
      // Months end on their day whatever lies between; each paused day on the way moves that day by one.
      const target = dayNumber(addMonths(this.at, unit === 'year' ? n * 12 : n)) - dayNumber(this.at);
      this.count(target, () => true);
    } else this.count(n, unit === 'workday' ? (day) => this.calendar.isWorkday(day) : () => true);
  }

  extend(n: number, unit: TermUnit): void {
    this.note({ kind: 'extended', from: this.at, to: this.at, days: n, note: unit });
    this.go(n, unit);
  }

  until(day: string): void {
    this.note({
      kind: 'extended',
      from: this.at,
      to: day,
      days: Math.max(0, dayNumber(day) - dayNumber(this.at)),
      note: 'until',
    });
    while (this.at < day) this.next(() => true);
  }

  /** Moves the end off days off; a period in working days ends on one anyway. */
  roll(policy: RollPolicy, unit: TermUnit): string {
    const raw = this.at;
    const isOff = (day: string) =>
      policy === 'strict' ? this.calendar.kindOf(day) === 'holiday' : !this.calendar.isWorkday(day);
    const name = this.calendar.holidayOf(raw)?.name;
    if (unit !== 'workday') while (isOff(this.at)) this.at = addDays(this.at, 1);
    if (this.at !== raw)
      this.note({
        kind: 'rolled',
        from: raw,
        to: this.at,
        days: dayNumber(this.at) - dayNumber(raw),
        ...(name ? { note: name } : {}),
      });
    this.note({ kind: 'due', from: this.at, to: this.at, days: 0 });
    return this.at;
  }

  private count(n: number, counts: (day: string) => boolean): void {
    for (let left = n; left > 0;) if (this.next(counts)) left -= 1;
  }

  private next(counts: (day: string) => boolean): boolean {
    this.at = addDays(this.at, 1);
    const paused = this.isPaused(this.at);
    const counted = !paused && counts(this.at);
    if (paused) this.pausedDays += 1;
    if (counted) this.counted.push(this.at);
    this.lengthen(paused ? 'paused' : counted ? 'counted' : 'notCounted');
    return counted;
  }

  /** One more day of the same kind makes the last step longer instead of adding one. */
  private lengthen(kind: Step['kind']): void {
    const note = kind === 'notCounted' ? this.calendar.holidayOf(this.at)?.name : undefined;
    const last = this.steps.at(-1);
    if (last?.kind === kind && last.note === note) {
      last.to = this.at;
      last.days += 1;
    } else this.note({ kind, from: this.at, to: this.at, days: 1, ...(note ? { note } : {}) });
  }

  private note(step: Step): void {
    this.steps.push(step);
  }
}
