import fc from 'fast-check';
import { vantageOf } from './recheck-schedule';
import {
  combine,
  confirmedBy,
  type ConfirmationThresholds,
  fulfils,
  type Observation,
  relapsed,
  roundsOf,
  type Sight,
  type Verdict,
  verdictOf,
  VERDICTS,
} from './verdict';

const thresholds = { livePermille: 600, partlyPermille: 200 };
const goods = '本店出售各类电子产品,全场包邮,支持七天无理由退货,联系客服获取报价,限时优惠每日更新,欢迎新老顾客选购。';
const reference = { url: 'http://bare.test/', text: goods };
const sight = (change: Partial<Sight>): Sight => ({
  reach: 'answered',
  status: 200,
  urlFinal: 'http://bare.test/',
  text: goods,
  ...change,
});

const looks: [string, Partial<Sight>, Verdict, string][] = [
  ['the same page', {}, 'live', 'sameContent'],
  ['the same page under a banner', { text: `本站公告\n${goods}` }, 'live', 'sameContent'],
  ['half of the page', { text: goods.slice(0, 24) }, 'partlyLive', 'partOfContent'],
  ['a notice of suspension', { text: '该店铺已暂停服务' }, 'suspended', 'noticeShown'],
  ['a notice of suspension with 403', { status: 403, text: '店铺已冻结' }, 'suspended', 'noticeShown'],
  ['unavailable for legal reasons', { status: 451, text: '' }, 'suspended', 'status451'],
  ['a notice of closing', { text: '该网站已关闭' }, 'closed', 'noticeShown'],
  ['not found', { status: 404, text: '' }, 'closed', 'status404'],
  ['gone', { status: 410, text: '' }, 'closed', 'status410'],
  ['a name that no longer resolves', { reach: 'nameGone', status: null, text: '' }, 'closed', 'nameGone'],
  ['a refused connection', { reach: 'refused', status: null, text: '' }, 'closed', 'connectionRefused'],
  ['the same goods at another name', { urlFinal: 'http://mirror.test/' }, 'moved', 'sameContentElsewhere'],
  ['a timeout', { reach: 'timeout', status: null, text: '' }, 'inconclusive', 'timeout'],
  ['a broken certificate', { reach: 'tls', status: null, text: '' }, 'inconclusive', 'tls'],
  ['our own egress in the way', { reach: 'blocked', status: null, text: '' }, 'inconclusive', 'blocked'],
  ['a server in trouble', { status: 503, text: '' }, 'inconclusive', 'status503'],
  ['a forbidden page that says nothing', { status: 403, text: '' }, 'inconclusive', 'status403'],
  ['a challenge', { text: '请完成人机验证' }, 'inconclusive', 'challenge'],
  ['quite another page', { text: '欢迎来到山水文学社,这里有诗歌与散文。' }, 'inconclusive', 'otherContent'],
  ['an answer without status', { status: null }, 'inconclusive', 'noStatus'],
];
it.each(looks)('%s', (_what, change, verdict, reason) => {
  expect(verdictOf(sight(change), reference, thresholds)).toMatchObject({ verdict, reason });
});

it('cannot tell when the offending page had no text', () => {
  expect(verdictOf(sight({}), { ...reference, text: '' }, thresholds)).toMatchObject({
    verdict: 'inconclusive',
    reason: 'nothingToCompare',
  });
});

const HOUR = 3_600_000;
const rule = { observations: 3, spanMs: 24 * HOUR, mobile: 1, vantages: 1 };
const at = (hours: number, verdict: Verdict, profile: Observation['profile'] = 'desktop'): Observation => ({
  at: new Date(hours * HOUR),
  verdict,
  profile,
  vantages: ['main'],
});
const confirmedVerdict = (observations: readonly Observation[], thresholds: ConfirmationThresholds) =>
  confirmedBy(observations, thresholds)?.verdict ?? null;

it('confirms three equal looks over 24 hours with a telephone among them', () => {
  expect(confirmedVerdict([at(0, 'closed'), at(6, 'closed', 'mobile'), at(24, 'closed')], rule)).toBe('closed');
});

const unconfirmed: [string, Observation[]][] = [
  ['nothing', []],
  ['two looks', [at(0, 'closed'), at(24, 'closed', 'mobile')]],
  [
    'a span short by a millisecond',
    [at(0, 'closed'), at(6, 'closed', 'mobile'), { ...at(24, 'closed'), at: new Date(24 * HOUR - 1) }],
  ],
  ['no telephone', [at(0, 'closed'), at(6, 'closed'), at(24, 'closed')]],
  ['an interruption', [at(0, 'closed'), at(6, 'live', 'mobile'), at(24, 'closed', 'mobile'), at(25, 'closed')]],
  ['two different ways of being away', [at(0, 'suspended'), at(6, 'closed', 'mobile'), at(24, 'closed')]],
];
it.each(unconfirmed)('does not confirm %s', (_what, observations) => expect(confirmedVerdict(observations, rule)).toBeNull());

it('AC-OPR-3.5 timeouts only confirm nothing, however many', () => {
  const timeouts = Array.from({ length: 50 }, (_, hour) => at(hour, 'inconclusive', hour % 2 ? 'mobile' : 'desktop'));
  expect(confirmedVerdict(timeouts, rule)).toBeNull();
});

it('inconclusive looks neither count nor interrupt', () => {
  expect(confirmedVerdict([at(0, 'closed'), at(1, 'inconclusive'), at(6, 'closed', 'mobile'), at(24, 'closed')], rule)).toBe(
    'closed',
  );
});

it('what it confirms was seen often enough, long enough, by a telephone and from enough vantage points, whatever the looks and their order', () => {
  const look = fc.record({
    at: fc.integer({ min: 0, max: 100 }).map((h) => new Date(h * HOUR)),
    verdict: fc.constantFrom(...VERDICTS),
    profile: fc.constantFrom('desktop' as const, 'mobile' as const),
    vantages: fc.subarray(['main', 'far', 'third'], { minLength: 1 }),
  });
  fc.assert(
    fc.property(fc.array(look, { maxLength: 12 }), fc.integer({ min: 1, max: 3 }), (looks, vantages) => {
      const verdict = confirmedVerdict(looks, { ...rule, vantages });
      if (verdict === null) return true;
      const equal = looks.filter((one) => one.verdict === verdict);
      const times = equal.map((one) => one.at.getTime());
      return (
        verdict !== 'inconclusive' &&
        equal.length >= 3 &&
        Math.max(...times) - Math.min(...times) >= rule.spanMs &&
        equal.some(({ profile }) => profile === 'mobile') &&
        new Set(equal.flatMap((one) => one.vantages)).size >= vantages
      );
    }),
  );
});

it('AC-OPR-3.2 what still serves telephones is live', () => {
  expect(combine(['closed', 'live'])).toBe('live');
  expect(combine(['closed', 'inconclusive'])).toBe('closed');
  expect(combine(['inconclusive', 'inconclusive'])).toBe('inconclusive');
  expect(combine([])).toBe('inconclusive');
});

it('AC-OPR-3.3 a service that was away and is back has relapsed; a first look that still shows it has not', () => {
  expect(relapsed('suspension', [at(0, 'suspended')], 'live')).toBe(true);
  expect(relapsed('closure', [at(0, 'closed'), at(1, 'inconclusive')], 'partlyLive')).toBe(true);
  expect(relapsed('suspension', [], 'live')).toBe(false);
  expect(relapsed('suspension', [at(0, 'closed')], 'inconclusive')).toBe(false);
  expect(relapsed('restoration', [at(0, 'closed')], 'live')).toBe(false);
});

it('a mere notice does not fulfil a closure, and only a living site fulfils a restoration', () => {
  const fulfilling = (kind: Parameters<typeof fulfils>[0]) => VERDICTS.filter((verdict) => fulfils(kind, verdict));
  expect(fulfilling('suspension')).toEqual(['suspended', 'closed']);
  expect(fulfilling('closure')).toEqual(['closed']);
  expect(fulfilling('restoration')).toEqual(['live']);
});

const lookAt = (hours: number, round: number, verdict: Verdict, profile: Observation['profile'], vantage = 'main') => ({
  round,
  at: new Date(hours * HOUR),
  verdict,
  profile,
  vantage,
});

it('AC-OPR-3.2 rounds in which a telephone is served are live and never add up to a closed site', () => {
  const looks = [0, 6, 24, 30].flatMap((hour, round) => [
    lookAt(hour, round, 'closed', 'desktop'),
    lookAt(hour + 1, round, 'live', 'mobile'),
  ]);
  expect(roundsOf(looks).map(({ verdict }) => verdict)).toEqual(['live', 'live', 'live', 'live']);
  expect(confirmedVerdict(roundsOf(looks), rule)).toBe('live');
});

it('dates a round by its first look and counts it for a telephone only when one saw it', () => {
  const [round] = roundsOf([lookAt(5, 0, 'inconclusive', 'mobile', 'far'), lookAt(4, 0, 'closed', 'desktop')]);
  expect(round).toEqual({ round: 0, at: new Date(4 * HOUR), verdict: 'closed', profile: 'desktop', vantages: ['main'] });
});

describe('with two vantage points', () => {
  const two = { ...rule, vantages: 2 };
  const rounds = (far: Verdict, near: Verdict = 'closed') =>
    roundsOf(
      [0, 6, 24].flatMap((hour, round) => {
        const [desktop, mobile] = [0, 1].map((n) => vantageOf(round, n, ['main', 'far']));
        const seen = (from?: string) => (from === 'far' ? far : near);
        return [lookAt(hour, round, seen(desktop), 'desktop', desktop), lookAt(hour, round, seen(mobile), 'mobile', mobile)];
      }),
    );

  it('both profiles look from both in turn', () => {
    const seen = (n: number, points: [string, ...string[]]) => [0, 1, 2].map((round) => vantageOf(round, n, points));
    expect([seen(0, ['main', 'far']), seen(1, ['main', 'far'])]).toEqual([
      ['main', 'far', 'main'],
      ['far', 'main', 'far'],
    ]);
    expect(seen(1, ['main'])).toEqual(['main', 'main', 'main']);
  });

  it('what both show is confirmed, and it is said from where', () =>
    expect(confirmedBy(rounds('closed'), two)).toEqual({ verdict: 'closed', vantages: ['main', 'far'] }));

  it('what only one of them could see is not, though it is with a rule for one', () => {
    expect(confirmedBy(rounds('inconclusive'), two)).toBeNull();
    expect(confirmedBy(rounds('inconclusive'), rule)).toEqual({ verdict: 'closed', vantages: ['main'] });
  });

  it('a site that only hides from one of them is confirmed neither as closed nor as live', () => {
    expect(rounds('live').map(({ verdict, vantages }) => [verdict, ...vantages])).toEqual([
      ['live', 'far'],
      ['live', 'far'],
      ['live', 'far'],
    ]);
    expect(confirmedBy(rounds('live'), two)).toBeNull();
  });
});
