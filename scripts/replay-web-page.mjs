// Fetches ReplayWeb.page, a foreign player of web archives, for the test that shows a captured page in it. It is licensed AGPL-3.0: a tool of the
// tests like tshark, never part of what is delivered, and so in no lock file. Only the two files are taken that a page loads from it.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const VERSION = '2.5.3';
const SHA512 = 'nCj2PSON3BxeSJKE8AsYPyULv0XPZKJWfy4l9PyQre9SqwLZ+WKZVs/sfLqPOQ4GrH+0YkjbwOhr8cSTH08gsQ==';
const FOLDER = join(dirname(fileURLToPath(import.meta.url)), '../.data/tools', `replaywebpage-${VERSION}`);

if (existsSync(FOLDER)) process.exit(0);
const work = mkdtempSync(join(tmpdir(), 'nms-replay-'));
try {
  const { status, error } = spawnSync('npm', ['pack', `replaywebpage@${VERSION}`, '--silent'], {
    cwd: work,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (error || status !== 0) throw new Error('the package could not be fetched');
  const archive = join(work, `replaywebpage-${VERSION}.tgz`);
  const digest = createHash('sha512').update(readFileSync(archive)).digest('base64');
  if (digest !== SHA512) throw new Error(`its SHA-512 is ${digest}, expected ${SHA512}`);
  execFileSync('tar', ['xzf', archive, 'package/ui.js', 'package/sw.js', 'package/LICENSE'], { cwd: work });
  mkdirSync(dirname(FOLDER), { recursive: true });
  // Copied beside its place first: a folder appears whole or not at all, even from another file system.
  rmSync(`${FOLDER}.new`, { recursive: true, force: true }); // of a run that was ended here
  execFileSync('cp', ['-r', join(work, 'package'), `${FOLDER}.new`]);
  renameSync(`${FOLDER}.new`, FOLDER);
} catch (fault) {
  console.error(
    `ReplayWeb.page ${VERSION} is not here: ${fault.message}. Its test will be skipped; node scripts/replay-web-page.mjs tries again.`,
  );
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
