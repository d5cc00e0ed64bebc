import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CanActivate, type ExecutionContext, Injectable, Module } from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AuditHttpModule } from '../../audit/audit-http.module';
import {
  assumeClaims,
  createHttpApp,
  Db,
  type OfficerRequest,
  PlatformModule,
  PlatformProblem,
  REQUIRES,
  type SessionOfficer,
} from '../../platform';
import { someClaims, type TestDatabase, testDatabase } from '../../platform/testing';
import { OfficersModule } from '../../officers';
import { DocumentsService } from '../app/documents.service';
import { DocumentsHttpModule } from '../documents-http.module';
import type { FormId } from '../domain/template';
import { DOCUMENT_HEAD_PERMISSIONS, DOCUMENT_OFFICER_PERMISSIONS, documentActor } from '../testing/document-rooms';
import { FORM_SAMPLES, SAMPLE_AUTHORITY } from '../testing/form-samples';
import { pdfText } from '../testing/pdf-text';

const drafter = documentActor(1, '办案人员甲', DOCUMENT_OFFICER_PERMISSIONS);
const people: Record<string, SessionOfficer> = {
  drafter,
  head: documentActor(2, '局长戊', DOCUMENT_HEAD_PERMISSIONS),
  neighbour: { ...documentActor(3, '邻县人员', DOCUMENT_OFFICER_PERMISSIONS), division: '141121' },
};

/** Stands in for the session: who calls is named by a header. Permissions are asked for as the real guard asks. */
@Injectable()
class NamedCaller implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<OfficerRequest>();
    const officer = people[String(request.headers['x-caller'])]!;
    request.officer = { ...officer, secondFactorAt: request.headers['x-fresh'] ? new Date() : null };
    assumeClaims(someClaims({ actor: officer.id, division: officer.division }));
    const permission = this.reflector.get<string>(REQUIRES, context.getHandler());
    if (!officer.permissions.includes(permission)) throw PlatformProblem.forbidden({ permission });
    return true;
  }
}

@Module({
  imports: [PlatformModule.forProcess('api', 'http'), OfficersModule, AuditHttpModule, DocumentsHttpModule],
  providers: [{ provide: APP_GUARD, useClass: NamedCaller }],
})
class TestApi {}

const folder = mkdtempSync(join(tmpdir(), 'nms-documents-http-'));
const before = { ...process.env };
let database: TestDatabase;
let app: NestFastifyApplication;

beforeAll(async () => {
  database = await testDatabase();
  const api = await database.as('nms_api');
  await api.source.destroy();
  Object.assign(process.env, { DATABASE_URL: api.url, BLOB_DIR: folder, LOG_LEVEL: 'silent' });
  app = await createHttpApp(TestApi);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  const { name, word, reconsideration, court } = SAMPLE_AUTHORITY;
  await database.admin.query(
    `INSERT INTO issuing_authority (division_code, name, word, reconsideration, court) VALUES ('141122', $1, $2, $3, $4)`,
    [name, word, reconsideration, court],
  );
}, 60_000);

afterAll(async () => {
  await app?.close();
  await database?.close();
  rmSync(folder, { recursive: true, force: true });
  process.env = before;
});

const call = (
  caller: string,
  method: 'GET' | 'POST' | 'PATCH',
  url: string,
  payload?: object,
  headers: Record<string, string> = {},
) => app.inject({ method, url, payload, headers: { 'x-caller': caller, ...headers } });
const draft = async (form: FormId): Promise<string> => {
  const claims = someClaims({ actor: drafter.id });
  const row = await app
    .get(Db)
    .as(claims, (tx) =>
      app
        .get(DocumentsService)
        .draft(tx, { form, ref: { kind: 'case', id: 'case-1' }, division: '141122', data: FORM_SAMPLES[form], officer: drafter }),
    );
  return row.id;
};
const move = (caller: string, id: string, body: object, headers = {}) =>
  call(caller, 'POST', `/documents/${id}/transitions`, body, headers);

it('takes a decision from draft to service over HTTP', async () => {
  const id = await draft('45');
  expect((await call('drafter', 'GET', `/documents/${id}`)).json()).toMatchObject({
    state: 'draft',
    missing: [],
    availableActions: ['submit', 'void'],
  });
  expect((await move('drafter', id, { action: 'submit' })).json()).toMatchObject({ state: 'submitted', availableActions: [] });
  const approved = await move('head', id, { action: 'approve', opinion: '同意处罚。' });
  expect(approved.json()).toMatchObject({
    state: 'approved',
    number: expect.stringMatching(/^交市监罚〔\d{4}〕1号$/),
    approval: { opinion: '同意处罚。' },
  });
  const stale = await move('head', id, { action: 'seal' });
  expect([stale.statusCode, stale.json().code]).toEqual([403, 'officers.secondFactorRequired']);
  const sealed = await move('head', id, { action: 'seal' }, { 'x-fresh': '1' });
  expect(sealed.json()).toMatchObject({ state: 'sealed', paper: 1, papers: [{ version: 1, madeBy: '局长戊' }] });
  const service = { method: 'direct', to: '当事人', where: '住所', at: '2026-12-20T02:30:00.000Z', receiver: '张三' };
  expect((await move('drafter', id, { action: 'serve', service })).json()).toMatchObject({
    state: 'served',
    service: { method: 'direct', receiver: '张三' },
  });
});

it('gives the paper as PDF with its name, and records who read it', async () => {
  const id = await draft('X1');
  const answer = await call('drafter', 'GET', `/documents/${id}/file`);
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toBe('application/pdf');
  expect(answer.headers['content-disposition']).toBe(`inline; filename*=UTF-8''${encodeURIComponent('暂停提供服务通知书.pdf')}`);
  expect((await pdfText(answer.rawPayload)).join('')).toContain('草稿');
  const reads = await database.admin.query<{ actor: string }[]>(
    `SELECT actor FROM audit_event WHERE act = 'document.read' AND record = $1`,
    [id],
  );
  expect(reads).toEqual([{ actor: drafter.id }]);
});

it('answers a document out of scope exactly as one that does not exist', async () => {
  const id = await draft('45');
  const [strange, unknown] = [
    await call('neighbour', 'GET', `/documents/${id}`),
    await call('neighbour', 'GET', '/documents/00000000-0000-4000-8000-000000000abc'),
  ];
  expect(strange.statusCode).toBe(404);
  expect(strange.payload).toBe(unknown.payload);
  expect((await call('neighbour', 'GET', `/documents/${id}/file`)).statusCode).toBe(404);
  expect((await call('neighbour', 'GET', '/documents')).json()).toMatchObject({ items: [], total: 0 });
});

it('edits a draft only as the version that was read', async () => {
  const id = await draft('37');
  const read = await call('drafter', 'GET', `/documents/${id}`);
  const fields = { contact: '办案人员乙,0358-0000002' };
  expect((await call('drafter', 'PATCH', `/documents/${id}`, { fields })).statusCode).toBe(428);
  const changed = await call('drafter', 'PATCH', `/documents/${id}`, { fields }, { 'if-match': String(read.headers.etag) });
  expect(changed.json()).toMatchObject({ version: 2, fields });
  expect(
    (await call('drafter', 'PATCH', `/documents/${id}`, { fields }, { 'if-match': String(read.headers.etag) })).statusCode,
  ).toBe(412);
  const faulty = await call('drafter', 'PATCH', `/documents/${id}`, { fields: { hearing: '是' } }, { 'if-match': '"2"' });
  expect([faulty.statusCode, faulty.json().faults]).toEqual([
    422,
    [{ key: 'hearing', zh: '是否属于听证范围', fault: '应为是或否' }],
  ]);
});

it.each([
  [{ action: 'burn' }, 422],
  [{ action: 'submit', extra: 1 }, 422],
  [{ action: 'serve', service: { method: 'pigeon', to: 'x', where: 'y', at: '2026-12-20T02:30:00Z' } }, 422],
  [{ action: 'seal' }, 409],
])('refuses %j with %i', async (body, status) => expect((await move('head', await draft('45'), body)).statusCode).toBe(status));

it('lists forms with their field dictionary, and documents that wait for approval', async () => {
  const forms = (await call('drafter', 'GET', '/document-forms')).json() as { form: string; fields: object[] }[];
  expect(forms.map(({ form }) => form)).toEqual([
    '7',
    '11',
    '12',
    '24',
    '37',
    '42',
    '45',
    '50',
    '53',
    'X1',
    'X1R',
    'X2',
    'X3',
    'X3R',
  ]);
  expect(forms.find(({ form }) => form === '45')!.fields).toContainEqual({
    key: 'facts',
    zh: '违法事实和证据',
    type: 'longtext',
    required: true,
    mark: 'F',
    basis: 'art 62(2)',
    filledBy: null,
  });
  const id = await draft('53');
  await move('drafter', id, { action: 'submit' });
  const waiting = (await call('head', 'GET', '/documents?state=submitted&form=53')).json();
  expect(waiting).toMatchObject({ total: 1, items: [{ id, availableActions: ['giveBack', 'approve'] }] });
});
