import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../kernel';
import { systemClaims } from '../database/claims';
import { Db } from '../database/db';
import { Log } from '../logging/log';
import type { Fact } from './fact.entity';
import { FactHandlers } from './fact-handlers';

const IDLE_MS = 200;
const RETRY_MS = 2_000;
const BATCH = 50;

/**
 * Carries facts to their handlers, oldest first, at least once. A handler's work and the note that it was done commit together,
 * so a crash repeats only what was not done. A handler that fails holds back nobody: its fact is tried again, others go on.
 */
@Injectable()
export class FactDelivery implements OnApplicationBootstrap, OnApplicationShutdown {
  private stopped = false;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly db: Db,
    private readonly handlers: FactHandlers,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.loop();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  /** Delivers what waits now; returns how many facts were finished. */
  async deliver(): Promise<number> {
    const waiting = await this.db.as(systemClaims('facts'), (tx) =>
      tx.query<Fact[]>(
        `SELECT id, at, type, subject, payload FROM outbox
         WHERE delivered_at IS NULL AND (retry_at IS NULL OR retry_at <= clock_timestamp()) ORDER BY id LIMIT ${BATCH}`,
      ),
    );
    let done = 0;
    for (const fact of waiting) if (!this.stopped && (await this.deliverOne(fact))) done += 1;
    return done;
  }

  private async deliverOne(fact: Fact): Promise<boolean> {
    const failed: string[] = [];
    for (const [name, handler] of this.handlers.of(fact.type)) {
      try {
        await this.db.as(systemClaims('facts'), async (tx) => {
          // The insert also serialises two workers that carry the same fact: the second waits here and then finds it done.
          const fresh = await tx.query<unknown[]>(
            'INSERT INTO fact_handled (fact_id, handler, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING 1',
            [fact.id, name, this.clock.now()],
          );
          if (fresh.length) await handler(tx, fact as Fact<never>);
        });
      } catch (fault) {
        failed.push(name);
        this.log.error('platform.fact.failed', { factId: fact.id, type: fact.type, handler: name }, fault);
      }
    }
    await this.db.as(systemClaims('facts'), (tx) =>
      failed.length
        ? tx.query(
            `UPDATE outbox SET retry_at = clock_timestamp() + $2 * interval '1 millisecond', failures = failures + 1 WHERE id = $1`,
            [fact.id, RETRY_MS],
          )
        : tx.query('UPDATE outbox SET delivered_at = $2 WHERE id = $1', [fact.id, this.clock.now()]),
    );
    return failed.length === 0;
  }

  private async loop(): Promise<void> {
    while (!this.stopped) {
      const done = await this.deliver().catch((fault: unknown) => {
        this.log.error('platform.facts.unreachable', {}, fault);
        return 0;
      });
      if (!done) await new Promise((resolve) => setTimeout(resolve, IDLE_MS).unref());
    }
  }
}
