/** What comparison reads of a line of `record/exchanges.jsonl`. */
export interface ComparedExchange {
  url: string;
  method: string;
  status: number | null;
  ip: string | null;
  sha256?: string | null;
  outcome: string;
  tls?: { leafSha256: string | null } | null;
}

export interface ExchangeChange {
  kind: 'added' | 'removed' | 'changed';
  method: string;
  url: string;
  /** Only what differs: status, ip, body digest (`sha256`), outcome. */
  fields: { field: 'status' | 'ip' | 'sha256' | 'outcome'; before: string | null; after: string | null }[];
}

const FIELDS = ['status', 'ip', 'sha256', 'outcome'] as const;
const text = (value: unknown) => (value === null || value === undefined || value === '' ? null : String(value));

/** The n-th request of a method and address in one capture answers to the n-th of the same in the other. */
function byRequest(lines: readonly ComparedExchange[]): Map<string, ComparedExchange> {
  const seen = new Map<string, number>();
  return new Map(
    lines.map((line) => {
      const name = `${line.method} ${line.url}`;
      const nth = seen.get(name) ?? 0;
      seen.set(name, nth + 1);
      return [`${nth} ${name}`, line];
    }),
  );
}

/** Requests that only one capture has, and those that were answered otherwise. In the order of the later capture, removed ones last. */
export function exchangeDifference(before: readonly ComparedExchange[], after: readonly ComparedExchange[]): ExchangeChange[] {
  const [old, now] = [byRequest(before), byRequest(after)];
  const changes: ExchangeChange[] = [];
  for (const [key, line] of now) {
    const { method, url } = line;
    const was = old.get(key);
    if (!was) {
      changes.push({ kind: 'added', method, url, fields: [] });
      continue;
    }
    const fields = FIELDS.map((field) => ({ field, before: text(was[field]), after: text(line[field]) })).filter(
      (one) => one.before !== one.after,
    );
    if (fields.length) changes.push({ kind: 'changed', method, url, fields });
  }
  for (const [key, { method, url }] of old) if (!now.has(key)) changes.push({ kind: 'removed', method, url, fields: [] });
  return changes;
}
