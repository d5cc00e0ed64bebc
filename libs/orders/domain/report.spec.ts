import { faultsOfReport, outcomeOf, type ReportLine, reportDigest } from './report';

const now = new Date('2026-11-23T02:00:00Z');
const line = (addressNo: number, change: Partial<ReportLine> = {}): ReportLine => ({
  addressNo,
  result: 'done',
  measure: 'accessStopped',
  doneAt: new Date('2026-11-23T01:00:00Z'),
  reason: null,
  ...change,
});
const lines = (...results: ReportLine['result'][]) => results.map((result, at) => line(at + 1, { result }));

it('AC-OPR-2.1 three of five addresses make a partial report', () => {
  expect(outcomeOf(5, lines('done', 'done', 'done'))).toBe('partial');
});

it.each([
  ['full', lines('done', 'done')],
  ['partial', lines('done', 'notPossible')],
  ['partial', lines('partly', 'partly')],
  ['refused', lines('notPossible', 'contested')],
] as const)('%s', (outcome, said) => expect(outcomeOf(2, said)).toBe(outcome));

it('the last word about an address counts', () => {
  expect(outcomeOf(1, [line(1, { result: 'notPossible' }), line(1)])).toBe('full');
});

it.each([
  ['an address that the order does not name', line(9), 'addressNo'],
  ['no measure', line(1, { measure: null }), 'measure'],
  ['no time', line(1, { doneAt: null }), 'doneAt'],
  ['a time to come', line(1, { doneAt: new Date('2026-11-23T02:00:01Z') }), 'doneAt'],
  ['no reason for what was not done', line(1, { result: 'notPossible', measure: null, doneAt: null }), 'reason'],
  ['no reason for what was partly done', line(1, { result: 'partly' }), 'reason'],
] as const)('refuses %s', (_what, said, field) => {
  expect(faultsOfReport([1, 2], [said], now)).toEqual([{ addressNo: said.addressNo, field }]);
});

it('refuses an address named twice and lets a good report through', () => {
  expect(faultsOfReport([1, 2], [line(1), line(1)], now)).toEqual([{ addressNo: 1, field: 'addressNo' }]);
  expect(faultsOfReport([1, 2], [line(1), line(2)], now)).toEqual([]);
});

it('AC-OPR-2.2 tells a repetition by what is said, not by the order in which it is said', () => {
  const said = reportDigest('甲', [line(1), line(2)], ['b', 'a']);
  expect(reportDigest('甲', [line(2), line(1)], ['a', 'b'])).toBe(said);
  expect(reportDigest('乙', [line(1), line(2)], ['a', 'b'])).not.toBe(said);
  expect(reportDigest('甲', [line(1), line(2, { result: 'partly', reason: 'x' })], ['a', 'b'])).not.toBe(said);
});
