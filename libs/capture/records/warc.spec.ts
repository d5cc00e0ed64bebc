import { gunzipSync } from 'node:zlib';
import { WARCParser } from 'warcio';
import { digestsOf } from '../../proof';
import type { RecordedExchange } from './merge';
import { WarcWriter } from './warc';

const at = new Date('2026-11-22T01:02:03.456Z');

const exchange = (given: Partial<RecordedExchange>): RecordedExchange => ({
  requestId: 'r',
  frame: 'f',
  kind: 'Document',
  url: 'http://shop.test/a?b=1',
  method: 'GET',
  requestHeaders: [['Host', 'shop.test']],
  requestBody: null,
  status: 200,
  statusText: 'OK',
  protocol: 'http/1.1',
  responseHeaders: [
    ['Content-Type', 'text/html'],
    ['Content-Encoding', 'gzip'],
    ['Set-Cookie', 'a=1'],
    ['Set-Cookie', 'b=2'],
  ],
  body: Buffer.from('<p>正文'),
  encodedBytes: 40,
  ip: '203.0.114.7',
  port: 80,
  connection: 1,
  tls: null,
  source: 'network',
  fidelity: 'decoded',
  truncated: '',
  outcome: 'ok',
  reason: '',
  startedAt: at,
  finishedAt: new Date(at.getTime() + 5),
  ...given,
});

async function written(exchanges: RecordedExchange[]) {
  const writer = new WarcWriter({ packageId: 'ev_1', software: 's', userAgent: 'u', at });
  const ids = exchanges.map((each) => writer.addExchange(each, digestsOf(each.body ?? Buffer.alloc(0))));
  writer.addResource({ uri: 'urn:view:0', mediaType: 'image/png', at, bytes: Buffer.from('png') });
  const { warc: parts, members, cdxj } = await writer.finish();
  const warc = Buffer.concat(parts);
  const records = [];
  for await (const record of new WARCParser(new Response(new Uint8Array(warc)).body as never)) {
    const payload = Buffer.from(await record.readFully(false));
    records.push({
      type: record.warcType,
      id: record.warcHeader('WARC-Record-ID'),
      headers: [...record.warcHeaders.headers.entries()],
      http: record.httpHeaders?.toString().toLowerCase() ?? '',
      payload,
    });
  }
  return { ids, warc, members, cdxj, records };
}

it('is read by warcio: request, response and metadata joined, with the digests of what is inside', async () => {
  const { ids, records, members } = await written([exchange({})]);
  expect(records.map(({ type }) => type)).toEqual(['warcinfo', 'response', 'request', 'metadata', 'resource']);
  const response = records[1];
  expect(response?.id).toBe(ids[0]);
  expect(response?.payload.toString()).toBe('<p>正文');
  const headers = Object.fromEntries(response?.headers ?? []);
  expect(headers).toMatchObject({
    'warc-ip-address': '203.0.114.7',
    'warc-date': '2026-11-22T01:02:03.456Z',
    'warc-payload-digest': `sha256:${digestsOf(Buffer.from('<p>正文')).sha256}`,
  });
  expect(records[2]?.headers).toContainEqual(['warc-concurrent-to', ids[0]]);
  expect(members.map(({ id }) => id)).toEqual(records.map(({ id }) => id));
});

it('keeps what is not inside any more under another name', async () => {
  const { warc, records } = await written([exchange({})]);
  const http = records[1]?.http ?? '';
  expect(http).toContain('x-orig-content-encoding: gzip');
  expect(http).toContain(`content-length: ${Buffer.byteLength('<p>正文')}`);
  expect(warc.length).toBeGreaterThan(0);
});

it('has no response for what our own egress refused, and says when a body was cut', async () => {
  const { records } = await written([
    exchange({ outcome: 'blocked', status: 0, body: null, reason: 'address.private' }),
    exchange({ truncated: 'length' }),
  ]);
  expect(records.map(({ type }) => type)).toEqual(['warcinfo', 'metadata', 'response', 'request', 'metadata', 'resource']);
  expect(records[1]?.payload.toString()).toContain('reason: address.private');
  expect(records[2]?.headers).toContainEqual(['warc-truncated', 'length']);
});

it('indexes each response and resource once, where it lies', async () => {
  const { cdxj, members } = await written([exchange({})]);
  const lines = cdxj
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line.slice(line.indexOf('{'))) as { url: string; offset: string; length: string });
  const indexed = members
    .filter(({ type }) => type === 'response' || type === 'resource')
    .map(({ offset, length }) => `${offset} ${length}`);
  expect(lines.map(({ offset, length }) => `${offset} ${length}`).sort()).toEqual(indexed.sort());
});

it.each([
  ['stored, of one block', 'image/png', 100],
  ['stored, of many blocks, the last one full', 'image/png', 3 * 65_535],
  ['stored, empty but for its head', 'image/png', 0],
  ['small and packed at once', 'text/html', 20_000],
  ['large and packed in the pool', 'text/html', 300_000],
])('a member is one whole gzip member that ends where the next begins: %s', async (_name, type, length) => {
  const body = Buffer.alloc(length, 'abcdefg');
  const { warc, members } = await written([exchange({ body, responseHeaders: [['Content-Type', type]] }), exchange({ body })]);
  let end = 0;
  for (const { offset, length: size } of members) {
    expect(offset).toBe(end);
    end += size;
    // Node's reader goes on into a further member and refuses what is none, so each is given to it alone.
    expect(gunzipSync(warc.subarray(offset, end)).subarray(0, 10).toString()).toBe('WARC/1.1\r\n');
  }
  expect(end).toBe(warc.length);
  const [, response] = members;
  const record = gunzipSync(warc.subarray(response!.offset, response!.offset + response!.length));
  expect(record.subarray(-4 - length, -4).equals(body)).toBe(true);
  if (type === 'text/html') expect(response!.length).toBeLessThan(length);
});
