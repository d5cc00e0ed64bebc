import { concat, fromHex, Malformed, utf8 } from '../bytes';
import { TAG } from './read';

export function der(tag: number, ...contents: Uint8Array[]): Uint8Array {
  const value = concat(...contents);
  return concat(Uint8Array.of(tag), lengthOf(value.length), value);
}

export const sequence = (...contents: Uint8Array[]) => der(TAG.sequence, ...contents);
export const octets = (value: Uint8Array) => der(TAG.octets, value);
export const bits = (value: Uint8Array) => der(TAG.bits, Uint8Array.of(0), value);
export const boolean = (value: boolean) => der(TAG.boolean, Uint8Array.of(value ? 0xff : 0));
export const utf8String = (text: string) => der(TAG.utf8, utf8(text));
export const nothing = () => der(TAG.null);

/** DER orders the members of a set by their bytes. */
export function set(...members: Uint8Array[]): Uint8Array {
  return der(TAG.set, ...[...members].sort((a, b) => Buffer.compare(a, b)));
}

/** A non-negative integer given as a number or as big-endian bytes. */
export function integer(value: number | Uint8Array): Uint8Array {
  let hex =
    typeof value === 'number' ? value.toString(16) : Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (hex.length % 2) hex = `0${hex}`;
  while (hex.length > 2 && hex.startsWith('00')) hex = hex.slice(2);
  return der(TAG.integer, fromHex(parseInt(hex.slice(0, 2), 16) & 0x80 ? `00${hex}` : hex));
}

export function oid(text: string): Uint8Array {
  const [top = 0, second = 0, ...rest] = text.split('.').map(Number);
  return der(TAG.oid, Uint8Array.from([40 * top + second, ...rest].flatMap(arcBytes)));
}

/** GeneralizedTime with milliseconds only when there are some, as DER wants it. */
export function generalizedTime(instant: string): Uint8Array {
  const [seconds = '', millis = ''] = instant.replace(/[-:TZ]/g, '').split('.');
  const fraction = millis.replace(/0+$/, '');
  return der(TAG.time, utf8(`${seconds}${fraction && `.${fraction}`}Z`));
}

/** As certificates write days: two digits of the year until 2049, no fractions (RFC 5280). */
export function validityTime(instant: string): Uint8Array {
  const seconds = `${instant.slice(0, 19)}.000Z`;
  if (instant >= '2050') return generalizedTime(seconds);
  return der(TAG.utcTime, utf8(`${seconds.slice(2, 19).replace(/[-:T]/g, '')}Z`));
}

function arcBytes(arc: number): number[] {
  if (!Number.isSafeInteger(arc) || arc < 0) throw new Malformed('object identifier');
  const bytes = [arc % 128];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift((rest % 128) | 0x80);
  return bytes;
}

function lengthOf(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Uint8Array.of(0x80 | bytes.length, ...bytes);
}
