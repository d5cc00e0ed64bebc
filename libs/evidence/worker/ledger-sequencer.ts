import { Injectable } from '@nestjs/common';
import { Db } from '../../platform';
import { EvidenceService } from '../app/evidence.service';

const BATCH = 2_000;

/**
 * Gives committed entries their places in the log, in groups. Writers wait for nobody, and one sequencer at a time holds the
 * lock; what commits late gets a later place. Reasons and figures: docs/adr/0003-ledger-sequencer.md.
 */
@Injectable()
export class LedgerSequencer {
  constructor(
    private readonly db: Db,
    private readonly evidence: EvidenceService,
  ) {}

  /** Returns how many entries got a place. An entry of last year that was not placed in time goes to the log of its own year. */
  async place(): Promise<number> {
    return this.db.tx(async (tx) => {
      await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('nms:ledger', 0))`);
      const waiting = await tx.query<{ id: string; at: Date }[]>(
        `SELECT e.id, e.at FROM ledger_entry e WHERE NOT EXISTS (SELECT FROM ledger_place p WHERE p.entry_id = e.id) ORDER BY e.id LIMIT ${BATCH}`,
      );
      const byOrigin = new Map<string, string[]>();
      for (const { id, at } of waiting) {
        const origin = this.evidence.logOrigin(at);
        byOrigin.set(origin, [...(byOrigin.get(origin) ?? []), id]);
      }
      for (const [origin, ids] of byOrigin) {
        await tx.query(
          `INSERT INTO ledger_place (origin, idx, entry_id)
           SELECT $1, (SELECT coalesce(max(idx) + 1, 0) FROM ledger_place WHERE origin = $1) + n - 1, id
           FROM unnest($2::bigint[]) WITH ORDINALITY AS w (id, n)`,
          [origin, ids],
        );
      }
      return waiting.length;
    });
  }
}
