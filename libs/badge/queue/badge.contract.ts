import { IsUUID } from 'class-validator';
import { jobContract } from '../../platform';

export class ProofRef {
  @IsUUID() proofId!: string;
}

export class BadgeRef {
  @IsUUID() badgeId!: string;
}

/** Payloads carry ids: a job that waited an hour acts on the present. A sweep queues again what a crash left. */
export const badgeJobs = jobContract('badge', {
  checkProof: { payload: ProofRef, attempts: 1, oneAtATimeBy: 'proofId' },
  signRecord: { payload: BadgeRef, attempts: 3, oneAtATimeBy: 'badgeId' },
});
