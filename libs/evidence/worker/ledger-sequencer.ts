import { Injectable } from '@nestjs/common';
import { Db, failpoint } from '../../platform';
import { EvidenceService } from '../app/evidence.service';
import { LedgerTrees } from '../store/ledger-trees';

interface Waiting {
  id: string;
  at: Date;
  leaf: Buffer;
  leaf_sm3: Buffer;
}

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
    private readonly trees: LedgerTrees,
  ) {}

  /** Returns how many entries got a place. An entry of last year that was not placed in time goes to the log of its own year. */
  async place(): Promise<number> {
    return this.db.tx(async (tx) => {
      await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('nms:ledger', 0))`);
      const waiting = await tx.query<Waiting[]>(
        `SELECT e.id, e.at, e.leaf, e.leaf_sm3 FROM ledger_entry e
         WHERE NOT EXISTS (SELECT FROM ledger_place p WHERE p.entry_id = e.id) ORDER BY e.id LIMIT ${BATCH}`,
      );
      const byOrigin = Map.groupBy(waiting, ({ at }) => this.evidence.logOrigin(at));
      for (const [origin, entries] of byOrigin) await this.trees.append(tx, origin, entries);
      failpoint('place.beforeCommit');
      return waiting.length;
    });
  }
}
