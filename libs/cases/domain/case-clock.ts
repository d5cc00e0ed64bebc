import {
  type Deadline,
  deadlineOf,
  type Extension,
  type LawCitation,
  localDate,
  type RollPolicy,
  type TermUnit,
  type WorkingCalendar,
} from '../../kernel';
import type { ClockSpec } from './clock-book';

export interface ClockPause {
  from: string;
  to: string | null;
  ground: string;
  reason?: string;
  by: string;
}

export interface ClockExtension {
  n?: number;
  unit?: TermUnit;
  until?: string;
  reason: string;
  by: string;
  at: string;
}

export type ClockState = 'running' | 'paused' | 'stopped';

/** One running time limit of one case, with the law as it was when the clock started. */
export interface CaseClock {
  key: string;
  n: number;
  unit: TermUnit;
  policy: RollPolicy;
  basis: LawCitation;
  informs: boolean;
  blocksClosing: boolean;
  startedAt: Date;
  pauses: readonly ClockPause[];
  extensions: readonly ClockExtension[];
  state: ClockState;
  stoppedAt: Date | null;
}

export type ClockRefusal =
  'notRunning' | 'notPaused' | 'groundNotListed' | 'noExtension' | 'extensionsUsed' | 'collectiveNeeded' | 'notLater';

export function startClock(spec: ClockSpec, at: Date): CaseClock {
  return {
    key: spec.key,
    n: spec.n,
    unit: spec.unit,
    policy: spec.policy,
    basis: spec.basis,
    informs: spec.informs ?? false,
    blocksClosing: spec.blocksClosing ?? false,
    startedAt: at,
    pauses: [],
    extensions: [],
    state: 'running',
    stoppedAt: null,
  };
}

/** Stops the count from `at` on, for a ground that the clock's law lists. */
export function pauseClock(clock: CaseClock, spec: ClockSpec, pause: Omit<ClockPause, 'to'>): CaseClock | ClockRefusal {
  if (clock.state !== 'running') return 'notRunning';
  if (!spec.pauseGrounds?.includes(pause.ground)) return 'groundNotListed';
  return { ...clock, state: 'paused', pauses: [...clock.pauses, { ...pause, to: null }] };
}

/** Counts again from the day after `at`. */
export function resumeClock(clock: CaseClock, at: Date): CaseClock | ClockRefusal {
  if (clock.state !== 'paused') return 'notPaused';
  const pauses = clock.pauses.map((pause) => (pause.to === null ? { ...pause, to: at.toISOString() } : pause));
  return { ...clock, state: 'running', pauses };
}

/** Adds the units that the law allows, or, when those are used up and a collective decision is allowed, a fixed day. */
export function extendClock(
  clock: CaseClock,
  spec: ClockSpec,
  asked: { reason: string; by: string; at: Date; until?: string },
  present: Deadline,
): CaseClock | ClockRefusal {
  if (clock.state === 'stopped') return 'notRunning';
  const allowed = spec.extension;
  if (!allowed) return 'noExtension';
  const note = { reason: asked.reason, by: asked.by, at: asked.at.toISOString() };
  const plain = clock.extensions.filter((one) => one.until === undefined).length;
  if (asked.until !== undefined) {
    if (allowed.further !== 'collective') return 'noExtension';
    if (plain < allowed.times) return 'collectiveNeeded';
    if (asked.until <= present.due) return 'notLater';
    return { ...clock, extensions: [...clock.extensions, { ...note, until: asked.until }] };
  }
  if (plain >= allowed.times) return allowed.further === 'collective' ? 'collectiveNeeded' : 'extensionsUsed';
  return { ...clock, extensions: [...clock.extensions, { ...note, n: allowed.n, unit: allowed.unit }] };
}

export function stopClock(clock: CaseClock, at: Date): CaseClock {
  if (clock.state === 'stopped') return clock;
  const pauses = clock.pauses.map((pause) => (pause.to === null ? { ...pause, to: at.toISOString() } : pause));
  return { ...clock, state: 'stopped', stoppedAt: at, pauses };
}

/** When it falls due, and how that came about. */
export function dueOf(calendar: WorkingCalendar, clock: CaseClock, now: Date): Deadline {
  return deadlineOf(
    calendar,
    {
      event: clock.startedAt,
      n: clock.n,
      unit: clock.unit,
      policy: clock.policy,
      pauses: clock.pauses.map(({ from, to }) => ({ from: new Date(from), to: to ? new Date(to) : null })),
      extensions: clock.extensions.map((one): Extension => (one.until ? { until: one.until } : { n: one.n!, unit: one.unit! })),
    },
    localDate(clock.stoppedAt ?? now),
  );
}

export type ReminderKind = 'half' | 'most' | 'lastDay' | 'overdue';

/**
 * The days on which somebody is reminded: when half and four fifths of the counted days are over, and on the last working day.
 * They are taken from the narrower reading of the end, so that a warning never comes late under either.
 */
export function remindersOf(calendar: WorkingCalendar, clock: CaseClock, now: Date): { kind: ReminderKind; day: string }[] {
  if (clock.informs || clock.state === 'stopped') return [];
  const strict = dueOf(calendar, { ...clock, policy: 'strict' }, now);
  const at = (share: number) => strict.counted[Math.max(0, Math.ceil(strict.counted.length * share) - 1)] ?? strict.due;
  const last = calendar.lastWorkday(strict.due);
  const begun = localDate(clock.startedAt);
  return [
    { kind: 'half' as const, day: at(0.5) },
    { kind: 'most' as const, day: at(0.8) },
    { kind: 'lastDay' as const, day: last > begun ? last : strict.due },
  ];
}

/** What is to be told on `today`: the latest reminder that has come, or that the limit has passed. Null while paused or early. */
export function reminderOn(calendar: WorkingCalendar, clock: CaseClock, now: Date): ReminderKind | null {
  if (clock.state !== 'running' || clock.informs) return null;
  const today = localDate(now);
  if (now.getTime() > dueOf(calendar, clock, now).dueAt.getTime()) return 'overdue';
  return (
    remindersOf(calendar, clock, now)
      .filter(({ day }) => day <= today)
      .at(-1)?.kind ?? null
  );
}
