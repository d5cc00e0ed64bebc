import { type ChainHead, entryFor, type LedgerEvent, type MadeEntry } from '../domain/ledger-entry';

export type KeyedEvent = LedgerEvent & { key: string };

/** What the database says before a group is written: either an entry that is there under a key, or the last one of a subject. */
export type Found = { last_seq: number; last_sha256: string } & (
  { known_key: string; of_subject: null } | { known_key: null; of_subject: string }
);

/** Where chains stand, and the digests of entries by their keys. */
export class Known {
  constructor(
    readonly heads = new Map<string, ChainHead>(),
    readonly digests = new Map<string, string>(),
  ) {}

  learn(found: readonly Found[]): void {
    for (const { known_key, of_subject, last_seq, last_sha256 } of found) {
      if (known_key !== null) this.digests.set(known_key, last_sha256);
      else this.heads.set(of_subject, { seq: last_seq + 1, prev: last_sha256 });
    }
  }

  headOf(subject: string): ChainHead {
    return this.heads.get(subject) ?? { seq: 0, prev: '' };
  }
}

type BatchEntry = KeyedEvent & MadeEntry & { seq: number };

/** In the order of their names, so that two groups never wait for each other. */
export function subjectsOf(events: readonly KeyedEvent[]): string[] {
  return [...new Set(events.map(({ subject }) => subject))].sort();
}

/** The entries of what is not known by its key, each behind the last of its subject; what is known goes on from them. */
export function entriesBehind(events: readonly KeyedEvent[], known: Known, at: Date): BatchEntry[] {
  return events.flatMap((event) => {
    if (known.digests.has(event.key)) return [];
    const head = known.headOf(event.subject);
    const entry = entryFor(event, head, at);
    known.heads.set(event.subject, { seq: head.seq + 1, prev: entry.sha256 });
    known.digests.set(event.key, entry.sha256);
    return [{ ...event, ...entry, seq: head.seq }];
  });
}

/** One array a column, as `ledger_put_all` takes them. */
export function columnsOf(made: readonly BatchEntry[]): unknown[][] {
  return [
    made.map(({ subject }) => subject),
    made.map(({ seq }) => seq),
    made.map(({ type }) => type),
    made.map(({ key }) => key),
    made.map(({ bytes }) => bytes),
    made.map(({ sha256 }) => sha256),
    made.map(({ leaf }) => leaf),
    made.map(({ leafSm3 }) => leafSm3),
    made.map(({ body }) => body),
  ];
}
