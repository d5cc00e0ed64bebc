import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { buildApi } from '../../apps/api/src/build';
import { captureServer } from '../../apps/capture/src/server';
import { BrowserPool, captureConfig } from '../../libs/capture';
import { anOrder } from '../../libs/capture/testing';
import { EVIDENCE_ROWS, PackageRow } from '../../libs/evidence';
import { evidenceRoom } from '../../libs/evidence/testing';
import { SessionRelay } from '../../libs/evidence/worker/session-relay';
import { SystemClock } from '../../libs/kernel';
import { OFFICER_ROWS, OfficerDirectory } from '../../libs/officers';
import { Db, systemClaims, withClaims } from '../../libs/platform';
import { someClaims, type TestDatabase, testDatabase } from '../../libs/platform/testing';
import { bytesSource, parseTrustBundle, trustBundleBytes, verifyPackage, writeKeyFile } from '../../libs/proof';
import { aTrustBundle, testKeys } from '../../libs/proof/testing';
import { MEMBER, MemberShop } from '../support/internet/member-shop';
import { placesOf } from './package-search';

jest.setTimeout(180_000);

const PASSWORD = 'Correct-horse-7-battery';
const UNIT = '00000000-0000-4000-8000-0000000000a1';
/** What is said of a page behind a login: whose account it was. The secret itself is nowhere. */
const STATEMENT = { scene: 'remote', access: 'account', accountName: '执法账号一', accountSource: '单位登记的执法账号' };
const TOKEN = 'token-of-the-test';
/** Real time, which a test may move on: an export waits for a signer of checkpoints, and there is none here. */
class AheadClock extends SystemClock {
  ahead = 0;
  override now(): Date {
    return new Date(super.now().getTime() + this.ahead);
  }
}
const clock = new AheadClock();
const shop = new MemberShop();
const servers: Server[] = [];
const ids = new Map<string, string>();

let database: TestDatabase;
let app: NestFastifyApplication;
let workerDb: Db;
let pool: BrowserPool;
let root: string;
let room: ReturnType<typeof aRoom>;
let shopUrl: string;
let captureDoor: { port: number; server: Server; open(): Server };

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return (server.address() as AddressInfo).port;
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'nms-session-'));
  database = await testDatabase();
  ({ db: workerDb } = await database.as('nms_worker', [...EVIDENCE_ROWS, ...OFFICER_ROWS]));
  writeFileSync(join(root, 'trust.json'), trustBundleBytes(aTrustBundle()));
  writeKeyFile(join(root, 'seal.key'), testKeys.seal);
  const shopPort = await listening(
    createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => shop.serve(request, response, Buffer.concat(chunks)));
    }),
  );
  shopUrl = `http://127.0.0.1:${shopPort}/`;
  const settings = captureConfig.read({ CHROMIUM_PATH: process.env['CHROMIUM_PATH'] });
  pool = new BrowserPool({ chromiumPath: settings.CHROMIUM_PATH ?? null, locale: 'zh-CN', timezone: 'Asia/Shanghai' }, () =>
    clock.now(),
  );
  const open = () =>
    captureServer({
      pool,
      config: { ...settings, EGRESS_ALLOW_NET: [`127.0.0.1/32:${shopPort}`] },
      clock,
      signers: [testKeys.worker],
      token: TOKEN,
      stagingDir: join(root, 'staging'),
      concurrency: 1,
    });
  const server = open();
  const capturePort = await listening(server);
  captureDoor = { port: capturePort, server, open };
  room = aRoom(capturePort);
  const workerPort = await listening(
    createServer((request, response) => {
      if (!room.relay.takes(request, response)) response.writeHead(200).end();
    }),
  );
  const api = await database.as('nms_api');
  await api.source.destroy();
  Object.assign(process.env, {
    DATABASE_URL: api.url,
    LOG_LEVEL: 'silent',
    WORKER_URL: `http://127.0.0.1:${workerPort}`,
    BLOB_DIR: join(root, 'blobs'),
  });
  app = await buildApi();
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  await database.admin.query(
    `INSERT INTO unit VALUES ($1, '网监股', '141122', '交城县市场监督管理局', '交市监', '0358-0000000')`,
    [UNIT],
  );
  for (const [at, account] of ['maker.a', 'maker.b', 'stranger'].entries())
    await app.get(Db).as(systemClaims('test'), async (tx) => {
      const { officer } = await app
        .get(OfficerDirectory)
        .create(tx, { account, name: account, certificate: `C-${at}`, unitId: UNIT, password: PASSWORD });
      await app.get(OfficerDirectory).grant(tx, officer.id, 'officer', 'unit');
      ids.set(account, officer.id);
    });
});

afterAll(async () => {
  await app?.close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await pool?.close();
  await database?.close();
});

/** The room as the worker composes it, and the way of a session through it. */
function aRoom(capturePort: number) {
  const config = { captureToken: TOKEN, sessionIdleMs: 30_000, sessionTotalMs: 90_000 };
  const composed = evidenceRoom({ db: workerDb, clock, root, captureUrl: `http://127.0.0.1:${capturePort}`, config });
  return { ...composed, relay: new SessionRelay(composed.config) };
}

interface Signed {
  cookie: string;
  csrf: string;
}

async function signIn(account: string): Promise<Signed> {
  const answer = await app.inject({ method: 'POST', url: '/api/v1/session', payload: { account, password: PASSWORD } });
  return { cookie: String(answer.headers['set-cookie']).split(';')[0]!, csrf: answer.json<{ csrfToken: string }>().csrfToken };
}

const call = (signed: Signed, method: 'GET' | 'POST' | 'PUT', path: string, payload?: object) =>
  app.inject({ method, url: `/api/v1${path}`, payload, headers: { cookie: signed.cookie, 'x-csrf-token': signed.csrf } });

async function requested(signed: Signed, mode = 'interactive'): Promise<string> {
  const answer = await call(signed, 'POST', '/captures', {
    url: shopUrl,
    profile: 'desktop',
    mode,
    purpose: '核查会员专享页面',
    factToProve: '会员页面的商品宣传',
    place: '网监股办公室',
    ...(mode === 'interactive' && { statement: STATEMENT }),
    secondOfficerId: ids.get('maker.b'),
  });
  expect(answer.json()).toMatchObject({ state: 'requested', mode });
  return answer.json<{ id: string }>().id;
}

const run = (id: string) => withClaims(systemClaims('worker'), () => room.runner.run(id));

async function opened(signed: Signed, id: string, drive: boolean) {
  for (let n = 0; n < 200; n += 1) {
    const answer = await call(signed, 'POST', `/captures/${id}/session/openings`, { drive });
    if (answer.statusCode === 201) {
      const { view } = answer.json<{ view: string }>();
      const look = await call(signed, 'GET', `/captures/${id}/session/openings/${view}`);
      if (look.json<{ state: string }>().state === 'open') return view;
    }
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new TypeError('the session did not open');
}

it('I-15 the way of one session: asked, opened, driven by one, taken, nothing of the secrets anywhere, verified offline', async () => {
  const [a, b, stranger] = (await Promise.all(['maker.a', 'maker.b', 'stranger'].map(signIn))) as [Signed, Signed, Signed];
  const id = await requested(a);
  const path = `/captures/${id}/session`;
  expect((await call(a, 'POST', `${path}/openings`, { drive: true })).json()).toMatchObject({ code: 'evidence.sessionAway' });
  const running = run(id);
  const first = await opened(a, id, true);

  // Nobody else can tell that there is a session.
  const asStranger = await call(stranger, 'POST', `${path}/openings`, { drive: false });
  expect([asStranger.statusCode, asStranger.json()]).toMatchObject([404, { code: 'evidence.notFound' }]);
  expect((await call(stranger, 'GET', `${path}/openings/${first}`)).statusCode).toBe(404);
  expect((await call(stranger, 'PUT', `${path}/openings/${first}/acts`, { acts: [{ kind: 'back' }] })).statusCode).toBe(404);
  expect((await app.inject({ url: `/api/v1${path}/openings/${first}` })).statusCode).toBe(401);
  const forged = await app.inject({
    method: 'PUT',
    url: `/api/v1${path}/openings/${first}/acts`,
    payload: { acts: [{ kind: 'back' }] },
    headers: { cookie: a.cookie },
  });
  expect(forged.json()).toMatchObject({ code: 'platform.csrf' });

  // One drives, the other looks.
  expect((await call(b, 'POST', `${path}/openings`, { drive: true })).json()).toMatchObject({ code: 'evidence.sessionDriven' });
  const looking = await opened(b, id, false);
  expect((await call(b, 'GET', `${path}/openings/${looking}`)).json()).toMatchObject({
    driving: false,
    title: '会员登录 - 云山批发',
    jpegBase64: expect.stringMatching(/^\/9j\//),
  });
  expect((await call(b, 'PUT', `${path}/openings/${looking}/acts`, { acts: [{ kind: 'back' }] })).json()).toMatchObject({
    code: 'evidence.sessionNotDriving',
  });
  expect((await call(b, 'POST', `${path}/openings/${looking}/end`, { how: 'take' })).json()).toMatchObject({
    code: 'evidence.sessionNotDriving',
  });
  expect((await call(a, 'PUT', `${path}/openings/${looking}/acts`, { acts: [{ kind: 'back' }] })).statusCode).toBe(404);

  // The same officer in another window takes the wheel along.
  const view = await opened(a, id, true);
  const drive = (acts: object[]) => call(a, 'PUT', `${path}/openings/${view}/acts`, { acts });
  expect((await call(a, 'PUT', `${path}/openings/${first}/acts`, { acts: [{ kind: 'back' }] })).json()).toMatchObject({
    code: 'evidence.sessionNotDriving',
  });
  expect((await drive([{ kind: 'eval', text: 'x' }])).json()).toMatchObject({ code: 'evidence.notAnAct' });

  const key = (name: string) => ({ kind: 'key', key: name, shift: false });
  const text = (value: string, secret = false) => ({ kind: 'text', text: value, secret });
  const typed = await drive([
    text(MEMBER.account),
    key('Tab'),
    text(MEMBER.password),
    key('Tab'),
    text(MEMBER.smsCode, true),
    key('Enter'),
  ]);
  expect(typed.statusCode).toBe(204);
  for (let n = 0; n < 50; n += 1) {
    const { title } = (await call(a, 'GET', `${path}/openings/${view}`)).json<{ title: string }>();
    if (title.startsWith('会员专享价')) break;
    await new Promise((done) => setTimeout(done, 100));
  }
  expect((await call(a, 'POST', `${path}/openings/${view}/end`, { how: 'take' })).statusCode).toBe(204);
  await running;

  const row = (await call(a, 'GET', `/captures/${id}`)).json<{
    state: string;
    limits: string[];
    navigation: { title: string };
  }>();
  expect(row).toMatchObject({
    state: 'fixed',
    navigation: { title: '会员专享价 - 云山批发' },
    limits: expect.arrayContaining(['redacted']),
  });
  expect((await call(a, 'POST', `${path}/openings`, { drive: true })).json()).toMatchObject({ code: 'evidence.sessionAway' });
  expect(await database.admin.query('SELECT secret, driver_view FROM evidence_session')).toEqual([
    { secret: null, driver_view: null },
  ]);

  // Every opening, and the end, is in the trail.
  const trail = await database.admin.query<{ act: string; actor: string }[]>(
    `SELECT act, actor FROM audit_event WHERE record = $1 AND act LIKE 'exhibit.session%' ORDER BY at`,
    [id],
  );
  const openings = await database.admin.query<unknown[]>('SELECT FROM evidence_session_view');
  expect(trail.filter(({ act }) => act === 'exhibit.sessionView')).toHaveLength(openings.length);
  expect(trail.at(-1)).toEqual({ act: 'exhibit.sessionEnd', actor: ids.get('maker.a') });

  await nothingInTheDatabase([MEMBER.password, MEMBER.smsCode, shop.given.cookies[0]!, shop.given.tokens[0]!]);
  await verified(id);
});

async function nothingInTheDatabase(secrets: string[]): Promise<void> {
  const tables = await database.admin.query<{ name: string }[]>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  );
  let found = '';
  for (const { name } of tables) {
    const rows = await database.admin.query<{ line: string }[]>(`SELECT t::text AS line FROM ${name} t`);
    found += rows.map(({ line }) => `${name} ${line}\n`).join('');
  }
  expect(found).toContain('session.click'.slice(0, 7));
  for (const secret of secrets) expect(placesOf(secret, [['database', Buffer.from(found)]])).toEqual([]);
}

async function verified(id: string): Promise<void> {
  const officer = someClaims({ actor: ids.get('maker.a')! });
  const { id: exportId } = await workerDb.as(officer, (tx) => room.evidence.requestExport(tx, id, '移送'));
  await withClaims(systemClaims('worker'), async () => {
    await room.sequencer.placeAll();
    await room.exporter.build(exportId);
    clock.ahead += 91_000;
    await room.exporter.build(exportId);
  });
  const ready = await workerDb.as(systemClaims('worker'), (tx) => room.evidence.export(tx, exportId));
  expect(ready.state).toBe('ready');
  const chunks: Buffer[] = [];
  for await (const chunk of await room.blobs.get(ready.blobSha256!)) chunks.push(chunk as Buffer);
  const bundle = parseTrustBundle(trustBundleBytes(aTrustBundle()));
  const report = await verifyPackage({ form: 'file', source: bytesSource(new Uint8Array(Buffer.concat(chunks))) }, bundle, {
    at: clock.now(),
    level: 2,
    checkpoints: [],
  });
  expect(report.reasons.filter(({ step }) => ['V0', 'V1', 'V2', 'V3', 'V9'].includes(step))).toEqual([]);
  expect(report).toMatchObject({ verdict: 'PASSED' });
  expect(report.level).toBeGreaterThanOrEqual(2);
  expect(report.findings).toContainEqual(
    expect.objectContaining({ code: 'PARTIAL_CAPTURE', detail: expect.stringContaining('redacted') }),
  );
}

it('F05 an abandoned session is a failed package with its reason, and the next one is not hindered', async () => {
  const a = await signIn('maker.a');
  const id = await requested(a);
  const running = run(id);
  const view = await opened(a, id, true);
  expect((await call(a, 'POST', `/captures/${id}/session/openings/${view}/end`, { how: 'abandon' })).statusCode).toBe(204);
  await running;
  const row = await workerDb.as(systemClaims('worker'), (tx) => tx.findOneByOrFail(PackageRow, { id }));
  expect(row).toMatchObject({ state: 'failed', reason: 'session.abandoned', manifestSha256: null });
});

it('an automatic capture has no session, for its makers neither', async () => {
  const a = await signIn('maker.a');
  const id = await requested(a, 'automatic');
  expect((await call(a, 'POST', `/captures/${id}/session/openings`, { drive: true })).statusCode).toBe(404);
});

const rowOf = (id: string) =>
  workerDb
    .as(systemClaims('worker'), (tx) => tx.findOneByOrFail(PackageRow, { id }))
    .then(({ state, reason }) => ({ state, reason }));

describe('F25 a lost connection', () => {
  it("the driving officer's browser is gone: another takes the wheel when his time is over, and takes the page", async () => {
    const [a, b] = (await Promise.all(['maker.a', 'maker.b'].map(signIn))) as [Signed, Signed];
    const id = await requested(a);
    const path = `/captures/${id}/session`;
    const running = run(id);
    const gone = await opened(a, id, true);
    expect((await call(b, 'POST', `${path}/openings`, { drive: true })).json()).toMatchObject({ code: 'evidence.sessionDriven' });
    // Nothing is heard of him any more; looking on does not keep his place.
    const view = await opened(b, id, true);
    expect((await call(a, 'PUT', `${path}/openings/${gone}/acts`, { acts: [{ kind: 'back' }] })).json()).toMatchObject({
      code: 'evidence.sessionNotDriving',
    });
    expect((await call(b, 'POST', `${path}/openings/${view}/end`, { how: 'take' })).statusCode).toBe(204);
    await running;
    expect(await rowOf(id)).toMatchObject({ state: 'fixed' });
  });

  it('nobody comes back: an observation with its reason, nothing in staging, and the next session opens', async () => {
    const a = await signIn('maker.a');
    const id = await requested(a);
    const running = run(id);
    await opened(a, id, true);
    await running;
    expect(await rowOf(id)).toEqual({ state: 'failed', reason: 'session.idle' });
    expect(readdirSync(join(root, 'staging'))).toEqual([]);
    const next = await requested(a);
    const then = run(next);
    const view = await opened(a, next, true);
    expect((await call(a, 'POST', `/captures/${next}/session/openings/${view}/end`, { how: 'abandon' })).statusCode).toBe(204);
    await then;
  });

  it('the capture service is gone: the officer is told, nothing is fixed, and the next try is a session with a new secret', async () => {
    const a = await signIn('maker.a');
    const id = await requested(a);
    const path = `/captures/${id}/session`;
    const secret = async () =>
      (
        await database.admin.query<{ secret: string | null }[]>('SELECT secret FROM evidence_session WHERE package_id = $1', [id])
      )[0]?.secret;
    const lost = run(id).then(
      () => '',
      (error: unknown) => String(error),
    );
    const view = await opened(a, id, true);
    const first = await secret();
    captureDoor.server.close();
    captureDoor.server.closeAllConnections();
    expect(await lost).not.toBe('');
    expect(await rowOf(id)).toEqual({ state: 'requested', reason: null });
    expect(await secret()).toBeNull();
    for (const [method, door, body] of [
      ['GET', '', undefined],
      ['PUT', '/acts', { acts: [{ kind: 'back' }] }],
      ['POST', '/end', { how: 'take' }],
    ] as const)
      expect((await call(a, method, `${path}/openings/${view}${door}`, body)).json()).toMatchObject({
        code: 'evidence.sessionAway',
      });

    captureDoor.server = captureDoor.open();
    servers.push(captureDoor.server);
    await new Promise<void>((done) => captureDoor.server.listen(captureDoor.port, '127.0.0.1', done));
    const again = run(id);
    const fresh = await opened(a, id, true);
    expect(await secret()).toMatch(/^[0-9a-f]{64}$/);
    expect(await secret()).not.toBe(first);
    expect((await call(a, 'PUT', `${path}/openings/${view}/acts`, { acts: [{ kind: 'back' }] })).json()).toMatchObject({
      code: 'evidence.sessionNotDriving',
    });
    expect((await call(a, 'POST', `${path}/openings/${fresh}/end`, { how: 'take' })).statusCode).toBe(204);
    await again;
    expect(await rowOf(id)).toMatchObject({ state: 'fixed' });
  });

  it('the worker is gone: the page is driven no further, and what was seen stays an observation', async () => {
    const packageId = `ev_01JD8${'0'.repeat(20)}9`;
    const secret = 'ab'.repeat(32);
    const order = {
      ...anOrder(shopUrl, { n: 1 }),
      packageId,
      session: { secret, idleMs: 60_000, totalMs: 90_000 },
    };
    const base = `http://127.0.0.1:${captureDoor.port}`;
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', 'x-session-secret': secret };
    const worker = new AbortController();
    const body = JSON.stringify({ ...order, request: { ...order.request, id: packageId, mode: 'interactive' } });
    const answer = await fetch(`${base}/captures`, { method: 'POST', headers, body, signal: worker.signal });
    expect(answer.status).toBe(200);
    const look = () => fetch(`${base}/sessions/${packageId}?known=-1`, { headers }).then((reply) => reply.status);
    await eventually(async () => (await look()) === 200);
    worker.abort();
    await eventually(async () => (await look()) === 404);
    const timeline = readFileSync(join(root, 'staging', packageId, 'record/timeline.jsonl'), 'utf8');
    expect(timeline).toContain('session.connectionLost');
    expect(existsSync(join(root, 'staging', packageId, 'MANIFEST.json'))).toBe(false);
    rmSync(join(root, 'staging', packageId), { recursive: true });
  });
});

async function eventually(fits: () => Promise<boolean>): Promise<void> {
  for (let n = 0; n < 400; n += 1) {
    if (await fits()) return;
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new TypeError('it did not come to that');
}
