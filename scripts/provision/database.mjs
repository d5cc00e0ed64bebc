import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';
import { Cannot } from './say.mjs';

const require = createRequire(join(ROOT, 'package.json'));

/** Login roles of the processes; what each may do is granted by the migrations. */
export const LOGIN_ROLES = ['nms_api', 'nms_portal', 'nms_worker', 'nms_ledger'];

export async function withClient(url, work) {
  const client = new (require('pg').Client)({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export function urlTo(url, { database, user, password }) {
  const to = new URL(url);
  if (database) to.pathname = `/${database}`;
  if (user) [to.username, to.password] = [user, password];
  return to.href;
}

/**
 * Creates the login roles; on our own cluster also sets their passwords to what we keep. On somebody else's server an
 * existing role keeps its password, because another system may be using it. `passwordOf(role)` is letters and digits only.
 */
export async function ensureRoles(client, passwordOf, { alter = true } = {}) {
  await client.query(`SELECT pg_advisory_lock(hashtextextended('nms:roles', 0))`); // two starters on one cluster would both find no role
  try {
    for (const role of LOGIN_ROLES) {
      const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
      if (!rowCount || alter)
        await client.query(
          `${rowCount ? 'ALTER' : 'CREATE'} ROLE ${role} LOGIN NOINHERIT PASSWORD '${passwordOf(role)}' NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS`,
        );
    }
  } finally {
    await client.query(`SELECT pg_advisory_unlock(hashtextextended('nms:roles', 0))`);
  }
}

export async function ensureDatabase(client, name, owner) {
  const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
  if (rowCount) return false;
  // template0, because template1 of a foreign cluster may carry another locale
  await client.query(`CREATE DATABASE "${name}" TEMPLATE template0 ENCODING 'UTF8'${owner ? ` OWNER "${owner}"` : ''}`);
  return true;
}

/** A superuser is wanted because row security is forced on every table and the owner of the schema must load the first rows. */
export async function checkRights(client, url) {
  const { rows } = await client.query(
    'SELECT rolsuper, rolname, current_setting($1)::int AS version FROM pg_roles WHERE rolname = current_user',
    ['server_version_num'],
  );
  if (rows[0].version < 150000)
    throw new Cannot(`PostgreSQL at ${new URL(url).host} is older than 15.`, 'unset DATABASE_URL && npm start');
  if (!rows[0].rolsuper)
    throw new Cannot(
      `The user ${rows[0].rolname} of DATABASE_URL may not create roles and databases.`,
      `psql -c 'ALTER ROLE ${rows[0].rolname} SUPERUSER' as a superuser`,
    );
}

/** Digest over every migration file: a template database made from other migrations is of no use. */
export function migrationsDigest() {
  const sum = createHash('sha256');
  for (const name of readdirSync(join(ROOT, 'migrations'), { recursive: true }).map(String).sort())
    if (/\.(ts|sql|json)$/.test(name))
      sum
        .update(`${name}\0`)
        .update(readFileSync(join(ROOT, 'migrations', name)))
        .update('\0');
  return sum.digest('hex').slice(0, 16);
}
