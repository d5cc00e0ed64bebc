import type { Level, Report } from '../../../../libs/proof/browser';

/** What the page hands to the worker. */
export interface Question {
  file: File;
  trust: Uint8Array;
  /** Null: as the trust bundle allows. */
  level: Level | null;
  checkpoints: Uint8Array[];
  /** Whether the raw bytes of the network are opened too (V11). */
  wire: boolean;
  at: Date;
}

/**
 * What the worker says: how much of the file has been read, and at last a report, or why there is none. `isUnreadable`: the browser could
 * not read the file, for it is a folder, was changed or is gone.
 */
export type Said =
  | { kind: 'read'; percent: number }
  | { kind: 'report'; report: Report }
  | { kind: 'fault'; message: string; isUnreadable?: boolean };
