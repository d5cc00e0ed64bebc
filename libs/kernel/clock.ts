/** The one source of time. Nothing else in the rooms asks the machine. */
export abstract class Clock {
  abstract now(): Date;
}

export class SystemClock extends Clock {
  now(): Date {
    return new Date();
  }
}

/** Stands still until it is moved. */
export class FixedClock extends Clock {
  constructor(private at: Date = new Date('2026-11-23T01:00:00.000Z')) {
    super();
  }

  now(): Date {
    return new Date(this.at);
  }

  set(at: Date): void {
    this.at = at;
  }

  advance(ms: number): void {
    this.at = new Date(this.at.getTime() + ms);
  }
}

/** China has had one zone without summer time since 1991; every time limit is counted in it. */
const SHANGHAI_OFFSET_MS = 8 * 3_600_000;

/** The day, `YYYY-MM-DD`, that it is in Shanghai at `instant`. */
export function localDate(instant: Date): string {
  return new Date(instant.getTime() + SHANGHAI_OFFSET_MS).toISOString().slice(0, 10);
}

/** The instant at which clocks in Shanghai show `day` and `time` (`HH:mm` or `HH:mm:ss.SSS`). */
export function instantOfLocal(day: string, time = '00:00'): Date {
  return new Date(`${day}T${time}+08:00`);
}

/** The minute in which `instant` lies: what people write down of when something happened has no seconds. */
export function startOfMinute(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / 60_000) * 60_000);
}
