import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { buildAll } from './build.mjs';
import { prepareDatabase, provision } from './provision/index.mjs';
import { onNode24 } from './provision/node24.mjs';
import { DATA, ROOT, folder } from './provision/paths.mjs';
import { Cannot, endWith, say } from './provision/say.mjs';
import { Child } from './system/child.mjs';
import { claim, release, runningSystem, tell } from './system/lock.mjs';
import { choosePorts, processesOf } from './system/processes.mjs';

const HEALTHY_WITHIN_MS = 90_000;
const demo = process.env.NMS_DEMO !== '0';

/** Before packages are touched: a running system uses them. */
const running = runningSystem(DATA);
if (running)
  endWith(
    new Cannot(
      `A system is already running from this clone (process ${running.pid})${running.addresses ? `: console ${running.addresses.console}, portal ${running.addresses.portal}` : ''}.`,
      `kill ${running.pid}`,
    ),
  );

await onNode24(async () => {
  const began = Date.now();
  folder(DATA);
  claim(DATA);
  const ends = [() => release(DATA)];
  let stopping = null;
  const stop = () =>
    (stopping ??= (async () => {
      for (const end of ends.reverse()) await end();
    })());
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => {
      if (stopping) return;
      say('\nStopping …');
      stop().then(() => {
        say('Stopped. The data stays in ' + DATA);
        process.exit(0);
      }, endWith);
    });
  try {
    await start(began, ends, () => stopping);
  } catch (fault) {
    if (stopping) return;
    await stop();
    endWith(fault);
  }
});

async function start(began, ends, stopping) {
  const parts = await provision({ data: DATA });
  ends.push(() => parts.stop());
  if (stopping()) throw new Error('stopped');
  buildAll();
  const database = await prepareDatabase(DATA, parts.postgres);
  const migrated = await createRequire(join(ROOT, 'package.json'))('./dist/migrations/run.js').migrate(database.admin);
  say(migrated.length ? `Database: ran ${migrated.length} migrations` : 'Database: up to date');
  const ports = await choosePorts();
  const { processes, cli } = processesOf({ data: DATA, ports, database, ...parts, demo });
  runCli(cli, 'keys', 'The signing keys could not be made, see above.');
  seedOnce(cli, database.created);

  const about = () => ({
    pid: process.pid,
    ready: false,
    data: DATA,
    ports,
    addresses: {
      console: `http://127.0.0.1:${ports.api}`,
      portal: `http://127.0.0.1:${ports.portal}`,
      ...(demo && { internet: `http://127.0.0.1:${ports.internet}` }),
    },
    processes: Object.fromEntries(children.map(({ name, pid }) => [name, pid])),
    databaseUrl: database.admin,
    redisUrl: parts.redis?.url ?? null,
  });
  let ready = false;
  const children = [];
  for (const description of processes) children.push(new Child(description, DATA, () => tell(DATA, { ...about(), ready })));
  ends.push(() => Promise.all(children.map((child) => child.stop())));
  say(`Starting ${children.map(({ name }) => name).join(', ')} …`);
  for (const child of children) child.start();
  await Promise.all(children.map((child) => child.healthy(HEALTHY_WITHIN_MS)));
  ready = true;
  tell(DATA, { ...about(), ready });
  tellAddresses(about().addresses, Date.now() - began);
}

/** The demonstration data is loaded once for each data folder, and said to be that. */
function seedOnce(env, databaseIsNew) {
  const mark = join(DATA, 'seeded');
  const cli = join(ROOT, 'dist/apps/cli/src/main.js');
  if (!existsSync(cli) || (existsSync(mark) && !databaseIsNew) || process.env.NMS_SEED === '0') return;
  say('Loading demonstration data (invented companies, shops and officers) …');
  runCli(env, 'seed', 'The demonstration data could not be loaded, see above.');
  writeFileSync(mark, new Date().toISOString());
}

/** One verb of the command line with the rights of the set-up. */
function runCli(env, verb, complaint) {
  const { status } = spawnSync(process.execPath, [join(ROOT, 'dist/apps/cli/src/main.js'), verb], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) throw new Cannot(complaint, `npm run nms -- ${verb}`);
}

function tellAddresses({ console: desk, portal, internet }, ms) {
  say(`\nReady after ${(ms / 1000).toFixed(1)} s.`);
  say(`  console        ${desk}`);
  say(`  public portal  ${portal}`);
  if (internet)
    say(
      `  outside world  ${internet}   (the demonstration's shops, and the operator's mail at http://operator.test.localhost:${new URL(internet).port})`,
    );
  for (const account of demoAccounts()) say(`  account        ${account}`);
  say('Ctrl-C stops everything.');
}

/** One line per demonstration account, as the seed wrote them. */
export function demoAccounts() {
  const file = join(DATA, 'demo-accounts.json');
  if (!existsSync(file)) return [];
  const content = JSON.parse(readFileSync(file, 'utf8'));
  const accounts = Array.isArray(content) ? content : (content.accounts ?? []);
  return accounts.map(
    ({ account, password, name = '', roles = [] }) =>
      `${account} / ${password}   ${[name, [roles].flat().join(', ')].filter(Boolean).join(' · ')}`,
  );
}
