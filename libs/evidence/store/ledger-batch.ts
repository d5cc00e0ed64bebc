import { type ChainHead, entryFor, type LedgerEvent, type MadeEntry } from '../domain/ledger-entry';
import { arrayOf, BYTEA, INT4, int4, TEXT } from './pg-arrays';

export type KeyedEvent = LedgerEvent & { key: string };

/** What the database says before a group is written: either an entry that is there under a key, or the last one of a subject. */
export type Found = { last_seq: number; last_sha256: string } & (
  { known_key: string; of_subject: null } | { known_key: null; of_subject: string }
);

/** Chains whose heads are remembered; beyond that everything is forgotten, and asked for again. */
const REMEMBERED = 10_000;

/** Where this process believes chains to stand. Only a guess that saves a question: the database compares before it writes. */
export class RememberedHeads {
  private readonly heads = new Map<string, ChainHead>();

  of(subject: string): ChainHead | undefined {
    return this.heads.get(subject);
  }

  remember(subject: string, head: ChainHead): void {
    if (this.heads.size > REMEMBERED) this.heads.clear();
    this.heads.set(subject, head);
  }
}

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
export function columnsOf(made: readonly BatchEntry[]): Buffer[] {
  return [
    arrayOf(TEXT, made, ({ subject }) => subject),
    arrayOf(INT4, made, ({ seq }) => int4(seq)),
    arrayOf(TEXT, made, ({ type }) => type),
    arrayOf(TEXT, made, ({ key }) => key),
    arrayOf(BYTEA, made, ({ bytes }) => bytes),
    arrayOf(TEXT, made, ({ sha256 }) => sha256),
    arrayOf(BYTEA, made, ({ leaf }) => leaf),
    arrayOf(BYTEA, made, ({ leafSm3 }) => leafSm3),
    arrayOf(TEXT, made, ({ body }) => body),
  ];
}
