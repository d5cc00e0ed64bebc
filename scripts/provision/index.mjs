import { join } from 'node:path';
import { findChromium } from './chromium.mjs';
import { checkRights, ensureDatabase, ensureRoles, urlTo, withClient } from './database.mjs';
import { findFonts } from './fonts.mjs';
import { tellNode } from './node24.mjs';
import { DATA } from './paths.mjs';
import { ping, startPostgres } from './postgres.mjs';
import { pingRedis, startRedis } from './redis.mjs';
import { Cannot, choice, say } from './say.mjs';
import { secret } from './secrets.mjs';

/**
 * Finds or provides every outside part, one printed line each, in the order of docs/provision.md. What starts nothing is
 * looked for first; when a later part cannot be had, the earlier ones are taken down again.
 */
export async function provision({ data = DATA, throwAway = false, redis: wantRedis = true } = {}) {
  say('Provision:');
  tellNode();
  const chromium = findChromium(data);
  choice('Chromium', `${chromium.version} (${chromium.from}: ${chromium.path})`);
  const fonts = findFonts(data);
  choice('CJK fonts', fonts.said);
  const started = [];
  const stop = async () => {
    for (const part of started.reverse()) await part.stop();
  };
  try {
    const postgres = await thePostgres(data, throwAway);
    started.push(postgres);
    const redis = wantRedis ? await theRedis(data, throwAway) : null;
    if (redis) started.push(redis);
    choice(
      'blobs',
      process.env.S3_ENDPOINT
        ? `object store at ${process.env.S3_ENDPOINT} (S3_ENDPOINT)`
        : `file system, ${join(data, 'blobs')}`,
    );
    return { chromium, fonts, postgres, redis, stop };
  } catch (fault) {
    await stop();
    throw fault;
  }
}

async function thePostgres(data, throwAway) {
  const given = process.env.DATABASE_URL;
  if (given) {
    const fault = await ping(urlTo(given, { database: 'postgres' }));
    if (fault)
      throw new Cannot(
        `PostgreSQL at ${new URL(given).host} (DATABASE_URL) does not answer: ${fault.message}.`,
        'pg_isready, or unset DATABASE_URL to use the embedded one',
      );
    choice('PostgreSQL', `${new URL(given).host} (DATABASE_URL)`);
    return { url: given, embedded: false, database: new URL(given).pathname.slice(1) || 'nms', stop: async () => undefined };
  }
  const server = await startPostgres(data, { throwAway });
  choice(
    'PostgreSQL',
    `embedded, port ${new URL(server.url).port}, data in ${join(data, 'postgres')}${server.adopted ? ' (adopted one that was left behind)' : ''}`,
  );
  return { ...server, embedded: true, database: 'nms' };
}

async function theRedis(data, throwAway) {
  const given = process.env.REDIS_URL;
  if (given) {
    const fault = await pingRedis(given);
    if (fault)
      throw new Cannot(
        `Redis at ${new URL(given).host} (REDIS_URL) does not answer: ${fault.message}.`,
        'redis-cli ping, or unset REDIS_URL',
      );
    choice('queue', `BullMQ on Redis at ${new URL(given).host} (REDIS_URL)`);
    return { url: given, stop: async () => undefined };
  }
  const server = await startRedis(data, { persistent: !throwAway });
  choice(
    'queue',
    server
      ? `BullMQ on Redis, ${server.program} on port ${new URL(server.url).port}`
      : 'BullMQ on PostgreSQL (no REDIS_URL and no redis-server on PATH)',
  );
  return server;
}

/** Login roles and database; answers the address for each role. `NMS_ROLE_PASSWORD` is for a server whose roles exist already. */
export async function prepareDatabase(data, { url, embedded, database }) {
  const passwordOf = (role) => process.env.NMS_ROLE_PASSWORD ?? secret(data, role);
  const created = await withClient(urlTo(url, { database: 'postgres' }), async (client) => {
    await checkRights(client, url);
    await ensureRoles(client, passwordOf, { alter: embedded });
    return ensureDatabase(client, database);
  });
  for (const role of embedded ? [] : ['nms_api']) {
    const fault = await ping(urlTo(url, { database, user: role, password: passwordOf(role) }));
    if (fault)
      throw new Cannot(
        `The role ${role} exists on ${new URL(url).host} with another password.`,
        'NMS_ROLE_PASSWORD=<that password> npm start, or another server in DATABASE_URL',
      );
  }
  const addressOf = (role) => urlTo(url, { database, user: role, password: passwordOf(role) });
  return { created, admin: urlTo(url, { database }), addressOf };
}
