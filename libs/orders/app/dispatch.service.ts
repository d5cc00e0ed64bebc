import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel';
import { AuditTrail } from '../../audit';
import { Db } from '../../platform';
import { linkedStates } from '../domain/order.states';
import { OrdersProblem } from '../domain/problems';
import { OrderRow } from '../store/order.entity';
import { OrderClocks } from './order-clocks';
import { type Mover, OrderMoves, systemMover } from './order-moves';
import { OrderWorld } from './order-world';
import { CaseFiles } from './outside';

/** Sends orders out. The mail itself is the worker's: here the order only begins to be on its way. */
@Injectable()
export class DispatchService {
  constructor(
    private readonly moves: OrderMoves,
    private readonly world: OrderWorld,
    private readonly clocks: OrderClocks,
    private readonly cases: CaseFiles,
    private readonly clock: Clock,
  ) {}

  /** From here on the case cannot be closed until the order is verified or restored. */
  async dispatch(tx: EntityManager, order: OrderRow, mover: Mover): Promise<void> {
    if (!order.documentSha256) throw OrdersProblem.paperNotReady();
    await this.world.contacts(tx, order);
    if (order.liftsOrderId) await this.lift(tx, order.liftsOrderId, order);
    await this.moves.move(tx, order, 'dispatch', mover, { dispatchedAt: this.clock.now() });
    await this.clocks.startLapse(tx, order);
    await this.cases.block(tx, order.caseId, order.id, `${order.number ?? ''}尚未办结`);
  }

  /** A new link to the registered contact; whoever holds an older one finds it dead. */
  async renewLink(tx: EntityManager, order: OrderRow): Promise<void> {
    if (!linkedStates.includes(order.state))
      throw OrdersProblem.illegalMove({ state: order.state, action: 'renewLink', allowed: [] });
    await tx.query('UPDATE order_link SET revoked_at = $2 WHERE order_id = $1 AND revoked_at IS NULL', [
      order.id,
      this.clock.now(),
    ]);
  }

  /** The operator is asked once more: a fresh link by mail, and the whole time again. */
  async askAgain(tx: EntityManager, order: OrderRow): Promise<void> {
    await this.renewLink(tx, order);
    await this.clocks.restartExecution(tx, order);
  }

  /** The order that a restoration lifts ends as withdrawn (unless it lapsed) and waits for the service to come back. */
  private async lift(tx: EntityManager, id: string, restoration: OrderRow): Promise<void> {
    const lifted = await this.moves.lock(tx, id);
    const system = systemMover('restoration');
    const details = { restorationId: restoration.id, number: restoration.number, ground: restoration.ground };
    if (lifted.state !== 'lapsed') await this.moves.move(tx, lifted, 'withdraw', system, { recheckDue: null }, details);
    await this.moves.move(tx, lifted, 'restoreDispatch', system, { recheckDue: null }, details);
    await this.clocks.stop(tx, id, 'order_ack', 'order_exec', 'order_lapse');
  }
}

/** What an officer does about a link. */
@Injectable()
export class LinkService {
  constructor(
    private readonly db: Db,
    private readonly moves: OrderMoves,
    private readonly dispatching: DispatchService,
    private readonly trail: AuditTrail,
  ) {}

  renew(id: string, mover: Mover): Promise<OrderRow> {
    return this.db.tx(async (tx) => {
      const order = await this.moves.lock(tx, id);
      await this.dispatching.renewLink(tx, order);
      await this.moves.note(tx, id, mover, 'linkRenewed');
      await this.trail.record(tx, { act: 'order.renewLink', kind: 'order', id, caseId: order.caseId });
      return order;
    });
  }
}
