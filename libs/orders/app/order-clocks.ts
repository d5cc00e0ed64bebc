import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { CalendarService } from '../../cases';
import { Clock, deadlineOf, instantOfLocal, localDate } from '../../kernel';
import { type ClockKey, orderRules, rulesOf } from '../domain/order';
import { ClockRow } from '../store/observation.entity';
import { stopClocks } from '../store/clocks';
import type { OrderRow } from '../store/order.entity';

/** Time limits of an order. None of them is law: each row carries what it rests on and its mark. */
@Injectable()
export class OrderClocks {
  constructor(
    private readonly calendars: CalendarService,
    private readonly clock: Clock,
  ) {}

  /** By when an order of this kind is to be carried out unless the officer says otherwise. */
  defaultExecuteBy(tx: EntityManager, kind: OrderRow['kind']): Promise<Date> {
    const { n, unit } = rulesOf(kind).exec;
    return this.dueIn(tx, n, unit);
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
    await this.start(tx, order.id, key, await this.dueIn(tx, ack.n, ack.unit), ack);
    await this.startExecution(tx, order, order.executeBy ?? (await this.defaultExecuteBy(tx, order.kind)));
  }

  /** A service that is back, or an objection that was not accepted: the operator gets the whole time again. */
  async restartExecution(tx: EntityManager, order: OrderRow): Promise<void> {
    await this.startExecution(tx, order, await this.defaultExecuteBy(tx, order.kind));
  }

  stop(tx: EntityManager, orderId: string, ...keys: ClockKey[]): Promise<void> {
    return stopClocks(tx, orderId, keys, this.clock.now());
  }

  /** The last instant of the `n`-th working day from now. */
  private async dueIn(tx: EntityManager, n: number, unit: 'workday' | 'day'): Promise<Date> {
    const event = this.clock.now();
    return deadlineOf(await this.calendars.current(tx), { event, n, unit, policy: 'rollOnHoliday' }, localDate(event)).dueAt;
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
