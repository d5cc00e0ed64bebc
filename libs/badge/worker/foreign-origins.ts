import { Injectable } from '@nestjs/common';
import { Clock } from '../../kernel';
import { Db, Facts } from '../../platform';
import { badgeFacts, type ForeignOriginFact } from '../domain/facts';

interface Waiting {
  badge_id: string;
  day: string;
  origin: string;
  kind: 'copied' | 'lookalike';
  outlet_id: string;
  code: string;
  division_code: string;
}

/** Turns what the portal noted into facts: one a badge, origin and day (AC-PUB-1.3). Marking and publishing commit together. */
@Injectable()
export class ForeignOrigins {
  constructor(
    private readonly db: Db,
    private readonly facts: Facts,
    private readonly clock: Clock,
  ) {}

  async publishWaiting(): Promise<void> {
    await this.db.tx(async (tx) => {
      const rows = await tx.query<Waiting[]>(
        `SELECT f.badge_id, f.day::text, f.origin, f.kind, b.outlet_id, b.code, b.division_code
         FROM badge_foreign_origin f JOIN badge b ON b.id = f.badge_id WHERE f.queued_at IS NULL ORDER BY f.seen_at LIMIT 100 FOR UPDATE OF f SKIP LOCKED`,
      );
      for (const { badge_id, day, origin, kind, outlet_id, code, division_code } of rows) {
        await tx.query('UPDATE badge_foreign_origin SET queued_at = $4 WHERE badge_id = $1 AND day = $2 AND origin = $3', [
          badge_id,
          day,
          origin,
          this.clock.now(),
        ]);
        const fact: ForeignOriginFact = { badgeId: badge_id, outletId: outlet_id, code, origin, day, kind, division: division_code };
        await this.facts.publish(tx, badgeFacts.foreignOrigin, badge_id, fact);
      }
    });
  }
}
