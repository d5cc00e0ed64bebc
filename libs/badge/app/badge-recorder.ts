import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditTrail } from '../../audit';
import { Facts } from '../../platform';
import { type BadgeFact, badgeFacts } from '../domain/facts';
import { BadgeQueue } from '../queue/badge.queue';
import type { BadgeRow } from '../store/badge.entity';
import type { Move } from '../store/badge.repository';

const FACT_OF: Readonly<Record<Move['action'], string>> = {
  issue: badgeFacts.issued,
  suspend: badgeFacts.suspended,
  suspendByOrder: badgeFacts.suspended,
  resume: badgeFacts.resumed,
  restoreByOrder: badgeFacts.resumed,
  lapse: badgeFacts.lapsed,
  renew: badgeFacts.renewed,
  revoke: badgeFacts.revoked,
  revokeByOrder: badgeFacts.revoked,
};

/** What every move of a badge leaves behind: an audit event, a fact for the rooms above, and the need of a new signature. */
@Injectable()
export class BadgeRecorder {
  constructor(
    private readonly trail: AuditTrail,
    private readonly facts: Facts,
    private readonly queue: BadgeQueue,
  ) {}

  async moved(tx: EntityManager, { id, outletId, code, version }: BadgeRow, { action, reason, orderId }: Move): Promise<void> {
    const fact: BadgeFact = { badgeId: id, outletId, code };
    await this.trail.record(tx, { act: `badge.${action}`, kind: 'badge', id, details: { code, version, reason, orderId } });
    await this.facts.publish(tx, FACT_OF[action], id, fact);
    await this.queue.signRecord(id);
  }

  /** Something printed in the record changed without a move: it needs a new signature. */
  changed(badgeId: string): Promise<void> {
    return this.queue.signRecord(badgeId);
  }
}
