import { randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type CanActivate, type ExecutionContext, type INestApplicationContext, Injectable, Module } from '@nestjs/common';
import { APP_GUARD, NestFactory, Reflector } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AuditHttpModule } from '../../audit/audit-http.module';
import { DocumentsHttpModule } from '../../documents/documents-http.module';
import { canonicalJson, instantOfLocal } from '../../kernel';
import { OfficersModule } from '../../officers';
import {
  assumeClaims,
  BlobStore,
  createHttpApp,
  Db,
  type OfficerRequest,
  PlatformModule,
  PlatformProblem,
  REQUIRES,
  type SessionOfficer,
  systemClaims,
} from '../../platform';
import { aTrustBundle, CONTENT, fixed } from '../../proof/testing';
import { type TestDatabase, testDatabase } from '../../platform/testing';
import { type OutletRow, OutletService, type SubjectRow, SubjectService } from '../../registry';
import { aSubject, anOutlet } from '../../registry/testing';
import { CasesHttpModule } from '../cases-http.module';
import { CasesWorkerModule } from '../cases-worker.module';

export const COUNTY = '141122';

const READ = ['case:read', 'task:read', 'task:handle', 'document:read', 'evidence:read', 'case:note'];
const RIGHTS = {
  officer: [...READ, 'case:create', 'case:handle', 'document:draft', 'document:serve', 'evidence:accept'],
  head: [
    ...READ,
    'case:approve',
    'case:decide',
    'case:archive',
    'case:visibility',
    'document:approve',
    'document:seal',
    'audit:read',
  ],
  legalReviewer: [...READ, 'case:review'],
  systemAdmin: ['calendar:import'],
} as const;

export type TestRole = keyof typeof RIGHTS;

export interface Person extends SessionOfficer {
  scope: 'unit' | 'none' | 'below';
}

const people = new Map<string, Person>();

/** Stands where the session guard stands in the API: who calls is said by a header, what he may is asked as always. */
@Injectable()
export class HeaderGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<OfficerRequest>();
    const person = people.get(String(request.headers['x-person']));
    if (!person) throw PlatformProblem.notSignedIn();
    request.officer = {
      ...person,
      secondFactorAt: request.headers['x-fresh'] ? new Date(String(request.headers['x-fresh'])) : null,
    };
    assumeClaims({
      actor: person.id,
      scope: person.scope,
      division: person.division,
      roles: person.roles,
      requestId: request.id,
    });
    const permission = this.reflector.getAllAndOverride<string>(REQUIRES, [context.getHandler(), context.getClass()]);
    if (permission !== 'session' && !person.permissions.includes(permission)) throw PlatformProblem.forbidden({ permission });
    return true;
  }
}

@Module({
  imports: [PlatformModule.forProcess('test', 'http'), OfficersModule, AuditHttpModule, DocumentsHttpModule, CasesHttpModule],
  providers: [{ provide: APP_GUARD, useClass: HeaderGuard }],
})
export class CaseWorldModule {}

@Module({ imports: [PlatformModule.forProcess('test', 'worker'), OfficersModule, CasesWorkerModule] })
class WorkerWorldModule {}

export interface Answer<T = Record<string, unknown>> {
  status: number;
  body: T;
}

/** A running API with cases, a clock that tests set, people, and a merchant. */
export class CaseWorld {
  private readonly clockFile: string;
  private workerContext: INestApplicationContext | null = null;

  private constructor(
    readonly database: TestDatabase,
    readonly app: NestFastifyApplication,
    clockFile: string,
  ) {
    this.clockFile = clockFile;
  }

  static async open(now = '2026-09-22T10:00'): Promise<CaseWorld> {
    const database = await testDatabase();
    const api = await database.as('nms_api');
    await api.source.destroy();
    const folder = mkdtempSync(join(tmpdir(), 'cases-'));
    const clockFile = join(folder, 'clock.json');
    Object.assign(process.env, {
      DATABASE_URL: api.url,
      LOG_LEVEL: 'silent',
      NMS_CLOCK_FILE: clockFile,
      BLOB_DIR: join(folder, 'blobs'),
      TRUST_FILE: join(folder, 'trust.json'),
    });
    writeFileSync(join(folder, 'trust.json'), canonicalJson(aTrustBundle()));
    setClock(clockFile, now);
    const app = await createHttpApp(CaseWorldModule);
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    const world = new CaseWorld(database, app, clockFile);
    await database.admin.query(`INSERT INTO unit VALUES ($1, '网监股', $2, '交城县市场监督管理局', '交市监', '0358-0000000')`, [
      UNIT,
      COUNTY,
    ]);
    await database.admin.query(
      `INSERT INTO issuing_authority VALUES ($1, '交城县市场监督管理局', '交市监', '山西省交城县天宁镇', '0358-0000000', '交城县人民政府', '交城县人民法院')`,
      [COUNTY],
    );
    return world;
  }

  private get folder(): string {
    return join(dirname(this.clockFile), 'blobs');
  }

  /** The worker beside the API, not initialised as an application: the test delivers and sweeps when it wants to. */
  async worker(): Promise<INestApplicationContext> {
    const { source, url } = await this.database.as('nms_worker');
    await source.destroy();
    process.env.DATABASE_URL = url;
    this.workerContext = await NestFactory.createApplicationContext(WorkerWorldModule, { logger: false, abortOnError: false });
    return this.workerContext;
  }

  async close(): Promise<void> {
    await this.workerContext?.close();
    await this.app?.close();
    await this.database?.close();
  }

  /** Sets the time that all parts of the system see, `YYYY-MM-DDTHH:mm` in Shanghai. */
  at(local: string): void {
    setClock(this.clockFile, local);
  }

  async person(
    name: string,
    role: TestRole,
    certificate: string | null = role === 'officer' ? String(Math.floor(Math.random() * 1e9)) : null,
    division = COUNTY,
  ): Promise<Person> {
    const id = randomUUID();
    const account = `p${id.slice(0, 8)}`;
    await this.database.admin.query(
      `INSERT INTO officer (id, account, name, certificate, unit_id, division_code, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, 'test', now())`,
      [id, account, name, certificate, UNIT, division],
    );
    await this.database.admin.query(`INSERT INTO officer_role VALUES ($1, $2, $3, 'test', now())`, [
      id,
      role,
      role === 'systemAdmin' ? 'none' : 'unit',
    ]);
    const scope = role === 'systemAdmin' ? 'none' : 'unit';
    const person: Person = {
      id,
      account,
      name,
      certificate,
      division,
      unit: UNIT,
      roles: [role],
      permissions: [...RIGHTS[role]],
      secondFactorAt: null,
      scope,
    };
    people.set(id, person);
    return person;
  }

  async call<T = Record<string, unknown>>(
    who: Person,
    method: 'GET' | 'POST' | 'PUT' | 'PATCH',
    url: string,
    payload?: object,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const answer = await this.app.inject({ method, url, payload, headers: { 'x-person': who.id, ...headers } });
    return { status: answer.statusCode, body: answer.body ? answer.json<T>() : ({} as T) };
  }

  /** As `call`, for what must succeed. */
  async ok<T = Record<string, unknown>>(
    who: Person,
    method: 'GET' | 'POST' | 'PUT' | 'PATCH',
    url: string,
    payload?: object,
    headers: Record<string, string> = {},
  ): Promise<T> {
    const { status, body } = await this.call<T>(who, method, url, payload, headers);
    if (status >= 300) throw new Error(`${method} ${url}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  get fresh(): Record<string, string> {
    return { 'x-fresh': this.now().toISOString() };
  }

  now(): Date {
    return new Date(Date.now() + offsets.get(this.clockFile)!);
  }

  async merchant(division = COUNTY): Promise<{ subject: SubjectRow; outlet: OutletRow }> {
    return this.app.get(Db).as({ ...systemClaims('test'), division }, async () => {
      const subject = await this.app
        .get(SubjectService, { strict: false })
        .create(aSubject({ divisionCode: division, legalRep: '张三', contactPhone: '0358-0000001' }) as never, false);
      const outlet = await this.app.get(OutletService, { strict: false }).create(anOutlet(subject.id));
      return { subject, outlet };
    });
  }

  /** A fixed package with real bytes, manifest and signature, as the worker leaves it. */
  async capture(division = COUNTY): Promise<string> {
    const id = `ev_${ulid()}`;
    const blobs = this.app.get(BlobStore);
    const stored = await Promise.all(
      Object.entries(await fixed({ ...CONTENT, 'content/text.txt': Buffer.from(id) }, { id })).map(async ([path, bytes]) => ({
        path,
        ...(await blobs.putOnce(Buffer.from(bytes))),
      })),
    );
    const digest = (path: string) => stored.find((file) => file.path === path)!;
    const [manifest, signature] = [digest('MANIFEST.json'), digest('MANIFEST.sig')];
    await this.database.admin.query(
      `INSERT INTO evidence_package (id, number, kind, division_code, url, profile, purpose, fact_to_prove, place, request, requested_by, requested_at,
         entry_sha256, state, completeness, manifest_sha256, manifest_sm3, sig_sha256, fixed_at)
       VALUES ($1, $2, 'web_capture', $3, 'http://shop-a.test/', 'desktop', '核查', '首页未亮照', '取证室', '{}', 'x', now(), $4, 'fixed', 'complete', $4, $5, $6, now())`,
      [id, `E-${id.slice(-8)}`, division, manifest.sha256, manifest.sm3, signature.sha256],
    );
    for (const { path, sha256, sm3, size } of stored)
      await this.database.admin.query(
        `INSERT INTO evidence_file VALUES ($1, $2, 'content', 'application/octet-stream', $2, $3, $4, $5)`,
        [id, path, size, sha256, sm3],
      );
    return id;
  }

  /** A finished document as its room leaves it, without the printing. */
  async paper(caseId: string, form: string, state: 'sealed' | 'finished', by: Person, approver: Person): Promise<string> {
    const id = randomUUID();
    const approved = state === 'sealed';
    const number = approved ? `交市监测〔2026〕${(papers += 1)}号` : null;
    await this.database.admin.query(
      `INSERT INTO document (id, division_code, ref_kind, ref_id, case_id, form, template_version, title, state, data, number, paper, drafted_by, drafted_at,
         submission, submitted_by, approval, approved_by)
       VALUES ($1, $2, 'case', $3, $3, $4, 1, '文书', $5, '{}', $6, 1, $7, $8, $9, $10, $9, $11)`,
      [
        id,
        COUNTY,
        caseId,
        form,
        state,
        number,
        by.id,
        this.now(),
        approved ? '{}' : null,
        approved ? by.id : null,
        approved ? approver.id : null,
      ],
    );
    return id;
  }

  /** Breaks the stored bytes of one file of the package, as a failing disk or an intruder would. */
  async damage(captureId: string, path: string): Promise<void> {
    const [file] = await this.database.admin.query<{ sha256: string }[]>(
      'SELECT sha256 FROM evidence_file WHERE package_id = $1 AND path = $2',
      [captureId, path],
    );
    for (const name of readdirSync(this.folder, { recursive: true, encoding: 'utf8' }))
      if (name.endsWith(file!.sha256)) {
        chmodSync(join(this.folder, name), 0o644);
        writeFileSync(join(this.folder, name), 'something else');
      }
  }
}

const UNIT = '00000000-0000-4000-8000-0000000000a1';
let papers = 0;
const offsets = new Map<string, number>();

function setClock(file: string, local: string): void {
  const [day, time] = local.split('T') as [string, string];
  const offsetMs = instantOfLocal(day, time).getTime() - Date.now();
  offsets.set(file, offsetMs);
  writeFileSync(file, JSON.stringify({ offsetMs }));
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
function ulid(): string {
  return Array.from(randomBytes(26), (byte) => CROCKFORD[byte & 31]).join('');
}
