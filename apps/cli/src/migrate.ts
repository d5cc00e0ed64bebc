import { readFileSync } from 'node:fs';
import { Client } from 'pg';
import { defineConfig, env } from '../../../libs/platform';
import { migrate } from '../../../migrations/run';

const migrateConfig = defineConfig('migrate', {
  databaseUrl: env.string('DATABASE_URL', { describe: 'PostgreSQL address with the role that owns the schema', secret: true }),
  loginUrlFiles: env.list('LOGIN_URL_FILES', {
    default: [],
    describe: 'files that each hold the DATABASE_URL of one process, whose role gets that password',
  }),
});

/** Brings a deployed database up to date and lets the processes log in; run once before they start, safe to run again. */
async function main(): Promise<void> {
  const { databaseUrl, loginUrlFiles } = migrateConfig.read();
  const ran = await migrate(databaseUrl);
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    for (const file of loginUrlFiles) {
      const { username, password } = new URL(readFileSync(file, 'utf8').trim());
      const { rows } = await client.query<{ command: string }>(
        `SELECT format('ALTER ROLE %I LOGIN PASSWORD %L', $1::text, $2::text) AS command`,
        [decodeURIComponent(username), decodeURIComponent(password)],
      );
      await client.query(rows[0]!.command);
    }
  } finally {
    await client.end();
  }
  process.stdout.write(`${ran.length} migrations ran, ${loginUrlFiles.length} roles may log in\n`);
}

main().catch((fault: unknown) => {
  process.stderr.write(`${fault instanceof Error ? fault.message : String(fault)}\n`);
  process.exit(1);
});
