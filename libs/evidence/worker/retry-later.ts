import { Injectable } from '@nestjs/common';
import { Clock } from '../../kernel';
import { Db, Log } from '../../platform';
import { pauseMs } from './authorities';

/** Somebody outside is asked until the answer is good: after 1, 5, 15 and then every 60 minutes, for ever. */
@Injectable()
export class RetryLater {
  constructor(
    private readonly db: Db,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Does `work` unless it failed a short time ago; says whether it succeeded now. A failure is logged and put off, never thrown. */
  async attempt(what: string, work: () => Promise<void>): Promise<boolean> {
    const now = this.clock.now();
    const [known] = await this.db.tx((tx) =>
      tx.query<{ tries: number; next_at: Date }[]>('SELECT tries, next_at FROM ledger_retry WHERE what = $1', [what]),
    );
    if (known && known.next_at > now) return false;
    try {
      await work();
    } catch (fault) {
      const tries = known?.tries ?? 0;
      const reason = (fault as Error).message.slice(0, 500);
      await this.db.tx((tx) =>
        tx.query(
          `INSERT INTO ledger_retry VALUES ($1, $2, $3, $4)
           ON CONFLICT (what) DO UPDATE SET tries = excluded.tries, next_at = excluded.next_at, reason = excluded.reason`,
          [what, tries + 1, new Date(now.getTime() + pauseMs(tries)), reason],
        ),
      );
      this.log.warn('ledger.outside.refused', { what, tries: tries + 1, reason });
      return false;
    }
    if (known) await this.db.tx((tx) => tx.query('DELETE FROM ledger_retry WHERE what = $1', [what]));
    return true;
  }
}
