import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { buildServer } from './build.mjs';
import { onNode24 } from './provision/node24.mjs';
import { NODE_MODULES, ROOT } from './provision/paths.mjs';
import { say } from './provision/say.mjs';

const require = createRequire(join(ROOT, 'package.json'));
const DIST = join(ROOT, 'dist');

/** docs/openapi.json from the API in preview (no database), and the console's types from that. */
function apiDescription() {
  const generator = join(DIST, 'apps/api/src/openapi.js');
  if (!existsSync(generator)) return [];
  const work = mkdtempSync(join(tmpdir(), 'nms-gen-'));
  try {
    const description = join(work, 'openapi.json');
    const env = {
      PATH: process.env.PATH,
      HOME: work,
      DATABASE_URL: 'postgres://preview@127.0.0.1:1/preview',
      LOG_LEVEL: 'silent',
    };
    execFileSync(process.execPath, [generator, description], { cwd: work, env, stdio: ['ignore', 'ignore', 'inherit'] });
    const types = join(work, 'schema.d.ts');
    execFileSync(process.execPath, [join(NODE_MODULES, 'openapi-typescript/bin/cli.js'), description, '-o', types], {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return [
      ['docs/openapi.json', readFileSync(description, 'utf8')],
      ['admin-ui/src/api/schema.d.ts', readFileSync(types, 'utf8')],
    ];
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const modulesOf = (pattern) =>
  ['apps', 'libs']
    .flatMap((top) => readdirSync(join(DIST, top), { recursive: true }).map((name) => join(DIST, top, String(name))))
    .filter((path) => pattern.test(path))
    .sort()
    .map((path) => [path, require(path)]);

const isTable = (value) =>
  value &&
  typeof value === 'object' &&
  Array.isArray(value.rows) &&
  'initial' in value &&
  'final' in value &&
  value.rows.every((row) => 'from' in row && 'action' in row && 'to' in row);

/** docs/states/<table>.md: every move as a lawyer reads it. */
function stateTables() {
  const tables = modulesOf(/\.states\.js$/).flatMap(([path, module]) =>
    Object.values(module)
      .filter(isTable)
      .map((table) => [path, table]),
  );
  return tables.map(([path, table]) => {
    const source = path.slice(DIST.length + 1).replace(/\.js$/, '.ts');
    const name = String(table.name ?? basename(path, '.states.js'));
    const basis = (cited) =>
      [cited]
        .flat()
        .filter(Boolean)
        .map((one) =>
          typeof one === 'string' ? one : `${one.law} ${one.article ?? ''}${one.mark ? ` (${one.mark})` : ''}`.trim(),
        )
        .join('; ');
    const cell = (value) => (Array.isArray(value) ? value.join(', ') : String(value ?? '')).replaceAll('|', '\\|');
    const rows = table.rows.map(
      (row) =>
        `| ${[row.from, row.action, row.to, row.requires, row.guards ?? [], row.documents ?? [], basis(row.basis)].map(cell).join(' | ')} |`,
    );
    const text = `<!-- made by npm run gen from ${source} -->\n# ${name}\n\nBegins as \`${table.initial}\`; ends as ${[
      table.final,
    ]
      .flat()
      .map((state) => `\`${state}\``)
      .join(
        ', ',
      )}. What is not a row cannot happen.\n\n| from | action | to | permission | conditions | documents | basis |\n| --- | --- | --- | --- | --- | --- | --- |\n${rows.join('\n')}\n\n\`\`\`mermaid\nstateDiagram-v2\n  [*] --> ${table.initial}\n${[...new Set(table.rows.map((row) => `  ${row.from} --> ${row.to}: ${row.action}`))].join('\n')}\n${[
      table.final,
    ]
      .flat()
      .map((state) => `  ${state} --> [*]`)
      .join('\n')}\n\`\`\`\n`;
    return [`docs/states/${name}.md`, text];
  });
}

/** .env.example from the descriptions that stand beside each setting. */
function exampleEnvironment() {
  const door = join(DIST, 'libs/platform/config/define-config.js');
  if (!existsSync(door)) return [];
  modulesOf(/\.config\.js$/);
  const { allConfigs } = require(door);
  const rooms = [...allConfigs()].sort((a, b) => a.room.localeCompare(b.room));
  const line = ({ name, describe, default: fallback, secret, optional }) =>
    `# ${describe}${secret ? ' (secret; or its file in ' + name + '_FILE)' : ''}${fallback === undefined && !optional ? ' — must be set' : ''}\n# ${name}=${fallback === undefined ? '' : [fallback].flat().join(',')}`;
  const text = rooms.map(({ room, settings }) => `## ${room}\n\n${Object.values(settings).map(line).join('\n\n')}\n`).join('\n');
  return [
    [
      '.env.example',
      `# Made by npm run gen from the *.config.ts files. npm start needs none of this: it sets what its processes need.\n\n${text}`,
    ],
  ];
}

/**
 * `npm run gen`: everything that is derived from the code and kept beside it. With `--check` nothing is written and a
 * difference ends with code 1.
 */
await onNode24(async () => {
  const check = process.argv.includes('--check');
  buildServer();
  const files = new Map([...apiDescription(), ...stateTables(), ...exampleEnvironment()]);
  const stale = [...files]
    .filter(([path, text]) => !existsSync(join(ROOT, path)) || readFileSync(join(ROOT, path), 'utf8') !== text)
    .map(([path]) => path);
  if (check && stale.length) {
    say(`Not fresh: ${stale.join(', ')}. Run npm run gen and commit the result.`);
    process.exit(1);
  }
  for (const path of check ? [] : stale) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), files.get(path));
    say(`written: ${path}`);
  }
  say(`${files.size} generated files, ${stale.length ? `${stale.length} renewed` : 'all fresh'}`);
  process.exit(0);
});
