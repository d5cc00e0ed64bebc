import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel';
import { currentClaims, PlatformProblem } from '../../platform';

export interface AuditEntry {
  /** `<kind>.<verb>`, for example `case.read`. */
  act: string;
  /** What sort of record: case, exhibit, subject, order … */
  kind: string;
  id: string;
  caseId?: string | null;
  purpose?: string;
  details?: Record<string, unknown>;
}

/** Records acts, reads included. Who, where from and why come from the claims; there is no switch. */
@Injectable()
export class AuditTrail {
  constructor(private readonly clock: Clock) {}

  /** MUST be called in the transaction of the act, so that there is no act without its record. */
  async record(tx: EntityManager, { act, kind, id, caseId = null, purpose, details = {} }: AuditEntry): Promise<void> {
    const claims = currentClaims();
    if (!claims) throw PlatformProblem.noClaims();
    // No RETURNING: people who may write the trail may not read it.
    await tx.query(
      `INSERT INTO audit_event (at, actor, act, kind, record, case_id, division_code, purpose, origin, request_id, details)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
      [
        this.clock.now(),
        claims.actor,
        act,
        kind,
        id,
        caseId,
        claims.division,
        purpose ?? claims.purpose ?? null,
        claims.origin ?? null,
        claims.requestId ?? null,
        JSON.stringify(details),
      ],
    );
  }
}
