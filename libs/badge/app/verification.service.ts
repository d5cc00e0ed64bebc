import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../kernel';
import { Log } from '../../platform';
import { type Host, isActiveStatus, readDomain, statusName } from '../../registry';
import { readBadgeCode } from '../domain/badge-code';
import { checkOrigin, type OriginFinding } from '../domain/origin-check';
import { type Verdict, verdictOf } from '../domain/verdict';
import { type PublicBadge, PublicRegister } from '../store/public-register';

/** What the register said about a code, and when. */
export interface Standing {
  code: string;
  badge: PublicBadge | null;
  checkedAt: Date;
  /** The register cannot be reached now: what is shown is the last that was known. */
  stale: boolean;
  /** The public JSON, as bytes, so that a cached answer costs nothing to make. */
  json: Buffer;
}

export interface Verification {
  verdict: Verdict;
  finding: OriginFinding;
  origin: Host | null;
  standing: Standing | null;
}

interface Cached {
  standing: Standing;
  /** Monotonic milliseconds: the movable clock must not make an answer fresh or stale. */
  loadedAt: number;
}

/** A revocation shows within five seconds, loading included. */
const FRESH_MS = 4_000;
const MOST_CACHED = 20_000;
/**
 * A first look at a code is answered no sooner than this, whether it exists or not: the time that the register takes lies
 * inside it, so codes cannot be told apart by the clock (AC-PUB-1.6).
 */
export const FLOOR_MS = 25;

/** Answers whose badge this is, and whether the visitor came from where it belongs. */
@Injectable()
export class VerificationService {
  private readonly cache = new Map<string, Cached>();
  private readonly loading = new Map<string, Promise<Standing | null>>();

  constructor(
    private readonly register: PublicRegister,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Standing by a code as typed. Null: the register cannot be reached and nothing is known. */
  standing(typed: string): Promise<Standing | null> | Standing {
    const cached = this.cache.get(typed);
    if (cached && performance.now() - cached.loadedAt < FRESH_MS) return cached.standing;
    const running = this.loading.get(typed);
    if (running) return running;
    const load = this.load(typed).finally(() => this.loading.delete(typed));
    this.loading.set(typed, load);
    return load;
  }

  /** The JSON of a badge that was looked up a moment ago; null when it must be asked for (or does not exist). */
  freshJson(code: string): Buffer | null {
    const cached = this.cache.get(code);
    return cached?.standing.badge && performance.now() - cached.loadedAt < FRESH_MS ? cached.standing.json : null;
  }

  /** `referer` is what the browser sent; absent and foreign forms of it mean "hidden", which is never guilt. */
  async verify(typed: string, referer: string | undefined, neutral: (host: string) => boolean): Promise<Verification> {
    const standing = await this.standing(typed);
    const origin = originOf(referer, neutral);
    const hidden = { kind: 'hidden' as const };
    if (!standing || standing.stale) return { verdict: 'unreachable', finding: hidden, origin, standing };
    const { badge } = standing;
    if (!badge) return { verdict: 'unknown', finding: hidden, origin, standing };
    const filed = { ascii: badge.domain, unicode: badge.domain_unicode, skeleton: badge.domain_skeleton };
    const finding = checkOrigin({ host: filed, platformShop: badge.on_platform }, origin);
    const subjectActive = isActiveStatus(badge.subject_status);
    return { verdict: verdictOf({ state: badge.state, subjectActive }, finding), finding, origin, standing };
  }

  private async load(typed: string): Promise<Standing | null> {
    const reading = readBadgeCode(typed);
    try {
      const [badge] = await Promise.all([this.register.badge('code' in reading ? reading.code : typed.slice(0, 40)), sleep(FLOOR_MS)]);
      return this.remember(typed, badge, 'code' in reading ? reading.code : typed);
    } catch (fault) {
      this.log.error('badge.register.unreachable', {}, fault);
      const last = this.cache.get(typed);
      return last ? { ...last.standing, stale: true } : null;
    }
  }

  private remember(typed: string, badge: PublicBadge | null, code: string): Standing {
    const checkedAt = this.clock.now();
    const standing = { code, badge, checkedAt, stale: false, json: Buffer.from(JSON.stringify(publicJson(code, badge, checkedAt))) };
    this.cache.delete(typed);
    this.cache.set(typed, { standing, loadedAt: performance.now() });
    // The oldest goes first; what is asked for often was set again a moment ago.
    if (this.cache.size > MOST_CACHED) this.cache.delete(this.cache.keys().next().value!);
    return standing;
  }
}

/** The host that the visitor came from; an address without a name (http://192.0.2.1/) is an origin too. */
function originOf(referer: string | undefined, neutral: (host: string) => boolean): Host | null {
  if (!referer || !URL.canParse(referer)) return null;
  const { protocol, hostname } = new URL(referer);
  if (!/^https?:$/.test(protocol) || neutral(hostname)) return null;
  // A name below .localhost is the visitor's own machine (RFC 6761), where he looks at the demonstration's sites by their names.
  const name = hostname.replace(/\.localhost$/, '');
  const host = readDomain(name);
  return typeof host === 'string' ? { ascii: name, unicode: name, skeleton: name, mixedScripts: false } : host;
}

/** Fields of `/public/v1/badges/:code`; they may grow, never change their meaning. */
function publicJson(code: string, badge: PublicBadge | null, checkedAt: Date): object {
  if (!badge)
    return { type: 'urn:nms:problem:badge.notFound', title: 'No such badge', status: 404, code: 'badge.notFound', badge: code, checkedAt };
  const status = statusName(badge.subject_status);
  return {
    code,
    state: badge.state,
    since: badge.state_since,
    byOrder: badge.by_order,
    valid: badge.state === 'active' && isActiveStatus(badge.subject_status),
    subject: {
      name: badge.subject_name,
      formerNames: badge.used_names,
      uscc: badge.uscc,
      domicile: badge.domicile,
      status: { code: badge.subject_status, ...status },
    },
    outlet: {
      siteName: badge.site_name,
      host: badge.domain,
      hostUnicode: badge.domain_unicode,
      url: badge.url,
      platform: badge.on_platform ? (badge.platform_name ?? badge.domain) : null,
    },
    office: { name: badge.office, telephone: badge.office_telephone, division: badge.division_code },
    issuedAt: badge.issued_at,
    provedUntil: badge.proved_until,
    checkedAt,
    record: badge.record,
    signature: badge.signature,
    keyId: badge.key_id,
  };
}
