import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { liveProcesses } from '../chromium/proc';
import { fileDigest } from '../chromium/executable';
import { digestOfLiving } from './processes';

const isListed = (pid: number) => liveProcesses().some((each) => each.pid === pid);

async function aLargeProcess() {
  const child = spawn(process.execPath, [
    '-e',
    'const held = Buffer.alloc(3e8, 1); console.log(held.length); setInterval(() => held, 1e6);',
  ]);
  await once(child.stdout, 'data');
  return child;
}

it('E03 tells the program of a process that runs', async () => {
  const child = await aLargeProcess();
  expect(await digestOfLiving(child.pid!, () => isListed(child.pid!))).toBe(await fileDigest(process.execPath));
  child.kill('SIGKILL');
});

it('E03 a process that is just ending, whose program can no longer be read while it is still listed, hides nothing', async () => {
  for (let seen = 0, tries = 0; seen < 3; tries += 1) {
    if (tries === 50) throw new Error('no process was met while it was ending');
    const child = await aLargeProcess();
    const pid = child.pid!;
    child.kill('SIGKILL');
    // Not a wait: these looks have to come between two moments of the kernel.
    const isReadable = () => {
      try {
        return readlinkSync(`/proc/${pid}/exe`) !== '';
      } catch {
        return false;
      }
    };
    while (isReadable());
    seen += isListed(pid) ? 1 : 0;
    expect(await digestOfLiving(pid, () => isListed(pid))).toBe('ended');
  }
});

it('E03 one that is listed for ever and never readable is told as hidden', async () => {
  expect(await digestOfLiving(2 ** 30, () => true)).toBe('hidden');
});
