import { randomBytes } from 'node:crypto';
import { DataSource, type EntityTarget, type ObjectLiteral } from 'typeorm';
import { migrate } from '../../../migrations/run';
import { type Claims, systemClaims } from '../database/claims';
import { Db } from '../database/db';

export type ProcessRole = 'nms_api' | 'nms_portal' | 'nms_worker' | 'nms_ledger';

export interface TestDatabase {
  /** Superuser: sees and may do everything; for arranging and for looking, not for what is under test. */
  admin: DataSource;
  /** As the code runs: the login role of a process, with row security in force. */
  as(role: ProcessRole, entities?: EntityTarget<ObjectLiteral>[]): Promise<{ source: DataSource; db: Db; url: string }>;
  url: string;
  close(): Promise<void>;
}

/** Address of the test server with another database name and, if given, another login. */
function addressOf(base: string, database: string, login?: { user: string; password: string }): string {
  const url = new URL(base);
  url.pathname = `/${database}`;
  if (login) {
    url.username = login.user;
    url.password = login.password;
  }
  return url.href;
}

const ROLE_PASSWORD = 'test';

/** A migrated database of its own, copied from the template that global setup made (about 0.1 s). */
export async function testDatabase(): Promise<TestDatabase> {
  const server = process.env.NMS_TEST_PG;
  if (!server) throw new Error('NMS_TEST_PG is not set: run tests through jest, whose global setup starts PostgreSQL');
  const template = process.env.NMS_TEST_TEMPLATE;
  const name = `t_${randomBytes(6).toString('hex')}`;
  const maintenance = await new DataSource({ type: 'postgres', url: server, installExtensions: false }).initialize();
  await maintenance.query(`CREATE DATABASE ${name}${template ? ` TEMPLATE ${template}` : ''}`);
  const url = addressOf(server, name);
  if (!template) await migrate(url);
  await givePasswords(maintenance);
  const admin = await new DataSource({ type: 'postgres', url, installExtensions: false }).initialize();
  const opened: DataSource[] = [admin];
  return {
    admin,
    url,
    async as(role, entities = []) {
      const roleUrl = addressOf(server, name, { user: role, password: ROLE_PASSWORD });
      const source = await new DataSource({
        type: 'postgres',
        url: roleUrl,
        entities: entities as never[],
        installExtensions: false,
      }).initialize();
      opened.push(source);
      return { source, db: new Db(source), url: roleUrl };
    },
    async close() {
      for (const source of opened) if (source.isInitialized) await source.destroy();
      await maintenance.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await maintenance.destroy();
    },
  };
}

/** Files that run at once share the server's roles, so this is done under a lock and says the same thing every time. */
async function givePasswords(maintenance: DataSource): Promise<void> {
  await maintenance.transaction(async (tx) => {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('nms:roles', 0))`);
    for (const role of ['nms_api', 'nms_portal', 'nms_worker', 'nms_ledger'])
      await tx.query(`ALTER ROLE ${role} PASSWORD '${ROLE_PASSWORD}'`);
  });
}

/** Claims of a person in a test; a county officer unless told otherwise. */
export function someClaims(claims: Partial<Claims> = {}): Claims {
  return { actor: '00000000-0000-4000-8000-000000000001', scope: 'unit', division: '141122', roles: ['officer'], ...claims };
}

export { graveFaults } from './axe';
export { systemClaims };
