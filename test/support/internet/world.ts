import { domainToASCII } from 'node:url';
import { PLATFORM, PLATFORM_SHOPS, SHOPS, type Shop } from './shops';

/** How a site answers. `cloak` hides from desktop browsers; `flap` is open in every second period; `gone` hangs up. */
export const MODES = ['open', 'closed', 'suspended', 'seized', 'parked', 'notFound', 'gone', 'cloak', 'slow', 'flap'] as const;
export type Mode = (typeof MODES)[number];

export interface Visit {
  at: string;
  method: string;
  path: string;
  status: number;
  userAgent: string;
  referer: string | null;
}

export interface Site {
  /** Host name, or host name and path for a shop inside the platform. */
  name: string;
  shop: Shop | null;
  mode: Mode;
  /** Markup that the shop put into its footer: the badge snippet, or somebody else's. */
  badgeHtml: string;
  /** Extra files by path, such as the one that proves control. */
  files: Record<string, string>;
  delayMs: number;
  /** Length of one period of `flap`; the clock starts at the epoch. */
  flapMs: number;
  headers: Record<string, string>;
  /** Another site whose badge this one shows as its own. */
  copiesBadgeOf: string | null;
  visits: Visit[];
}

const MAX_VISITS = 2000;

/** A look-alike of the first shop: its first letter pair hides a Cyrillic а. */
export const LOOK_ALIKE = domainToASCII('shop-а.test');

const site = (name: string, shop: Shop | null, more: Partial<Site> = {}): Site => ({
  name,
  shop,
  mode: 'open',
  badgeHtml: '',
  files: {},
  delayMs: 0,
  flapMs: 60_000,
  headers: {},
  copiesBadgeOf: null,
  visits: [],
  ...more,
});

const shopOf = (host: string): Shop => SHOPS.find((shop) => shop.host === host)!;

function freshSites(): Site[] {
  return [
    site('shop-a.test', shopOf('shop-a.test')),
    site('bare.test', shopOf('bare.test')),
    site('shop-b.test', shopOf('shop-b.test')),
    site('copy.test', shopOf('copy.test'), { copiesBadgeOf: 'shop-a.test' }),
    site('cloak.test', shopOf('cloak.test'), { mode: 'cloak' }),
    site('flap.test', shopOf('flap.test'), { mode: 'flap' }),
    site('slow.test', shopOf('slow.test'), { mode: 'slow', delayMs: 1500 }),
    site('nohdr.test', shopOf('nohdr.test'), { headers: { 'referrer-policy': 'no-referrer' } }),
    site('mirror.test', { ...shopOf('bare.test'), host: 'mirror.test' }),
    site(LOOK_ALIKE, { ...shopOf('shop-a.test'), host: LOOK_ALIKE }, { copiesBadgeOf: 'shop-a.test' }),
    site('parked.test', null, { mode: 'parked' }),
    site('seized.test', null, { mode: 'seized' }),
    site(PLATFORM.host, null),
    ...PLATFORM_SHOPS.map((shop) => site(shop.host, shop)),
    site('operator.test', null),
    site('trap.test', null),
  ];
}

/** Everything that can change in the outside world, and the only place where it does. */
export class World {
  private sites = new Map<string, Site>();
  /** TXT and A records set by hand; every other *.test name resolves to `address`. */
  readonly records = new Map<string, { txt: string[]; a: string[] | null; fails?: 'servfail' | 'silent' }>();

  /** Chains that hosts show over TLS, PEM, the leaf first. */
  readonly certificates = new Map<string, { cert: string; key: string }>();

  constructor(readonly now: () => number = Date.now) {
    this.reset();
  }

  reset(): void {
    this.sites = new Map(freshSites().map((item) => [item.name, item]));
    this.records.clear();
    this.certificates.clear();
  }

  all(): Site[] {
    return [...this.sites.values()];
  }

  named(name: string): Site | undefined {
    return this.sites.get(name);
  }

  /** The site that answers for this host and path, and what of the path is left to it. */
  at(host: string, path: string): { site: Site; base: string } | null {
    const inside = /^\/shop\/[^/?#]+/.exec(path)?.[0];
    const shop = inside && this.sites.get(host + inside);
    if (shop) return { site: shop, base: inside };
    const found = this.sites.get(host);
    return found ? { site: found, base: '' } : null;
  }

  /** A host that a test makes up: an open site showing one page. */
  add(name: string, page: string): Site {
    const made = site(name, null, { files: { '/': page } });
    this.sites.set(name, made);
    return made;
  }

  /** A further shop like one that is there, run by another company. */
  addLike(name: string, model: string, company: Partial<Shop['company']>): Site | undefined {
    const shop = this.sites.get(model)?.shop;
    if (!shop) return undefined;
    const made = site(name, { ...shop, host: name, company: { ...shop.company, ...company } });
    this.sites.set(name, made);
    return made;
  }

  badgeOf({ badgeHtml, copiesBadgeOf }: Site): string {
    return badgeHtml || (copiesBadgeOf ? (this.sites.get(copiesBadgeOf)?.badgeHtml ?? '') : '');
  }

  isOpenPeriod({ flapMs }: Site): boolean {
    return Math.floor(this.now() / flapMs) % 2 === 0;
  }

  note(visited: Site, visit: Visit): void {
    visited.visits.push(visit);
    if (visited.visits.length > MAX_VISITS) visited.visits.splice(0, visited.visits.length - MAX_VISITS);
  }
}
