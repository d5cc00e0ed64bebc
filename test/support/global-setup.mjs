import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ROOT, folder } from '../../scripts/provision/paths.mjs';
import { startPostgres } from '../../scripts/provision/postgres.mjs';
import { startRedis } from '../../scripts/provision/redis.mjs';
import { TEST_ROLE_PASSWORD, migratedTemplate } from '../../scripts/provision/template.mjs';

/**
 * What `npx jest libs/x` needs on its own: a PostgreSQL with a migrated template database, and Redis when the machine has
 * one. The cluster stays up between runs (`.data/test`, adopted by its lock file); Redis belongs to this run alone.
 * `npm test` gives NMS_TEST_PG itself and takes everything down again.
 */
export default async function globalSetup() {
  const work = folder(ROOT, '.data/test');
  const unlock = await lock(join(work, 'setup.lock'));
  try {
    process.env.NMS_TEST_ROLE_PASSWORD = TEST_ROLE_PASSWORD;
    process.env.NMS_TEST_PG ??= (await startPostgres(work, { throwAway: true })).url;
    process.env.NMS_TEST_TEMPLATE = await migratedTemplate(process.env.NMS_TEST_PG, work);
  } catch (fault) {
    // Pure specs go on; testDatabase() fails with this text, so that nothing which needs it can pass.
    process.env.NMS_TEST_PG_FAULT = String(fault?.stack ?? fault);
    process.stderr.write(`\nNo test database: ${fault?.message ?? fault}\n`);
  } finally {
    unlock();
  }
  if (process.env.REDIS_URL === undefined) {
    const redis = await startRedis(folder(work, `run-${process.pid}`), { persistent: false });
    process.env.REDIS_URL = redis?.url ?? '';
    globalThis.nmsTestRun = {
      stop: async () => {
        await redis?.stop();
        rmSync(join(work, `run-${process.pid}`), { recursive: true, force: true });
      },
    };
  }
}

/** Two runs begun at once must not both create the cluster. A lock whose owner is gone is broken. */
async function lock(file) {
  for (;;) {
    try {
      const handle = openSync(file, 'wx');
      await import('node:fs').then(({ writeSync }) => writeSync(handle, String(process.pid)));
      closeSync(handle);
      return () => rmSync(file, { force: true });
    } catch (fault) {
      if (fault.code !== 'EEXIST') throw fault;
      if (!ownerAlive(file)) rmSync(file, { force: true });
      await pause(100);
    }
  }
}

function ownerAlive(file) {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    if (!pid) return true; // being written at this moment
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
