import { hostOfUrl, type Host, readDomain } from './domain-name';

export const URL_LIMIT_BYTES = 8192;

export type AddressFault =
  | { field: 'domain'; reason: string }
  | { field: 'url'; reason: 'notHttp' | 'credentials' | 'tooLong' | 'otherHost' };

export interface OutletAddress {
  host: Host;
  url: string;
}

/**
 * Domain and address of an outlet as filed, in the forms that are kept. The address must lie on the domain, because the
 * proof of the one is taken for the other.
 */
export function readAddress(domain: string, url: string): OutletAddress | AddressFault {
  const host = readDomain(domain);
  if (typeof host === 'string') return { field: 'domain', reason: host };
  if (Buffer.byteLength(url) > URL_LIMIT_BYTES) return { field: 'url', reason: 'tooLong' };
  if (!URL.canParse(url)) return { field: 'url', reason: 'notHttp' };
  const parsed = new URL(url);
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') return { field: 'url', reason: 'notHttp' };
  if (parsed.username || parsed.password) return { field: 'url', reason: 'credentials' };
  const at = hostOfUrl(url)?.ascii.replace(/^www\./, '');
  const home = host.ascii.replace(/^www\./, '');
  if (!at || (at !== home && !at.endsWith(`.${home}`))) return { field: 'url', reason: 'otherHost' };
  parsed.hash = '';
  return { host, url: parsed.href };
}
