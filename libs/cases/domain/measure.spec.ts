import { faultsOf, law, WorkingCalendar } from '../../kernel';
import { dueOf, startClock } from './case-clock';
import { basisFault, MEASURE_KINDS, measureSpec } from './measure';
import { MEASURE_ACTS, MEASURE_OPEN, measureStates } from './measure.states';

it('has no unreachable state, dead end or double row', () => expect(faultsOf(measureStates)).toEqual([]));

it('nothing is over before somebody has looked, and nobody but a leader lets a measure begin or end', () => {
  expect(measureStates.rows.filter(({ to }) => to === 'released').map(({ action }) => action)).toEqual(['recheck', 'recheck']);
  for (const row of measureStates.rows)
    if (['approve', 'refuse', 'extend', 'lift'].includes(row.action)) expect(row.requires).toBe('case:approve');
  for (const state of MEASURE_OPEN) expect(measureStates.actionsFrom(state).length).toBeGreaterThan(0);
});

it('everything that people do stands in the table', () => {
  const known = new Set(measureStates.rows.map(({ action }) => action));
  expect(MEASURE_ACTS.filter((act) => !known.has(act))).toEqual([]);
});

const taken = new Date('2026-09-22T02:00:00Z');
const due = (kind: (typeof MEASURE_KINDS)[number]) =>
  dueOf(WorkingCalendar.builtIn(), startClock(measureSpec(kind, taken), taken), taken).due;

it('程序规定 35: preservation counts seven working days, sealing and seizure thirty days', () => {
  // Working days after Tuesday 22 September 2026: 23, 24, 28, 29, 30 September, then 8 and 9 October; 25 is Mid-Autumn, 20 September was worked.
  expect(due('preservation')).toBe('2026-10-09');
  expect(due('sealing')).toBe('2026-10-22');
  expect(due('seizure')).toBe('2026-10-22');
});

it('程序规定 36: sealing and seizing rest on a statute that was read, preservation on the regulation alone', () => {
  expect(basisFault('preservation', [])).toBeNull();
  expect(basisFault('sealing', [])).not.toBeNull();
  expect(basisFault('seizure', [law('某条例', 3, 'I')])).not.toBeNull();
  expect(basisFault('seizure', [law('反不正当竞争法', 13)])).toBeNull();
});
