import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildAll } from './build.mjs';
import { runChecks } from './checks.mjs';
import { provision } from './provision/index.mjs';
import { onNode24 } from './provision/node24.mjs';
import { NODE_MODULES, ROOT } from './provision/paths.mjs';
import { endWith, say } from './provision/say.mjs';
import { runTool } from './system/run-tool.mjs';

const MINUTE = 60_000;
/**
 * Limits are for what hangs: on two idle cores each phase takes a fraction of them. A test with a browser mostly waits for a page to become
 * still, one with a system for its processes, one with a database for the disk: three of them share two cores well.
 */
const PHASES = [
  { name: 'units and database', files: '(?<![.]site)[.]spec[.]ts$', workers: 3, timeoutMs: 15 * MINUTE },
  { name: 'browser', files: '[.]site[.]spec[.]ts$', workers: 3, timeoutMs: 20 * MINUTE },
  { name: 'end to end and faults', files: '[.](e2e|fault)[.]ts$', workers: 3, timeoutMs: 30 * MINUTE, needsBuild: true },
];
/** Queue and capture once more without Redis and with the browser and font from npm, for machines that have both kinds (.ci/run). */
const EMBEDDED = {
  name: 'queue and browser on the embedded parts',
  // Hostile pages are tried on the browser of a deployment; the shell from npm orders its timers otherwise (docs/provision.md).
  files: '(?<!hostile-[a-z]+)[.]site[.]spec[.]ts$|libs/platform/queue/.*[.]spec[.]ts$',
  workers: 3,
  timeoutMs: 15 * MINUTE,
};

/** `npm test [-- words of file names]`: everything, on throw-away data, and one last line. */
await onNode24(async () => {
  const only = process.argv.slice(2);
  const work = mkdtempSync(join(tmpdir(), 'nms-test-'));
  chmodSync(work, 0o755); // PostgreSQL may have to run as another user
  const total = { passed: 0, failed: 0 };
  let parts;
  const clean = async () => {
    await parts?.stop();
    rmSync(work, { recursive: true, force: true });
  };
  process.once('SIGINT', () => void clean().then(() => process.exit(130), endWith));
  process.once('SIGTERM', () => void clean().then(() => process.exit(143), endWith));
  try {
    parts = await provision({ data: work, throwAway: true });
    const env = environmentOf(parts, work);
    for (const phase of PHASES) {
      if (phase.needsBuild) buildAll();
      add(total, await jest(phase, env, only, work));
    }
    if (process.env.NMS_TEST_BOTH === '1') add(total, await onEmbeddedParts(env, only, work));
    if (!only.length) {
      say('\n— checks —');
      for (const { ok } of await runChecks()) add(total, { passed: ok ? 1 : 0, failed: ok ? 0 : 1 });
    }
  } catch (fault) {
    await clean();
    endWith(fault);
  }
  await clean();
  if (total.passed + total.failed === 0) say('No test ran.');
  process.stdout.write(`tests: ${total.passed} passed, ${total.failed} failed\n`);
  process.exitCode = total.failed || !total.passed ? 1 : 0;
  process.exit();
});

function environmentOf({ postgres, redis, chromium, fonts }, work) {
  return {
    ...process.env,
    DATABASE_URL: undefined, // a test connects to a copy of its own, never to what the caller had in mind
    NMS_TEST_PG: postgres.url,
    NMS_TEST_WORK: work,
    // Kills at every step start hundreds of processes from the same files.
    NODE_COMPILE_CACHE: join(work, 'compile-cache'),
    REDIS_URL: redis?.url ?? '',
    CHROMIUM_PATH: chromium.path,
    ...(fonts.file && { FONTCONFIG_FILE: fonts.file }),
  };
}

async function onEmbeddedParts(env, only, work) {
  process.env.NMS_HIDE = 'redis,chromium,fonts';
  const { findChromium } = await import('./provision/chromium.mjs');
  const { findFonts } = await import('./provision/fonts.mjs');
  const chromium = findChromium(work);
  const fonts = findFonts(work);
  say(`\nOnce more on the embedded parts: ${chromium.version}, ${fonts.said}, BullMQ on PostgreSQL`);
  return jest(EMBEDDED, { ...env, REDIS_URL: '', CHROMIUM_PATH: chromium.path, FONTCONFIG_FILE: fonts.file ?? '' }, only, work);
}

/** Runs the files of one phase and counts; a suite that cannot even load, or a run over its time, counts as failed. */
async function jest({ name, files, workers, timeoutMs }, env, only, work) {
  say(`\n— ${name} —`);
  const report = join(work, 'report.json');
  rmSync(report, { force: true });
  const pattern = only.length ? `(${only.join('|')}).*(${files})` : files;
  const args = [
    join(NODE_MODULES, 'jest/bin/jest.js'),
    '--json',
    '--outputFile',
    report,
    '--testPathPatterns',
    pattern,
    '--maxWorkers',
    String(workers),
    '--passWithNoTests',
    '--verbose=false',
  ];
  const run = await runTool(args, { cwd: ROOT, env, timeoutMs, show: false });
  // `--json` prints the report on standard output too; what a person wants to see is the rest.
  say(
    run.output
      .split('\n')
      .filter((line) => !line.startsWith('{"num'))
      .join('\n')
      .trim(),
  );
  if (!existsSync(report)) return { passed: 0, failed: 1 };
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, numPendingTests, numTodoTests } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  if (numPendingTests + numTodoTests) say(`${numPendingTests + numTodoTests} tests did not run (skipped or to do)`);
  const failed = numFailedTests + numRuntimeErrorTestSuites;
  return { passed: numPassedTests, failed: failed || run.ok ? failed : 1 };
}

function add(total, { passed, failed }) {
  total.passed += passed;
  total.failed += failed;
}
