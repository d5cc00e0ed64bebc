const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export interface RecheckSchedule {
  /** Minutes after the operator's report at which an address is looked at. */
  afterReportMin: readonly number[];
  /** How long the observations have to be spread; the round planned for it waits until that much has really passed. */
  spanMs: number;
  thenEveryDays: number;
}

/**
 * From where the n-th profile looks in a round: the vantage points take turns, so that each round has seen the page from as many as it has
 * looks, and each profile sees it from all of them in turn.
 */
export function vantageOf(round: number, profile: number, vantages: readonly [string, ...string[]]): string {
  return vantages[(round + profile) % vantages.length]!;
}

/**
 * When round `round` (0 is the first) is due. The round planned at the span itself is counted from the first look, not from the report:
 * the first look comes minutes after the report, and otherwise no three looks before the 72-hour round could be a whole span apart.
 */
export function dueOfRound(round: number, reportedAt: Date, firstLookAt: Date | null, schedule: RecheckSchedule): Date {
  const minutes = schedule.afterReportMin[round];
  if (minutes === undefined) {
    const last = schedule.afterReportMin.at(-1) ?? 0;
    const weeks = round - schedule.afterReportMin.length + 1;
    return new Date(reportedAt.getTime() + last * MINUTE_MS + weeks * schedule.thenEveryDays * DAY_MS);
  }
  const planned = reportedAt.getTime() + minutes * MINUTE_MS;
  const spans = minutes * MINUTE_MS >= schedule.spanMs && firstLookAt;
  return new Date(spans ? Math.max(planned, firstLookAt.getTime() + schedule.spanMs) : planned);
}
