import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

const root = join(__dirname, '../..');
const CRUISER = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');

/** What must be caught: rule, importer, imported. */
const WRONG: [string, string, string][] = [
  ['room-registry', 'libs/registry/app/a1.ts', 'libs/cases/index.ts'],
  ['room-badge', 'libs/badge/app/a2.ts', 'libs/orders/index.ts'],
  ['room-officers', 'libs/officers/app/a3.ts', 'libs/audit/index.ts'],
  ['room-evidence', 'libs/evidence/app/a4.ts', 'libs/registry/index.ts'],
  ['room-capture', 'libs/capture/browser/a5.ts', 'libs/evidence/index.ts'],
  ['room-documents', 'libs/documents/app/a6.ts', 'libs/evidence/index.ts'],
  ['room-cases', 'libs/cases/app/a7.ts', 'libs/badge/index.ts'],
  ['through-the-door', 'libs/cases/app/a8.ts', 'libs/registry/app/subject.service.ts'],
  ['through-the-door', 'apps/api/src/a9.ts', 'libs/registry/store/subject.entity.ts'],
  ['not-through-the-own-door', 'libs/registry/app/a10.ts', 'libs/registry/index.ts'],
  ['pure-domain', 'libs/registry/domain/a11.ts', 'libs/platform/index.ts'],
  ['shelf-domain', 'libs/registry/domain/a12.ts', 'libs/registry/store/subject.entity.ts'],
  ['shelf-store', 'libs/registry/store/a13.ts', 'libs/registry/app/subject.service.ts'],
  ['shelf-app', 'libs/registry/app/a14.ts', 'libs/registry/http/subject.controller.ts'],
  ['shelf-http', 'libs/registry/http/a15.ts', 'libs/registry/worker/subject.processor.ts'],
  ['testing-is-for-tests', 'libs/registry/app/a16.ts', 'libs/audit/testing/index.ts'],
  ['platform-knows-no-room', 'libs/platform/a17.ts', 'libs/registry/index.ts'],
  ['kernel-is-the-bottom', 'libs/kernel/a18.ts', 'libs/platform/index.ts'],
  ['proof-needs-no-server', 'libs/proof/a19.ts', 'libs/platform/index.ts'],
  ['migrations-stand-alone', 'migrations/a20.ts', 'libs/kernel/index.ts'],
  ['libs-know-no-app', 'libs/registry/app/a21.ts', 'apps/api/src/main.ts'],
  ['apps-know-no-tests', 'apps/api/src/a22.ts', 'test/support/internet/index.ts'],
  ['capture-has-no-database', 'libs/capture/browser/a23.ts', 'node_modules/typeorm/index.js'],
  ['capture-has-no-database', 'apps/capture/src/a24.ts', 'libs/platform/database/db.ts'],
  ['only-capture-has-a-browser', 'libs/evidence/app/a25.ts', 'node_modules/puppeteer/index.js'],
  ['proof-needs-no-server', 'libs/proof/a26.ts', 'node_modules/typeorm/index.js'],
  ['no-cycles', 'libs/kernel/a27.ts', 'libs/kernel/a27b.ts'],
];

const RIGHT: [string, string][] = [
  ['libs/cases/app/b1.ts', 'libs/registry/index.ts'],
  ['libs/cases/app/b2.ts', 'libs/officers/index.ts'],
  ['libs/orders/app/b3.ts', 'libs/documents/index.ts'],
  ['libs/registry/http/b4.ts', 'libs/registry/app/subject.service.ts'],
  ['libs/registry/domain/b5.ts', 'libs/kernel/index.ts'],
  ['libs/registry/store/b6.db.spec.ts', 'libs/audit/testing/index.ts'],
  ['libs/capture/browser/b7.ts', 'node_modules/puppeteer/index.js'],
  ['apps/api/src/b8.ts', 'libs/registry/registry-http.module.ts'],
  ['apps/worker/src/b9.ts', 'libs/registry/registry-worker.module.ts'],
];

/** The rules run over a tree that holds nothing but these imports; answers `rule from` for everything caught. */
function caughtIn(tree: string): Set<string> {
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  };
  const specifier = (from: string, to: string) => {
    const bare = /^node_modules\/([^/]+)/.exec(to);
    return bare
      ? bare[1]!
      : relative(dirname(from), to)
          .replace(/^(?!\.)/, './')
          .replace(/\.ts$/, '');
  };
  for (const [, , to] of WRONG) if (!to.startsWith('node_modules')) write(to, 'export const x = 1;\n');
  for (const [, to] of RIGHT) if (!to.startsWith('node_modules')) write(to, 'export const x = 1;\n');
  for (const [from, to] of [...WRONG.map(([, from, to]) => [from, to] as const), ...RIGHT])
    write(from, `import * as y from '${specifier(from, to)}';\nexport const z = y;\n`);
  write('libs/kernel/a27b.ts', "import { z } from './a27';\nexport const x = z;\n");
  write('tsconfig.json', '{ "compilerOptions": { "module": "nodenext" } }');
  write('package.json', '{ "name": "tree", "dependencies": { "typeorm": "*", "puppeteer": "*" } }');
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
  // The JSON reporter ends with code 0 whatever it found.
  const found = execFileSync(
    process.execPath,
    [CRUISER, 'apps', 'libs', 'migrations', '--config', join(root, '.dependency-cruiser.cjs'), '--output-type', 'json'],
    {
      cwd: tree,
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    },
  );
  const { summary } = JSON.parse(found) as { summary: { violations: { from: string; rule: { name: string } }[] } };
  return new Set(summary.violations.map(({ from, rule }) => `${rule.name} ${from}`));
}

describe('arrows', () => {
  let caught: Set<string>;
  beforeAll(() => {
    const tree = mkdtempSync(join(tmpdir(), 'arrows-'));
    try {
      caught = caughtIn(tree);
    } finally {
      rmSync(tree, { recursive: true, force: true });
    }
  }, 60_000);

  it.each(WRONG)('%s catches %s → %s', (rule, from) => expect([...caught]).toContain(`${rule} ${from}`));
  it.each(RIGHT)('lets %s → %s through', (from) => expect([...caught].filter((line) => line.endsWith(` ${from}`))).toEqual([]));
});
