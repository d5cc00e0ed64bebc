import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder } from '../provision/paths.mjs';
import { Cannot } from '../provision/say.mjs';

const fileOf = (data) => join(folder(data, 'run'), 'system.json');

/** What a running system says about itself, or null. A file left by a killed one does not count. */
export function runningSystem(data) {
  if (!existsSync(fileOf(data))) return null;
  try {
    const system = JSON.parse(readFileSync(fileOf(data), 'utf8'));
    return /start\.mjs/.test(readFileSync(`/proc/${system.pid}/cmdline`, 'utf8')) ? system : null;
  } catch {
    return null;
  }
}

/** Takes the place of the one running system of this data folder, or refuses. */
export function claim(data) {
  const running = runningSystem(data);
  if (running)
    throw new Cannot(
      `A system is already running from this clone (process ${running.pid})${running.addresses ? `: console ${running.addresses.console}, portal ${running.addresses.portal}` : ''}.`,
      `kill ${running.pid}`,
    );
  tell(data, { pid: process.pid, ready: false });
}

/** Written whole or not at all, readable for the owner only: it names addresses with passwords for tests. */
export function tell(data, system) {
  writeFileSync(`${fileOf(data)}.new`, `${JSON.stringify(system, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${fileOf(data)}.new`, fileOf(data));
}

export const release = (data) => rmSync(fileOf(data), { force: true });
