import type { OrderKind } from './order';
import { remainingPermille } from './similarity';

/** `inconclusive` is an answer of its own and never counts against anybody. */
export const VERDICTS = ['live', 'partlyLive', 'suspended', 'closed', 'moved', 'inconclusive'] as const;
export type Verdict = (typeof VERDICTS)[number];
export type Profile = 'desktop' | 'mobile';

/** How the attempt to open the address ended, before anybody reads the page. */
export type Reach = 'answered' | 'nameGone' | 'refused' | 'timeout' | 'tls' | 'blocked' | 'vantage' | 'other';

/** One look at one address, as the capture that made it recorded. */
export interface Sight {
  reach: Reach;
  status: number | null;
  urlFinal: string | null;
  text: string;
}

export interface Reference {
  url: string;
  /** Text of the offending capture. */
  text: string;
}

export interface VerdictThresholds {
  /** At or above: the offending page is still there. */
  livePermille: number;
  /** At or above, yet below `livePermille`: part of it is. */
  partlyPermille: number;
}

export interface Seen {
  verdict: Verdict;
  similarity: number | null;
  /** Why, as a stable word; the console and the portal translate it. */
  reason: string;
}

// Words of notices that platforms and hosts show instead of a page. A page that says none of them and shows other text proves nothing.
const SUSPENDED_WORDS =
  /暂停(提供)?服务|停止服务|暂停营业|店铺已?(暂停|冻结|封禁)|账号已?(冻结|封禁)|已被(暂停|限制|冻结)|服务已暂停|suspended/i;
const CLOSED_WORDS =
  /已(被)?关闭|已关停|停止接入|已注销|不存在|已下线|域名(出售|已过期|转让)|site (is )?closed|no longer available|domain (is )?for sale/i;
const CHALLENGE_WORDS = /验证码|人机验证|安全验证|请先登录|captcha|verify you are human|access denied/i;

/**
 * What one look says. Only an answer of the site itself, or a name that no longer exists, says anything: a timeout, a broken certificate,
 * a 5xx or a page that asks for a login may lie with the network, with us or with the weather.
 */
export function verdictOf(sight: Sight, reference: Reference, thresholds: VerdictThresholds): Seen {
  const inconclusive = (reason: string): Seen => ({ verdict: 'inconclusive', similarity: null, reason });
  if (sight.reach === 'nameGone') return { verdict: 'closed', similarity: null, reason: 'nameGone' };
  if (sight.reach === 'refused') return { verdict: 'closed', similarity: null, reason: 'connectionRefused' };
  if (sight.reach !== 'answered' || sight.status === null)
    return inconclusive(sight.reach === 'answered' ? 'noStatus' : sight.reach);
  if (sight.status === 404 || sight.status === 410)
    return { verdict: 'closed', similarity: null, reason: `status${sight.status}` };
  if (sight.status === 451) return { verdict: 'suspended', similarity: null, reason: 'status451' };
  if (sight.status >= 400)
    return SUSPENDED_WORDS.test(sight.text)
      ? { verdict: 'suspended', similarity: null, reason: 'noticeShown' }
      : inconclusive(`status${sight.status}`);

  const similarity = remainingPermille(reference.text, sight.text);
  if (similarity === null) return inconclusive('nothingToCompare');
  if (similarity >= thresholds.partlyPermille) {
    if (sight.urlFinal && hostOf(sight.urlFinal) !== hostOf(reference.url))
      return { verdict: 'moved', similarity, reason: 'sameContentElsewhere' };
    return similarity >= thresholds.livePermille
      ? { verdict: 'live', similarity, reason: 'sameContent' }
      : { verdict: 'partlyLive', similarity, reason: 'partOfContent' };
  }
  if (CHALLENGE_WORDS.test(sight.text)) return { ...inconclusive('challenge'), similarity };
  if (SUSPENDED_WORDS.test(sight.text)) return { verdict: 'suspended', similarity, reason: 'noticeShown' };
  if (CLOSED_WORDS.test(sight.text)) return { verdict: 'closed', similarity, reason: 'noticeShown' };
  return { ...inconclusive('otherContent'), similarity };
}

function hostOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).host.replace(/^www\./, '') : null;
}

/** What all looks of a round said of one address. */
export interface Observation {
  at: Date;
  profile: Profile;
  verdict: Verdict;
  /** The vantage points from which that was seen. */
  vantages: readonly string[];
}

export interface ConfirmationThresholds {
  observations: number;
  spanMs: number;
  mobile: number;
  /** Different vantage points; never more than there are. */
  vantages: number;
}

export interface Confirmed {
  verdict: Verdict;
  /** In the order in which they were first looked from. */
  vantages: string[];
}

/**
 * One word for what several profiles saw at about the same time. What still serves anybody is live: a site that hides from our desktop
 * browser and serves telephones has not been closed.
 */
export function combine(verdicts: readonly Verdict[]): Verdict {
  const order: Verdict[] = ['live', 'partlyLive', 'moved', 'suspended', 'closed'];
  return order.find((verdict) => verdicts.includes(verdict)) ?? 'inconclusive';
}

/**
 * What the observations of one address confirm, or null while they do not: at least `observations` equal ones in a row, spread over at least
 * `spanMs`, at least `mobile` of them from a telephone, from at least `vantages` vantage points. Inconclusive ones neither count nor interrupt.
 */
export function confirmedBy(observations: readonly Observation[], thresholds: ConfirmationThresholds): Confirmed | null {
  const conclusive = observations
    .filter(({ verdict }) => verdict !== 'inconclusive')
    .sort((a, b) => a.at.getTime() - b.at.getTime());
  const last = conclusive.at(-1);
  if (!last) return null;
  const broken = conclusive.findLastIndex(({ verdict }) => verdict !== last.verdict);
  const run = conclusive.slice(broken + 1);
  const spanMs = last.at.getTime() - run[0]!.at.getTime();
  const mobile = run.filter(({ profile }) => profile === 'mobile').length;
  const vantages = [...new Set(run.flatMap((one) => one.vantages))];
  const enough = run.length >= thresholds.observations && spanMs >= thresholds.spanMs && mobile >= thresholds.mobile;
  return enough && vantages.length >= thresholds.vantages ? { verdict: last.verdict, vantages } : null;
}

/** What the order wanted to see. A suspension is fulfilled by a closed page too; a closure not by a mere notice of suspension. */
export function fulfils(kind: OrderKind, verdict: Verdict): boolean {
  if (kind === 'restoration') return verdict === 'live';
  return verdict === 'closed' || (kind === 'suspension' && verdict === 'suspended');
}

/**
 * Whether `seen` undoes what earlier looks showed: the service was away, and is back. The first look after a report is no relapse: it may
 * be a cache, and the next looks decide.
 */
export function relapsed(kind: OrderKind, earlier: readonly Pick<Observation, 'verdict'>[], seen: Verdict): boolean {
  if (kind === 'restoration') return false;
  return (seen === 'live' || seen === 'partlyLive') && earlier.some(({ verdict }) => fulfils(kind, verdict));
}

/** A look that has been judged: one of a round at one address, in which several profiles look at about the same time. */
export interface Look {
  round: number;
  at: Date;
  profile: Profile;
  verdict: Verdict;
  vantage: string;
}

/**
 * One observation per round, out of the looks of its profiles. It counts for a telephone, and for a vantage point, when from there that was
 * seen, and it is dated by its first look: so the span between two rounds is never shorter than it was.
 */
export function roundsOf(looks: readonly Look[]): (Observation & { round: number })[] {
  const rounds = [...new Set(looks.map(({ round }) => round))].sort((a, b) => a - b);
  return rounds.map((round) => {
    const own = looks.filter((look) => look.round === round);
    const verdict = combine(own.map((look) => look.verdict));
    const seen = own.filter((look) => look.verdict === verdict);
    return {
      round,
      verdict,
      at: new Date(Math.min(...own.map(({ at }) => at.getTime()))),
      profile: seen.some((look) => look.profile === 'mobile') ? 'mobile' : 'desktop',
      vantages: [...new Set(seen.map(({ vantage }) => vantage))],
    };
  });
}
