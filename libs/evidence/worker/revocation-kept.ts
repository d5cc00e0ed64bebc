import type { Clock } from '../../kernel';
import type { Db, Log } from '../../platform';
import { hexDigest } from '../../proof';
import type { RevocationKind, StampRevocation } from '../store/stamp-revocation';

/** Clocks of others may be ahead of ours by so much. */
export const AHEAD_MS = 5 * 60_000;

/** What an issuer says of one certificate, in the bytes in which it said it. */
export interface FoundWord {
  kind: RevocationKind;
  bytes: Uint8Array;
  /** Where it is from. */
  source: string;
  thisUpdate: string;
  nextUpdate: string | null;
  /** Null when the certificate is not revoked. */
  revokedAt: string | null;
  /** CRLReason of RFC 5280, 5.3.1, where it is told. */
  reason?: number | null;
}

/** The first of the sources whose answer holds; when none does, the error says what was wrong with each. */
export async function firstThatHolds<T>(sources: readonly (readonly [source: string, ask: () => Promise<T>])[]): Promise<T> {
  const faults: string[] = [];
  for (const [source, ask] of sources) {
    try {
      return await ask();
    } catch (error) {
      faults.push(`${source}: ${(error as Error).message}`);
    }
  }
  throw new Error(faults.join('; '));
}

/** Keeps it beside the stamps and tells of it. */
export async function keepWord(
  { db, store, clock, log }: { db: Db; store: StampRevocation; clock: Clock; log: Log },
  { sha256: certificate, serial }: { sha256: string; serial: string },
  { bytes, revokedAt, reason, ...word }: FoundWord,
): Promise<void> {
  const row = {
    ...word,
    certificate,
    sha256: hexDigest('sha256', bytes),
    list: Buffer.from(bytes),
    thisUpdate: new Date(word.thisUpdate),
    nextUpdate: word.nextUpdate === null ? null : new Date(word.nextUpdate),
  };
  await db.tx((tx) => store.keepList(tx, row, clock.now()));
  const told = { certificate, serial, source: word.source, thisUpdate: word.thisUpdate };
  // Stamps from after that moment prove nothing any more: somebody has to know today, and not the court in ten years.
  if (revokedAt !== null)
    log.error('evidence.stamp.certificateRevoked', { ...told, revokedAt, ...(typeof reason === 'number' && { reason }) });
  else log.info('evidence.stamp.revocationKept', told);
}
