// Makes the verifier that travels: one file for Node, one script for a page. `node scripts/bundle-verifier.mjs [folder]`
import { build } from 'esbuild';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const common = { bundle: true, legalComments: 'none', logLevel: 'warning', absWorkingDir: root, target: 'es2022' };

/** `node verify-package.mjs …`: needs Node 20 or newer and nothing else. */
export async function bundleVerifier(outfile) {
  // CommonJS inside of our own code and some packages ask for `require`; an ES module has to make one.
  const banner = {
    js: "import { createRequire as makeRequire } from 'node:module';\nconst require = makeRequire(import.meta.url);",
  };
  await build({
    ...common,
    entryPoints: ['apps/cli/src/verify-package.bundle.ts'],
    outfile,
    platform: 'node',
    format: 'esm',
    banner,
  });
}

/** `globalThis.evidenceVerifier` with verifyPackage, parseTrustBundle, reportText and blobSource; touches neither network nor storage. */
export async function bundleBrowserVerifier(outfile) {
  const twin = {
    name: 'browser twin of the primitives',
    setup: (api) => api.onResolve({ filter: /^\.\/node$/ }, ({ resolveDir }) => ({ path: join(resolveDir, 'browser.ts') })),
  };
  const entry = {
    entryPoints: ['libs/proof/browser.ts'],
    outfile,
    platform: 'browser',
    format: 'iife',
    globalName: 'evidenceVerifier',
  };
  await build({ ...common, ...entry, minify: true, plugins: [twin] });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2] ?? join(root, 'dist');
  mkdirSync(folder, { recursive: true });
  await bundleVerifier(join(folder, 'verify-package.mjs'));
  await bundleBrowserVerifier(join(folder, 'verify-package.browser.js'));
}
