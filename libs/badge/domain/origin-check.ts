/** A host in the forms that comparing needs; the register's own `Host` has them. */
export interface NamedHost {
  ascii: string;
  unicode: string;
  skeleton: string;
}

/** The address a badge was issued for. */
export interface FiledAddress {
  host: NamedHost;
  /** Set when the outlet is one shop of many on a platform's host: the host alone proves nothing then. */
  platformShop: boolean;
}

/**
 * What the address that the visitor came from tells. Browsers may hide it and a copier may suppress it, so `hidden` is an
 * answer of its own and is never shown as guilt. A sub-domain of the filed host is usually the holder's, but not always.
 */
export type OriginFinding =
  | { kind: 'hidden' }
  | { kind: 'match' }
  | { kind: 'platform' }
  | { kind: 'below' }
  | { kind: 'lookalike'; trick: 'homograph' | 'subdomain' }
  | { kind: 'other' };

export function checkOrigin(filed: FiledAddress, origin: NamedHost | null): OriginFinding {
  if (!origin) return { kind: 'hidden' };
  const [home, from] = [withoutWww(filed.host.ascii), withoutWww(origin.ascii)];
  if (home === from) return { kind: filed.platformShop ? 'platform' : 'match' };
  if (from.endsWith(`.${home}`)) return { kind: 'below' };
  // `shop-a.test.evil.test` and `shop-a.test-login.evil.test`: the filed name leads the eye, what follows decides.
  if (from.startsWith(home) || from.includes(`.${home}`)) return { kind: 'lookalike', trick: 'subdomain' };
  if (withoutWww(filed.host.skeleton) === withoutWww(origin.skeleton)) return { kind: 'lookalike', trick: 'homograph' };
  return { kind: 'other' };
}

export interface Piece {
  text: string;
  differs: boolean;
}

/** `text` cut into pieces, those that differ from `other` marked, so that the page can underline them. */
export function markDifference(text: string, other: string): Piece[] {
  const a = [...text];
  const b = [...other];
  const differs = a.length === b.length ? a.map((char, i) => char !== b[i]) : outsideCommonEnds(a, b);
  const pieces: Piece[] = [];
  for (const [i, char] of a.entries()) {
    const last = pieces.at(-1);
    if (last && last.differs === differs[i]) last.text += char;
    else pieces.push({ text: char, differs: differs[i]! });
  }
  return pieces;
}

function outsideCommonEnds(a: string[], b: string[]): boolean[] {
  const shorter = Math.min(a.length, b.length);
  let head = 0;
  while (head < shorter && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  return a.map((_, i) => i >= head && i < a.length - tail);
}

const withoutWww = (name: string) => name.replace(/^www\./, '');
