import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Injectable, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test, type TestingModule } from '@nestjs/testing';
import { Clock } from '../../kernel';
import {
  BlobStore,
  createHttpApp,
  FactDelivery,
  type Mail,
  Mailer,
  MovableClock,
  PlatformModule,
  type SessionOfficer,
  Sweeps,
  systemClaims,
  withClaims,
} from '../../platform';
import { type TestDatabase, testDatabase } from '../../platform/testing';
import { Looks } from '../app/outside';
import { OrdersPortalModule } from '../orders-portal.module';
import { OrdersWorkerModule } from '../orders-worker.module';
import { FakeLooks } from './fake-looks';

export const DIVISION = '141122';
const UNIT = '00000000-0000-4000-8000-0000000000a1';

/** A mailbox instead of a mail server. `refuses` makes it turn mails away. */
@Injectable()
export class Mailbox extends Mailer {
  readonly mails: Mail[] = [];
  refuses = false;

  async send(mail: Mail): Promise<void> {
    if (this.refuses) throw new Error('550 mailbox unavailable');
    this.mails.push(mail);
  }

  lastTo(address: string): Mail {
    const mail = this.mails.findLast(({ to }) => to === address);
    if (!mail) throw new Error(`no mail to ${address}`);
    return mail;
  }
}

/** Sweeps that run when the test says, in the order in which they were registered. */
@Injectable()
export class HandSweeps {
  private readonly sweeps: (() => Promise<void>)[] = [];

  every(_name: string, _ms: number, work: () => Promise<void>): void {
    this.sweeps.push(work);
  }

  async run(): Promise<void> {
    for (const sweep of this.sweeps) await withClaims(systemClaims('sweep'), sweep);
  }
}

@Module({ imports: [PlatformModule.forProcess('portal', 'http'), OrdersPortalModule] })
class PortalUnderTest {}

export interface OrderRooms {
  database: TestDatabase;
  worker: TestingModule;
  portal: NestFastifyApplication;
  looks: FakeLooks;
  mailbox: Mailbox;
  clock: MovableClock;
  /** Lets sweeps and facts run until nothing is left to do now. */
  settle(): Promise<void>;
  /** Runs `work` as an officer of the county, as a request of his would. */
  by<T>(officer: SessionOfficer, work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Worker and portal with their own database roles, real cases, documents and register; a scripted browser, a mailbox, a clock to move. */
export async function orderRooms(): Promise<OrderRooms> {
  const database = await testDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'nms-orders-'));
  process.env.LOG_LEVEL = 'silent';
  process.env.NMS_CLOCK_FILE = join(folder, 'clock.json');
  process.env.BLOB_DIR = join(folder, 'blobs');
  process.env.DATABASE_URL = await urlOf(database, 'nms_worker');
  const worker = await Test.createTestingModule({ imports: [PlatformModule.forProcess('worker', 'worker'), OrdersWorkerModule] })
    .overrideProvider(Looks)
    .useClass(FakeLooks)
    .overrideProvider(Mailer)
    .useClass(Mailbox)
    .overrideProvider(Sweeps)
    .useClass(HandSweeps)
    .compile();
  await worker.init();
  process.env.DATABASE_URL = await urlOf(database, 'nms_portal');
  const portal = await createHttpApp(PortalUnderTest);
  await portal.init();
  await portal.getHttpAdapter().getInstance().ready();
  await database.admin.query(`INSERT INTO unit VALUES ($1, '网监股', $2, '示例县市场监督管理局', '示市监', '0000-0000000')`, [
    UNIT,
    DIVISION,
  ]);
  const sweeps = worker.get<HandSweeps>(Sweeps as never);
  const waiting = () => database.admin.query<{ n: number }[]>('SELECT count(*)::int AS n FROM outbox WHERE delivered_at IS NULL');
  return {
    database,
    worker,
    portal,
    looks: worker.get<FakeLooks>(Looks as never),
    mailbox: worker.get<Mailbox>(Mailer as never),
    clock: worker.get<MovableClock>(Clock as never),
    async settle() {
      // Facts lead to rows that sweeps pick up, and sweeps to facts: three turns reach the end of every chain there is.
      for (let turn = 0; turn < 3; turn++) {
        await sweeps.run();
        for (let tries = 0; (await waiting())[0]!.n > 0; tries++) {
          if (tries > 40) throw new Error('facts that cannot be delivered');
          await worker.get(FactDelivery).deliver();
        }
      }
    },
    by: (officer, work) =>
      withClaims({ actor: officer.id, scope: 'unit', division: officer.division, roles: officer.roles }, work),
    async close() {
      await portal.close();
      await worker.close();
      await database.close();
    },
  };
}

async function urlOf(database: TestDatabase, role: 'nms_worker' | 'nms_portal'): Promise<string> {
  const { source, url } = await database.as(role);
  await source.destroy();
  return url;
}

/** A person of the county, entered in the directory, with a second factor shown just now. */
export async function anOfficer(
  { database, clock }: Pick<OrderRooms, 'database' | 'clock'>,
  account: string,
  permissions: string[],
  division = DIVISION,
): Promise<SessionOfficer> {
  const id = randomUUID();
  const certificate = `SX${id.slice(0, 8)}`;
  await database.admin.query(
    `INSERT INTO officer (id, account, name, certificate, unit_id, division_code, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, 'test', now())`,
    [id, account, `${account}员`, certificate, UNIT, division],
  );
  return {
    id,
    account,
    name: `${account}员`,
    certificate,
    division,
    unit: '网监股',
    roles: ['officer'],
    permissions,
    secondFactorAt: clock.now(),
  };
}

export interface CaseAndOutlets {
  caseId: string;
  outletIds: string[];
  operatorId: string;
}

/** A case in `state` with two officers, some outlets and an operator with two contacts. */
export async function aCase(
  { database, worker }: Pick<OrderRooms, 'database' | 'worker'>,
  officers: readonly SessionOfficer[],
  state: string,
  hosts: readonly string[],
): Promise<CaseAndOutlets> {
  const { admin } = database;
  const [caseId, operatorId, subjectId] = [randomUUID(), randomUUID(), randomUUID()];
  const serial = caseId.slice(0, 6);
  await admin.query(
    `INSERT INTO subject (id, name, kind, division_code, status, source, created_at, updated_at) VALUES ($1, '示例商贸', 'enterprise', $2, 'active', 'test', now(), now())`,
    [subjectId, DIVISION],
  );
  await admin.query(
    `INSERT INTO case_file (id, number, division_code, definition_key, definition_version, state, entered_by, entered_at, source, matter, opened_at, filed_at, created_by, updated_at)
     VALUES ($1, $2, $3, 'ordinaryPenalty', 1, $4, 'x', now(), 'inspection', '未亮照经营且销售禁售商品', now(), now(), 'x', now())`,
    [caseId, `${DIVISION}-2026-${serial}`, DIVISION, state],
  );
  for (const officer of officers)
    await admin.query(
      `INSERT INTO case_officer (case_id, officer_id, role, since, name, certificate, named_by) VALUES ($1, $2, 'handler', now(), $3, $4, 'x')`,
      [caseId, officer.id, officer.name, officer.certificate],
    );
  await admin.query(`INSERT INTO operator (id, name, kind, created_at, updated_at) VALUES ($1, $2, 'platform', now(), now())`, [
    operatorId,
    `示例平台${serial}`,
  ]);
  for (const [position, name] of ['值班', '副值班'].entries())
    await admin.query(
      `INSERT INTO operator_contact (operator_id, position, name, role, email, purpose) VALUES ($1, $2, $3, 'executor', $4, 'orders')`,
      [operatorId, position, name, contactOf(serial, position)],
    );
  if (state === 'served') await aServedDecision(admin, worker.get(BlobStore), caseId);
  const outletIds: string[] = [];
  for (const host of hosts) {
    const id = randomUUID();
    outletIds.push(id);
    await admin.query(
      `INSERT INTO outlet (id, subject_id, division_code, site_name, domain, domain_unicode, domain_skeleton, mixed_scripts, url, site_type, carrier_kind, on_platform, operator_id, declaration, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $5, $5, false, $6, 'shop', 'website', false, $7, '属实', now(), now())`,
      [id, subjectId, DIVISION, `店铺${host}`, host, `http://${host}/`, operatorId],
    );
  }
  return { caseId, outletIds, operatorId };
}

/** The penalty decision of a case, sealed and served: what a closure needs before it. */
async function aServedDecision(admin: TestDatabase['admin'], blobs: BlobStore, caseId: string): Promise<void> {
  const id = randomUUID();
  const { sha256, size } = await blobs.putOnce(Buffer.from(`%PDF-1.7 decision ${id}`));
  const opinion = JSON.stringify({ opinion: '同意。', name: 'x', at: '2026-11-01T00:00:00Z' });
  await admin.query(
    `INSERT INTO document (id, division_code, ref_kind, ref_id, case_id, form, template_version, title, state, data, number, issued_on, paper, drafted_by, drafted_at,
       submission, submitted_by, approval, approved_by)
     VALUES ($1, $2, 'case', $3, $3, '45', 1, '行政处罚决定书', 'served', '{}', $4, '2026-11-01', 1, 'a', now(), $5, 'a', $5, 'b')`,
    [id, DIVISION, caseId, `示市监罚〔2026〕${parseInt(id.slice(0, 4), 16)}号`, opinion],
  );
  await admin.query(`INSERT INTO document_paper VALUES ($1, 1, $2, $3, '{}', 'a', 'a', now(), NULL)`, [id, sha256, size]);
  await admin.query(
    `INSERT INTO document_service (document_id, method, recipient, place, served_at, recorded_by, recorded_at) VALUES ($1, 'direct', 'x', 'x', now(), 'a', now())`,
    [id],
  );
}

/** Address of the n-th contact of a case's operator, by the case's serial. */
export function contactOf(serial: string, position: number): string {
  return `${position === 0 ? 'duty' : 'deputy'}.${serial}@platform.test`;
}
