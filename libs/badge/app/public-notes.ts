import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Clock, localDate } from '../../kernel';
import { Log } from '../../platform';
import { PublicRegister } from '../store/public-register';

const FLUSH_MS = 2_000;
const MOST_WAITING = 5_000;

/**
 * What a look leaves: a count of origin and day, and foreign origins once a day. Kept in memory for two seconds and written
 * together, so that a page costs no write; addresses of visitors are not part of it. A crash loses two seconds of counts.
 */
@Injectable()
export class PublicNotes implements OnModuleInit, OnApplicationShutdown {
  private counts = new Map<string, number>();
  private foreign = new Map<string, Date>();
  private noted = new Set<string>();
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly register: PublicRegister,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => void this.flush(), FLUSH_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  visit(code: string, kind: 'page' | 'picture', origin: string): void {
    const key = JSON.stringify([code, kind, origin, localDate(this.clock.now())]);
    if (this.counts.size < MOST_WAITING || this.counts.has(key)) this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }

  foreignOrigin(code: string, origin: string, kind: 'copied' | 'lookalike'): void {
    const at = this.clock.now();
    const key = JSON.stringify([code, origin, kind, localDate(at)]);
    if (this.noted.has(key) || this.foreign.size >= MOST_WAITING) return;
    if (this.noted.size > 50_000) this.noted.clear();
    this.noted.add(key);
    this.foreign.set(key, at);
  }

  async flush(): Promise<void> {
    const [counts, foreign] = [this.counts, this.foreign];
    this.counts = new Map();
    this.foreign = new Map();
    try {
      for (const [key, times] of counts) {
        const [code, kind, origin, day] = JSON.parse(key) as [string, 'page' | 'picture', string, string];
        await this.register.countVisits(code, kind, origin, day, times);
      }
      for (const [key, at] of foreign) {
        const [code, origin, kind, day] = JSON.parse(key) as [string, string, 'copied' | 'lookalike', string];
        await this.register.noteForeignOrigin(code, origin, kind, at, day);
      }
    } catch (fault) {
      // Counts are worth nothing against the page: they are dropped, foreign origins are seen again with the next visit.
      this.noted.clear();
      this.log.error('badge.notes.unwritten', {}, fault);
    }
  }
}
