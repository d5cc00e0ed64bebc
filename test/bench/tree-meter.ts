import { readdirSync } from 'node:fs';
import { procText } from '../../libs/capture/chromium/proc';

/** What one piece of work took, of this process and of the browser that did it. */
export interface Spent {
  ms: number;
  /** Of all processes of the tree and of this one. */
  cpuMs: number;
  /** Highest sum of resident memory of the tree and this process; memory that processes share is counted with each. */
  peakBytes: number;
}

const EVERY_MS = 100;
/** Linux counts processor time in these, whatever its own clock does. */
const TICK_MS = 10;
const PAGE_BYTES = 4_096;

interface Sample {
  cpuMs: number;
  bytes: number;
}

/** Looks at `/proc` ten times a second; what that costs is taken off. Counters only grow, so a look that comes late loses nothing but the peak in between. */
export class TreeMeter {
  private readonly running = new Set<Meter>();
  private readonly timer = setInterval(() => {
    for (const meter of this.running) meter.look();
  }, EVERY_MS);

  begin(): Meter {
    const meter = new Meter((over) => this.running.delete(over));
    this.running.add(meter);
    return meter;
  }

  close(): void {
    clearInterval(this.timer);
  }
}

class Meter {
  private readonly began = performance.now();
  private readonly own = process.cpuUsage();
  private readonly looked = lookingMs;
  private root = 0;
  private readonly first = new Map<string, number>();
  private readonly last = new Map<string, number>();
  private peak = 0;

  constructor(private readonly over: (meter: Meter) => void) {}

  /** The browser; what its processes had used before does not count. */
  tree(pid: number): void {
    this.root = pid;
    for (const [key, { cpuMs }] of samples(pid)) this.first.set(key, cpuMs);
  }

  look(): void {
    if (this.root === 0) return;
    let bytes = process.memoryUsage.rss();
    for (const [key, sample] of samples(this.root)) {
      this.last.set(key, sample.cpuMs);
      bytes += sample.bytes;
    }
    this.peak = Math.max(this.peak, bytes);
  }

  end(): Spent {
    this.look();
    this.over(this);
    const { user, system } = process.cpuUsage(this.own);
    const tree = [...this.last].reduce((sum, [key, ms]) => sum + ms - (this.first.get(key) ?? 0), 0);
    return { ms: performance.now() - this.began, cpuMs: (user + system) / 1_000 - (lookingMs - this.looked) + tree, peakBytes: this.peak };
  }
}

export type { Meter };

/** Of this thread, spent on looking: no part of any work that is measured. */
let lookingMs = 0;

function samples(root: number): Map<string, Sample> {
  const before = process.threadCpuUsage();
  try {
    return treeOf(root);
  } finally {
    const { user, system } = process.threadCpuUsage(before);
    lookingMs += (user + system) / 1_000;
  }
}

/** Every process below `root`, itself included, by number and time of birth. */
function treeOf(root: number): Map<string, Sample> {
  const children = new Map<number, number[]>();
  const known = new Map<number, [string, Sample]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = procText(`/proc/${name}/stat`);
      if (stat === '') continue;
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const [parent, user, system, born, resident] = [1, 11, 12, 19, 21].map((at) => Number(fields[at])) as [
        number,
        number,
        number,
        number,
        number,
      ];
      const pid = Number(name);
      known.set(pid, [`${pid} ${born}`, { cpuMs: (user + system) * TICK_MS, bytes: resident * PAGE_BYTES }]);
      children.set(parent, [...(children.get(parent) ?? []), pid]);
    } catch {
      // Gone while we looked.
    }
  }
  const found = new Map<string, Sample>();
  const visit = (pid: number): void => {
    const entry = known.get(pid);
    if (entry) found.set(...entry);
    for (const child of children.get(pid) ?? []) visit(child);
  };
  visit(root);
  return found;
}
