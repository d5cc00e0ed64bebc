import type { SeenExchange } from '../chromium/recorder';
import type { EgressProxy } from '../egress/proxy';
import { mergeExchanges } from './merge';

const AT = new Date('2026-11-22T03:30:07.000Z');
const NOTHING = { exchanges: [], tunnels: [] } as unknown as EgressProxy;

const seen = (of: Partial<SeenExchange>): SeenExchange => ({
  requestId: '1',
  frame: 'f',
  kind: 'Image',
  url: 'https://shop.example/a.png',
  method: 'GET',
  requestHeaders: [],
  requestBody: null,
  status: 200,
  statusText: 'OK',
  protocol: 'h2',
  responseHeaders: [],
  body: Buffer.alloc(0),
  encodedBytes: 0,
  decodedBytes: 0,
  truncated: '',
  connection: 1,
  source: 'network',
  tls: null,
  outcome: 'ok',
  reason: '',
  refusedBy: '',
  startedAt: AT,
  finishedAt: AT,
  ...of,
});

it.each<[string, Partial<SeenExchange>, string]>([
  ['an empty answer that says so', { responseHeaders: [['content-length', '0']] }, ''],
  ['an empty answer that says nothing of its length', {}, ''],
  ['an empty answer that announced bytes', { responseHeaders: [['Content-Length', '100000']] }, 'unspecified'],
  ['a body that could not be had', { body: null }, 'unspecified'],
  ['a body that could not be had, of an answer without one', { body: null, responseHeaders: [['content-length', '0']] }, ''],
  [
    'the answer to HEAD, which tells the length of what it does not send',
    { method: 'HEAD', responseHeaders: [['content-length', '9']] },
    '',
  ],
  ['304, which may tell the length of what is kept', { status: 304, responseHeaders: [['content-length', '9']] }, ''],
  ['a limit that was told already', { body: null, truncated: 'length' }, 'length'],
])('of what only DevTools saw: %s is told as cut %j', async (_what, of, truncated) => {
  const [merged] = await mergeExchanges([seen(of)], NOTHING, 1_000);
  expect(merged!.truncated).toBe(truncated);
});
