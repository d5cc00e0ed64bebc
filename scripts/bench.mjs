import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { buildServer } from './build.mjs';
import { findChromium } from './provision/chromium.mjs';
import { findFonts } from './provision/fonts.mjs';
import { onNode24 } from './provision/node24.mjs';
import { DATA, ROOT } from './provision/paths.mjs';
import { Cannot, beQuiet } from './provision/say.mjs';

const FROM = join(ROOT, 'test/bench');
const TO = join(ROOT, 'dist/test/bench');

/** `npm run bench -- <name> …`: one JSON line per figure, ours beside a peer in the same run. */
await onNode24(() => {
  const names = existsSync(FROM)
    ? readdirSync(FROM)
        .filter((name) => name.endsWith('.bench.ts'))
        .map((name) => name.replace('.bench.ts', ''))
    : [];
  const [name, ...args] = process.argv.slice(2);
  // `evidence` is measured in parts: evidence.bench.ts, evidence-verify.bench.ts …
  const parts = names.filter((each) => each === name || each.startsWith(`${name}-`));
  if (!parts.length)
    throw new Cannot(`There is no bench called ${name ?? ''}.`, names.map((each) => `npm run bench -- ${each}`).join(', or '));
  beQuiet();
  buildServer();
  compile();
  const fonts = findFonts(DATA);
  const env = { ...process.env, CHROMIUM_PATH: findChromium(DATA).path, ...(fonts.file && { FONTCONFIG_FILE: fonts.file }) };
  const codes = parts.map(
    (part) =>
      spawnSync(process.execPath, ['--enable-source-maps', join(TO, `${part}.bench.js`), ...args], {
        cwd: ROOT,
        env,
        stdio: 'inherit',
      }).status ?? 1,
  );
  process.exit(Math.max(...codes));
});

/** Into dist, so that `../../libs/…` means the same there. */
function compile() {
  const swc = createRequire(join(ROOT, 'package.json'))('@swc/core');
  mkdirSync(TO, { recursive: true });
  for (const name of readdirSync(FROM).filter((each) => each.endsWith('.ts'))) {
    const { code } = swc.transformSync(readFileSync(join(FROM, name), 'utf8'), {
      filename: join(FROM, name),
      configFile: join(ROOT, '.swcrc'),
    });
    writeFileSync(join(TO, name.replace(/\.ts$/, '.js')), code);
  }
}
