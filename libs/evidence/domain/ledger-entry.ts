import { createHash, randomBytes } from 'node:crypto';
import { canonicalJson } from '../../kernel';
import { digestsOf } from '../../proof';

/** What the ledger can record (evidence specification section 9). */
export type LedgerType =
  | `job.${'requested' | 'started' | 'failed'}`
  | `evidence.${'fixed' | 'stamped' | 'confirmed' | 'refused' | 'sealed' | 'viewed' | 'verified' | 'exported' | 'copied' | 'transferred' | 'disposed' | 'withdrawn' | 'renewed' | 'rehashed' | 'incident'}`
  | 'attestation.added'
  | `key.${'added' | 'revoked'}`
  | 'clock.checked'
  | `ledger.${'opened' | 'closed'}`;

export interface LedgerEvent {
  subject: string;
  type: LedgerType;
  /** Facts of the event, JSON without fractions; they stay in our house, the entry holds only their digests. */
  facts: Record<string, unknown>;
}

/** Where the subject's chain stands: the next number, and the digest of the entry before, empty for the first. */
export interface ChainHead {
  seq: number;
  prev: string;
}

export interface LedgerEntry {
  /** The exact bytes that are hashed into the trees. */
  bytes: Buffer;
  sha256: string;
  /** The salted event, canonical; the entry commits to it by two digests. */
  body: string;
  leaf: Buffer;
  leafSm3: Buffer;
}

/**
 * The entry that records `event` behind `head`. At most 1,024 bytes, without any personal data: only digests of the salted
 * event. The per-subject chain is the custody chain of the package: proving its last entry proves all before it.
 * Basis: 程序规定 art. 26; RFC 6962 section 2.1 for the leaf hash.
 */
export function entryFor(event: LedgerEvent, head: ChainHead, at: Date, salt: Buffer = randomBytes(16)): LedgerEntry {
  const body = canonicalJson({ ...event.facts, salt: salt.toString('hex') });
  const { sha256, sm3 } = digestsOf(Buffer.from(body));
  const bytes = Buffer.from(
    canonicalJson({
      at: at.toISOString(),
      body: { sha256, sm3 },
      prev: head.prev,
      seq: head.seq,
      subject: event.subject,
      type: event.type,
      v: 1,
    }),
  );
  return {
    bytes,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    body,
    leaf: leafHash('sha256', bytes),
    leafSm3: leafHash('sm3', bytes),
  };
}

/** RFC 6962: a leaf is hashed behind a zero byte, so that it can never be taken for a node. */
export function leafHash(algorithm: 'sha256' | 'sm3', entry: Buffer): Buffer {
  return createHash(algorithm).update(Buffer.of(0)).update(entry).digest();
}
