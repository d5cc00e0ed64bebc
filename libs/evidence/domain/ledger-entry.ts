import { randomBytes } from 'node:crypto';
import { canonicalJson } from '../../kernel';
import { digestsOf, entryBytes, type EntryType, leafHash } from '../../proof';

export interface LedgerEvent {
  subject: string;
  type: EntryType;
  /** Facts of the event, JSON without fractions; they stay in our house, the entry holds only their digests. */
  facts: Record<string, unknown>;
}

/** Where the subject's chain stands: the next number, and the digest of the entry before, empty for the first. */
export interface ChainHead {
  seq: number;
  prev: string;
}

export interface MadeEntry {
  /** The exact bytes that are hashed into the trees. */
  bytes: Buffer;
  sha256: string;
  /** The salted event, canonical; the entry commits to it by two digests. */
  body: string;
  leaf: Buffer;
  leafSm3: Buffer;
}

const SALT = 16;
let drawn = Buffer.alloc(0);
let used = 0;

/** Never given twice. Drawn by the hundred: asking the generator costs more than all hashing of an entry. */
function freshSalt(): Buffer {
  if (used === drawn.length) [drawn, used] = [randomBytes(256 * SALT), 0];
  used += SALT;
  return drawn.subarray(used - SALT, used);
}

/**
 * The entry that records `event` behind `head`. At most 1,024 bytes, without any personal data: only digests of the salted
 * event. The per-subject chain is the custody chain of the package: proving its last entry proves all before it.
 * Basis: 程序规定 art. 26; RFC 6962 section 2.1 for the leaf hash.
 */
export function entryFor(event: LedgerEvent, head: ChainHead, at: Date, salt: Buffer = freshSalt()): MadeEntry {
  const body = canonicalJson({ ...event.facts, salt: salt.toString('hex') });
  const { subject, type } = event;
  const bytes = entryBytes({
    at: at.toISOString(),
    body: digestsOf(Buffer.from(body)),
    prev: head.prev,
    seq: head.seq,
    subject,
    type,
    v: 1,
  });
  return {
    bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
    sha256: digestsOf(bytes).sha256,
    body,
    leaf: Buffer.from(leafHash('sha256', bytes)),
    leafSm3: Buffer.from(leafHash('sm3', bytes)),
  };
}
