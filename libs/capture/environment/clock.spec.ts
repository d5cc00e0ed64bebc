import { timeServer } from '../testing/fixture-time';
import { clockFinding, readClock } from './checks';

const DAY_MS = 86_400_000;

describe('E10', () => {
  const ask = async (offset: number, leap = 0) => {
    const servers = await Promise.all([timeServer(() => offset, leap), timeServer(() => offset, leap)]);
    const clock = await readClock({ settings: { timeServers: servers.map(({ address }) => address) }, now: () => new Date() });
    for (const each of servers) each.stop();
    return { clock, finding: clockFinding(clock) };
  };

  it.each([
    ['one day slow', DAY_MS, -DAY_MS],
    ['one day fast', -DAY_MS, DAY_MS],
    ['two seconds fast', -2_000, 2_000],
  ])('F08: fails when the clock of the machine is %s', async (_what, theirs, ours) => {
    const { clock, finding } = await ask(theirs);
    expect(finding.result).toBe('fail');
    expect(clock.status).toBe('bad');
    expect(Math.abs((clock.offsetMs ?? 0) - ours)).toBeLessThan(1_500);
  });

  it.each([
    ['none announced', 0],
    ['a second to be added', 1],
    ['a second to be left out', 2],
  ])('F08: leap second, %s: the time counts, and UTC is written', async (_what, leap) => {
    const { clock, finding } = await ask(0, leap);
    expect(finding.result).toBe('pass');
    expect(clock.checkedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('F08: a leap second that our clock has not made yet lies at the border of what is allowed, two do not', async () => {
    expect((await ask(-990)).finding.result).toBe('pass');
    expect((await ask(-2_000)).finding.result).toBe('fail');
  });

  it('F08: a server that says it is not synchronised is no source', async () => {
    const { clock, finding } = await ask(0, 3);
    expect(finding).toMatchObject({ result: 'warn', observed: expect.stringMatching(/^0 sources/) });
    expect(clock.status).toBe('unverified');
  });
});
