import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock, deadlineOf, instantOfLocal, localDate, WorkingCalendar } from '../../kernel';
import { type ClockKey, orderRules, rulesOf } from '../domain/order';
import { ClockRow } from '../store/observation.entity';
import type { OrderRow } from '../store/order.entity';

/** Time limits of an order. None of them is law: each row carries what it rests on and its mark. */
@Injectable()
export class OrderClocks {
  private readonly calendar = WorkingCalendar.builtIn();

  constructor(private readonly clock: Clock) {}

  /** When something that takes `n` working days, and begins now, is due. */
  dueIn(n: number, unit: 'workday' | 'day', from = this.clock.now()): Date {
    return deadlineOf(this.calendar, { event: from, n, unit, policy: 'rollOnHoliday' }, localDate(from)).dueAt;
  }

  /** By when an order of this kind is to be carried out unless the officer says otherwise. */
  defaultExecuteBy(kind: OrderRow['kind']): Date {
    const { n, unit } = rulesOf(kind).exec;
    return this.dueIn(n, unit);
  }

  /** Dispatched: the measure runs towards its end. */
  async startLapse(tx: EntityManager, order: OrderRow): Promise<void> {
    if (!order.until) return;
    const { key, basis, mark } = orderRules.lapse;
    await this.start(tx, order.id, key, instantOfLocal(order.until, '23:59:59.999'), { n: null, unit: null, basis, mark });
  }

  /** Delivered: acknowledgement and execution are awaited. */
  async startAnswer(tx: EntityManager, order: OrderRow): Promise<void> {
    const { key, ...ack } = orderRules.ack;
    await this.start(tx, order.id, key, this.dueIn(ack.n, ack.unit), ack);
    await this.startExecution(tx, order, order.executeBy ?? this.defaultExecuteBy(order.kind));
  }

  /** A service that is back, or an objection that was not accepted: the operator gets the whole time again. */
  restartExecution(tx: EntityManager, order: OrderRow): Promise<void> {
    return this.startExecution(tx, order, this.defaultExecuteBy(order.kind));
  }

  async stop(tx: EntityManager, orderId: string, ...keys: ClockKey[]): Promise<void> {
    await tx.query('UPDATE order_clock SET stopped_at = $3 WHERE order_id = $1 AND key = ANY ($2) AND stopped_at IS NULL', [
      orderId,
      keys,
      this.clock.now(),
    ]);
  }

  private startExecution(tx: EntityManager, order: OrderRow, dueAt: Date): Promise<void> {
    const { key, ...exec } = rulesOf(order.kind).exec;
    return this.start(tx, order.id, key, dueAt, exec);
  }

  private async start(
    tx: EntityManager,
    orderId: string,
    key: ClockKey,
    dueAt: Date,
    rest: Pick<ClockRow, 'n' | 'unit' | 'basis' | 'mark'>,
  ): Promise<void> {
    const { n, unit, basis, mark } = rest;
    await tx.upsert(
      ClockRow,
      { orderId, key, startedAt: this.clock.now(), dueAt, stoppedAt: null, n, unit, basis, mark, overdueToldAt: null },
      ['orderId', 'key'],
    );
  }
}
