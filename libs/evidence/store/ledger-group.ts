import { Injectable } from '@nestjs/common';
import { Clock } from '../../kernel';
import { Db, systemClaims } from '../../platform';
import type { LedgerEvent } from '../domain/ledger-entry';
import { Ledger } from './ledger';
import { columnsOf, entriesBehind, type Found, type KeyedEvent, Known, RememberedHeads, subjectsOf } from './ledger-batch';

interface Waiting {
  event: KeyedEvent;
  done: (sha256: string) => void;
  failed: (fault: unknown) => void;
}

/** What one transaction takes at most; more wait for the next. */
const WIDEST = 256;
/** While one group waits for the disk, the next is hashed and sent. */
const AT_ONCE = 2;
/** Fewer are not parted: each group costs a statement and a commit. */
const LEAST = 16;
/** How often a group believes to know the heads before it asks for them under their locks. */
const TRIES = 3;
const CLAIMS = systemClaims('ledger');

/**
 * Entries that stand alone, with no business beside them to commit with: that somebody looked, that something was verified. Whoever asks
 * while a group is on its way goes with the next one, so that many writers share one commit and one round trip. Each entry is whole by
 * itself: one that cannot be written fails for its own caller only. Never await it inside a transaction: hundreds who hold a connection each
 * would wait for one more. `afterCommit` is the place.
 */
@Injectable()
export class LedgerGroup {
  private waiting: Waiting[] = [];
  private running = 0;
  private readonly heads = new RememberedHeads();

  constructor(
    private readonly db: Db,
    private readonly ledger: Ledger,
    private readonly clock: Clock,
  ) {}

  /** The SHA-256 of the entry, once it is committed. The same `key` again changes nothing (I-11). */
  append(event: LedgerEvent, key: string): Promise<string> {
    const written = new Promise<string>((done, failed) => this.waiting.push({ event: { ...event, key }, done, failed }));
    this.go();
    return written;
  }

  private go(): void {
    if (this.running >= AT_ONCE || !this.waiting.length) return;
    this.running += 1;
    // The first of many callers waits until the others of the same moment have asked too.
    setImmediate(() => void this.next());
  }

  private async next(): Promise<void> {
    // Whoever was answered at once asks again at once: only a share of them, or the other group would never have anybody.
    const share = Math.ceil(this.waiting.length / (AT_ONCE - this.running + 1));
    const width = Math.min(WIDEST, Math.max(LEAST, share));
    const group = this.waiting.slice(0, width);
    this.waiting = this.waiting.slice(width);
    this.go();
    if (group.length) await this.write(group);
    this.running -= 1;
    this.go();
  }

  private async write(group: readonly Waiting[]): Promise<void> {
    try {
      const digests = await this.commit(group.map(({ event }) => event));
      for (const [i, { done }] of group.entries()) done(digests[i]!);
    } catch (fault) {
      if (group.length === 1) group[0]!.failed(fault);
      // Again one by one: what was committed although its answer was lost is known by its key.
      else for (const each of group) await this.write([each]);
    }
  }

  private async commit(events: readonly KeyedEvent[]): Promise<string[]> {
    const subjects = subjectsOf(events);
    const known = new Known();
    for (const subject of subjects) {
      const head = this.heads.of(subject);
      if (head) known.heads.set(subject, head);
    }
    for (let tries = 0; tries < TRIES; tries += 1) {
      const guess = new Known(new Map(known.heads), new Map(known.digests));
      const believed = subjects.map((subject) => guess.headOf(subject));
      const at = this.clock.now();
      const made = entriesBehind(events, guess, at);
      const found = made.length
        ? await this.db.call<Found>(CLAIMS, 'ledger_put_group', [
            at,
            subjects,
            believed.map(({ prev }) => prev),
            believed.map(({ seq }) => seq - 1),
            ...columnsOf(made),
          ])
        : [];
      if (!found.length) {
        for (const [subject, head] of guess.heads) this.heads.remember(subject, head);
        return events.map(({ key }) => guess.digests.get(key)!);
      }
      known.learn(found);
    }
    return this.db.as(CLAIMS, (tx) => this.ledger.appendAll(tx, events));
  }
}
