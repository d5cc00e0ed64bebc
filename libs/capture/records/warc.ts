import { createHash, randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { promisify } from 'node:util';
import { crc32, gzip, gzipSync } from 'node:zlib';
import { getSurt } from 'warcio';
import type { RawHeaders } from '../egress/proxy';
import { headerOf, type RecordedExchange } from './merge';

const compress = promisify(gzip);

/** A line of `record/warc-index.jsonl`. */
export interface WarcMember {
  offset: number;
  length: number;
  type: string;
  id: string;
}

/** Digests of a body, computed once and used by every record that speaks of it. */
export interface BodyDigests {
  sha256: string;
  sm3: string;
}

export interface NamedResource {
  uri: string;
  mediaType: string;
  at: Date;
  bytes: Buffer;
}

interface WarcRecord {
  headers: [string, string][];
  block: Buffer[];
  packed: boolean;
  cdx: { url: string; mime: string; status: number; at: string; digest: string } | null;
}

interface WarcMade {
  member: Buffer[];
  record: WarcRecord;
}

const PACKED = /^(image\/(?!svg|bmp)|video\/|audio\/|font\/|application\/(zip|gzip|pdf|x-gzip|font-woff2?|octet-stream))/i;
const ORIGINAL = new Set(['content-encoding', 'transfer-encoding', 'content-length']);

/** Builds one WARC/1.1 file, a gzip member per record, in the order of `add…` calls; large members are compressed side by side. */
export class WarcWriter {
  private readonly records: Promise<WarcMade>[] = [];

  constructor(info: { packageId: string; software: string; userAgent: string; at: Date }) {
    const text = fields([
      ['software', info.software],
      ['format', 'WARC File Format 1.1'],
      ['conformsTo', 'http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/'],
      ['isPartOf', info.packageId],
      ['http-header-user-agent', info.userAgent],
    ]);
    this.add({
      type: 'warcinfo',
      at: info.at,
      contentType: 'application/warc-fields',
      block: [text],
      further: [['WARC-Filename', 'data.warc.gz']],
    });
  }

  /** Returns the id of the record that stands for the exchange: the response, or the metadata when there is none. */
  addExchange(exchange: RecordedExchange, digests: BodyDigests): string {
    const at = exchange.startedAt;
    const responded = exchange.status > 0 && exchange.outcome !== 'blocked';
    const metadataId = newId();
    const responseId = responded ? newId() : '';
    const place: [string, string][] = exchange.ip ? [['WARC-IP-Address', exchange.ip]] : [];
    if (responded) {
      const head = responseHead(exchange);
      const body = exchange.body ?? Buffer.alloc(0);
      const cut: [string, string][] = exchange.truncated ? [['WARC-Truncated', exchange.truncated]] : [];
      this.add({
        type: 'response',
        id: responseId,
        at,
        uri: exchange.url,
        contentType: 'application/http; msgtype=response',
        block: [head, body],
        payload: digests.sha256,
        further: [...place, ...cut, ['WARC-Protocol', exchange.protocol || 'http/1.1']],
        packed: isPacked(headerOf(exchange.responseHeaders, 'content-type')),
        status: exchange.status,
        mime: mimeOf(headerOf(exchange.responseHeaders, 'content-type')),
      });
    }
    if (exchange.outcome !== 'blocked') {
      const body = exchange.requestBody ?? Buffer.alloc(0);
      this.add({
        type: 'request',
        at,
        uri: exchange.url,
        contentType: 'application/http; msgtype=request',
        block: [requestHead(exchange), body],
        payload: sha256(body),
        further: [...place, ['WARC-Concurrent-To', responseId || metadataId]],
      });
    }
    const facts: [string, string][] = [
      ['outcome', exchange.outcome],
      ...(exchange.reason ? ([['reason', exchange.reason]] as [string, string][]) : []),
      ['source', exchange.source],
      ['fidelity', exchange.fidelity],
      ['resourceType', exchange.kind],
      ['fetchTimeMs', String(exchange.finishedAt.getTime() - at.getTime())],
    ];
    this.add({
      type: 'metadata',
      id: metadataId,
      at,
      uri: exchange.url,
      contentType: 'application/warc-fields',
      block: [fields(facts)],
      further: responseId ? [['WARC-Concurrent-To', responseId]] : [],
    });
    return responseId || metadataId;
  }

  addResource({ uri, mediaType, at, bytes }: NamedResource): void {
    const payload = sha256(bytes);
    this.add({
      type: 'resource',
      at,
      uri,
      contentType: mediaType,
      block: [bytes],
      payload,
      packed: isPacked(mediaType),
      status: 200,
      mime: mediaType,
    });
  }

  /** The file in parts, so that no body is copied on its way to the disk. */
  async finish(): Promise<{ warc: Buffer[]; members: WarcMember[]; cdxj: string }> {
    const done = await Promise.all(this.records);
    const members: WarcMember[] = [];
    const lines: string[] = [];
    let offset = 0;
    for (const { member, record } of done) {
      const header = (name: string) => record.headers.find(([key]) => key === name)?.[1] ?? '';
      const length = lengthOf(member);
      members.push({ offset, length, type: header('WARC-Type'), id: header('WARC-Record-ID') });
      if (record.cdx) {
        const { url, mime, status, at, digest } = record.cdx;
        const facts = {
          url,
          mime,
          status: String(status),
          digest,
          length: String(length),
          offset: String(offset),
          filename: 'data.warc.gz',
        };
        lines.push(`${getSurt(url)} ${at} ${JSON.stringify(facts)}`);
      }
      offset += length;
    }
    const cdxj = lines.sort((a, b) => (a < b ? -1 : 1)).map((line) => `${line}\n`);
    return { warc: done.flatMap(({ member }) => member), members, cdxj: cdxj.join('') };
  }

  private add(given: {
    type: string;
    id?: string;
    at: Date;
    uri?: string;
    contentType: string;
    block: Buffer[];
    payload?: string;
    further?: [string, string][];
    packed?: boolean;
    status?: number;
    mime?: string;
  }): void {
    const at = given.at.toISOString();
    const length = lengthOf(given.block);
    const headers: [string, string][] = [
      ['WARC-Type', given.type],
      ['WARC-Record-ID', given.id ?? newId()],
      ['WARC-Date', at],
      ...(given.uri ? ([['WARC-Target-URI', given.uri]] as [string, string][]) : []),
      ...(given.further ?? []),
      ['WARC-Block-Digest', `sha256:${sha256(...given.block)}`],
      ...(given.payload ? ([['WARC-Payload-Digest', `sha256:${given.payload}`]] as [string, string][]) : []),
      ['Content-Type', given.contentType],
      ['Content-Length', String(length)],
    ];
    const cdx =
      given.status === undefined
        ? null
        : {
            url: given.uri ?? '',
            mime: given.mime ?? '',
            status: given.status,
            at: at.replace(/\D/g, '').slice(0, 14),
            digest: `sha256:${given.payload ?? ''}`,
          };
    this.records.push(pack({ headers, block: given.block, packed: given.packed ?? false, cdx }));
  }
}

/** One gzip member. What is large is compressed in the thread pool; for what is small, asking the pool costs more than the work. */
async function pack(record: WarcRecord): Promise<WarcMade> {
  const { headers, block, packed } = record;
  const head = Buffer.from(`WARC/1.1\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`, 'utf8');
  const parts = [head, ...block.filter(({ length }) => length > 0), END];
  const length = lengthOf(parts);
  if (packed || length <= STORED_BYTES) return { member: storedMember(parts), record };
  const whole = Buffer.concat(parts, length);
  if (length <= AT_ONCE_BYTES) return { member: [gzipSync(whole)], record };
  return { member: [await compress(whole)], record };
}

const END = Buffer.from('\r\n\r\n');
/** Records that are all header: packing saves a few bytes of them and costs most of the time of all packing. */
const STORED_BYTES = 1_024;
const AT_ONCE_BYTES = 65_536;

const GZIP_HEAD = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
const MOST_STORED = 0xffff;

/** A gzip member (RFC 1952) of stored blocks (RFC 1951, 3.2.4) around the parts themselves. */
function storedMember(parts: readonly Buffer[]): Buffer[] {
  const out: Buffer[] = [GZIP_HEAD];
  let crc = 0;
  let size = 0;
  const last = parts.length - 1;
  for (const [n, part] of parts.entries()) {
    crc = crc32(part, crc);
    size += part.length;
    for (let at = 0; at < part.length; at += MOST_STORED) {
      const piece = part.subarray(at, at + MOST_STORED);
      const head = Buffer.alloc(5);
      head[0] = n === last && at + MOST_STORED >= part.length ? 1 : 0;
      head.writeUInt16LE(piece.length, 1);
      head.writeUInt16LE(~piece.length & 0xffff, 3);
      out.push(head, piece);
    }
  }
  const end = Buffer.alloc(8);
  end.writeUInt32LE(crc, 0);
  end.writeUInt32LE(size % 2 ** 32, 4);
  return [...out, end];
}

function lengthOf(parts: readonly Buffer[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

function newId(): string {
  return `<urn:uuid:${randomUUID()}>`;
}

function sha256(...parts: Buffer[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

function fields(pairs: [string, string][]): Buffer {
  return Buffer.from(pairs.map(([name, value]) => `${name}: ${oneLine(value)}\r\n`).join(''), 'utf8');
}

// What is packed already only costs time when it is packed again; the member is still a gzip member.
function isPacked(mediaType: string): boolean {
  return PACKED.test(mediaType);
}

function mimeOf(contentType: string): string {
  return contentType.split(';')[0]?.trim().toLowerCase() || 'application/octet-stream';
}

function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, ' ');
}

/** HTTP header text is bytes, not characters; what came as Latin-1 goes out as the same bytes. */
function headBytes(first: string, headers: RawHeaders): Buffer {
  const text = `${oneLine(first)}\r\n${headers.map(([name, value]) => `${oneLine(name)}: ${oneLine(value)}\r\n`).join('')}\r\n`;
  // oxlint-disable-next-line no-control-regex -- the question is whether it fits into bytes
  return Buffer.from(text, /^[\u0000-\u00ff]*$/.test(text) ? 'latin1' : 'utf8');
}

function requestHead({ method, url, requestHeaders }: RecordedExchange): Buffer {
  const { pathname, search, host } = new URL(url);
  const headers = requestHeaders.filter(([name]) => !name.startsWith(':'));
  const named = headers.some(([name]) => name.toLowerCase() === 'host');
  return headBytes(`${method} ${pathname}${search} HTTP/1.1`, named ? headers : [['Host', host], ...headers]);
}

function responseHead({ protocol, status, statusText, responseHeaders, fidelity, body }: RecordedExchange): Buffer {
  const reason = statusText || (/^http\/1/i.test(protocol) ? '' : (STATUS_CODES[status] ?? ''));
  const version = /^http\/1\.0/i.test(protocol) ? 'HTTP/1.0' : 'HTTP/1.1';
  const renamed = (name: string) => {
    const key = name.toLowerCase();
    if (key === 'transfer-encoding') return true;
    return fidelity === 'decoded' && ORIGINAL.has(key);
  };
  const headers = responseHeaders
    .filter(([name]) => !name.startsWith(':'))
    .map(([name, value]): [string, string] => [renamed(name) ? `X-Orig-${name}` : name, value]);
  const lengthLost = fidelity === 'decoded' && body !== null;
  return headBytes(
    `${version} ${status} ${reason}`,
    lengthLost ? [...headers, ['Content-Length', String(body.length)]] : headers,
  );
}
