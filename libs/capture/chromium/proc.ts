import { closeSync, openSync, readdirSync, readSync } from 'node:fs';

const buffer = Buffer.allocUnsafe(65_536);

/**
 * Text of a file under `/proc`, a character a byte; empty when the process is gone or hides it. Read at once and into one buffer: the kernel
 * makes these files in memory, and what Node does for each asynchronous read of one costs far more than the read.
 */
export function procText(path: string): string {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return '';
  }
  try {
    let text = '';
    for (let got = readSync(file, buffer); got > 0; got = readSync(file, buffer)) text += buffer.toString('latin1', 0, got);
    return text;
  } catch {
    return '';
  } finally {
    closeSync(file);
  }
}

export interface LiveProcess {
  pid: number;
  parent: number;
  uid: number;
}

/** All processes but zombies: those hold nothing and wait only for whoever is process 1 to take note. */
export function liveProcesses(): LiveProcess[] {
  const found: LiveProcess[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const status = procText(`/proc/${name}/status`);
    if (status === '' || /^State:\s+Z/m.test(status)) continue;
    const [parent, uid] = [/^PPid:\s+(\d+)/m, /^Uid:\s+(\d+)/m].map((line) => Number(line.exec(status)?.[1] ?? -1));
    found.push({ pid: Number(name), parent: parent as number, uid: uid as number });
  }
  return found;
}

/** Process ids that run under the account. */
export function processesOf(uid: number): number[] {
  return liveProcesses()
    .filter((each) => each.uid === uid)
    .map(({ pid }) => pid);
}
