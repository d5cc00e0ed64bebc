import type { Source } from './subject-types';

export type Changes = Record<string, { from: unknown; to: unknown }>;

/** Where the value of a field comes from and since when; kept beside the record, so that a newer source does not silently win. */
export interface FieldOrigin {
  source: Source;
  at: string;
  by: string;
}
export type Provenance = Record<string, FieldOrigin>;

/** The fields of `next` that differ from `before`; fields that are absent from `next` were not touched. */
export function changesBetween(before: object, next: object): Changes {
  const changes: Changes = {};
  for (const [field, to] of Object.entries(next)) {
    const from = (before as Record<string, unknown>)[field] ?? null;
    if (to !== undefined && JSON.stringify(from) !== JSON.stringify(to ?? null)) changes[field] = { from, to: to ?? null };
  }
  return changes;
}

/** `provenance` with the origin of every field that was just set. */
export function withOrigin(provenance: Provenance, fields: readonly string[], origin: FieldOrigin): Provenance {
  return { ...provenance, ...Object.fromEntries(fields.map((field) => [field, origin])) };
}
