import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { captureConfig } from '../../../libs/capture';
import { timeServer } from '../../../libs/capture/testing';
import { SystemClock } from '../../../libs/kernel';
import { testKeys } from '../../../libs/proof/testing';
import { captureServer } from './server';

const TOKEN = 'a token of the tests';
let server: Server;
let times: Awaited<ReturnType<typeof timeServer>>[];

beforeAll(async () => {
  times = [await timeServer(() => 0), await timeServer(() => 0)];
  const config = { ...captureConfig.read({}), TIME_SERVERS: times.map(({ address }) => address), IMAGE_SHA256: 'e'.repeat(64) };
  const stagingDir = '/nonexistent';
  const deps = { pool: null as never, config, clock: new SystemClock(), signers: [testKeys.worker], stagingDir, concurrency: 1 };
  server = captureServer({ ...deps, token: TOKEN }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  for (const time of times) time.stop();
});

const ask = (path: string, token = TOKEN, more: RequestInit = {}) =>
  fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, {
    ...more,
    headers: { authorization: `Bearer ${token}` },
  });

it('App. A job.started: says who signs here and from which image', async () => {
  expect(await (await ask('/identity')).json()).toEqual({ workerKey: testKeys.worker.name, imageSha256: 'e'.repeat(64) });
});

it('App. A clock.checked: says how its clock stands against its time servers', async () => {
  expect(await (await ask('/clock')).json()).toMatchObject({
    status: 'ok',
    source: times.map(({ address }) => address),
    offsetMs: expect.any(Number),
    uncertaintyMs: expect.any(Number),
  });
});

it.each(['/identity', '/clock'])('%s is for nobody without the token', async (path) =>
  expect((await ask(path, 'another')).status).toBe(401),
);

it.each([
  ['tokenBefore', { tokenBefore: 7 }],
  ['related', { related: [{ rel: 'corrects', id: 'ev_00000000000000000000000000', manifestSha256: 'a'.repeat(64) }] }],
  ['related', { related: 'all' }],
  ['first', { first: { vantage: 'main', id: 'ev_1', text: null, pictures: null } }],
  ['first', { first: { vantage: '', id: 'ev_00000000000000000000000000', text: null, pictures: null } }],
  ['first', { first: { vantage: 'main', id: 'ev_00000000000000000000000000', text: 'same', pictures: null } }],
  [
    'first',
    { first: { vantage: 'main', id: 'ev_00000000000000000000000000', text: null, pictures: { 'content/screen/first.png': 7 } } },
  ],
  [
    'request.vantage',
    { request: { id: 'ev_00000000000000000000000000', url: 'http://bare.test/', profile: 'desktop', vantage: 7 } },
  ],
  ['tlsOverride', { request: { tlsOverride: { by: '1', reason: ' ' } } }],
  ['override', { override: { reason: 'x' } }],
] as [string, { request?: object }][])('refuses an order whose %s has not its form', async (what, changes) => {
  const id = 'ev_00000000000000000000000000';
  const makers = [1, 2].map((n) => ({ name: `${n}`, certificate: `C-${n}`, role: 'officer', account: `officer.${n}` }));
  const request = { id, url: 'http://bare.test/', profile: 'desktop', makers };
  const order = {
    packageId: id,
    kind: 'web_capture',
    entrySha256: 'a'.repeat(64),
    request,
    number: 'E-1',
    factToProve: 'x',
    place: 'y',
  };
  const body = JSON.stringify({
    ...order,
    agency: { division: '141122', name: 'x', ledger: 'y' },
    ...changes,
    request: { ...request, ...changes.request },
  });
  const answer = await ask('/captures', TOKEN, { method: 'POST', body });
  expect(answer.status).toBe(422);
  expect(((await answer.json()) as { title: string }).title).toContain(what);
});

it.each([
  ['no type', { bodyBase64: '' }],
  ['a type with a second header in it', { type: 'a/b\r\nX-Other: 1', bodyBase64: '' }],
  ['no bytes', { type: 'application/ocsp-request' }],
  ['more than a question', { type: 'application/ocsp-request', bodyBase64: 'A'.repeat(16_385) }],
  ['null', null],
])('F23: posts to nobody what has %s', async (_what, post) => {
  const body = JSON.stringify({ url: 'http://127.0.0.1/', maxBytes: 10, timeoutMs: 1_000, post });
  const answer = await ask('/probe', TOKEN, { method: 'POST', body });
  expect([answer.status, await answer.json()]).toEqual([422, expect.objectContaining({ code: 'capture.notAProbe' })]);
});

it('F23: a post that has its form is held to the address rules', async () => {
  const post = { type: 'application/ocsp-request', bodyBase64: 'MAM=' };
  const body = JSON.stringify({ url: 'http://127.0.0.1/', maxBytes: 10, timeoutMs: 1_000, post });
  expect(await (await ask('/probe', TOKEN, { method: 'POST', body })).json()).toMatchObject({ refused: 'address.loopback' });
});
