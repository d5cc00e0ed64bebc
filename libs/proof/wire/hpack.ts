import { latin1 } from '../archive/warc-record';
import { WireFault } from './fault';

/** RFC 7541 appendix A. */
const STATIC: [string, string][] = (
  ':authority|:method=GET|:method=POST|:path=/|:path=/index.html|:scheme=http|:scheme=https|:status=200|:status=204|:status=206|' +
  ':status=304|:status=400|:status=404|:status=500|accept-charset|accept-encoding=gzip, deflate|accept-language|accept-ranges|accept|' +
  'access-control-allow-origin|age|allow|authorization|cache-control|content-disposition|content-encoding|content-language|' +
  'content-length|content-location|content-range|content-type|cookie|date|etag|expect|expires|from|host|if-match|if-modified-since|' +
  'if-none-match|if-range|if-unmodified-since|last-modified|link|location|max-forwards|proxy-authenticate|proxy-authorization|range|' +
  'referer|refresh|retry-after|server|set-cookie|strict-transport-security|transfer-encoding|user-agent|vary|via|www-authenticate'
)
  .split('|')
  .map((entry) => {
    const at = entry.indexOf('=', 1);
    return at < 0 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)];
  });

/** Lengths in bits of the code of each byte and of the end sign (RFC 7541 appendix B). The code is canonical, so lengths are all of it. */
const LENGTHS = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
  6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7,
  7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5,
  6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22,
  23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22,
  21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26,
  27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26,
  26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
];
const END = 256;

/** Key: length and value of a code; both fit together into 40 bits. */
const CODES = new Map<number, number>();
{
  let code = 0;
  let before = 0;
  for (const { length, symbol } of LENGTHS.map((length, symbol) => ({ length, symbol })).sort(
    (a, b) => a.length - b.length || a.symbol - b.symbol,
  )) {
    code *= 2 ** (length - before);
    before = length;
    CODES.set(length * 2 ** 32 + code, symbol);
    code += 1;
  }
}

const TABLE_LIMIT = 1024 * 1024;
/** A site may repeat a long entry by a byte each time: this is where reading ends. */
const BLOCK_LIMIT = 1024 * 1024;
const TOTAL_LIMIT = 64 * 1024 * 1024;

/** Header compression of HTTP/2, one direction of one connection (RFC 7541). */
export class HpackDecoder {
  private table: [string, string][] = [];
  private size = 0;
  private limit = 4_096;
  private total = 0;

  decode(block: Uint8Array): [string, string][] {
    const fields: [string, string][] = [];
    const reader = new Reader(block);
    let length = 0;
    while (!reader.ended) {
      const first = reader.peek();
      if ((first & 0xe0) === 0x20) {
        this.resize(reader.integer(5));
        continue;
      }
      const field = this.field(reader, first);
      length += field[0].length + field[1].length + 32;
      if (length > BLOCK_LIMIT || (this.total += field[0].length + field[1].length) > TOTAL_LIMIT)
        throw new WireFault('header fields are over the limit', false);
      fields.push(field);
    }
    return fields;
  }

  private field(reader: Reader, first: number): [string, string] {
    if (first & 0x80) return this.entry(reader.integer(7));
    const kept = (first & 0xc0) === 0x40;
    const index = reader.integer(kept ? 6 : 4);
    const name = index > 0 ? this.entry(index)[0] : reader.text();
    const field: [string, string] = [name, reader.text()];
    if (kept) this.keep(field);
    return field;
  }

  private entry(index: number): [string, string] {
    const found = index <= STATIC.length ? STATIC[index - 1] : this.table[index - STATIC.length - 1];
    if (!found) throw new WireFault('header index');
    return found;
  }

  private keep(field: [string, string]): void {
    this.table.unshift(field);
    this.size += field[0].length + field[1].length + 32;
    this.evict();
  }

  private resize(limit: number): void {
    if (limit > TABLE_LIMIT) throw new WireFault('header table is over the limit', false);
    this.limit = limit;
    this.evict();
  }

  private evict(): void {
    while (this.size > this.limit) {
      const [name, value] = this.table.pop()!;
      this.size -= name.length + value.length + 32;
    }
  }
}

class Reader {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get ended(): boolean {
    return this.at >= this.bytes.length;
  }

  peek(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw new WireFault('header block is cut');
    return byte;
  }

  integer(bits: number): number {
    const most = 2 ** bits - 1;
    let value = this.peek() & most;
    this.at += 1;
    if (value < most) return value;
    for (let weight = 1; ; weight *= 128) {
      const byte = this.peek();
      this.at += 1;
      value += (byte & 0x7f) * weight;
      if (value > 2 ** 31) throw new WireFault('header integer');
      if (byte < 0x80) return value;
    }
  }

  text(): string {
    const packed = (this.peek() & 0x80) !== 0;
    const length = this.integer(7);
    const bytes = this.bytes.subarray(this.at, this.at + length);
    if (bytes.length !== length) throw new WireFault('header block is cut');
    this.at += length;
    return packed ? unpacked(bytes) : latin1(bytes);
  }
}

function unpacked(bytes: Uint8Array): string {
  const out: number[] = [];
  let code = 0;
  let length = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      code = code * 2 + ((byte >> bit) & 1);
      length += 1;
      const symbol = CODES.get(length * 2 ** 32 + code);
      if (symbol === undefined) {
        if (length > 30) throw new WireFault('header text');
        continue;
      }
      if (symbol === END) throw new WireFault('header text');
      out.push(symbol);
      [code, length] = [0, 0];
    }
  }
  if (length > 7 || code !== 2 ** length - 1) throw new WireFault('header text');
  return latin1(Uint8Array.from(out));
}
