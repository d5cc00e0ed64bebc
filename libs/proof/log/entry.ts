import { concat, Malformed, utf8 } from '../bytes';
import type { Digests } from '../digests';
import { exactly, misfit, oneOf, type JsonSchema } from '../schema';
import { isInstant } from '../instants';
import { isObject, jsonBytes, parseCanonical } from '../strict-json';

export const ENTRY_BYTES_LIMIT = 1024;

export const ENTRY_TYPES = [
  'job.requested',
  'job.started',
  'job.failed',
  'evidence.fixed',
  'evidence.stamped',
  'evidence.confirmed',
  'evidence.refused',
  'evidence.sealed',
  'evidence.viewed',
  'evidence.verified',
  'evidence.exported',
  'evidence.copied',
  'evidence.transferred',
  'evidence.disposed',
  'evidence.withdrawn',
  'evidence.renewed',
  'evidence.rehashed',
  'evidence.incident',
  'attestation.added',
  'key.added',
  'key.revoked',
  'clock.checked',
  'ledger.opened',
  'ledger.closed',
] as const;

export type EntryType = (typeof ENTRY_TYPES)[number];

/** One line of the ledger: digests only, nothing about a person or a case. These bytes are the leaf. */
export interface LedgerEntry {
  at: string;
  /** Digests of the event's JSON, salt included. */
  body: Digests;
  /** SHA-256 of the subject's entry before, or empty for the first. */
  prev: string;
  /** Counts per subject from 0. */
  seq: number;
  /** Package id, key id or log origin. */
  subject: string;
  type: EntryType;
  v: 1;
}

/** What happened, with a salt that keeps the digests in the ledger from being guessed. Kept outside of the tree. */
export type LedgerEvent = Record<string, unknown> & { salt: string };

const hex: JsonSchema = { type: 'string', pattern: '^[0-9a-f]{64}$' };

export const entrySchema: JsonSchema = exactly({
  at: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$' },
  body: exactly({ sha256: hex, sm3: hex }),
  prev: { type: 'string', pattern: '^([0-9a-f]{64})?$' },
  seq: { type: 'integer', minimum: 0 },
  subject: { type: 'string', minLength: 1 },
  type: oneOf(...ENTRY_TYPES),
  v: { const: 1 },
});

export function entryBytes(entry: LedgerEntry): Uint8Array {
  const bytes = jsonBytes(entry);
  checkEntry(entry, bytes.length);
  return bytes;
}

export function parseEntry(bytes: Uint8Array): LedgerEntry {
  const value = parseCanonical(bytes);
  checkEntry(value, bytes.length);
  return value;
}

const CLOSING = utf8(',"type":"ledger.closed","v":1}');

/** Whether the entry is the one behind which nothing comes any more in the log. Asked of every entry, so it looks at bytes. */
export function endsLog(entry: Uint8Array, origin: string): boolean {
  const isLast = (tail: Uint8Array): boolean => tail.every((byte, i) => byte === entry[entry.length - tail.length + i]);
  return isLast(CLOSING) && isLast(concat(utf8(`"subject":${JSON.stringify(origin)}`), CLOSING));
}

function checkEntry(value: unknown, length: number): asserts value is LedgerEntry {
  const pointer = misfit(value, entrySchema);
  if (pointer !== null) throw new Malformed(`ledger entry: ${pointer || '/'}`);
  const { at, seq, prev } = value as LedgerEntry;
  if (!isInstant(at)) throw new Malformed('ledger entry: /at');
  if ((seq === 0) !== (prev === '')) throw new Malformed('ledger entry: /prev');
  if (length > ENTRY_BYTES_LIMIT) throw new Malformed(`ledger entry over ${ENTRY_BYTES_LIMIT} bytes`);
}

/** One line of `proofs/custody.jsonl`. `event` is null only after its body was erased by order. */
export interface CustodyLine {
  entry: LedgerEntry;
  event: LedgerEvent | null;
  /** Place of the entry in the log. */
  idx: number;
}

export function checkCustodyLine(value: Record<string, unknown>): CustodyLine {
  const { entry, event, idx, ...rest } = value;
  if (Object.keys(rest).length > 0 || !Number.isSafeInteger(idx) || (idx as number) < 0) throw new Malformed('line of custody');
  const isEvent = event === null || (isObject(event) && typeof event.salt === 'string' && /^[0-9a-f]{32}$/.test(event.salt));
  if (!isEvent) throw new Malformed('event of custody');
  checkEntry(entry, jsonBytes(entry).length);
  return { entry, event: event as LedgerEvent | null, idx: idx as number };
}
