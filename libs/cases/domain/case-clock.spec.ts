import { addDays, WorkingCalendar } from '../../kernel';
import {
  type CaseClock,
  type ClockRefusal,
  dueOf,
  extendClock,
  pauseClock,
  reminderOn,
  remindersOf,
  resumeClock,
  startClock,
  stopClock,
} from './case-clock';
import { CLOCKS, clockSpec, PAUSE_GROUNDS } from './clock-book';
import { explain } from './explanation';
import { OUTCOMES, retentionOf } from './retention';

const calendar = WorkingCalendar.builtIn();
const at = (text: string) => new Date(`${text}:00+08:00`);
const decide = clockSpec('decide', '2026-03-02');
const running = startClock(decide, at('2026-03-02T10:00'));
const now = at('2026-05-01T10:00');
const ok = (result: CaseClock | ClockRefusal): CaseClock => {
  if (typeof result === 'string') throw new TypeError(result);
  return result;
};
const pause = (clock: CaseClock, from: string, ground = 'appraisal') =>
  pauseClock(clock, decide, { from: at(from).toISOString(), ground, by: 'a' });

it('keeps every number with its basis and mark; what nobody has read is marked so', () => {
  for (const clock of CLOCKS) {
    expect(clock.basis).toEqual({
      law: expect.stringMatching(/./),
      article: expect.stringMatching(/./),
      mark: expect.stringMatching(/^(F|F2|K|I)$/),
    });
    for (const ground of clock.pauseGrounds ?? []) expect(PAUSE_GROUNDS.map(({ key }) => key)).toContain(ground);
  }
  expect(CLOCKS.filter(({ basis }) => basis.mark !== 'F').map(({ key }) => key)).toEqual(['tellReporter', 'archive']);
});

it('moves the due day by the days really paused', () => {
  const resumed = ok(resumeClock(ok(pause(running, '2026-03-10T09:00')), at('2026-03-20T09:00')));
  expect(dueOf(calendar, running, now).raw).toBe('2026-05-31');
  expect(dueOf(calendar, resumed, now).raw).toBe('2026-06-10');
});

it('refuses a second pause, a resumption without pause and a ground that its law does not list', () => {
  const paused = ok(pause(running, '2026-03-10T09:00'));
  expect(pause(paused, '2026-03-11T09:00')).toBe('notRunning');
  expect(resumeClock(running, now)).toBe('notPaused');
  expect(pause(running, '2026-03-10T09:00', 'holiday')).toBe('groundNotListed');
});

it('adds thirty days once by approval, then only a stated day by collective decision', () => {
  const ask = { reason: '案情复杂', by: 'h', at: now };
  const present = dueOf(calendar, running, now);
  expect(extendClock(running, decide, { ...ask, until: '2026-08-31' }, present)).toBe('collectiveNeeded');
  const once = ok(extendClock(running, decide, ask, present));
  expect(dueOf(calendar, once, now).due).toBe('2026-06-30');
  expect(extendClock(once, decide, ask, dueOf(calendar, once, now))).toBe('collectiveNeeded');
  expect(extendClock(once, decide, { ...ask, until: '2026-06-30' }, dueOf(calendar, once, now))).toBe('notLater');
  expect(
    dueOf(calendar, ok(extendClock(once, decide, { ...ask, until: '2026-08-31' }, dueOf(calendar, once, now))), now).due,
  ).toBe('2026-08-31');
  const serve = clockSpec('serve', '2026-03-02');
  expect(extendClock(startClock(serve, now), serve, ask, present)).toBe('noExtension');
});

it('AC-LEG-1.4 the time with the officer does not count in legal review', () => {
  const spec = clockSpec('legalReview', '2026-11-23');
  const clock = startClock(spec, at('2026-11-23T10:00')); // ten working days: 7 December
  const returned = ok(pauseClock(clock, spec, { from: at('2026-11-25T10:00').toISOString(), ground: 'returned', by: 'r' }));
  const again = ok(resumeClock(returned, at('2026-12-02T10:00'))); // five working days with the officer
  expect(dueOf(calendar, clock, now).due).toBe('2026-12-07');
  expect(dueOf(calendar, again, at('2026-12-03T10:00')).due).toBe('2026-12-14');
});

it('reminds at half, at four fifths and on the last working day, then says overdue', () => {
  expect(remindersOf(calendar, running, now)).toEqual([
    { kind: 'half', day: addDays('2026-03-02', 45) },
    { kind: 'most', day: addDays('2026-03-02', 72) },
    { kind: 'lastDay', day: '2026-05-29' }, // the narrower reading ends on Sunday the 31st
  ]);
  const told = (text: string) => reminderOn(calendar, running, at(text));
  expect([told('2026-04-15T23:59'), told('2026-04-16T00:00'), told('2026-05-13T00:00'), told('2026-05-29T00:00')]).toEqual([
    null,
    'half',
    'most',
    'lastDay',
  ]);
  expect([told('2026-06-01T23:59'), told('2026-06-02T00:00')]).toEqual(['lastDay', 'overdue']);
});

it('is silent while paused, when stopped, and for a clock that only informs', () => {
  const late = at('2026-12-01T10:00');
  expect(reminderOn(calendar, ok(pause(running, '2026-03-10T09:00')), late)).toBeNull();
  expect(reminderOn(calendar, stopClock(running, now), late)).toBeNull();
  expect(reminderOn(calendar, startClock(clockSpec('litigation', '2026-01-01'), at('2026-01-02T10:00')), late)).toBeNull();
});

it('a stopped clock keeps its due day for ever', () => {
  const stopped = stopClock(ok(pause(running, '2026-03-10T09:00')), at('2026-03-15T09:00'));
  expect(dueOf(calendar, stopped, at('2027-01-01T09:00')).due).toBe(dueOf(calendar, stopped, at('2026-03-15T09:00')).due);
});

it('explains a date in both languages and warns where the calendar is not official', () => {
  const lines = explain(running, dueOf(calendar, startClock(decide, at('2026-11-23T10:00')), now));
  expect(lines[0]).toMatchObject({ zh: '《程序规定》第64条: 90日', en: '程序规定 art. 64: 90 days' });
  expect(lines.at(-1)).toMatchObject({ kind: 'warning', zh: '2027年放假安排尚未导入正式通知,结果为暂定' });
  for (const line of lines) expect([line.zh, line.en].every((text) => text.length > 5)).toBe(true);
});

it.each(OUTCOMES)('AC-OFF-5.3 has a retention rule for the outcome %s', (outcome) => {
  const { rule, until } = retentionOf(outcome, '2026-11-23');
  expect(until).toBe(rule.years === null ? null : `${2026 + rule.years}-11-23`);
  expect(['K', 'I']).toContain(rule.basis.mark);
});
