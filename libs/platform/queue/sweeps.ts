import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { systemClaims, withClaims } from '../database/claims';
import { Log } from '../logging/log';

interface Sweep {
  name: string;
  ms: number;
  work: () => Promise<void>;
  atStart: boolean;
  running?: Promise<void>;
}

/** Regular looks at the truth in the database, by the worker only. One look of a name runs at a time in a process. */
@Injectable()
export class Sweeps implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly sweeps: Sweep[] = [];
  private timers: NodeJS.Timeout[] = [];

  constructor(private readonly log: Log) {}

  /** `atStart`: besides, once when the process has started. */
  every(name: string, ms: number, work: () => Promise<void>, { atStart = false } = {}): void {
    this.sweeps.push({ name, ms, work, atStart });
  }

  onApplicationBootstrap(): void {
    this.timers = this.sweeps.map((sweep) => setInterval(() => void this.run(sweep), sweep.ms));
    for (const sweep of this.sweeps) if (sweep.atStart) this.run(sweep);
  }

  private run(sweep: Sweep): void {
    if (sweep.running) return;
    sweep.running = withClaims(systemClaims('sweep'), sweep.work)
      .catch((fault: unknown) => this.log.error('platform.sweep.failed', { sweep: sweep.name }, fault))
      .finally(() => (sweep.running = undefined));
  }

  async onApplicationShutdown(): Promise<void> {
    this.timers.forEach(clearInterval);
    await Promise.all(this.sweeps.map((sweep) => sweep.running));
  }
}
