import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel';

/** Writes facts into the outbox. The worker carries them to the rooms above. */
@Injectable()
export class Facts {
  constructor(private readonly clock: Clock) {}

  /** MUST be called with the transaction of the change itself: no change without its fact, no fact without its change. */
  async publish(tx: EntityManager, type: string, subject: string, payload: object): Promise<void> {
    await tx.query('INSERT INTO outbox (at, type, subject, payload) VALUES ($1, $2, $3, $4)', [
      this.clock.now(),
      type,
      subject,
      JSON.stringify(payload),
    ]);
  }
}
