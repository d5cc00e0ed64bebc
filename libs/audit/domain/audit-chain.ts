import { createHash } from 'node:crypto';
import { canonicalJson } from '../../kernel';

/** One act as it is recorded: who, when, from where, what, on which record, why. */
export interface AuditEvent {
  id: string;
  at: Date;
  actor: string;
  act: string;
  kind: string;
  record: string;
  caseId: string | null;
  divisionCode: string;
  purpose: string | null;
  origin: string | null;
  requestId: string | null;
  details: Record<string, unknown>;
}

export interface AuditLink {
  seq: number;
  eventId: string;
  prev: string;
  digest: string;
}

export const BEFORE_FIRST = '0'.repeat(64);

/**
 * The link that puts `event` behind `last`. Its digest is SHA-256 over the RFC 8785 form of every field of the event, its
 * place and the digest before it, so it commits to all that was recorded earlier.
 */
export function link(last: AuditLink | null, event: AuditEvent): AuditLink {
  const place = { seq: (last?.seq ?? 0) + 1, eventId: event.id, prev: last?.digest ?? BEFORE_FIRST };
  const body = canonicalJson({ ...place, event: { ...event, at: event.at.toISOString(), details: textOf(event.details) } });
  return { ...place, digest: createHash('sha256').update(body).digest('hex') };
}

/** Details may hold any JSON, fractions included, so they are covered as their sorted text. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    item && typeof item === 'object' && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}

/** Position of the first link that does not verify, or null when all do. `events[i]` belongs to `links[i]`; null when it is gone. */
export function firstBreak(
  links: readonly AuditLink[],
  events: readonly (AuditEvent | null)[],
  before: AuditLink | null = null,
): number | null {
  let last = before;
  for (const [i, found] of links.entries()) {
    const event = events[i];
    const expected = event ? link(last, event) : null;
    if (!expected || expected.seq !== found.seq || expected.prev !== found.prev || expected.digest !== found.digest)
      return (last?.seq ?? 0) + 1;
    last = found;
  }
  return null;
}
