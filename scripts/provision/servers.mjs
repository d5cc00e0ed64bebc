import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export function alive(pid) {
  try {
    process.kill(pid, 0);
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (fault) {
    return fault.code === 'EPERM';
  }
}

/** Process id and port of the PostgreSQL whose lock file lies in `dir`, if that process is alive and is a postgres. */
export function runningServer(dir) {
  const lock = join(dir, 'postmaster.pid');
  if (!existsSync(lock)) return null;
  const [pid, , , port] = readFileSync(lock, 'utf8').split('\n');
  try {
    if (/postgres/.test(readFileSync(`/proc/${Number(pid)}/cmdline`, 'utf8'))) return { pid: Number(pid), port: Number(port) };
  } catch {
    // no such process
  }
  rmSync(lock, { force: true }); // PostgreSQL would refuse to start when the number now belongs to another program
  return null;
}

/** Asks for an end, waits, and insists. SIGINT is PostgreSQL's fast shutdown: open transactions roll back, the checkpoint is written. */
export async function stopPid(pid, signal = 'SIGINT', waitMs = 20_000) {
  if (alive(pid)) process.kill(pid, signal);
  for (const until = Date.now() + waitMs; alive(pid) && Date.now() < until;) await pause(30);
  if (alive(pid)) process.kill(pid, 'SIGKILL');
}
