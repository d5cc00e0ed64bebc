import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hidden, onPath } from './find.mjs';
import { NODE_MODULES } from './paths.mjs';
import { openFolder } from './open-folder.mjs';
import { Cannot } from './say.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Asked for its version, because a package manager's stub or a binary with a missing library is a file that cannot run. */
function versionOf(path) {
  try {
    return (
      execFileSync(path, ['--version', '--no-sandbox'], {
        encoding: 'utf8',
        timeout: 30_000,
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim() || null
    );
  } catch {
    return null;
  }
}

/** `{ path, version, from }` of the browser to use. Pages from outside never run with the default flags of the embedded one. */
export function findChromium(data) {
  const given = process.env.CHROMIUM_PATH;
  if (given) {
    const version = versionOf(given);
    if (!version)
      throw new Cannot(`CHROMIUM_PATH=${given} does not start.`, `unset CHROMIUM_PATH, or ${given} --version to see why`);
    return { path: given, version, from: 'CHROMIUM_PATH' };
  }
  for (const name of hidden('chromium') ? [] : NAMES) {
    const path = onPath(name);
    const version = path && versionOf(path);
    if (version) return { path, version, from: 'PATH' };
  }
  return { ...unpacked(data), from: '@sparticuz/chromium from npm' };
}

/** Unpacks the binary once, readable for every user, because Chromium runs as another user than a root supervisor. */
function unpacked(data) {
  const pack = join(NODE_MODULES, '@sparticuz/chromium');
  if (!existsSync(pack))
    throw new Cannot(
      'No Chromium: none on PATH and @sparticuz/chromium is not installed.',
      'npm ci, or apt-get install chromium',
    );
  const { version: release } = JSON.parse(readFileSync(join(pack, 'package.json'), 'utf8'));
  const home = join(openFolder(data), `chromium-headless-shell-${release}`);
  const binary = join(home, 'chromium');
  if (!existsSync(binary)) {
    const making = `${home}.${process.pid}`;
    mkdirSync(making, { recursive: true });
    const unpack = `Promise.all(['chromium.br','swiftshader.tar.br','al2023.tar.br'].map((name) =>
      import(${JSON.stringify(join(pack, 'build/lambdafs.js'))}).then((m) => m.inflate(${JSON.stringify(join(pack, 'bin'))} + '/' + name))))`;
    execFileSync(process.execPath, ['--input-type=module', '-e', `await ${unpack}`], {
      env: { ...process.env, TMPDIR: making },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    openToAll(making);
    rmSync(home, { recursive: true, force: true });
    renameSync(making, home);
  }
  const plain = versionOf(binary);
  if (plain) return { path: binary, version: plain };
  // A bare machine lacks NSS and expat; the package brings them, but only looks for them on its own platform.
  const wrapper = join(home, 'chromium-with-libraries');
  writeFileSync(
    wrapper,
    '#!/bin/sh\nhere=$(dirname "$0")\nLD_LIBRARY_PATH="$here/al2023/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" exec "$here/chromium" "$@"\n',
  );
  chmodSync(wrapper, 0o755);
  const wrapped = versionOf(wrapper);
  if (!wrapped)
    throw new Cannot(
      `The embedded Chromium ${binary} does not start on this machine.`,
      'apt-get install chromium, or CHROMIUM_PATH=/path/to/chrome npm start',
    );
  return { path: wrapper, version: wrapped };
}

function openToAll(dir) {
  chmodSync(dir, 0o755);
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) openToAll(path);
    else if (entry.isFile()) chmodSync(path, 0o755);
  }
}
