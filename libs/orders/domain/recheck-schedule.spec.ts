import { dueOfRound } from './recheck-schedule';

const schedule = { afterReportMin: [10, 60, 360, 1440, 4320], spanMs: 24 * 3_600_000, thenEveryDays: 7 };
const reported = new Date('2026-11-23T02:00:00Z');
const due = (round: number, first: string | null = null) =>
  dueOfRound(round, reported, first ? new Date(first) : null, schedule).toISOString();

it('looks after 10 minutes, 1, 6, 24 and 72 hours, then every week', () => {
  expect([0, 1, 2, 3, 4, 5, 6].map((round) => due(round))).toEqual([
    '2026-11-23T02:10:00.000Z',
    '2026-11-23T03:00:00.000Z',
    '2026-11-23T08:00:00.000Z',
    '2026-11-24T02:00:00.000Z',
    '2026-11-26T02:00:00.000Z',
    '2026-12-03T02:00:00.000Z',
    '2026-12-10T02:00:00.000Z',
  ]);
});

it('waits with the 24-hour look until a day has passed since the first, yet within 26 hours of the report', () => {
  expect(due(3, '2026-11-23T02:14:30Z')).toBe('2026-11-24T02:14:30.000Z');
  expect(due(4, '2026-11-23T02:14:30Z')).toBe('2026-11-26T02:00:00.000Z');
});
