/** A shop on a platform cannot place files or records on the platform's host: there the platform attests. */
export const proofMethods = ['wellKnown', 'dnsTxt', 'platformAttestation'] as const;
export type ProofMethod = (typeof proofMethods)[number];

/** `waiting` is looked at again until its 72 hours are over; `proved` carries the date until which it counts. */
export const proofStates = ['waiting', 'checking', 'proved', 'failed', 'expired'] as const;
export type ProofState = (typeof proofStates)[number];

export const WELL_KNOWN_PATH = '/.well-known/nms-badge.txt';
export const TXT_PREFIX = '_nms-badge';

/** The line that file or record must carry. The key keeps it from being taken for somebody else's token. */
export const proofLine = (token: string): string => `nms-badge=${token}`;

export interface Instructions {
  zh: string;
  en: string;
  /** Where we shall look. */
  location: string;
  /** What we shall look for. */
  value: string;
}

export function instructionsFor(method: ProofMethod, token: string, outlet: { url: string; host: string }): Instructions {
  const value = proofLine(token);
  if (method === 'platformAttestation') {
    const zh = '由平台书面证明该网店由该主体经营，登记证明文号后生效';
    return { location: outlet.url, value, zh, en: 'The platform attests in writing who runs the shop; the letter is recorded here' };
  }
  if (method === 'dnsTxt') {
    const location = txtNameOf(outlet.host);
    return {
      location,
      value,
      zh: `在域名解析中为 ${location} 添加一条 TXT 记录，内容为 ${value}`,
      en: `Add a TXT record at ${location} with the value ${value}`,
    };
  }
  const location = wellKnownUrl(outlet.url);
  return {
    location,
    value,
    zh: `在网站上放置文本文件 ${location}，其中一行为 ${value}`,
    en: `Place a text file at ${location} with the line ${value}`,
  };
}

/** At the root of the site: only whoever runs the host can place a file there. */
export function wellKnownUrl(outletUrl: string): string {
  return new URL(WELL_KNOWN_PATH, outletUrl).href;
}

export const txtNameOf = (host: string): string => `${TXT_PREFIX}.${host.replace(/^www\./, '')}`;

/** Whether a file or the answers of a name server carry the token on a line of its own. */
export function carriesToken(lines: readonly string[], token: string): boolean {
  const wanted = proofLine(token);
  return lines.some((line) => line.trim() === wanted);
}

/** What is kept of the look, for the person who has to find out why it failed: never more than a glimpse. */
export function glimpse(lines: readonly string[]): string[] {
  return lines.slice(0, 10).map((line) => (line.length > 120 ? `${line.slice(0, 120)}…` : line));
}

/** A proof counts for this long; then it is made again by itself, and the badge lapses when that fails (I: product EID-3). */
export const PROOF_VALID_DAYS = 90;
/** The merchant has this long to place file or record; we look again by ourselves. */
export const PROOF_WAIT_HOURS = 72;

export const fitsOutlet = (method: ProofMethod, onPlatform: boolean): boolean => (method === 'platformAttestation') === onPlatform;
