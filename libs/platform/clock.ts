import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { Clock, SystemClock } from '../kernel';

/**
 * The machine's time plus an offset kept in a file, so that all processes of a demonstration or a test jump together.
 * Never used when NMS_CLOCK_FILE is unset, which is what production checks for.
 */
export class MovableClock extends Clock {
  constructor(private readonly file: string) {
    super();
  }

  now(): Date {
    return new Date(Date.now() + this.offsetMs());
  }

  offsetMs(): number {
    try {
      const { offsetMs } = JSON.parse(readFileSync(this.file, 'utf8')) as { offsetMs: unknown };
      return Number.isSafeInteger(offsetMs) ? (offsetMs as number) : 0;
    } catch {
      return 0; // not moved yet
    }
  }

  /** Moves every process's time forward; never back, as records already made would then lie in the future. */
  advance(ms: number): void {
    const next = { offsetMs: this.offsetMs() + Math.max(0, ms) };
    writeFileSync(`${this.file}.new`, JSON.stringify(next));
    renameSync(`${this.file}.new`, this.file);
  }
}

export function clockFor(clockFile: string | undefined): Clock {
  return clockFile ? new MovableClock(clockFile) : new SystemClock();
}
