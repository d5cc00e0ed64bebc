export type Verdict = 'PASSED' | 'FAILED' | 'INDETERMINATE';
export type StepId = 'V0' | 'V1' | 'V2' | 'V3' | 'V4' | 'V5' | 'V6' | 'V7' | 'V8' | 'V9' | 'V10' | 'V11';
export type StepResult = 'passed' | 'failed' | 'indeterminate' | 'notDone';
/** L0: nothing; L1 whole; L2 signed; L3 stamped; L4 logged; L5 anchored. */
export type Level = 0 | 1 | 2 | 3 | 4 | 5;

/** `failed`: a check gave a negative answer. `indeterminate`: trust material or time is missing. */
export type Effect = 'failed' | 'indeterminate';

export interface Reason {
  step: StepId;
  code: ReasonCode;
  effect: Effect;
  /** File, container entry, key, line or JSON pointer. */
  subject: string;
  detail: string;
}

/** Said beside the verdict; never changes it. */
export interface Finding {
  code: FindingCode;
  subject: string;
  detail: string;
}

export interface Report {
  schema: 'evidence-report/1';
  at: string;
  trustSha256: string;
  package: {
    form: 'file' | 'folder';
    id: string | null;
    number: string | null;
    kind: string | null;
    manifestSha256: string | null;
  };
  verdict: Verdict;
  level: Level;
  requiredLevel: Level;
  /** Why the verdict is what it is; empty when it is PASSED. */
  reasons: Reason[];
  /** Undecided, without effect on this verdict: what is missing for higher levels, or for the printed form. */
  beyond: Reason[];
  findings: Finding[];
  steps: { step: StepId; result: StepResult }[];
}

export type ReasonCode =
  | 'CONTAINER_MALFORMED'
  | 'CONTAINER_NOT_CANONICAL'
  | 'LIMIT'
  | 'SEAL_FORMAT'
  | 'SEAL_SIGNATURE'
  | 'SEAL_KEY_UNKNOWN'
  | 'FILE_MISSING'
  | 'FILE_EXTRA'
  | 'FILE_SIZE'
  | 'FILE_DIGEST'
  | 'MANIFEST_NOT_CANONICAL'
  | 'MANIFEST_SCHEMA'
  | 'MANIFEST_SET'
  | 'MANIFEST_SIGNATURE'
  | 'MANIFEST_KEY_UNKNOWN'
  | 'KEY_ROLE'
  | 'KEY_PERIOD'
  | 'KEY_REVOKED'
  | 'TST_MISSING'
  | 'TST_FORMAT'
  | 'TST_STATUS'
  | 'TST_IMPRINT'
  | 'TST_ALG'
  | 'TST_EKU'
  | 'TST_ESS'
  | 'TST_SIGNATURE'
  | 'TST_CHAIN'
  | 'TST_EXPIRED'
  | 'TST_UNTRUSTED'
  | 'TST_INTERNAL'
  | 'TIME_ORDER'
  | 'LOG_ENTRY'
  | 'LOG_INCLUSION'
  | 'CHECKPOINT_SIGNATURE'
  | 'CHECKPOINT_KEY_UNKNOWN'
  | 'CUSTODY_GAP'
  | 'CUSTODY_LINK'
  | 'CUSTODY_HEAD'
  | 'CONSISTENCY'
  | 'SPLIT_VIEW'
  | 'WITNESS_QUORUM'
  | 'RENEWAL_BROKEN'
  | 'RENEWAL_LATE'
  | 'WARC_DIGEST'
  | 'WARC_COUNT'
  | 'WARC_TILING'
  | 'CROSS_MISMATCH'
  | 'ENV_VERDICT'
  | 'REPORT_SIGNATURE'
  | 'REPORT_RANGE'
  | 'REPORT_MANIFEST'
  | 'WIRE_MISMATCH'
  | 'WIRE_UNREADABLE';

export type FindingCode =
  | 'WITHHELD'
  | 'NO_PRE_TOKEN'
  | 'CLOCK_JUMP'
  | 'CLOCK_UNVERIFIED'
  | 'LATE_STAMP'
  | 'REVOCATION_UNKNOWN'
  | 'BODY_ERASED'
  | 'PARTIAL_CAPTURE'
  | 'ENVIRONMENT'
  | 'TLS_ERROR'
  | 'VANTAGE_DIFFERENT'
  | 'WIRE_PROVES'
  | 'NOT_DONE';

const STEPS: StepId[] = ['V0', 'V1', 'V2', 'V3', 'V4', 'V5', 'V6', 'V7', 'V8', 'V9', 'V10', 'V11'];

/** Steps that a level needs besides those of the level below. V9 and V10 look deeper into what V2 holds: they can only fail. */
const LEVELS: Record<Exclude<Level, 0>, StepId[]> = {
  1: ['V0', 'V1', 'V2'],
  2: ['V3'],
  3: ['V4', 'V8'],
  4: ['V5', 'V6'],
  5: ['V7'],
};

function levelOfStep(step: StepId): number {
  const found = Object.entries(LEVELS).find(([, steps]) => steps.includes(step));
  if (found) return Number(found[0]) as Level;
  // The signature of the printed form lifts nothing: what is undecided there never blocks.
  return step === 'V10' ? 6 : 1;
}

export function stepResults(done: ReadonlySet<StepId>, reasons: readonly Reason[]): Report['steps'] {
  return STEPS.map((step) => {
    const effects = reasons.filter((reason) => reason.step === step).map((reason) => reason.effect);
    const result = effects.includes('failed')
      ? 'failed'
      : effects.length > 0
        ? 'indeterminate'
        : done.has(step)
          ? 'passed'
          : 'notDone';
    return { step, result };
  });
}

/** The highest level of which, and below which, every step passed. */
export function levelReached(steps: Report['steps']): Level {
  const passed = (step: StepId) => steps.find((entry) => entry.step === step)?.result === 'passed';
  let level: Level = 0;
  for (const next of [1, 2, 3, 4, 5] as const) {
    if (!LEVELS[next].every(passed)) return level;
    level = next;
  }
  return level;
}

/** Indeterminate reasons of steps above the required level explain a lower level; they do not change the verdict. */
export function isBeyond(reason: Reason, required: Level): boolean {
  return reason.effect === 'indeterminate' && levelOfStep(reason.step) > required;
}

export function verdictOf(level: Level, required: Level, reasons: readonly Reason[]): Verdict {
  if (reasons.some((reason) => reason.effect === 'failed')) return 'FAILED';
  return reasons.some((reason) => !isBeyond(reason, required)) || level < required ? 'INDETERMINATE' : 'PASSED';
}
