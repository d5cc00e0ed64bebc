import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePackages } from './packages.mjs';
import { NODE_MODULES } from './paths.mjs';
import { Cannot, choice, endWith } from './say.mjs';

const WANTED = 24;
const major = () => Number(process.versions.node.split('.')[0]);

/**
 * Runs `main` with the packages in place and on Node.js 24. On an older one the same script is run again by the Node.js
 * of the lock file; this process then only waits and hands on signals.
 */
export async function onNode24(main) {
  try {
    const [wantedMajor, wantedMinor] = process.versions.node.split('.').map(Number);
    if (wantedMajor < 20 || (wantedMajor === 20 && wantedMinor < 19))
      throw new Cannot(`Node.js ${process.versions.node} is too old, 20.19 or newer is needed.`, 'a download from nodejs.org');
    await ensurePackages();
    if (major() >= WANTED) {
      await main();
      return;
    }
    const binary = join(NODE_MODULES, `node-${process.platform}-${process.arch}`, 'bin/node');
    if (!existsSync(binary))
      throw new Cannot(
        `Node.js ${process.versions.node} runs here, ${WANTED} is needed, and npm has none for ${process.platform}-${process.arch}.`,
        'npm ci --include=optional',
      );
    handOver(binary);
  } catch (fault) {
    endWith(fault);
  }
}

function handOver(binary) {
  const PATH = `${join(NODE_MODULES, '.bin')}:${process.env.PATH}`;
  const child = spawn(binary, process.argv.slice(1), { stdio: 'inherit', env: { ...process.env, PATH } });
  // Ctrl-C reaches the whole foreground group by itself; a SIGTERM is for this process only and is handed on.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}

export const tellNode = () =>
  choice('Node.js', `${process.versions.node}${process.execPath.includes('node-linux') ? ' from node_modules' : ''}`);
