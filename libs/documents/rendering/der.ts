/** DER as far as a signature needs it: writing, and walking down a structure that somebody else wrote. */
const bytesOf = (parts: readonly Uint8Array[]): Buffer => Buffer.concat(parts.map((part) => Buffer.from(part)));

export function tlv(tag: number, content: Uint8Array): Buffer {
  const { length } = content;
  const size =
    length < 0x80
      ? [length]
      : length < 0x100
        ? [0x81, length]
        : length < 0x10000
          ? [0x82, length >> 8, length & 0xff]
          : [0x83, length >> 16, (length >> 8) & 0xff, length & 0xff];
  return bytesOf([Buffer.from([tag, ...size]), content]);
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => tlv(0x30, bytesOf(parts));
/** SET OF: DER wants its members in the order of their bytes. */
export const setOf = (...parts: readonly Uint8Array[]): Buffer => tlv(0x31, bytesOf([...parts].sort(Buffer.compare)));
export const octets = (content: Uint8Array): Buffer => tlv(0x04, content);
export const bits = (content: Uint8Array): Buffer => tlv(0x03, bytesOf([Buffer.from([0]), content]));
export const context = (number: number, content: Uint8Array): Buffer => tlv(0xa0 + number, content);
export const utf8 = (text: string): Buffer => tlv(0x0c, Buffer.from(text));

export function integer(value: number | Uint8Array): Buffer {
  const bytes = typeof value === 'number' ? Buffer.from([value]) : Buffer.from(value);
  return tlv(0x02, bytes[0]! & 0x80 ? bytesOf([Buffer.from([0]), bytes]) : bytes);
}

export function oid(dotted: string): Buffer {
  const [first, second, ...rest] = dotted.split('.').map(Number) as [number, number, ...number[]];
  const base128 = (value: number): number[] =>
    value < 128 ? [value] : [...base128(Math.floor(value / 128)).map((byte) => byte | 0x80), value % 128];
  return tlv(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** `UTCTime` until 2049, as certificates want it. */
export function utcTime(at: Date): Buffer {
  return tlv(0x17, Buffer.from(`${at.toISOString().slice(2, 19).replace(/[-:T]/g, '')}Z`));
}

export interface DerNode {
  tag: number;
  /** The whole element, header included. */
  raw: Buffer;
  content: Buffer;
}

/** The elements that stand one after another in `bytes`. Throws a RangeError on a length that runs over the end. */
export function children(bytes: Buffer): DerNode[] {
  const nodes: DerNode[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = bytes[at]!;
    let length = bytes.readUInt8(at + 1);
    let header = 2;
    if (length >= 0x80) {
      const size = length & 0x7f;
      length = bytes.readUIntBE(at + 2, size);
      header += size;
    }
    const end = at + header + length;
    if (end > bytes.length) throw new RangeError('DER element runs over the end');
    nodes.push({ tag, raw: bytes.subarray(at, end), content: bytes.subarray(at + header, end) });
    at = end;
  }
  return nodes;
}
