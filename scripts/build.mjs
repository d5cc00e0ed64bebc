import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onNode24 } from './provision/node24.mjs';
import { NODE_MODULES, ROOT } from './provision/paths.mjs';
import { Cannot, say } from './provision/say.mjs';

const SERVER = {
  name: 'server',
  out: 'dist',
  from: [
    'apps',
    'libs',
    'migrations',
    'test/support',
    'nest-cli.json',
    'tsconfig.json',
    'tsconfig.build.json',
    '.swcrc',
    'package-lock.json',
    'scripts/bundle-verifier.mjs',
  ],
};
/** What visitors and experts run by themselves; a part of the server's folder, which the server's build empties. */
const VERIFIER = { name: 'verifier', out: 'dist/verifier' };
const CONSOLE = {
  name: 'console',
  out: 'admin-ui/dist',
  from: [
    'admin-ui/src',
    'admin-ui/public',
    'admin-ui/index.html',
    'admin-ui/vite.config.ts',
    'admin-ui/package.json',
    'package-lock.json',
  ],
};

/** Digest over every file that goes into a build; a few hundred small files, about 30 ms. */
function sourcesDigest(paths) {
  const sum = createHash('sha256');
  const add = (path) => {
    if (!existsSync(path)) return;
    if (statSync(path).isDirectory()) for (const name of readdirSync(path).sort()) add(join(path, name));
    else if (!/\.spec\.tsx?$/.test(path)) sum.update(`${path}\0`).update(readFileSync(path)).update('\0');
  };
  for (const path of paths) add(join(ROOT, path));
  return sum.digest('hex');
}

const markOf = ({ out }) => join(ROOT, out, '.built-from');
const isFresh = (part, digest) =>
  existsSync(markOf(part)) &&
  (part !== SERVER || existsSync(join(ROOT, part.out, 'release.json'))) &&
  readFileSync(markOf(part), 'utf8') === digest;

function run(part, command, args, cwd = ROOT) {
  const began = Date.now();
  say(`Building the ${part.name} …`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NODE_ENV: 'production', NO_COLOR: '1' },
    maxBuffer: 1 << 26,
  });
  if (status !== 0) {
    process.stderr.write(`${stdout}${stderr}`);
    throw new Cannot(`The ${part.name} does not build, see above.`, 'npm run typecheck');
  }
  say(`  built in ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

/** Two builders at once would empty `dist` under each other. */
function locked(work) {
  const lock = join(ROOT, '.data', 'build.lock');
  mkdirSync(join(ROOT, '.data'), { recursive: true });
  for (let tries = 0; ; tries++) {
    try {
      mkdirSync(lock);
      break;
    } catch {
      if (tries > 1200 || Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > 180_000)
        rmSync(lock, { recursive: true, force: true });
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 150);
    }
  }
  try {
    return work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

/**
 * What this build made, by digest: check E01 of a capture compares the running code with it. Who builds an image besides gives the digest
 * of the browser that is in it and, after the build, writes the image's own into the copy that he mounts.
 */
function writeRelease() {
  const out = join(ROOT, SERVER.out);
  // What the processes load; benches are compiled beside it later.
  const paths = ['apps', 'libs', 'migrations']
    .flatMap((folder) =>
      readdirSync(join(out, folder), { recursive: true }).map((path) => `${folder}/${path.replaceAll('\\', '/')}`),
    )
    .filter((path) => /\.[cm]?js$/.test(path) && statSync(join(out, path)).isFile());
  const code = Object.fromEntries(
    paths.map((path) => [
      path,
      createHash('sha256')
        .update(readFileSync(join(out, path)))
        .digest('hex'),
    ]),
  );
  const record = { schema: 'release/1', code, browserSha256: process.env.BROWSER_SHA256 || null, imageSha256: null };
  writeFileSync(join(out, 'release.json'), `${JSON.stringify(record, null, 1)}\n`);
}

export function buildServer() {
  if (isFresh(SERVER, sourcesDigest(SERVER.from))) return;
  locked(() => {
    const digest = sourcesDigest(SERVER.from);
    if (isFresh(SERVER, digest)) return;
    run(SERVER, join(NODE_MODULES, '@nestjs/cli/bin/nest.js'), ['build']);
    run(VERIFIER, join(ROOT, 'scripts/bundle-verifier.mjs'), [join(ROOT, VERIFIER.out)]);
    writeRelease();
    writeFileSync(markOf(SERVER), digest);
  });
}

export function buildConsole() {
  if (!existsSync(join(ROOT, 'admin-ui/index.html')) || isFresh(CONSOLE, sourcesDigest(CONSOLE.from))) return;
  locked(() => {
    const digest = sourcesDigest(CONSOLE.from);
    if (isFresh(CONSOLE, digest)) return;
    run(CONSOLE, join(NODE_MODULES, 'vite/bin/vite.js'), ['build', '--logLevel', 'warn'], join(ROOT, 'admin-ui'));
    writeFileSync(markOf(CONSOLE), digest);
  });
}

export function buildAll() {
  buildServer();
  buildConsole();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await onNode24(buildAll);
