import { addMonths, type CalendarYear, calendarFaults, dayNumber, WorkingCalendar } from './working-calendar';
import vectors from './testdata/deadline-vectors.json';

const calendar = WorkingCalendar.builtIn();
const table = (year: number) => calendar.years.find((one) => one.year === year)!;

it.each(vectors.calendar2026Checks)('knows whether $date is worked', ({ date, isWorkday }) => {
  expect(calendar.isWorkday(date)).toBe(isWorkday);
});

it('has 248 working days in 2026: 365 less 104 rest days less the 19 holidays on weekdays plus 6 worked weekends', () => {
  const days = Array.from({ length: 365 }, (_, n) => new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10));
  expect(days.filter((day) => calendar.isWorkday(day))).toHaveLength(248);
});

it('warns about every year without official notice: 2027 holds the statutory days alone and says so', () => {
  expect(calendar.unconfirmedYears('2026-03-01', '2026-12-31')).toEqual([]);
  expect(calendar.unconfirmedYears('2026-12-01', '2028-01-02')).toEqual([2027, 2028]);
  expect(table(2027)).toMatchObject({ confirmed: false, mark: 'K' });
  expect(calendar.isWorkday('2027-01-01')).toBe(false);
});

it('takes a loaded table in the place of its own and stops warning', () => {
  const notice: CalendarYear = { ...table(2027), confirmed: true, mark: 'F', workdays: ['2027-01-30'] };
  const loaded = calendar.with([notice]);
  expect(loaded.isWorkday('2027-01-30')).toBe(true);
  expect(calendar.isWorkday('2027-01-30')).toBe(false);
  expect(loaded.unconfirmedYears('2027-01-01', '2027-12-31')).toEqual([]);
});

it.each(calendar.years.map(({ year }) => year))('ships a table without fault for %s', (year) =>
  expect(calendarFaults(table(year))).toEqual([]),
);

it.each<[string, Partial<CalendarYear>, string]>([
  ['a period that ends before it begins', { holidays: [{ name: '元旦', from: '2026-01-03', to: '2026-01-01' }] }, 'no period'],
  ['a day that does not exist', { holidays: [{ name: '春节', from: '2026-02-29', to: '2026-02-30' }] }, 'no period'],
  ['a period of another year', { holidays: [{ name: '元旦', from: '2025-01-01', to: '2025-01-01' }] }, 'no period'],
  [
    'two holidays on one day',
    { holidays: [...table(2026).holidays, { name: '再', from: '2026-10-07', to: '2026-10-08' }] },
    '2026-10-07 is in',
  ],
  ['a worked holiday', { workdays: ['2026-10-03'] }, 'is worked and in 国庆节'],
  ['a worked Wednesday', { workdays: ['2026-11-25'] }, 'only Saturdays and Sundays'],
  ['a year without holidays', { holidays: [] }, 'has no holiday'],
])('refuses %s', (_what, change, words) => expect(calendarFaults({ ...table(2026), ...change }).join()).toContain(words));

it.each([
  ['2026-01-31', 1, '2026-02-28'],
  ['2027-12-31', 2, '2028-02-29'],
  ['2026-11-22', 6, '2027-05-22'],
  ['2028-02-29', 12, '2029-02-28'],
])('%s plus %d months is %s', (from, n, to) => expect(addMonths(from, n)).toBe(to));

it.each(['2026-02-30', '2026-13-01', '2026-1-1', 'x', ''])('%j is no day', (day) => expect(dayNumber(day)).toBeNaN());
