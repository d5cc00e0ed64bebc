import { createRequire } from 'node:module';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './paths.mjs';
import { ensureDatabase, ensureRoles, migrationsDigest, urlTo, withClient } from './database.mjs';

const require = createRequire(join(ROOT, 'package.json'));

/** Password of every login role of a throw-away cluster; it listens on loopback and holds invented data only. */
export const TEST_ROLE_PASSWORD = 'test';

/** The migrations as CommonJS under `out`, so that tests need no build of the whole product first. They import nothing of ours. */
function compiledMigrations(out) {
  rmSync(out, { recursive: true, force: true });
  const swc = require('@swc/core');
  const from = join(ROOT, 'migrations');
  for (const name of readdirSync(from, { recursive: true }).map(String)) {
    const to = join(out, name);
    mkdirSync(dirname(to), { recursive: true });
    if (/\.(sql|json)$/.test(name)) cpSync(join(from, name), to);
    if (!/(?<!\.spec|\.d)\.ts$/.test(name)) continue;
    const source = readFileSync(join(from, name), 'utf8');
    const { code } = swc.transformSync(source, {
      swcrc: false,
      filename: name,
      module: { type: 'commonjs' },
      jsc: { target: 'es2023', parser: { syntax: 'typescript', decorators: true }, keepClassNames: true },
    });
    writeFileSync(to.replace(/\.ts$/, '.js'), code);
  }
  return require(join(out, 'run.js'));
}

/**
 * The name of a migrated database that test files copy (`CREATE DATABASE x TEMPLATE …`, about 0.1 s). It is made once
 * for each state of `migrations/`; the three newest are kept, because another run may still be copying an older one.
 */
export async function migratedTemplate(url, work) {
  const name = `nms_template_${migrationsDigest()}`;
  await withClient(url, async (client) => {
    await client.query('SELECT pg_advisory_lock(771002)');
    await ensureRoles(client, () => TEST_ROLE_PASSWORD);
    const made = await client.query('SELECT 1 FROM pg_database WHERE datname = $1 AND datistemplate', [name]);
    if (made.rowCount) return;
    await client.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
    await ensureDatabase(client, name);
    try {
      if (existsSync(join(ROOT, 'migrations/index.ts')))
        await runMigrations(urlTo(url, { database: name }), join(work, `migrations-${process.pid}`));
    } catch (fault) {
      await client.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
      throw fault;
    }
    await client.query(`ALTER DATABASE "${name}" IS_TEMPLATE true`);
    await dropOldTemplates(client);
  });
  return name;
}

async function runMigrations(url, out) {
  try {
    await compiledMigrations(out).migrate(url);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

async function dropOldTemplates(client) {
  const { rows } = await client.query(
    `SELECT datname FROM pg_database WHERE datname LIKE 'nms_template_%' ORDER BY oid DESC OFFSET 3`,
  );
  for (const { datname } of rows) {
    await client.query(`ALTER DATABASE "${datname}" IS_TEMPLATE false`);
    await client.query(`DROP DATABASE IF EXISTS "${datname}"`).catch(() => undefined); // somebody is copying it right now
  }
}
