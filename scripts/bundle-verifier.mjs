// Makes the verifier that travels: one file for Node, one script for other pages, one with our own page around it.
// `node scripts/bundle-verifier.mjs [folder]`
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

const twin = {
  name: 'browser twin of the primitives',
  setup: (api) => api.onResolve({ filter: /^\.\/node$/ }, ({ resolveDir }) => ({ path: join(resolveDir, 'browser.ts') })),
};

async function bundleForBrowsers(entry, outfile, options = {}) {
  await build({
    ...common,
    entryPoints: [entry],
    outfile,
    platform: 'browser',
    format: 'iife',
    minify: true,
    plugins: [twin],
    ...options,
  });
}

/** `globalThis.evidenceVerifier` with verifyPackage, parseTrustBundle, reportText and blobSource; touches neither network nor storage. */
export const bundleBrowserVerifier = (outfile) =>
  bundleForBrowsers('libs/proof/browser.ts', outfile, { globalName: 'evidenceVerifier' });

/** Script of the portal's page /verify-package: the same verifier, and what the page shows of its report. */
export const bundleVerifierPage = (outfile) => bundleForBrowsers('apps/portal/src/verify-package/page.bundle.ts', outfile);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2] ?? join(root, 'dist/verifier');
  mkdirSync(folder, { recursive: true });
  await bundleVerifier(join(folder, 'verify-package.mjs'));
  await bundleBrowserVerifier(join(folder, 'verify-package.browser.js'));
  await bundleVerifierPage(join(folder, 'verify-package.page.js'));
}
