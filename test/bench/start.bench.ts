import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { median, tell } from './figure';
import { dataFolder, start } from './product';

const ROUNDS = 3;
const LIMIT_MS = 20_000;
const LIMIT_BYTES = 1.5 * 2 ** 30;

/** Processes of the same group as `leader`: what it started itself, such as a browser kept warm. */
function groupOf(leader: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return (
          Number(
            readFileSync(`/proc/${pid}/stat`, 'utf8')
              .replace(/^.*\) /s, '')
              .split(' ')[2],
          ) === leader
        );
      } catch {
        return false;
      }
    });
}

/** Proportional set size: memory shared by several processes is counted once. */
function pssBytes(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

const isBrowser = (pid: number): boolean => {
  try {
    return /chrom/i.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0]!);
  } catch {
    return false;
  }
};

/** Time from the command to everything healthy, and memory when nothing happens. The first start makes data and is not counted. */
async function main(): Promise<void> {
  const { data, remove } = dataFolder();
  try {
    const first = await start(data);
    await first.stop();
    const times: number[] = [];
    let idle = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const { system, ms, stop } = await start(data);
      times.push(ms);
      if (round === ROUNDS - 1) {
        await pause(10_000);
        const ours = [system.pid, ...Object.values(system.processes)];
        const everything = new Set(ours.flatMap((pid) => [pid, ...groupOf(pid)]));
        idle = [...everything].filter((pid) => !isBrowser(pid)).reduce((sum, pid) => sum + pssBytes(pid), 0);
      }
      await stop();
    }
    tell('start', 'secondStartMs against the limit', median(times), LIMIT_MS, ROUNDS);
    tell('start', 'idleBytes against the limit', idle, LIMIT_BYTES, 1);
  } finally {
    remove();
  }
}

main().catch((fault: unknown) => {
  console.error(fault);
  process.exit(1);
});
