import type { Case, Clock } from '../api/types';

export const isRunningClock = (clock: Clock): boolean =>
  !clock.stoppedAt && (clock.state === undefined || clock.state === 'running' || clock.state === 'paused');

/** Running clocks, the next to end first. */
export const runningClocks = (clocks: Clock[] | undefined): Clock[] =>
  (clocks ?? []).filter((c) => isRunningClock(c) && c.dueAt).sort((a, b) => (a.dueAt ?? '').localeCompare(b.dueAt ?? ''));

export const nearestClock = (file: Case): Clock | undefined => file.nextClock ?? runningClocks(file.clocks)[0];

export const namesOf = (file: Case): string => (file.officers ?? []).map((o) => o.name).join('、');
