import { Injectable } from '@nestjs/common';
import { type Claims, Db } from '../../../../libs/platform';

/** Where the agency's log holds a fixation. `place` and the checkpoint are null until sequencer and signer have come so far. */
export interface PublicFixation {
  fixedAt: Date;
  log: string | null;
  place: string | null;
  checkpoint: { size: string; at: Date; note: string } | null;
}

const VISITOR: Claims = { actor: 'public', scope: 'public', division: '000000', roles: [] };

/** No answer is given sooner: how long the database took is not to be told from outside. */
const SOONEST_MS = 120;

/** Asks for exactly one fixation by number and manifest digest; there is nothing to list and nothing to search. */
@Injectable()
export class Fixations {
  constructor(private readonly db: Db) {}

  async find(number: string, manifestSha256: string): Promise<PublicFixation | null> {
    const [rows] = await Promise.all([
      this.ask(number, manifestSha256),
      new Promise((resolve) => setTimeout(resolve, SOONEST_MS)),
    ]);
    const row = rows[0];
    if (!row) return null;
    const { fixed_at, log, place, checkpoint_size, checkpoint_at, checkpoint_note } = row;
    return {
      fixedAt: fixed_at,
      log,
      place,
      checkpoint:
        checkpoint_size && checkpoint_at && checkpoint_note
          ? { size: checkpoint_size, at: checkpoint_at, note: checkpoint_note }
          : null,
    };
  }

  private ask(number: string, manifestSha256: string): Promise<FixationRow[]> {
    return this.db.as(VISITOR, (tx) => tx.query('SELECT * FROM public_fixation($1, $2)', [number, manifestSha256]));
  }
}

interface FixationRow {
  fixed_at: Date;
  log: string | null;
  place: string | null;
  checkpoint_size: string | null;
  checkpoint_at: Date | null;
  checkpoint_note: string | null;
}
