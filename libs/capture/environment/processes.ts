import { readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileDigest } from '../chromium/executable';
import type { FreshBrowser } from '../chromium/fresh-browser';
import { liveProcesses, procText } from '../chromium/proc';
import { contents, finding, type Finding } from './finding';

/** Programs that a browser brings with itself and starts: told apart by digest, so a program under one of these names is not one of them. */
const COMPANIONS = ['chrome_crashpad_handler', 'chrome-sandbox', 'chrome-management-service'];

/** Processes of the capture: those of the job's own account, and all descendants of the browser whatever account they took. */
export function captureGroup({ pid, isolation }: Pick<FreshBrowser, 'pid' | 'isolation'>): number[] {
  const all = liveProcesses();
  const group = new Set(all.some((each) => each.pid === pid) ? [pid] : []);
  for (let size = -1; size !== group.size;) {
    size = group.size;
    for (const each of all) if (group.has(each.parent)) group.add(each.pid);
  }
  if (isolation.uid !== process.getuid?.()) for (const each of all) if (each.uid === isolation.uid) group.add(each.pid);
  return [...group].sort((a, b) => a - b);
}

/** E03. The list is compared by digest of the running program, read through the kernel, not by name or path. */
export async function processList(fresh: FreshBrowser): Promise<Finding> {
  const { uid, sandbox, sandboxReason, namespace, namespaceReason, limits } = fresh.isolation;
  const own = process.getuid?.() !== uid;
  const allowed = await allowList(fresh);
  const group = captureGroup(fresh);
  const foreign: string[] = [];
  let unread = 0;
  for (const pid of group) {
    const sum = await digestOfLiving(pid, () => captureGroup(fresh).includes(pid));
    if (sum === 'hidden') unread += 1;
    else if (sum !== 'ended' && !allowed.has(sum))
      foreign.push(`${basename(await readlink(`/proc/${pid}/exe`).catch(() => '?'))} ${sum}`);
  }
  const facts = [
    `account ${uid}`,
    `${group.length} processes, allow-list of ${allowed.size} digests`,
    ...(unread > 0 ? [`${unread} could not be read`] : []),
    `foreign programs ${foreign.length}${foreign.length > 0 ? ` (${[...new Set(foreign)].join(', ')})` : ''}`,
    `sandbox ${sandbox}${sandboxReason ? ` (${sandboxReason})` : ''}`,
    `network namespace ${namespace}${namespaceReason ? ` (${namespaceReason})` : ''}`,
    ...(limits ? [`limits ${limits}`] : []),
  ].join('; ');
  const expected =
    'only the browser and its companions by digest, under the account of the job; sandbox and network namespace on';
  if (foreign.length > 0) return finding('fail', expected, facts);
  return finding(own && unread === 0 && sandbox === 'on' && namespace === 'on' ? 'pass' : 'warn', expected, facts);
}

async function allowList({ program }: FreshBrowser): Promise<Set<string>> {
  const file = await program.file();
  const companions = await Promise.all(COMPANIONS.map((name) => fileDigest(join(dirname(file), name)).catch(() => null)));
  return new Set([await program.sha256(), ...companions.filter((sum) => sum !== null)]);
}

const LOOK_AGAIN_MS = 50;
const LOOKS = 40;

/**
 * Digest of the program that a process runs. One that ended between the list and the look has nothing to hide; one that still runs and
 * cannot be read has. A process that is ending has let go of its program some milliseconds, or many on a busy machine, before the kernel
 * says so: it is looked at again for two seconds.
 */
export async function digestOfLiving(pid: number, isListed: () => boolean): Promise<string> {
  for (let look = 0; look < LOOKS; look += 1) {
    const sum = await runningDigest(pid);
    if (sum !== null) return sum;
    if (!isListed()) return 'ended';
    await new Promise((done) => setTimeout(done, LOOK_AGAIN_MS));
  }
  return 'hidden';
}

/** Null when the process ended or hides what it runs. */
async function runningDigest(pid: number): Promise<string | null> {
  const link = `/proc/${pid}/exe`;
  try {
    // The file by its path has a digest that is known already; it is the same one if it is the same inode.
    const path = await realpath(link);
    const [running, there] = await Promise.all([stat(link), stat(path).catch(() => null)]);
    return await fileDigest(there && there.ino === running.ino && there.dev === running.dev ? path : link);
  } catch {
    return null;
  }
}

/** E13. What the machine loads into every program, what was loaded into this browser, who traces it, who else may command it. */
export async function noSecondHand(
  fresh: FreshBrowser,
  { root, environment }: { root: string; environment: Readonly<Record<string, string | undefined>> },
): Promise<Finding> {
  const variables = ['LD_PRELOAD', 'LD_LIBRARY_PATH', 'LD_AUDIT'];
  const preloads = variables.filter((name) => environment[name]);
  const preloadFile = ((await contents(join(root, '/etc/ld.so.preload'))) ?? '').toString().trim();
  const group = captureGroup(fresh);
  const inside = new Set<string>();
  const tracers: string[] = [];
  for (const pid of [process.pid, ...group]) {
    const status = procText(`/proc/${pid}/status`);
    const tracer = Number(/^TracerPid:\s+(\d+)/m.exec(status)?.[1] ?? 0);
    // A browser's own crash handler may look at its sibling; nobody from outside may.
    if (tracer !== 0 && !group.includes(tracer)) tracers.push(`${tracer} of ${pid}`);
    if (pid === process.pid) continue;
    const given = procText(`/proc/${pid}/environ`).split('\0');
    for (const name of ['LD_PRELOAD', 'LD_AUDIT'])
      if (given.some((line) => line.startsWith(`${name}=`) && line !== `${name}=`)) inside.add(name);
  }
  const port = fresh.flags.some((flag) => flag.startsWith('--remote-debugging-port'));
  const opened = (await contents(join(fresh.folder, 'profile', 'DevToolsActivePort'))) !== null;
  const observed = [
    `preload ${preloads.join(' ') || 'none'}${preloadFile ? '; ld.so.preload present' : ''}`,
    `in the browser ${[...inside].join(' ') || 'none'}`,
    `tracer ${tracers.join(', ') || 'none'}`,
    `control by pipe${port || opened ? ' and by port' : ' only'}`,
  ].join('; ');
  const bad =
    preloadFile !== '' ||
    inside.size > 0 ||
    tracers.length > 0 ||
    port ||
    opened ||
    ['LD_PRELOAD', 'LD_AUDIT'].some((name) => environment[name]);
  return finding(bad ? 'fail' : 'pass', 'no preload, no tracer, no second debugger', observed);
}
