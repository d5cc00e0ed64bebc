import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Secret, TOTP } from 'otpauth';
import { AUDIT_ROWS, AuditSequencer } from '../../../libs/audit';
import { OfficerDirectory, type Role } from '../../../libs/officers';
import { Db, MovableClock, systemClaims } from '../../../libs/platform';
import { type TestDatabase, testDatabase } from '../../../libs/platform/testing';
import { Clock } from '../../../libs/kernel';
import { buildApi } from './build';
import { checkRoutes } from './check-routes';

const PASSWORD = 'Correct-horse-7-battery';
const UNIT = '00000000-0000-4000-8000-0000000000a1';

let database: TestDatabase;
let app: NestFastifyApplication;
const secrets = new Map<string, string>();

beforeAll(async () => {
  database = await testDatabase();
  const api = await database.as('nms_api');
  await api.source.destroy();
  process.env.DATABASE_URL = api.url;
  process.env.LOG_LEVEL = 'silent';
  process.env.NMS_CLOCK_FILE = join(mkdtempSync(join(tmpdir(), 'nms-')), 'clock.json');
  app = await buildApi();
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  await database.admin.query(
    `INSERT INTO unit VALUES ($1, '网监股', '141122', '交城县市场监督管理局', '交市监', '0358-0000000')`,
    [UNIT],
  );
  for (const role of ['officer', 'head', 'auditor', 'systemAdmin', 'securityAdmin'] as const)
    await person(role.toLowerCase(), role);
});

afterAll(async () => {
  await app?.close();
  await database?.close();
});

async function person(account: string, role: Role): Promise<void> {
  await app.get(Db).as(systemClaims('test'), async (tx) => {
    const { officer, totpSecret } = await app
      .get(OfficerDirectory)
      .create(tx, { account, name: account, certificate: null, unitId: UNIT, password: PASSWORD });
    await app.get(OfficerDirectory).grant(tx, officer.id, role, role.endsWith('Admin') ? 'none' : 'below');
    secrets.set(account, totpSecret);
  });
}

interface Signed {
  cookie: string;
  csrf: string;
}

async function signIn(account: string, password = PASSWORD): Promise<Signed> {
  const answer = await app.inject({ method: 'POST', url: '/api/v1/session', payload: { account, password } });
  expect(answer.statusCode).toBe(201);
  return { cookie: String(answer.headers['set-cookie']).split(';')[0]!, csrf: answer.json<{ csrfToken: string }>().csrfToken };
}

function call(
  signed: Signed,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  url: string,
  payload?: object,
  headers: Record<string, string> = {},
) {
  return app.inject({
    method,
    url: `/api/v1${url}`,
    payload,
    headers: { cookie: signed.cookie, 'x-csrf-token': signed.csrf, ...headers },
  });
}

const newOfficer = (account: string) => ({ account, name: '新人', unitId: UNIT, password: PASSWORD });

it('starts only when every route says who may use it', () => expect(() => checkRoutes(app)).not.toThrow());

describe('session', () => {
  it('sets a cookie that scripts cannot read and other sites cannot send', async () => {
    const answer = await app.inject({
      method: 'POST',
      url: '/api/v1/session',
      payload: { account: 'officer', password: PASSWORD },
    });
    expect(answer.headers['set-cookie']).toMatch(/HttpOnly; Secure; SameSite=Strict/);
  });

  it('refuses a write without the token of the session, and everything without a session', async () => {
    const admin = await signIn('systemadmin');
    expect(
      (
        await app.inject({
          method: 'POST',
          url: '/api/v1/officers',
          payload: newOfficer('x.csrf'),
          headers: { cookie: admin.cookie },
        })
      ).json(),
    ).toMatchObject({ code: 'platform.csrf' });
    expect((await app.inject({ url: '/api/v1/officers' })).statusCode).toBe(401);
  });

  it('locks an account after five failures, also for the right password, and opens it again', async () => {
    await person('clumsy', 'officer');
    for (let i = 0; i < 5; i += 1) {
      const wrong = await app.inject({ method: 'POST', url: '/api/v1/session', payload: { account: 'clumsy', password: 'no' } });
      expect(wrong.json()).toMatchObject({ code: 'officers.wrongCredentials' });
    }
    const locked = await app.inject({
      method: 'POST',
      url: '/api/v1/session',
      payload: { account: 'clumsy', password: PASSWORD },
    });
    expect(locked.statusCode).toBe(423);
    (app.get(Clock) as MovableClock).advance(16 * 60_000);
    await signIn('clumsy');
  });

  it('tells its own limit and what time it is here', async () => {
    const officer = await signIn('officer');
    const answer = (await call(officer, 'GET', '/session')).json<{ idleTimeoutMs: number; serverTime: string }>();
    expect(answer.idleTimeoutMs).toBe(15 * 60_000);
    // The clock of these tests is moved on by others, and goes on by itself.
    const apartMs = app.get(Clock).now().getTime() - Date.parse(answer.serverTime);
    expect(apartMs).toBeGreaterThanOrEqual(0);
    expect(apartMs).toBeLessThan(60_000);
  });

  it('ends after 15 minutes of silence', async () => {
    const officer = await signIn('officer');
    expect((await call(officer, 'GET', '/session')).statusCode).toBe(200);
    (app.get(Clock) as MovableClock).advance(16 * 60_000);
    expect((await call(officer, 'GET', '/session')).statusCode).toBe(401);
  });

  it('takes a second factor once, and not twice', async () => {
    const head = await signIn('head');
    const code = new TOTP({ secret: Secret.fromBase32(secrets.get('head')!) }).generate({
      timestamp: app.get(Clock).now().getTime(),
    });
    expect((await call(head, 'POST', '/session/second-factor', { code })).json()).toMatchObject({
      secondFactorAt: expect.any(String),
    });
    expect((await call(head, 'POST', '/session/second-factor', { code })).json()).toMatchObject({
      code: 'officers.wrongSecondFactor',
    });
  });
});

describe('three administrators', () => {
  it('AC-ADM-1.1 no single account can make an account that may do anything', async () => {
    const system = await signIn('systemadmin');
    const security = await signIn('securityadmin');
    const created = await call(system, 'POST', '/officers', newOfficer('fresh.one'));
    expect(created.statusCode).toBe(201);
    const { id } = created.json<{ id: string }>();
    expect((await call(system, 'POST', `/officers/${id}/roles`, { role: 'officer', scope: 'unit' })).statusCode).toBe(403);
    expect((await call(security, 'POST', '/officers', newOfficer('fresh.two'))).statusCode).toBe(403);
    expect((await call(security, 'POST', `/officers/${id}/roles`, { role: 'officer', scope: 'unit' })).statusCode).toBe(201);
    expect((await call(security, 'POST', `/officers/${id}/roles`, { role: 'systemAdmin', scope: 'none' })).json()).toMatchObject({
      code: 'officers.rolesNotSeparate',
    });
  });
});

describe('the HTTP border', () => {
  it('answers unknown fields with 422 and their pointer, and stores nothing', async () => {
    const system = await signIn('systemadmin');
    const answer = await call(system, 'POST', '/officers', { ...newOfficer('odd.field'), isAdmin: true });
    expect(answer.statusCode).toBe(422);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json<{ errors: { pointer: string }[] }>().errors.map(({ pointer }) => pointer)).toContain('/isAdmin');
    expect(await database.admin.query(`SELECT FROM officer WHERE account = 'odd.field'`)).toHaveLength(0);
  });

  it.each([
    ['a text', { ...newOfficer('zero'), name: 'a\0b' }, '/name'],
    ['a text further inside', { ...newOfficer('zero'), roles: ['officer', 'x\0'] }, '/roles/1'],
    ['a name', { ...newOfficer('zero'), 'x\0': 1 }, ''],
  ])('answers a zero byte in %s with 422 and its pointer', async (_where, body, pointer) => {
    const answer = await call(await signIn('systemadmin'), 'POST', '/officers', body);
    expect(answer.statusCode).toBe(422);
    expect(answer.json<{ errors: unknown[] }>().errors).toEqual([expect.objectContaining({ pointer })]);
  });

  it.each(['/officers?q=a%00b', '/officers/a%00b'])('answers a zero byte in an address with a refusal: %s', async (url) => {
    const { statusCode } = await call(await signIn('systemadmin'), 'GET', url);
    expect(statusCode).toBeGreaterThanOrEqual(400);
    expect(statusCode).toBeLessThan(500);
  });

  it('answers a body over its limit with 413', async () => {
    const answer = await app.inject({
      method: 'POST',
      url: '/api/v1/session',
      payload: { account: 'a', password: 'x'.repeat(3 * 1024 * 1024) },
    });
    expect(answer.statusCode).toBe(413);
  });

  it('speaks English when asked', async () => {
    const answer = await app.inject({ url: '/api/v1/officers', headers: { 'accept-language': 'en-GB,en;q=0.9' } });
    expect(answer.json()).toMatchObject({ title: 'Sign in first' });
  });

  it.each([
    ['zh-CN', [{ pointer: '/isAdmin', detail: '没有这一项' }]],
    ['en', [{ pointer: '/isAdmin', detail: 'property isAdmin should not exist' }]],
  ])('says what is wrong with a field in the language that was asked for: %s', async (language, errors) => {
    const body = { ...newOfficer('odd.field'), isAdmin: true };
    const answer = await call(await signIn('systemadmin'), 'POST', '/officers', body, { 'accept-language': language });
    expect(answer.json<{ errors: unknown }>().errors).toEqual(errors);
  });

  it('makes one record of ten identical POSTs that arrive at once, and gives all the same answer', async () => {
    const system = await signIn('systemadmin');
    const send = () => call(system, 'POST', '/officers', newOfficer('only.once'), { 'idempotency-key': 'key-1' });
    const answers = await Promise.all(Array.from({ length: 10 }, send));
    expect(new Set(answers.map(({ statusCode, body }) => `${statusCode} ${JSON.parse(body).id}`)).size).toBe(1);
    expect(answers[0]!.statusCode).toBe(201);
    const other = await call(system, 'POST', '/officers', newOfficer('another.one'), { 'idempotency-key': 'key-1' });
    expect(other.json()).toMatchObject({ code: 'platform.keyReused' });
  });

  it('asks for the version that was read and tells when it is old', async () => {
    const system = await signIn('systemadmin');
    const made = await call(system, 'POST', '/officers', newOfficer('to.change'));
    const { id } = made.json<{ id: string }>();
    expect((await call(system, 'PATCH', `/officers/${id}`, { name: '甲' })).statusCode).toBe(428);
    const changed = await call(system, 'PATCH', `/officers/${id}`, { name: '甲' }, { 'if-match': '"1"' });
    expect(changed.headers.etag).toBe('"2"');
    expect((await call(system, 'PATCH', `/officers/${id}`, { name: '乙' }, { 'if-match': '"1"' })).statusCode).toBe(412);
  });
});

describe('audit', () => {
  it('AC-AUD-1.1 finds a search of the trail by who searched', async () => {
    const auditor = await signIn('auditor');
    await call(auditor, 'GET', '/audit?record=nothing-special');
    const { items } = (await call(auditor, 'GET', '/audit?kind=audit')).json<{ items: { record: string; act: string }[] }>();
    expect(items).toContainEqual(expect.objectContaining({ act: 'audit.search', record: 'nothing-special' }));
  });

  it('AC-AUD-1.2 the chain check names the place of an event that a superuser changed', async () => {
    const worker = await database.as('nms_worker', []);
    expect(worker.db).toBeInstanceOf(Db);
    const auditor = await signIn('auditor');
    await call(auditor, 'GET', '/audit?record=link-me');
    const admin = new AuditSequencer(new Db(await withAuditRows()));
    while (await admin.linkWaiting());
    expect((await call(auditor, 'GET', '/audit/chain')).json()).toMatchObject({ broken: null, links: expect.any(Number) });
    await database.admin.query(
      `ALTER TABLE audit_event DISABLE TRIGGER ALL; UPDATE audit_event SET actor = 'nobody' WHERE id = (SELECT event_id FROM audit_link WHERE seq = 2)`,
    );
    expect((await call(auditor, 'GET', '/audit/chain')).json()).toMatchObject({ broken: 2 });
  });

  it.each([
    'UPDATE audit_event SET actor = $$x$$',
    'DELETE FROM audit_event',
    'TRUNCATE audit_event CASCADE',
    'DELETE FROM audit_link',
  ])('refuses %s', async (sql) => {
    await database.admin.query('ALTER TABLE audit_event ENABLE TRIGGER ALL');
    await expect(database.admin.query(sql)).rejects.toThrow('insert-only');
  });

  async function withAuditRows() {
    return (await database.as('nms_worker', AUDIT_ROWS)).source;
  }
});
