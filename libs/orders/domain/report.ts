import { createHash } from 'node:crypto';
import { canonicalJson } from '../../kernel';

export const LINE_RESULTS = ['done', 'partly', 'notPossible', 'contested'] as const;
export type LineResult = (typeof LINE_RESULTS)[number];

/** What the operator did, by family: the first four as platforms name them, the last three are the network's. */
export const MEASURES = [
  'visibility',
  'money',
  'servicePartialSuspension',
  'serviceTotalSuspension',
  'servicePartialTermination',
  'serviceTotalTermination',
  'accountSuspension',
  'accountTermination',
  'resolutionStopped',
  'accessStopped',
  'filingCancelled',
  'restored',
] as const;
export type Measure = (typeof MEASURES)[number];

export interface ReportLine {
  addressNo: number;
  result: LineResult;
  measure: Measure | null;
  doneAt: Date | null;
  reason: string | null;
}

export type ReportOutcome = 'full' | 'partial' | 'refused';

/** What the latest word per address adds up to, over all `addressCount` addresses of the order: silence about one makes it partial. */
export function outcomeOf(addressCount: number, lines: readonly Pick<ReportLine, 'addressNo' | 'result'>[]): ReportOutcome {
  const latest = new Map(lines.map(({ addressNo, result }) => [addressNo, result]));
  const results = [...latest.values()];
  if (results.length === addressCount && results.every((result) => result === 'done')) return 'full';
  return results.some((result) => result === 'done' || result === 'partly') ? 'partial' : 'refused';
}

export interface LineFault {
  addressNo: number;
  field: 'addressNo' | 'measure' | 'doneAt' | 'reason';
}

/** Faults of a report as sent: each address once and known; a measure and a time for what was done; a reason for what was not. */
export function faultsOfReport(addressNos: readonly number[], lines: readonly ReportLine[], now: Date): LineFault[] {
  const seen = new Set<number>();
  return lines.flatMap(({ addressNo, result, measure, doneAt, reason }) => {
    const faults: LineFault[] = [];
    if (!addressNos.includes(addressNo) || seen.has(addressNo)) faults.push({ addressNo, field: 'addressNo' });
    seen.add(addressNo);
    const acted = result === 'done' || result === 'partly';
    if (acted && !measure) faults.push({ addressNo, field: 'measure' });
    if (acted && (!doneAt || doneAt > now)) faults.push({ addressNo, field: 'doneAt' });
    if (result !== 'done' && !reason?.trim()) faults.push({ addressNo, field: 'reason' });
    return faults;
  });
}

/** Two reports with the same digest say the same: the second is answered like the first and not entered again. */
export function reportDigest(by: string, lines: readonly ReportLine[], fileSha256s: readonly string[]): string {
  const said = [...lines]
    .sort((a, b) => a.addressNo - b.addressNo)
    .map((line) => ({ ...line, doneAt: line.doneAt?.toISOString() ?? null }));
  return createHash('sha256')
    .update(canonicalJson({ by, lines: said, files: [...fileSha256s].sort() }))
    .digest('hex');
}
