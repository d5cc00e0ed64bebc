import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock, localDate } from '../../kernel';
import { Db, Log } from '../../platform';
import { EvidenceService } from '../app/evidence.service';
import { Ledger } from '../store/ledger';
import type { ClockState } from '../../capture/capture.contract';
import { CaptureIdentity } from './capture-identity';

const EVERY_MS = 600_000;
/** Two readings closer than this, beyond what they do not know, are the same. */
const SAME_MS = 500;

type Why = 'start' | 'daily' | 'differs';

/**
 * How the clock stands that dates captures, told into the ledger when a worker starts, once a day, and when a reading differs from the
 * last one told: between two captures nothing else shows that the agency's clock did not wander (evidence specification, section 9 and
 * Appendix A). Without time servers the entry says that nobody was asked.
 */
@Injectable()
export class ClockLog {
  private looked: Date | null = null;
  private told: ClockState | null = null;
  private readonly process = randomUUID();

  constructor(
    private readonly db: Db,
    private readonly clock: Clock,
    private readonly ledger: Ledger,
    private readonly evidence: EvidenceService,
    private readonly identity: CaptureIdentity,
    private readonly log: Log,
  ) {}

  /** One look, at most each ten minutes; a capture process that is away is asked again at the next. */
  async look(): Promise<void> {
    const now = this.clock.now();
    if (this.looked && now.getTime() - this.looked.getTime() < EVERY_MS) return;
    let state: ClockState;
    try {
      state = await this.identity.clock();
    } catch (fault) {
      return this.log.warn('evidence.clock.unasked', { reason: (fault as Error).message });
    }
    const origin = this.evidence.logOrigin(now);
    const isTold = await this.db.tx(async (tx) => {
      // The first entry of a log is its opening.
      if (!(await isOpened(tx, origin))) return false;
      if (!this.told) await this.tell(tx, origin, state, 'start', this.process);
      else if (differs(this.told, state)) await this.tell(tx, origin, state, 'differs', randomUUID());
      await this.tell(tx, origin, state, 'daily', localDate(now));
      return true;
    });
    if (!isTold) return;
    this.looked = now;
    if (!this.told || differs(this.told, state)) this.told = state;
    if (state.status === 'bad') this.log.error('evidence.clock.bad', { offsetMs: state.offsetMs });
  }

  /** The same key again says nothing: of many workers one tells the day. */
  private async tell(tx: EntityManager, origin: string, state: ClockState, why: Why, key: string): Promise<void> {
    const { source: sources, offsetMs, uncertaintyMs, status, checkedAt } = state;
    const facts = { sources, offsetMs, uncertaintyMs, status, checkedAt, why, of: 'capture' };
    await this.ledger.append(tx, { subject: origin, type: 'clock.checked', facts }, `${origin}:clock:${why}:${key}`);
  }
}

async function isOpened(tx: EntityManager, origin: string): Promise<boolean> {
  const rows = await tx.query<unknown[]>(`SELECT FROM ledger_entry WHERE subject = $1 AND type = 'ledger.opened' LIMIT 1`, [
    origin,
  ]);
  return rows.length > 0;
}

function differs(a: ClockState, b: ClockState): boolean {
  if (a.status !== b.status || [...a.source].sort().join() !== [...b.source].sort().join()) return true;
  if (a.offsetMs === null || b.offsetMs === null) return a.offsetMs !== b.offsetMs;
  return Math.abs(a.offsetMs - b.offsetMs) > SAME_MS + (a.uncertaintyMs ?? 0) + (b.uncertaintyMs ?? 0);
}
