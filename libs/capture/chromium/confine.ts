import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onPath } from './namespace';

export interface Bounds {
  memoryBytes: number;
  cpus: number;
  processes: number;
}

export interface Confinement {
  /** Shell lines that run before the browser takes its place, still with the rights of who starts it. */
  before: string;
  /** Word before the command, or the empty text. */
  prefix: string;
  /** What is in force and what is not; stands in `record/environment.json`. */
  told: string;
  release(): Promise<void>;
}

export const BOUNDS: Bounds = { memoryBytes: 2 * 1024 * 1024 * 1024, cpus: 2, processes: 4_096 };
const CONTROLLERS = ['memory', 'cpu', 'pids'];
const PERIOD_US = 100_000;
const FILE_BYTES = 1024 * 1024 * 1024;

/**
 * A cgroup (version 2) of the job's own where the machine permits it: memory, processor, number of processes. Otherwise limits of each
 * process: number of processes of the account, size of a file, no core dump; memory is then watched, which `limits` says. The address
 * space cannot be limited, for the script engine reserves terabytes of it.
 */
export async function confine(bounds: Bounds, root = '/sys/fs/cgroup'): Promise<Confinement> {
  const group = await makeGroup(bounds, root).catch((error: unknown) => ({ refused: reasonOf(error) }));
  if (!('refused' in group)) return group;
  const watched = `memory watched twice a second at ${bounds.memoryBytes} bytes; no cgroup: ${group.refused}`;
  const none = { before: '', prefix: '', release: () => Promise.resolve() };
  if (!onPath('prlimit')) return { ...none, told: `no rlimit: no prlimit; ${watched}` };
  const prefix = `prlimit --nproc=${bounds.processes} --fsize=${FILE_BYTES} --core=0 `;
  return { ...none, prefix, told: `rlimit nproc ${bounds.processes}, fsize ${FILE_BYTES}, core 0; ${watched}` };
}

async function makeGroup(bounds: Bounds, root: string): Promise<Confinement | { refused: string }> {
  const here = async (name: string) => (await readFile(join(root, name), 'utf8').catch(() => '')).trim().split(/\s+/);
  const available = await here('cgroup.controllers');
  if (!CONTROLLERS.some((name) => available.includes(name)))
    return { refused: 'version 2 is not mounted or offers no controller' };
  const missing = CONTROLLERS.filter((name) => !available.includes(name));
  if (missing.length > 0) return { refused: `controllers missing: ${missing.join(' ')}` };
  const delegated = await here('cgroup.subtree_control');
  const wanted = CONTROLLERS.filter((name) => !delegated.includes(name));
  if (wanted.length > 0) await writeFile(join(root, 'cgroup.subtree_control'), wanted.map((name) => `+${name}`).join(' '));
  const folder = join(root, `nms-capture-${randomBytes(6).toString('hex')}`);
  await mkdir(folder);
  const release = () => rmdir(folder).catch(() => undefined);
  try {
    const lines: [string, string][] = [
      ['memory.max', String(bounds.memoryBytes)],
      ['cpu.max', `${bounds.cpus * PERIOD_US} ${PERIOD_US}`],
      ['pids.max', String(bounds.processes)],
    ];
    for (const [name, value] of lines) await writeFile(join(folder, name), value);
    // Swapping would let a page take what it was refused; a kernel without swap has no such file.
    await writeFile(join(folder, 'memory.swap.max'), '0').catch(() => undefined);
    return {
      before: `echo $$ > '${folder}/cgroup.procs' || exit 71\n`,
      prefix: '',
      told: `cgroup v2 ${lines.map((line) => line.join(' ')).join(', ')}`,
      release,
    };
  } catch (error) {
    await release();
    throw error;
  }
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error)).slice(0, 160);
