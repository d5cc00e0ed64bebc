import ipaddr from 'ipaddr.js';

/** Longest address that is captured, in bytes of UTF-8. */
export const MAX_ADDRESS_BYTES = 8_192;

export type AddressRefusal = 'addressTooLong' | 'addressMalformed' | 'schemeNotHttp' | 'credentialsInAddress';

/** Why `text` cannot be captured, judged by its form alone; null when it can. */
export function refusalOfAddress(text: string): AddressRefusal | null {
  if (Buffer.byteLength(text, 'utf8') > MAX_ADDRESS_BYTES) return 'addressTooLong';
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return 'addressMalformed';
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'schemeNotHttp';
  if (url.username !== '' || url.password !== '' || /^[a-z]+:[\\/]*[^\\/?#]*@/i.test(text.trim())) return 'credentialsInAddress';
  if (url.hostname === '') return 'addressMalformed';
  return null;
}

/** A private network that the operator of this system opened on purpose: `cidr` or `cidr:port`, IPv6 as `[cidr]:port`. */
export interface AllowedNet {
  text: string;
  net: [ipaddr.IPv4 | ipaddr.IPv6, number];
  port: number | null;
}

/** Throws a plain sentence when the text is not `address[/bits][:port]`: configuration faults are told at start. */
export function parseAllowedNet(text: string): AllowedNet {
  const bracketed = /^\[([^\]]+)\](\/\d+)?(?::(\d+))?$/.exec(text);
  const plain = /^(\d+\.\d+\.\d+\.\d+(?:\/\d+)?)(?::(\d+))?$/.exec(text);
  const cidr = bracketed ? `${bracketed[1]}${bracketed[2] ?? ''}` : (plain?.[1] ?? text);
  const port = bracketed ? bracketed[3] : plain?.[2];
  try {
    const full = cidr.includes('/') ? cidr : `${cidr}/${cidr.includes(':') ? 128 : 32}`;
    return { text, net: ipaddr.parseCIDR(full), port: port === undefined ? null : portOf(port) };
  } catch {
    throw new TypeError(`not a network of the form cidr[:port]: ${text}`);
  }
}

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new TypeError(`not a port: ${text}`);
  return port;
}

// Registered as special by IANA, but not (or not wholly) in the ranges that ipaddr.js knows.
const FURTHER_SPECIAL_V6 = ['3fff::/20', '5f00::/16', '2001::/23', '2001:db8::/32'].map((text) => ipaddr.parseCIDR(text));
const GLOBAL_UNICAST_V6 = ipaddr.parseCIDR('2000::/3');

export function isAllowedException(address: string, port: number, allowed: readonly AllowedNet[]): boolean {
  const parsed = ipaddr.parse(address);
  const forms = [parsed, ipaddr.process(address)];
  return allowed.some(
    ({ net, port: only }) =>
      (only === null || only === port) && forms.some((form) => form.kind() === net[0].kind() && form.match(net as never)),
  );
}

/**
 * Name of the special range that `address` is in, or null for an ordinary public address. Mapped, translated and tunnelled forms
 * (IPv4 inside IPv6) are special themselves, so what they carry cannot be reached either.
 */
export function specialRangeOf(address: string): string | null {
  const parsed = ipaddr.parse(address);
  const range = parsed.range();
  if (range !== 'unicast') return range;
  if (parsed.kind() === 'ipv4') return null;
  const v6 = parsed as ipaddr.IPv6;
  if (!v6.match(GLOBAL_UNICAST_V6)) return 'notGlobalUnicast';
  return FURTHER_SPECIAL_V6.some((net) => v6.match(net as never)) ? 'reserved' : null;
}
