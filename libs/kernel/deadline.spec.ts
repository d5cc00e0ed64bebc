import fc from 'fast-check';
import { instantOfLocal, localDate } from './clock';
import { deadline, deadlineOf, latestBefore, type Pause, type RollPolicy, type Term, type TermUnit } from './deadline';
import vectors from './testdata/deadline-vectors.json';
import { addDays, WorkingCalendar } from './working-calendar';

const calendar = WorkingCalendar.builtIn();
const at = (day: string, time = '10:00') => instantOfLocal(day, time);
const term = (change: Partial<Term>): Term => ({
  event: at('2026-03-02'),
  n: 90,
  unit: 'day',
  policy: 'rollOnHoliday',
  ...change,
});

describe('known answers', () => {
  it.each(vectors.vectors)('$id', ({ event, n, unit, due, dueStrict, raw }) => {
    expect(deadline(calendar, event, n, unit as TermUnit, 'rollOnHoliday')).toBe(due);
    expect(deadline(calendar, event, n, unit as TermUnit, 'strict')).toBe(dueStrict ?? due);
    if (raw) expect(deadlineOf(calendar, term({ event: at(event), n, unit: unit as TermUnit }), event).raw).toBe(raw);
  });

  it('AC-OFF-1.2 counts 15 working days across the National Day holiday and 90 calendar days', () => {
    expect(deadline(calendar, '2026-09-22', 15, 'workday', 'rollOnHoliday')).toBe('2026-10-20');
    expect(deadline(calendar, '2026-07-03', 90, 'day', 'rollOnHoliday')).toBe('2026-10-08');
  });

  it('counts months to the same day, years likewise, hours to the instant', () => {
    expect(deadline(calendar, '2026-08-31', 3, 'month', 'strict')).toBe('2026-11-30');
    expect(deadline(calendar, '2024-02-29', 2, 'year', 'strict')).toBe('2026-02-28');
    expect(deadlineOf(calendar, term({ event: at('2026-10-01'), n: 24, unit: 'hour' }), '2026-10-01').dueAt).toEqual(
      at('2026-10-02'),
    );
  });

  it('ends at the last instant of the due day in Shanghai', () => {
    expect(deadlineOf(calendar, term({}), '2026-03-02').dueAt.toISOString()).toBe('2026-06-01T15:59:59.999Z');
  });

  it('counts backwards for a notice that must come before a hearing', () => {
    expect(latestBefore(calendar, '2026-10-12', 7, 'workday')).toBe('2026-09-24');
    expect(latestBefore(calendar, '2026-10-12', 7, 'day')).toBe('2026-10-05');
  });
});

describe('pauses and extensions', () => {
  const plain = deadlineOf(calendar, term({ policy: 'strict' }), '2026-03-02');

  it('moves the due day by the days really paused', () => {
    const paused = deadlineOf(
      calendar,
      term({ policy: 'strict', pauses: [{ from: at('2026-03-10'), to: at('2026-03-20') }] }),
      '2026-05-01',
    );
    expect(paused.pausedDays).toBe(10);
    expect(paused.due).toBe(addDays(plain.due, 10));
  });

  it('does not move for a pause of some hours, of one already over, or of one after the end', () => {
    const pauses: Pause[] = [
      { from: at('2026-03-10', '09:00'), to: at('2026-03-10', '18:00') },
      { from: at('2026-01-10'), to: at('2026-02-10') },
      { from: at('2026-08-10'), to: at('2026-09-10') },
    ];
    expect(deadlineOf(calendar, term({ policy: 'strict', pauses }), '2026-09-11').due).toBe(plain.due);
  });

  it('counts overlapping pauses once', () => {
    const pauses = [
      { from: at('2026-03-10'), to: at('2026-03-20') },
      { from: at('2026-03-15'), to: at('2026-03-25') },
    ];
    expect(deadlineOf(calendar, term({ pauses }), '2026-05-01').pausedDays).toBe(15);
  });

  it('goes on moving while a pause is open', () => {
    const open = (today: string) =>
      deadlineOf(calendar, term({ policy: 'strict', pauses: [{ from: at('2026-03-10'), to: null }] }), today);
    expect([open('2026-03-10').due, open('2026-03-11').due]).toEqual([plain.due, addDays(plain.due, 1)]);
    expect(open('2026-03-11').paused).toBe(true);
  });

  it('adds an extension behind the raw end, before that end is moved off days off', () => {
    // 90 days end on Sunday 31 May; thirty more end on 30 June, not on 1 July.
    expect(deadlineOf(calendar, term({ extensions: [{ n: 30, unit: 'day' }] }), '2026-06-01').due).toBe('2026-06-30');
    expect(deadlineOf(calendar, term({ extensions: [{ until: '2026-08-31' }] }), '2026-06-01').due).toBe('2026-08-31');
    expect(deadlineOf(calendar, term({ extensions: [{ until: '2026-04-01' }] }), '2026-06-01').due).toBe('2026-06-01');
  });

  it('holds back hours for the time really paused', () => {
    const pauses = [{ from: at('2026-10-01', '12:00'), to: at('2026-10-01', '15:30') }];
    expect(deadlineOf(calendar, term({ event: at('2026-10-01'), n: 24, unit: 'hour', pauses }), '2026-10-03').dueAt).toEqual(
      at('2026-10-02', '13:30'),
    );
  });

  it('explains itself: every day between event and due stands in exactly one step', () => {
    const told = deadlineOf(
      calendar,
      term({ event: at('2026-09-22'), n: 15, unit: 'workday', pauses: [{ from: at('2026-10-12'), to: at('2026-10-14') }] }),
      '2026-10-20',
    );
    expect(told.steps.map(({ kind, from, to, days, note }) => [kind, from, to, days, note])).toEqual([
      ['event', '2026-09-22', '2026-09-22', 0, undefined],
      ['counted', '2026-09-23', '2026-09-24', 2, undefined],
      ['notCounted', '2026-09-25', '2026-09-27', 3, '中秋节'],
      ['counted', '2026-09-28', '2026-09-30', 3, undefined],
      ['notCounted', '2026-10-01', '2026-10-07', 7, '国庆节'],
      ['counted', '2026-10-08', '2026-10-10', 3, undefined],
      ['notCounted', '2026-10-11', '2026-10-11', 1, undefined],
      ['counted', '2026-10-12', '2026-10-12', 1, undefined],
      ['paused', '2026-10-13', '2026-10-14', 2, undefined],
      ['counted', '2026-10-15', '2026-10-16', 2, undefined],
      ['notCounted', '2026-10-17', '2026-10-18', 2, undefined],
      ['counted', '2026-10-19', '2026-10-22', 4, undefined],
      ['due', '2026-10-22', '2026-10-22', 0, undefined],
    ]);
  });

  it('says that a result is provisional when it reaches a year without official notice', () => {
    expect(deadlineOf(calendar, term({ event: at('2026-11-23') }), '2026-11-23').unconfirmedYears).toEqual([2027]);
  });
});

describe('against a slow reference', () => {
  const day = fc.integer({ min: 0, max: 500 }).map((n) => addDays('2026-01-01', n));
  const unit = fc.constantFrom<'day' | 'workday'>('day', 'workday');
  const policy = fc.constantFrom<RollPolicy>('rollOnHoliday', 'strict');
  const pause = fc.tuple(day, fc.nat(40)).map(([from, days]) => ({ from: at(from), to: at(addDays(from, days)) }));

  /** Writes down every day of two years with what it is, strikes out what does not count, and takes the n-th. */
  function slowly(event: string, n: number, kind: 'day' | 'workday', roll: RollPolicy, pauses: readonly Pause[]): string {
    const all: { day: string; off: boolean; holiday: boolean; paused: boolean }[] = [];
    for (let k = 1; k <= 900; k += 1) {
      const date = new Date(Date.parse(`${event}T12:00:00Z`) + k * 86_400_000);
      const name = date.toISOString().slice(0, 10);
      const table = calendar.years.flatMap(({ holidays }) => holidays);
      const holiday = table.some(({ from, to }) => Date.parse(from) <= Date.parse(name) && Date.parse(name) <= Date.parse(to));
      const makeup = calendar.years.some(({ workdays }) => workdays.includes(name));
      const weekend = date.getUTCDay() % 6 === 0;
      const paused = pauses.some(({ from, to }) => name > localDate(from) && name <= localDate(to!));
      all.push({ day: name, off: holiday || (weekend && !makeup), holiday, paused });
    }
    const counts = all.filter((one) => !one.paused && (kind === 'day' || !one.off));
    const end = all.findIndex((one) => one.day === counts[n - 1]!.day);
    if (kind === 'workday') return all[end]!.day;
    return all.slice(end).find((one) => (roll === 'strict' ? !one.holiday : !one.off))!.day;
  }

  it('agrees for any event, number, unit, policy and pauses', () => {
    fc.assert(
      fc.property(
        day,
        fc.integer({ min: 1, max: 130 }),
        unit,
        policy,
        fc.array(pause, { maxLength: 3 }),
        (event, n, kind, roll, pauses) => {
          const ours = deadlineOf(calendar, { event: at(event), n, unit: kind, policy: roll, pauses }, '2029-01-01');
          expect(ours.due).toBe(slowly(event, n, kind, roll, pauses));
          expect(ours.counted).toHaveLength(n);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('never comes earlier for more pauses', () => {
    fc.assert(
      fc.property(day, fc.array(pause, { maxLength: 4 }), pause, (event, pauses, one) => {
        const due = (some: Pause[]) => deadlineOf(calendar, term({ event: at(event), pauses: some }), '2029-01-01').due;
        expect(due([...pauses, one]) >= due(pauses)).toBe(true);
      }),
    );
  });
});
