import { Malformed, textOf, toHex } from '../bytes';

/** One DER value. `whole` are its bytes with tag and length, `value` those inside. */
export interface Der {
  tag: number;
  whole: Uint8Array;
  value: Uint8Array;
}

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8: 0x0c,
  printable: 0x13,
  utcTime: 0x17,
  time: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Context tag [n], constructed. */
export function context(n: number): number {
  return 0xa0 + n;
}

/** Exactly one value and nothing after it. Lengths are definite and shortest; tags are of one byte. */
export function readDer(bytes: Uint8Array, tag?: number): Der {
  const der = readAt(bytes, 0);
  if (der.whole.length !== bytes.length) throw new Malformed('bytes after the DER');
  if (tag !== undefined) expectTag(der, tag);
  return der;
}

/** The value at the beginning; what follows it is the caller's. */
export function firstDer(bytes: Uint8Array): Der {
  return readAt(bytes, 0);
}

export function children(der: Der): Der[] {
  const found: Der[] = [];
  for (let at = 0; at < der.value.length;) {
    const child = readAt(der.value, at);
    found.push(child);
    at += child.whole.length;
  }
  return found;
}

export function sequenceOf(der: Der | undefined): Der[] {
  return children(expectTag(der, TAG.sequence));
}

export function setOf(der: Der | undefined): Der[] {
  return children(expectTag(der, TAG.set));
}

export function expectTag(der: Der | undefined, tag: number): Der {
  if (der?.tag !== tag) throw new Malformed(`DER tag ${der ? der.tag : 'missing'}, expected ${tag}`);
  return der;
}

/** The only child of an explicit context tag. */
export function explicit(der: Der, tag: number): Der {
  const [child, ...more] = children(expectTag(der, tag));
  if (!child || more.length > 0) throw new Malformed('explicit DER tag');
  return child;
}

export function oidOf(der: Der | undefined): string {
  const { value } = expectTag(der, TAG.oid);
  if (value.length === 0 || value.length > 64 || value.at(-1)! & 0x80) throw new Malformed('object identifier');
  const arcs: number[] = [];
  let arc = 0;
  let fresh = true;
  for (const byte of value) {
    if (fresh && byte === 0x80) throw new Malformed('object identifier');
    arc = arc * 128 + (byte & 0x7f);
    if (!Number.isSafeInteger(arc)) throw new Malformed('object identifier');
    fresh = !(byte & 0x80);
    if (fresh) {
      arcs.push(arc);
      arc = 0;
    }
  }
  const [first = 0, ...rest] = arcs;
  const top = Math.min(2, Math.floor(first / 40));
  return [top, first - 40 * top, ...rest].join('.');
}

/** Shortest two's complement; the hex of its bytes, e.g. a serial number. */
export function integerHex(der: Der | undefined): string {
  const { value } = expectTag(der, TAG.integer);
  const long = value.length > 1 && ((value[0] === 0 && !(value[1]! & 0x80)) || (value[0] === 0xff && !!(value[1]! & 0x80)));
  if (value.length === 0 || value.length > 1025 || long) throw new Malformed('integer');
  return toHex(value);
}

export function smallInteger(der: Der | undefined): number {
  const hex = integerHex(der);
  const value = parseInt(hex, 16);
  if (hex.length > 8 || value >= 0x80000000) throw new Malformed('integer too large');
  return value;
}

/** Content of a bit string without unused bits. */
export function bitsOf(der: Der | undefined): Uint8Array {
  const { value } = expectTag(der, TAG.bits);
  if (value[0] !== 0) throw new Malformed('bit string');
  return value.subarray(1);
}

/** UTCTime and GeneralizedTime in UTC, as `YYYY-MM-DDTHH:MM:SS.sssZ`; finer fractions are cut to milliseconds. */
export function timeOf(der: Der | undefined): string {
  const text = der ? textOf(der.value) : '';
  const match = der?.tag === TAG.utcTime ? /^(\d\d)(\d{10})Z$/.exec(text) : /^(\d{4})(\d{10})(?:\.(\d{0,9}[1-9]))?Z$/.exec(text);
  if (!match || (der?.tag !== TAG.utcTime && der?.tag !== TAG.time)) throw new Malformed('time');
  const [, years, rest, fraction = ''] = match as unknown as [string, string, string, string | undefined];
  const year = years.length === 4 ? years : `${Number(years) < 50 ? 20 : 19}${years}`;
  const [month, day, hour, minute, second] = rest.match(/../g)!;
  const instant = `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}Z`;
  if (Number.isNaN(Date.parse(instant)) || new Date(instant).toISOString() !== instant) throw new Malformed('time');
  return instant;
}

function readAt(bytes: Uint8Array, at: number): Der {
  const [tag, first] = [bytes[at], bytes[at + 1]];
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) throw new Malformed('DER');
  let length = first;
  let start = at + 2;
  if (first & 0x80) {
    const width = first & 0x7f;
    if (width === 0 || width > 4 || start + width > bytes.length) throw new Malformed('DER length');
    length = 0;
    for (let i = 0; i < width; i++) length = length * 256 + bytes[start + i]!;
    start += width;
    if (length < 0x80 || length < 256 ** (width - 1)) throw new Malformed('DER length is not the shortest');
  }
  if (start + length > bytes.length) throw new Malformed('DER ends early');
  return { tag, whole: bytes.subarray(at, start + length), value: bytes.subarray(start, start + length) };
}
