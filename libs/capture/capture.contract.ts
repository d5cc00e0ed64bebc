/** What crosses the border between the worker and the capture process: the only part of this room that others may import. */
export type {
  ArtefactReport,
  BeforeRecord,
  CaptureOrder,
  CaptureResult,
  Maker,
  Profile,
  ProgressLine,
  RequestRecord,
} from './domain/capture-order';
