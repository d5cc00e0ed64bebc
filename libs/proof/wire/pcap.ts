import type { ByteSource } from '../source';
import { WireFault } from './fault';

/** One TCP connection of the record: whom it led to, and where in the file the bytes of each direction lie. */
export interface Connection {
  /** Textual address and port of the site, and the port on our side. */
  address: string;
  port: number;
  localPort: number;
  sent: Direction;
  received: Direction;
}

interface Direction {
  /** Sequence number of the first byte: one behind that of its opening. Null: the opening of this direction is not on record. */
  first: number | null;
  segments: Segment[];
}

interface Segment {
  /** Sequence number of its first byte. */
  seq: number;
  offset: number;
  length: number;
}

const RAW = 101;
const SYN = 0x02;
const ACK = 0x10;
const MAGIC: Record<string, boolean> = { d4c3b2a1: true, a1b2c3d4: false, '4d3cb2a1': true, a1b23c4d: false };
const WINDOW = 1024 * 1024;
const PACKET_LIMIT = 65_535;

/**
 * Finds the connections of a pcap file of link type RAW (IPv4 or IPv6, TCP). Only places are kept: the file may be larger than memory.
 * Throws `WireFault` for anything else, for a cut packet and for a connection without its opening.
 */
export async function readCapture(source: ByteSource): Promise<Connection[]> {
  if (source.size < 24) throw new WireFault('no pcap header');
  const head = viewOf(await source.read(0, 24));
  const magic = head.getUint32(0).toString(16).padStart(8, '0');
  const little = MAGIC[magic];
  if (little === undefined || head.getUint32(20, little) !== RAW) throw new WireFault('not pcap of raw IP packets');
  const open = new Map<string, Connection>();
  const all: Connection[] = [];
  for (let at = 24; at < source.size;) {
    const size = Math.min(WINDOW, source.size - at);
    const window = await source.read(at, size);
    const used = readPackets(window, at, little, at + size === source.size, open, all);
    if (used === 0) throw new WireFault(`byte ${at}: packet is cut`);
    at += used;
  }
  return all;
}

function readPackets(
  window: Uint8Array,
  base: number,
  little: boolean,
  last: boolean,
  open: Map<string, Connection>,
  all: Connection[],
): number {
  const view = viewOf(window);
  let at = 0;
  while (at + 16 <= window.length) {
    const length = view.getUint32(at + 8, little);
    if (length > PACKET_LIMIT || view.getUint32(at + 12, little) !== length)
      throw new WireFault(`byte ${base + at}: packet length`);
    if (at + 16 + length > window.length) break;
    readPacket(window.subarray(at + 16, at + 16 + length), base + at + 16, open, all);
    at += 16 + length;
  }
  if (last && at !== window.length) throw new WireFault(`byte ${base + at}: packet is cut`);
  return at;
}

function readPacket(ip: Uint8Array, offset: number, open: Map<string, Connection>, all: Connection[]): void {
  const refuse = (what: string): never => {
    throw new WireFault(`byte ${offset}: ${what}`);
  };
  const v6 = (ip[0] ?? 0) >> 4 === 6;
  const headLength = v6 ? 40 : (ip[0]! & 0x0f) * 4;
  if ((!v6 && (ip[0] ?? 0) >> 4 !== 4) || ip.length < headLength + 20 || headLength < 20) refuse('not an IP packet');
  const view = viewOf(ip);
  const stated = v6 ? view.getUint16(4) + 40 : view.getUint16(2);
  if (stated !== ip.length || ip[v6 ? 6 : 9] !== 6) refuse('not a whole TCP packet');
  const [from, to] = v6 ? [ip.subarray(8, 24), ip.subarray(24, 40)] : [ip.subarray(12, 16), ip.subarray(16, 20)];
  const [source, destination] = [view.getUint16(headLength), view.getUint16(headLength + 2)];
  const seq = view.getUint32(headLength + 4);
  const flags = ip[headLength + 13]!;
  const dataAt = headLength + (ip[headLength + 12]! >> 4) * 4;
  if (dataAt > ip.length || dataAt < headLength + 20) refuse('TCP header');
  const outward = `${addressOf(from)} ${source} ${addressOf(to)} ${destination}`;
  const inward = `${addressOf(to)} ${destination} ${addressOf(from)} ${source}`;
  if ((flags & (SYN | ACK)) === SYN) {
    // A second opening between the same ends is a new connection: ports are used again.
    const connection = {
      address: addressOf(to),
      port: destination,
      localPort: source,
      sent: { first: (seq + 1) >>> 0, segments: [] },
      received: { first: null, segments: [] },
    };
    open.set(outward, connection);
    all.push(connection);
    return;
  }
  const toSite = open.get(outward);
  const fromSite = toSite ? undefined : open.get(inward);
  if (fromSite && (flags & (SYN | ACK)) === (SYN | ACK)) fromSite.received.first = (seq + 1) >>> 0;
  const segment = { seq, offset: offset + dataAt, length: ip.length - dataAt };
  if (segment.length === 0) return;
  if (toSite) toSite.sent.segments.push(segment);
  else if (fromSite) fromSite.received.segments.push(segment);
  else refuse('bytes without the opening of their connection');
}

/** All bytes of one direction in order. What is repeated has to be the same bytes, and is taken once; a gap is a fault. */
export async function reassemble(source: ByteSource, { first, segments }: Direction): Promise<Uint8Array> {
  const start = first ?? segments.reduce((least, { seq }) => (after(least, seq) < 0 ? seq : least), segments[0]?.seq ?? 0);
  const placed = segments
    .map(({ seq, offset, length }) => ({ at: after(start, seq), offset, length }))
    .sort((a, b) => a.at - b.at);
  if (placed.length > 0 && placed[0]!.at !== 0) throw new WireFault('first bytes are missing');
  const end = placed.reduce((most, { at, length }) => Math.max(most, at + length), 0);
  const total = placed.reduce((sum, { length }) => sum + length, 0);
  if (end > total) throw new WireFault('bytes are missing inside of a connection');
  const out = new Uint8Array(end);
  let filled = 0;
  for (const { at, offset, length } of placed) {
    if (at > filled) throw new WireFault('bytes are missing inside of a connection');
    const bytes = await source.read(offset, length);
    // Which of two copies the browser took, the record does not tell.
    if (bytes.subarray(0, filled - at).some((byte, i) => byte !== out[at + i]))
      throw new WireFault('bytes are repeated with another value');
    out.set(bytes, at);
    filled = Math.max(filled, at + length);
  }
  return out;
}

/** Distance between sequence numbers, which run round at 2^32. */
function after(from: number, to: number): number {
  return (to - from) | 0;
}

/** IPv4 with dots; IPv6 as `new URL` writes it, without brackets. */
function addressOf(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i]! << 8) | bytes[2 * i + 1]!).toString(16));
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
