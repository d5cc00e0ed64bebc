import { createWriteStream, type WriteStream } from 'node:fs';
import type { Socket } from 'node:net';
import { finished } from 'node:stream/promises';
import ipaddr from 'ipaddr.js';
import { DigestSink } from '../../proof';

const SEGMENT = 32_768;
/** Written in pieces of this size: each write is a turn of the thread pool, and a page is thousands of packets. */
const PIECE = 262_144;

/**
 * The raw bytes of every connection to a site, as a pcap file (link type RAW, nanoseconds off) that tshark and the verifier read.
 * It is written at the socket, above the kernel: addresses, ports, order and bytes are the real ones; segmentation,
 * sequence numbers and the opening and closing packets are made here, because a program cannot see the kernel's. From a vantage point behind
 * an upstream the destination is the site that it was asked for, and the source our end towards the upstream; what was said to the upstream
 * itself is not kept.
 */
export class WireRecord {
  private out: WriteStream | null = null;
  private readonly sink = new DigestSink();
  private waiting: Buffer[] = [];
  private waitingBytes = 0;
  bytes = 0;
  /** Why the file is not whole; a full disk shows while the page still loads. */
  fault: Error | null = null;

  constructor(
    private readonly now: () => number,
    private readonly limit: number,
  ) {}

  open(path: string): void {
    this.out = createWriteStream(path).on('error', (error) => (this.fault ??= error));
    const head = Buffer.alloc(24);
    head.writeUInt32LE(0xa1b2c3d4, 0);
    head.writeUInt16LE(2, 4);
    head.writeUInt16LE(4, 6);
    head.writeUInt32LE(0x40000, 16);
    head.writeUInt32LE(101, 20);
    this.write(head);
  }

  /** Follows one socket that is connected to `site`, by itself or behind an upstream; call before anything is written to the site. */
  follow(socket: Socket, site: { address: string; port: number }): WireStream {
    return new WireStream(this, socket, site);
  }

  packet(ip: Buffer): void {
    if (!this.out || this.bytes > this.limit) return;
    const at = this.now();
    const head = Buffer.alloc(16);
    head.writeUInt32LE(Math.floor(at / 1_000), 0);
    head.writeUInt32LE((at % 1_000) * 1_000, 4);
    head.writeUInt32LE(ip.length, 8);
    head.writeUInt32LE(ip.length, 12);
    this.bytes += ip.length;
    this.write(head, ip);
  }

  /** Throws when not all of it was written. */
  async close(): Promise<void> {
    const { out } = this;
    if (!out) return;
    this.flush();
    this.out = null;
    if (this.fault !== null) throw this.fault;
    out.end();
    await finished(out);
  }

  /** Of all that was written; ask once, after `close`. */
  digests(): ReturnType<DigestSink['result']> {
    return this.sink.result();
  }

  private write(...parts: Buffer[]): void {
    this.waiting.push(...parts);
    for (const part of parts) this.waitingBytes += part.length;
    if (this.waitingBytes >= PIECE) this.flush();
  }

  private flush(): void {
    if (!this.out || this.waitingBytes === 0) return;
    const piece = Buffer.concat(this.waiting, this.waitingBytes);
    this.waiting = [];
    this.waitingBytes = 0;
    this.sink.update(piece);
    this.out.write(piece);
  }
}

export class WireStream {
  private readonly ends: { src: Buffer; dst: Buffer; sport: number; dport: number; v6: boolean };
  private sent = 1;
  private received = 1;
  private closed = false;

  constructor(
    private readonly record: WireRecord,
    socket: Socket,
    site: { address: string; port: number },
  ) {
    const remote = ipaddr.process(site.address);
    const local = ipaddr.process(socket.localAddress ?? '0.0.0.0');
    this.ends = {
      src: sourceOf(local, remote),
      dst: Buffer.from(remote.toByteArray()),
      sport: socket.localPort ?? 0,
      dport: site.port,
      v6: remote.kind() === 'ipv6',
    };
    this.emit(true, 0x02, 0, 0, EMPTY);
    this.emit(false, 0x12, 0, 1, EMPTY);
    this.emit(true, 0x10, 1, 1, EMPTY);
  }

  outgoing(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; at += SEGMENT) {
      const part = bytes.subarray(at, at + SEGMENT);
      this.emit(true, 0x18, this.sent, this.received, part);
      this.sent = (this.sent + part.length) >>> 0;
    }
  }

  incoming(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; at += SEGMENT) {
      const part = bytes.subarray(at, at + SEGMENT);
      this.emit(false, 0x18, this.received, this.sent, part);
      this.received = (this.received + part.length) >>> 0;
    }
  }

  end(): void {
    if (this.closed) return;
    this.closed = true;
    this.emit(false, 0x11, this.received, this.sent, EMPTY);
    this.emit(true, 0x11, this.sent, (this.received + 1) >>> 0, EMPTY);
  }

  private emit(out: boolean, flags: number, seq: number, ack: number, data: Buffer): void {
    const { src, dst, sport, dport, v6 } = this.ends;
    const from = out ? src : dst;
    const to = out ? dst : src;
    const tcp = Buffer.alloc(20);
    tcp.writeUInt16BE(out ? sport : dport, 0);
    tcp.writeUInt16BE(out ? dport : sport, 2);
    tcp.writeUInt32BE(seq, 4);
    tcp.writeUInt32BE(ack, 8);
    tcp[12] = 0x50;
    tcp[13] = flags;
    tcp.writeUInt16BE(0xffff, 14);
    const length = tcp.length + data.length;
    const ip = v6 ? Buffer.alloc(40) : Buffer.alloc(20);
    if (v6) {
      ip[0] = 0x60;
      ip.writeUInt16BE(length, 4);
      ip[6] = 6;
      ip[7] = 64;
      from.copy(ip, 8);
      to.copy(ip, 24);
    } else {
      ip[0] = 0x45;
      ip.writeUInt16BE(length + 20, 2);
      ip[6] = 0x40;
      ip[8] = 64;
      ip[9] = 6;
      from.copy(ip, 12);
      to.copy(ip, 16);
      ip.writeUInt16BE(checksum(ip), 10);
    }
    // The TCP checksum stays zero, as in any trace of a machine whose network card computes it.
    this.record.packet(Buffer.concat([ip, tcp, data]));
  }
}

/** A packet has ends of one kind; towards a site of the other kind the upstream's is not known, and told as none. */
function sourceOf(local: ipaddr.IPv4 | ipaddr.IPv6, remote: ipaddr.IPv4 | ipaddr.IPv6): Buffer {
  return local.kind() === remote.kind() ? Buffer.from(local.toByteArray()) : Buffer.alloc(remote.toByteArray().length);
}

const EMPTY = Buffer.alloc(0);

/** RFC 1071, of an IPv4 header. */
function checksum(header: Buffer): number {
  let sum = 0;
  for (let at = 0; at < header.length; at += 2) sum += header.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
