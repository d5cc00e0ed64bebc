import { Injectable } from '@nestjs/common';
import { Jobs } from '../../platform';
import { badgeJobs } from './badge.contract';

/** The only producer of the room's jobs. */
@Injectable()
export class BadgeQueue {
  constructor(private readonly jobs: Jobs) {}

  checkProof(proofId: string): Promise<void> {
    return this.jobs.add(badgeJobs, 'checkProof', { proofId });
  }

  signRecord(badgeId: string): Promise<void> {
    return this.jobs.add(badgeJobs, 'signRecord', { badgeId });
  }
}
