/** What crosses the border between the worker and the capture process: the only part of this room that others may import. */
export type {
  ArtefactReport,
  BeforeRecord,
  CaptureOrder,
  CaptureResult,
  FirstSight,
  Maker,
  Profile,
  ProgressLine,
  RelatedPackage,
  RequestRecord,
} from './domain/capture-order';
export { sightOf } from './domain/first-sight';
export { type FixationStatement, statedItems } from './domain/statement';
export type { ClockState } from './environment/checks';
export { isStopping } from './domain/stopping-checks';
export { actsFault, MAX_ACTS as MAX_SESSION_ACTS } from './domain/session-acts';
export type { SessionAct, SessionEnd, SessionTerms, SessionView } from './domain/session-acts';
