import { stoppingOf, unchanged, verdictOf, type Check, type CheckResult } from './checks';

const check = (id: string, result: CheckResult, sha256: string | null = null): Check => ({
  id,
  at: '',
  result,
  expected: '',
  observed: '',
  sha256,
});

it.each([
  [[check('E02', 'pass'), check('E11', 'na')], { verdict: 'clean', failed: [] }],
  [[check('E02', 'pass'), check('E10', 'warn')], { verdict: 'warn', failed: [] }],
  [[check('E03', 'fail')], { verdict: 'warn', failed: ['E03'] }],
  [[check('E06', 'fail'), check('E03', 'fail')], { verdict: 'fail', failed: ['E03', 'E06'] }],
])('the verdict follows the worst check that counts', (checks, verdict) => expect(verdictOf(checks)).toEqual(verdict));

it('E16 finds what changed while the capture ran', () => {
  const before = [check('E04', 'pass', 'a'), check('E06', 'pass', 'b')];
  expect(unchanged(before, before, '')).toMatchObject({ result: 'pass' });
  expect(unchanged(before, [check('E04', 'pass', 'changed'), check('E06', 'pass', 'b')], '')).toMatchObject({
    result: 'fail',
    observed: 'E04',
  });
});

it.each([
  [['E03', 'E07', 'E11'], []],
  [['E13'], ['E13']],
  [
    ['E16', 'E04', 'E04'],
    ['E04', 'E16'],
  ],
])('F28: of the failed checks %j the job is stopped by %j', (failed, stopping) =>
  expect(stoppingOf(failed.map((id) => check(id, 'fail')))).toEqual(stopping),
);
