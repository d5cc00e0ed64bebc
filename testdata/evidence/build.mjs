// Rebuilds the golden packages, their trust bundles and the published schemas: `node testdata/evidence/build.mjs`.
// The bytes are the same on every machine; libs/proof/golden.spec.ts compares them.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const outfile = join(tmpdir(), `golden-${process.pid}.cjs`);
const entry = join(here, '../../libs/proof/testing/golden.ts');
await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'cjs', target: 'node20', logLevel: 'warning' });
const { goldenFiles } = createRequire(import.meta.url)(outfile);
for (const [name, bytes] of Object.entries(await goldenFiles())) {
  writeFileSync(join(here, name), bytes);
  console.log(`${name} ${bytes.length}`);
}
