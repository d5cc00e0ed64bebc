import { IsUUID, Matches } from 'class-validator';
import { jobContract } from '../../platform';

/** Payloads carry ids; the worker reads the row afresh, so a job that waited an hour acts on the present. */
export class PackageRef {
  @Matches(/^ev_[0-9A-HJKMNP-TV-Z]{26}$/) packageId!: string;
}

export class ExportRef {
  @IsUUID() exportId!: string;
}

export const evidenceJobs = jobContract('evidence', {
  capturePage: { payload: PackageRef, attempts: 3, oneAtATimeBy: 'packageId' },
  scrubPackage: { payload: PackageRef, attempts: 3, oneAtATimeBy: 'packageId' },
  fixReceived: { payload: PackageRef, attempts: 3, oneAtATimeBy: 'packageId' },
  buildExport: { payload: ExportRef, attempts: 3, oneAtATimeBy: 'exportId' },
});

/** A queue of its own: a session lasts as long as people do, and automatic captures do not wait for it. */
export const sessionJobs = jobContract('evidence-session', {
  captureUnderHand: { payload: PackageRef, attempts: 3, oneAtATimeBy: 'packageId' },
});
