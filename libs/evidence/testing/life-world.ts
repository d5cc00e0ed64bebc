import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CanActivate, type ExecutionContext, Global, Injectable, Module } from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AuditHttpModule } from '../../audit/audit-http.module';
import type { RequestRecord } from '../../capture/capture.contract';
import { FixedClock } from '../../kernel';
import { OFFICER_ROWS, OfficersModule } from '../../officers';
import {
  assumeClaims,
  createHttpApp,
  type Db,
  type OfficerRequest,
  PlatformModule,
  PlatformProblem,
  REQUIRES,
  type SessionOfficer,
  systemClaims,
  withClaims,
} from '../../platform';
import { someClaims, type TestDatabase, testDatabase } from '../../platform/testing';
import { createAuthority, type Manifest, trustBundleBytes, writeKeyFile } from '../../proof';
import { aManifest, aWacz, SCREEN, theExchanges, aTrustBundle, testKeys } from '../../proof/testing';
import { EvidenceRetention, type RetentionObstacle } from '../app/retention';
import { EvidenceHttpModule } from '../evidence-http.module';
import { EVIDENCE_ROWS, PackageRow } from '../store/evidence.entity';
import type { ReportInput, ReportPrinter } from '../worker/report-printer';
import { evidenceRoom, settleIn, UNIT } from './evidence-room';
import { stagePackage } from './played-capture';

export const COUNTY = '141122';
const HANDLE = ['evidence:read', 'evidence:capture', 'evidence:accept', 'evidence:verify', 'evidence:export', 'evidence:dispose'];
const DECIDE = ['evidence:read', 'evidence:hold', 'evidence:approveDisposal'];

function person(
  n: number,
  name: string,
  permissions: readonly string[],
  certificate: string | null = `C-100${n}`,
): SessionOfficer {
  const id = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
  return {
    id,
    account: `officer.${n}`,
    name,
    certificate,
    division: COUNTY,
    unit: UNIT,
    roles: [],
    permissions,
    secondFactorAt: null,
  };
}

export const people = {
  one: person(1, '办案人员甲', HANDLE),
  two: person(2, '办案人员乙', HANDLE),
  three: person(3, '办案人员丙', HANDLE),
  clerk: person(4, '内勤', HANDLE, null),
  reader: person(5, '查阅人员', ['evidence:read']),
  head: person(6, '局长戊', DECIDE),
  legal: person(7, '法制审核己', DECIDE),
  neighbour: { ...person(8, '邻县人员', [...HANDLE, ...DECIDE]), division: '141121' },
};
export type Person = keyof typeof people;

/** Stands in for the session: who calls is named by a header; permissions are asked for as the real guard asks. */
@Injectable()
class NamedCaller implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<OfficerRequest>();
    const officer = people[String(request.headers['x-caller']) as Person];
    request.officer = officer;
    assumeClaims(someClaims({ actor: officer.id, division: officer.division }));
    const permission = this.reflector.get<string>(REQUIRES, context.getHandler());
    if (!officer.permissions.includes(permission)) throw PlatformProblem.forbidden({ permission });
    return true;
  }
}

/** What the cases above would say. */
const keeps: { obstacle: RetentionObstacle | null } = { obstacle: null };

@Global()
@Module({
  providers: [{ provide: EvidenceRetention, useValue: { obstacle: () => Promise.resolve(keeps.obstacle) } }],
  exports: [EvidenceRetention],
})
class RetentionModule {}

@Module({
  imports: [PlatformModule.forProcess('test', 'http'), RetentionModule, OfficersModule, AuditHttpModule, EvidenceHttpModule],
  providers: [{ provide: APP_GUARD, useClass: NamedCaller }],
})
class TestApi {}

export interface Answer {
  status: number;
  // eslint-disable-next-line typescript/no-explicit-any
  body: Record<string, any>;
}

/** The room with a real API process (role nms_api), a real worker by hand (role nms_worker), and a played authority for time stamps. */
export class LifeWorld {
  readonly printed: ReportInput[] = [];

  private constructor(
    readonly database: TestDatabase,
    readonly app: NestFastifyApplication,
    readonly db: Db,
    readonly root: string,
    readonly clock: FixedClock,
    private readonly tsa: Server,
  ) {}

  static async open(): Promise<LifeWorld> {
    const root = mkdtempSync(join(tmpdir(), 'nms-life-'));
    const database = await testDatabase();
    const api = await database.as('nms_api');
    await api.source.destroy();
    const clock = new FixedClock(new Date());
    const key = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const [policy, from, to] = ['1.2.3.4.1', new Date('2026-01-01T00:00:00Z'), new Date('2036-01-01T00:00:00Z')];
    const authority = createAuthority({ name: 'inner', policy, from, to, rootKey: key(), key: key() });
    const tsaRoot = Buffer.from(authority.root).toString('base64');
    const inner = { name: 'inner', root: tsaRoot, policies: [policy], algorithms: ['sha256'], internal: true };
    writeFileSync(join(root, 'trust.json'), trustBundleBytes(aTrustBundle({ tsa: [inner] })));
    writeKeyFile(join(root, 'seal.key'), testKeys.seal);
    writeKeyFile(join(root, 'import.key'), testKeys.importer);
    const tsa = createServer((message, reply) => {
      const chunks: Buffer[] = [];
      const stamp = () => authority.respond(new Uint8Array(Buffer.concat(chunks)), clock.now(), new Uint8Array(randomBytes(8)));
      message.on('data', (chunk: Buffer) => chunks.push(chunk));
      message.on('end', () => reply.end(Buffer.from(stamp())));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => tsa.once('listening', resolve));
    Object.assign(process.env, {
      DATABASE_URL: api.url,
      LOG_LEVEL: process.env.LIFE_LOG ?? 'silent',
      BLOB_DIR: join(root, 'blobs'),
      TRUST_FILE: join(root, 'trust.json'),
      UPLOAD_LIMIT_BYTES: '300000',
      AGENCY_DOMAIN: 'aj.test',
    });
    await settleIn(database.admin, Object.values(people));
    const app = await createHttpApp(TestApi);
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    const { db } = await database.as('nms_worker', [...EVIDENCE_ROWS, ...OFFICER_ROWS]);
    return new LifeWorld(database, app, db, root, clock, tsa);
  }

  async close(): Promise<void> {
    await this.app.close();
    this.tsa.closeAllConnections();
    this.tsa.close();
    await this.database.close();
  }

  keeps(obstacle: RetentionObstacle | null): void {
    keeps.obstacle = obstacle;
  }

  async call(
    who: Person,
    method: 'GET' | 'POST' | 'PUT',
    url: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const raw = Buffer.isBuffer(body);
    const answer = await this.app.inject({
      method,
      url,
      headers: { 'x-caller': who, ...(raw && { 'content-type': 'application/octet-stream' }), ...headers },
      ...(body !== undefined && { payload: body as object }),
    });
    const isJson = String(answer.headers['content-type']).includes('json');
    return { status: answer.statusCode, body: isJson ? (answer.json() as Answer['body']) : { text: answer.body } };
  }

  act(who: Person, id: string, action: string, answers: object = {}): Promise<Answer> {
    return this.call(who, 'POST', `/captures/${id}/transitions`, { action, ...answers });
  }

  async upload(who: Person, bytes = Buffer.from(`%PDF-1.7 ${randomUUID()}`), name = '签字扫描件.pdf'): Promise<string> {
    const id = randomUUID();
    const answer = await this.call(who, 'PUT', `/evidence-uploads/${id}?name=${encodeURIComponent(name)}`, bytes);
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
    return id;
  }

  /** A captured, fixed and stamped package whose manifest has every item that a machine can give. */
  async stamped(changes: Partial<Manifest> = {}): Promise<string> {
    const asked = await this.call('one', 'POST', '/captures', {
      url: 'http://bare.test/',
      profile: 'desktop',
      purpose: '核查亮照情况',
      factToProve: '网页未公示营业执照信息',
      place: '网监股办公室',
      secondOfficerId: people.two.id,
    });
    const id = String(asked.body['id']);
    await this.database.admin.query(`UPDATE evidence_package SET state = 'capturing', attempt = 1 WHERE id = $1`, [id]);
    await this.stage(id, changes);
    const { fixation, stamper } = this.worker();
    await this.run(() => fixation.fix(id, { packageId: id, outcome: 'complete', limits: [], artefacts: [] }, 1));
    await this.run(() => stamper.stamp(id));
    return id;
  }

  private async stage(id: string, changes: Partial<Manifest>): Promise<void> {
    const { number, entrySha256, request } = await this.row(id);
    const at = this.clock.now().toISOString();
    const { wacz, index } = await aWacz();
    await stagePackage(
      join(this.root, 'staging'),
      { packageId: id, number, entrySha256, request: request as RequestRecord },
      {
        content: {
          'content/capture.wacz': wacz,
          'content/screen/first.png': SCREEN,
          'record/exchanges.jsonl': theExchanges(),
          'record/warc-index.jsonl': index,
        },
        manifest: { time: { ...aManifest({}).time, startedAt: at, finishedAt: at, monotonicMs: 0 }, ...changes },
      },
    );
  }

  worker() {
    const printer: ReportPrinter = {
      print: (input) => {
        this.printed.push(input);
        return Promise.resolve(Buffer.from('%PDF-1.7 report'));
      },
    };
    const { db, clock, root } = this;
    const tsaUrls = [`inner|sha256|http://127.0.0.1:${(this.tsa.address() as AddressInfo).port}/`];
    const retention = { obstacle: () => Promise.resolve(keeps.obstacle) };
    return evidenceRoom({ db, clock, root, tsaUrls, printer, retention });
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    return withClaims(systemClaims('worker'), work);
  }

  row(id: string): Promise<PackageRow> {
    return this.db.as(systemClaims('worker'), (tx) => tx.findOneByOrFail(PackageRow, { id }));
  }

  async chain(id: string): Promise<{ type: string; event: Answer['body'] }[]> {
    const rows = await this.database.admin.query<{ type: string; json: string }[]>(
      'SELECT e.type, b.json FROM ledger_entry e JOIN ledger_body b ON b.entry_id = e.id WHERE e.subject = $1 ORDER BY e.seq',
      [id],
    );
    return rows.map(({ type, json }) => ({ type, event: JSON.parse(json) as Answer['body'] }));
  }

  /** A new export that is ready; no signer runs here, so that it goes out without places in the log. */
  async exported(id: string, copy: object = {}): Promise<string> {
    const order = await this.call('one', 'POST', `/captures/${id}/exports`, { purpose: '移送法制审核', ...copy });
    const orderId = String(order.body['id']);
    const { admin } = this.database;
    await admin.query(`UPDATE evidence_export SET requested_at = requested_at - interval '1 hour' WHERE id = $1`, [orderId]);
    await this.run(() => this.worker().exporter.build(orderId));
    return orderId;
  }

  /** The bytes of a new export. */
  async export(id: string): Promise<Uint8Array> {
    const orderId = await this.exported(id);
    const { admin } = this.database;
    const [row] = await admin.query<{ blob_sha256: string }[]>('SELECT blob_sha256 FROM evidence_export WHERE id = $1', [
      orderId,
    ]);
    const chunks: Buffer[] = [];
    for await (const chunk of await this.worker().blobs.get(row!.blob_sha256)) chunks.push(chunk as Buffer);
    return new Uint8Array(Buffer.concat(chunks));
  }
}
