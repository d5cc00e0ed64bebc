import { join } from 'node:path';
import { runChecks } from './checks.mjs';
import { onNode24 } from './provision/node24.mjs';
import { NODE_MODULES, ROOT } from './provision/paths.mjs';
import { say } from './provision/say.mjs';
import { runTool } from './system/run-tool.mjs';

/** `npm run check`: types, lint, arrows, dead code, generated files and the pure tests; run before every push. */
await onNode24(async () => {
  const began = Date.now();
  // The two verifiers are held against each other on a few damaged packages here, on many more in `npm test`.
  process.env.AGREEMENT_CASES ??= '60';
  const results = await runChecks();
  const jest = await runTool(
    [join(NODE_MODULES, 'jest/bin/jest.js'), '--testPathPatterns', '(?<![.](db|site))[.]spec[.]ts$', '--silent'],
    { cwd: ROOT, show: false, timeoutMs: 240_000 },
  );
  say(`  ${jest.ok ? 'ok  ' : 'FAIL'} unit tests (${(jest.ms / 1000).toFixed(1)} s)`);
  if (!jest.ok) say(jest.output);
  const failed = [...results.filter(({ ok }) => !ok).map(({ name }) => name), ...(jest.ok ? [] : ['unit tests'])];
  say(
    failed.length
      ? `check: ${failed.join(', ')} failed`
      : `check: everything passed in ${((Date.now() - began) / 1000).toFixed(0)} s`,
  );
  process.exit(failed.length ? 1 : 0);
});
