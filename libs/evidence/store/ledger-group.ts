import { Injectable } from '@nestjs/common';
import { Db, systemClaims } from '../../platform';
import type { LedgerEvent } from '../domain/ledger-entry';
import { Ledger } from './ledger';

interface Waiting {
  event: LedgerEvent & { key: string };
  done: (sha256: string) => void;
  failed: (fault: unknown) => void;
}

/** What one transaction takes at most; more wait for the next. */
const WIDEST = 256;
/** While one group waits for the disk, the next is hashed and sent. */
const AT_ONCE = Number(process.env.LANES ?? 2);

/**
 * Entries that stand alone, with no business beside them to commit with: that somebody looked, that something was verified. Whoever asks
 * while a group is on its way goes with the next one, so that many writers share one commit. Each entry is whole by itself: one that cannot
 * be written fails for its own caller only. Never await it inside a transaction: hundreds who hold a connection each would wait for one
 * more. `afterCommit` is the place.
 */
@Injectable()
export class LedgerGroup {
  private waiting: Waiting[] = [];
  private running = 0;

  constructor(
    private readonly db: Db,
    private readonly ledger: Ledger,
  ) {}

  /** The SHA-256 of the entry, once it is committed. The same `key` again changes nothing (I-11). */
  append(event: LedgerEvent, key: string): Promise<string> {
    const written = new Promise<string>((done, failed) => this.waiting.push({ event: { ...event, key }, done, failed }));
    this.go();
    return written;
  }

  private go(): void {
    // The first of many callers waits until the others of the same moment have asked too.
    while (this.running < AT_ONCE && this.waiting.length > 0) {
      this.running += 1;
      setImmediate(() => void this.next());
      break;
    }
  }

  private async next(): Promise<void> {
    const group = this.waiting.slice(0, WIDEST);
    this.waiting = this.waiting.slice(WIDEST);
    try {
      await this.write(group);
    } finally {
      this.running -= 1;
      this.go();
    }
  }

  private async write(group: readonly Waiting[]): Promise<void> {
    if (!group.length) return;
    try {
      const digests = await this.db.as(systemClaims('ledger'), (tx) =>
        this.ledger.appendAll(
          tx,
          group.map(({ event }) => event),
        ),
      );
      for (const [i, { done }] of group.entries()) done(digests[i]!);
    } catch (fault) {
      if (group.length === 1) group[0]!.failed(fault);
      // Again one by one: what was committed although its answer was lost is known by its key.
      else for (const each of group) await this.write([each]);
    }
  }
}
