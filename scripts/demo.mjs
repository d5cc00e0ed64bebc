import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { theWay } from './demo/way.mjs';
import { onNode24 } from './provision/node24.mjs';
import { DATA, ROOT, folder } from './provision/paths.mjs';
import { Cannot, say } from './provision/say.mjs';
import { runningSystem } from './system/lock.mjs';

/**
 * `npm run demo [-- --json]`: one merchant the whole way, on the system that runs from this clone or on one started for the
 * purpose, by the public HTTP interfaces only. At the end the exported package is checked by the offline verifier.
 */
await onNode24(async () => {
  const json = process.argv.includes('--json');
  const { system, stop } = await theSystem();
  const accounts = JSON.parse(readFileSync(join(system.data, 'demo-accounts.json'), 'utf8')).accounts;
  const { steps, state } = theWay({ ...system.addresses, accounts });
  const packageFile = join(folder(system.data, 'demo'), 'package.evp');
  const trust = join(system.data, 'keys/trust.json');
  steps.push(['check the package offline', () => verified(packageFile, trust, state)]);
  const told = [];
  for (const [name, run] of steps) {
    const began = Date.now();
    try {
      const did = await run();
      told.push({ name, ok: true, ms: Date.now() - began, did });
      // With --json standard output is for the one object, and whoever waits reads the steps on standard error.
      (json ? process.stderr : process.stdout).write(`${String(told.length).padStart(2)}  ${name}: ${did}\n`);
    } catch (fault) {
      told.push({ name, ok: false, ms: Date.now() - began, did: fault.message });
      process.stderr.write(`${String(told.length).padStart(2)}  ${name}: FAILED\n${fault.stack}\n`);
      break;
    }
  }
  await stop();
  const passed = told.filter(({ ok }) => ok).length;
  const whole = passed === steps.length;
  if (json)
    process.stdout.write(
      `${JSON.stringify({ steps: told.map(({ name, ok, ms, did }) => ({ name, ok, ms, did })), package: whole ? packageFile : null, trust })}\n`,
    );
  else process.stdout.write(whole ? `demo: ${passed} steps passed\n` : `demo: ${passed} of ${steps.length} steps passed\n`);
  process.exit(whole ? 0 : 1);
});

/** The one that runs, or one of our own, which is ended afterwards; its data stays. */
async function theSystem() {
  for (let tries = 0; runningSystem(DATA) && !runningSystem(DATA).ready && tries < 900; tries++)
    await new Promise((done) => setTimeout(done, 200));
  const running = runningSystem(DATA);
  if (running?.ready) return { system: running, stop: async () => undefined };
  if (running) throw new Cannot('A system of this clone is starting and does not get ready.', 'npm start');
  say('No system is running; starting one for the demonstration.');
  const child = spawn(process.execPath, [join(ROOT, 'scripts/start.mjs')], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, NMS_DEMO: '1' },
  });
  const gone = new Promise((done) => child.once('exit', done));
  const stop = async () => {
    child.kill('SIGTERM');
    await gone;
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stop().then(() => process.exit(130)));
  for (;;) {
    const system = runningSystem(DATA);
    if (system?.ready) return { system, stop };
    if (child.exitCode !== null) throw new Cannot('The system for the demonstration did not start, see above.', 'npm start');
    await new Promise((done) => setTimeout(done, 200));
  }
}

/** As an expert of a court would: the exported file, the published trust bundle, and no server. */
function verified(packageFile, trust, { packageBytes }) {
  writeFileSync(packageFile, packageBytes);
  const cli = join(ROOT, 'dist/apps/cli/src/main.js');
  if (!existsSync(cli)) throw new Cannot('The command line is not built.', 'npm run build');
  const run = spawnSync(process.execPath, [cli, 'verify-package', packageFile, '--trust', trust, '--json'], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  });
  if (run.status !== 0)
    throw new Error(`verify-package ended with ${run.status}: ${run.stdout.slice(0, 3000)}${run.stderr.slice(0, 1000)}`);
  const report = JSON.parse(run.stdout);
  return `${report.verdict ?? report.result ?? 'PASSED'}, level ${report.level ?? report.reached ?? '?'}: ${packageFile}`;
}
