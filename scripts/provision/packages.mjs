import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { stopPid, runningServer } from './servers.mjs';
import { NODE_MODULES, ROOT } from './paths.mjs';
import { Cannot, say } from './say.mjs';

const LOCK = join(ROOT, 'package-lock.json');
const REMEMBERED = join(NODE_MODULES, '.nms-lock');
const lockDigest = () => createHash('sha256').update(readFileSync(LOCK)).digest('hex');

/** Why the packages must be installed, or null. npm writes `.package-lock.json` last, so an interrupted install counts as missing. */
export function whyInstall() {
  const installed = join(NODE_MODULES, '.package-lock.json');
  if (!existsSync(installed)) return 'no packages yet';
  if (existsSync(REMEMBERED) && readFileSync(REMEMBERED, 'utf8') === lockDigest()) return null;
  // Somebody may have run npm himself: what counts is whether every package of the lock file is there in its version.
  const wanted = JSON.parse(readFileSync(LOCK, 'utf8')).packages;
  const there = JSON.parse(readFileSync(installed, 'utf8')).packages;
  const missing = Object.entries(wanted).find(
    ([path, { version, optional, link, devOptional }]) =>
      path.startsWith('node_modules/') && !link && (there[path] ? there[path].version !== version : !optional && !devOptional),
  );
  return missing ? `${missing[0].replace('node_modules/', '')} ${missing[1].version} is not installed` : null;
}

/** `npm ci` when packages are missing or stale. */
export async function ensurePackages() {
  const why = whyInstall();
  if (why) await install(why);
  if (why || !existsSync(REMEMBERED)) writeFileSync(REMEMBERED, lockDigest());
}

async function install(why) {
  say(`Packages: ${why}; running npm ci (a few minutes the first time) …`);
  await stopServersOf(join(ROOT, '.data'));
  // Without node_modules/.bin on PATH, because npm must not run on the Node.js that it is about to remove.
  const PATH = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((dir) => !dir.includes(`node_modules`))
    .join(delimiter);
  const env = Object.fromEntries(
    Object.entries({ ...process.env, PATH }).filter(
      ([name]) => !/^npm_(lifecycle|package|execpath|node_execpath|command)/.test(name),
    ),
  );
  const { status, error } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 2, 2],
  });
  if (error || status !== 0)
    throw new Cannot(`The packages could not be installed${error ? ` (${error.message})` : ''}.`, 'npm ci');
}

/** An embedded server left behind runs from node_modules; its files must not vanish under it. */
async function stopServersOf(data) {
  if (!existsSync(data)) return;
  for (const dir of [
    data,
    ...readdirSync(data, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(data, entry.name)),
  ]) {
    const server = runningServer(join(dir, 'postgres'));
    if (server) await stopPid(server.pid);
  }
}
