import { gzipSync } from 'node:zlib';
import { canonicalJson } from '../../kernel';
import { concat, utf8 } from '../bytes';
import { containerBytes } from '../container/write';
import { digestsOf } from '../digests';
import { jsonLines } from '../strict-json';

export interface WaczRecord {
  type: string;
  id: string;
  uri?: string;
  contentType: string;
  /** Further fields of the record. */
  further?: [string, string][];
  head?: string;
  payload: Uint8Array;
}

/** What the tests change to play a thief who keeps every outer digest right. */
export interface WaczChanges {
  records?: (records: WaczRecord[]) => WaczRecord[];
  member?: (bytes: Uint8Array, n: number) => Uint8Array;
  cdxj?: (text: string) => string;
}

const AT = '2026-11-22T03:29:31.000Z';
const ID = (n: number) => `<urn:uuid:00000000-0000-4000-8000-${String(n).padStart(12, '0')}>`;
const PLACE: [string, string][] = [['WARC-IP-Address', '192.0.2.7']];
const PAGE = utf8('<!doctype html><title>示例商店</title>');

export const SCREEN = Uint8Array.from({ length: 200 }, (_, i) => (i * 7) & 0xff);

/** warcinfo, one exchange, one screen. */
export function theRecords(): WaczRecord[] {
  const head =
    'HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-Orig-Content-Encoding: gzip\r\n\r\n';
  return [
    { type: 'warcinfo', id: ID(1), contentType: 'application/warc-fields', payload: utf8('software: capture\r\n') },
    {
      type: 'response',
      id: ID(2),
      uri: 'http://shop.test/',
      contentType: 'application/http; msgtype=response',
      further: PLACE,
      head,
      payload: PAGE,
    },
    {
      type: 'request',
      id: ID(3),
      uri: 'http://shop.test/',
      contentType: 'application/http; msgtype=request',
      further: [...PLACE, ['WARC-Concurrent-To', ID(2)]],
      head: 'GET / HTTP/1.1\r\nHost: shop.test\r\nAccept: */*\r\n\r\n',
      payload: new Uint8Array(),
    },
    {
      type: 'metadata',
      id: ID(4),
      uri: 'http://shop.test/',
      contentType: 'application/warc-fields',
      payload: utf8('outcome: ok\r\n'),
    },
    {
      type: 'metadata',
      id: ID(5),
      uri: 'http://127.0.0.1/',
      contentType: 'application/warc-fields',
      payload: utf8('outcome: blocked\r\n'),
    },
    { type: 'resource', id: ID(6), uri: 'urn:view:0', contentType: 'image/png', payload: SCREEN },
  ];
}

/** A WACZ 1.1.1 and the lines that go with it. Gzip members are stored, not packed: the same bytes from every version of zlib. */
export async function aWacz({ records = (all) => all, member = (bytes) => bytes, cdxj = (text) => text }: WaczChanges = {}) {
  const members = records(theRecords()).map((record, n) => ({ record, bytes: member(memberOf(record), n) }));
  let offset = 0;
  const index = members.map(({ record, bytes }) => {
    const line = { offset, length: bytes.length, type: record.type, id: record.id };
    offset += bytes.length;
    return line;
  });
  const cdxjText = members
    .flatMap(({ record }, i) => (['response', 'resource'].includes(record.type) ? [cdxjLine(record, index[i]!)] : []))
    .sort()
    .join('');
  const files = {
    'archive/data.warc.gz': concat(...members.map(({ bytes }) => bytes)),
    'indexes/index.cdxj': utf8(cdxj(cdxjText)),
    'pages/pages.jsonl': utf8('{"format":"json-pages-1.0","id":"pages"}\n'),
  };
  const resources = Object.entries(files).map(([path, bytes]) => ({
    path,
    hash: `sha256:${digestsOf(bytes).sha256}`,
    bytes: bytes.length,
  }));
  const datapackage = utf8(JSON.stringify({ profile: 'data-package', wacz_version: '1.1.1', resources }));
  const digest = utf8(JSON.stringify({ path: 'datapackage.json', hash: `sha256:${digestsOf(datapackage).sha256}` }));
  const all = { ...files, 'datapackage.json': datapackage, 'datapackage-digest.json': digest };
  return { wacz: await containerBytes(Object.entries(all).map(([path, source]) => ({ path, source }))), index: jsonLines(index) };
}

/** `record/exchanges.jsonl` of the exchange above, and one that the egress refused. */
export function theExchanges(changes: object = {}): Uint8Array {
  const headers = [
    ['Content-Type', 'text/html; charset=utf-8'],
    ['Set-Cookie', 'a=1'],
    ['Set-Cookie', 'b=2'],
    ['Content-Encoding', 'gzip'],
  ];
  const ok = {
    n: 1,
    url: 'http://shop.test/',
    method: 'GET',
    requestHeaders: [['Accept', '*/*']],
    requestBodySha256: null,
    status: 200,
    responseHeaders: headers,
    source: 'network',
    ip: '192.0.2.7',
    outcome: 'ok',
    warcRecord: ID(2),
    ...digestsOf(PAGE),
  };
  const blocked = {
    n: 2,
    url: 'http://127.0.0.1/',
    method: 'GET',
    status: 0,
    responseHeaders: [],
    outcome: 'blocked',
    warcRecord: ID(5),
    ...digestsOf(new Uint8Array()),
  };
  return jsonLines([{ ...ok, ...changes }, blocked]);
}

function memberOf({ type, id, uri, contentType, further = [], head = '', payload }: WaczRecord): Uint8Array {
  const block = concat(utf8(head), payload);
  const lines = [
    'WARC/1.1',
    `WARC-Type: ${type}`,
    `WARC-Record-ID: ${id}`,
    `WARC-Date: ${AT}`,
    ...(uri ? [`WARC-Target-URI: ${uri}`] : []),
    ...further.map(([name, value]) => `${name}: ${value}`),
    `WARC-Block-Digest: sha256:${digestsOf(block).sha256}`,
    `WARC-Payload-Digest: sha256:${digestsOf(payload).sha256}`,
    `Content-Type: ${contentType}`,
    `Content-Length: ${block.length}`,
  ];
  const packed = gzipSync(concat(utf8(`${lines.join('\r\n')}\r\n\r\n`), block, utf8('\r\n\r\n')), { level: 0 });
  // Byte 9 names the operating system that packed.
  packed[9] = 255;
  return new Uint8Array(packed);
}

function cdxjLine({ uri, payload }: WaczRecord, { offset, length }: { offset: number; length: number }): string {
  const facts = {
    url: uri,
    digest: `sha256:${digestsOf(payload).sha256}`,
    length: String(length),
    offset: String(offset),
    filename: 'data.warc.gz',
  };
  return `${uri} 20261122032931 ${canonicalJson(facts)}\n`;
}
