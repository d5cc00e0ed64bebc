import { checkOrigin, markDifference, type NamedHost } from './origin-check';
import { TONES, verdictOf, type Verdict } from './verdict';

const host = (ascii: string, unicode = ascii, skeleton = unicode): NamedHost => ({ ascii, unicode, skeleton });
const shop = { host: host('shop-a.test'), platformShop: false };
const stall = { host: host('platform.test'), platformShop: true };
const good = { state: 'active', subjectActive: true } as const;

describe('origin check', () => {
  it.each([
    ['AC-PUB-1.1 the filed address', host('shop-a.test'), { kind: 'match' }],
    ['AC-PUB-1.1 the same with www', host('www.shop-a.test'), { kind: 'match' }],
    ['AC-PUB-1.2 no address at all', null, { kind: 'hidden' }],
    ['AC-PUB-1.3 another domain', host('copy.test'), { kind: 'other' }],
    ['AC-PUB-1.3 a domain that only ends like it', host('notshop-a.test'), { kind: 'other' }],
    ['AC-PUB-1.3 the parent of the filed host', host('test.example'), { kind: 'other' }],
    ['AC-PUB-1.4 the sub-domain trick', host('shop-a.test.evil.test'), { kind: 'lookalike', trick: 'subdomain' }],
    ['AC-PUB-1.4 the trick behind a further label', host('m.shop-a.test.evil.test'), { kind: 'lookalike', trick: 'subdomain' }],
    ['AC-PUB-1.4 the trick with a hyphen', host('shop-a.test-login.test'), { kind: 'lookalike', trick: 'subdomain' }],
    [
      'AC-PUB-1.4 a homograph',
      host('xn--shop--8cd.test', 'shop-а.test', 'shop-a.test'),
      { kind: 'lookalike', trick: 'homograph' },
    ],
    ['a sub-domain of the filed host, which proves neither way', host('pay.shop-a.test'), { kind: 'below' }],
  ])('tells %s', (_what, origin, finding) => expect(checkOrigin(shop, origin)).toEqual(finding));

  it('AC-PUB-1.5 the host of a platform is shared by its shops and proves none of them', () =>
    expect(checkOrigin(stall, host('platform.test'))).toEqual({ kind: 'platform' }));
});

describe('marked difference', () => {
  it('AC-PUB-1.4 marks the foreign letter of a homograph', () =>
    expect(markDifference('shop-а.test', 'shop-a.test')).toEqual([
      { text: 'shop-', differs: false },
      { text: 'а', differs: true },
      { text: '.test', differs: false },
    ]));
  it('AC-PUB-1.4 marks what was hung onto the filed name', () =>
    expect(markDifference('shop-a.test.evil.test', 'shop-a.test')).toEqual([
      { text: 'shop-a.test', differs: false },
      { text: '.evil.test', differs: true },
    ]));
  it('marks nothing in equal names', () => expect(markDifference('a.cn', 'a.cn')).toEqual([{ text: 'a.cn', differs: false }]));
});

describe('verdict', () => {
  const findings = {
    match: { kind: 'match' },
    hidden: { kind: 'hidden' },
    below: { kind: 'below' },
    platform: { kind: 'platform' },
    other: { kind: 'other' },
    lookalike: { kind: 'lookalike', trick: 'homograph' },
  } as const;
  const expected: Record<string, Record<keyof typeof findings, Verdict>> = {
    active: { match: 'genuine', hidden: 'compare', below: 'compare', platform: 'platform', other: 'copied', lookalike: 'lookalike' },
    suspended: { match: 'suspended', hidden: 'suspended', below: 'suspended', platform: 'suspended', other: 'copied', lookalike: 'lookalike' },
    lapsed: { match: 'lapsed', hidden: 'lapsed', below: 'lapsed', platform: 'lapsed', other: 'copied', lookalike: 'lookalike' },
    revoked: { match: 'revoked', hidden: 'revoked', below: 'revoked', platform: 'revoked', other: 'revoked', lookalike: 'revoked' },
  }; // prettier-ignore
  it.each(
    Object.entries(expected).flatMap(([state, row]) => Object.entries(row).map(([kind, verdict]) => [state, kind, verdict] as const)),
  )('of a badge that is %s opened from %s is %s', (state, kind, verdict) =>
    expect(verdictOf({ state: state as 'active', subjectActive: true }, findings[kind as keyof typeof findings])).toBe(verdict),
  );
  it('AC-PUB-1.10 is red for every origin once the licence ended', () => {
    for (const finding of Object.values(findings))
      expect(TONES[verdictOf({ ...good, subjectActive: false }, finding)]).toBe('red');
  });
  it('AC-PUB-1.2 a hidden origin is never red, whatever paused the badge', () => {
    for (const state of ['active', 'suspended', 'lapsed'] as const)
      expect(TONES[verdictOf({ ...good, state }, { kind: 'hidden' })]).not.toBe('red');
  });
  it('only a filed origin is green', () => {
    for (const finding of Object.values(findings))
      if (TONES[verdictOf(good, finding)] === 'green') expect(finding.kind).toBe('match');
  });
});
