import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { NODE_MODULES, ROOT } from './provision/paths.mjs';
import { say } from './provision/say.mjs';
import { runTool } from './system/run-tool.mjs';

const bin = (path) => join(NODE_MODULES, path);
const TSC = bin('typescript-native/bin/tsc');

/** What is checked without running the product. Each is one line of the result, and one test of `npm test`. */
export const CHECKS = [
  { name: 'types', args: [TSC, '--noEmit', '--incremental', 'false'] },
  { name: 'types of the console', args: [TSC, '--noEmit', '-p', 'admin-ui/tsconfig.json'], needs: 'admin-ui/tsconfig.json' },
  {
    name: 'lint',
    args: [bin('oxlint/bin/oxlint'), '--type-aware', '--quiet', 'apps', 'libs', 'migrations', 'test', 'scripts', 'admin-ui/src'],
  },
  {
    name: 'arrows',
    args: [
      bin('dependency-cruiser/bin/dependency-cruiser.mjs'),
      'apps',
      'libs',
      'migrations',
      '--config',
      '.dependency-cruiser.cjs',
    ],
  },
  { name: 'lines of the evidence specification', args: ['scripts/ids.mjs'] },
  { name: 'dead code', args: [bin('knip/bin/knip.js'), '--no-progress'] },
  { name: 'generated files are fresh', args: ['scripts/gen.mjs', '--check'] },
  {
    name: 'API description',
    args: [bin('@redocly/cli/bin/cli.js'), 'lint', 'docs/openapi.json', '--config', 'docs/redocly.yaml'],
    needs: 'docs/openapi.json',
  },
];

/** Runs the checks two at a time (the machine we promise has two cores) and tells each with the end of what it said. */
export async function runChecks(checks = CHECKS) {
  const waiting = checks.filter(({ needs }) => !needs || existsSync(join(ROOT, needs)));
  const results = [];
  const worker = async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) {
      const { ok, output, ms } = await runTool(check.args, {
        cwd: ROOT,
        timeoutMs: 240_000,
        show: false,
        env: { ...process.env, NO_COLOR: '1', REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
      });
      say(`  ${ok ? 'ok  ' : 'FAIL'} ${check.name} (${(ms / 1000).toFixed(1)} s)`);
      if (!ok) say(output.trimEnd().split('\n').slice(-60).join('\n'));
      results.push({ name: check.name, ok });
    }
  };
  await Promise.all([worker(), worker()]);
  return results;
}
