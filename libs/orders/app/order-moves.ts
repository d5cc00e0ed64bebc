import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel';
import { Facts, PlatformProblem } from '../../platform';
import { ORDER_FACTS, type OrderFact } from '../domain/facts';
import { BY_PARTNER, BY_SYSTEM, type OrderAction, orderStates } from '../domain/order.states';
import { OrdersProblem } from '../domain/problems';
import { AddressRow, OrderRow } from '../store/order.entity';

/** Who makes a move: an officer with his permissions, an operator behind his link, or the system itself. */
export interface Mover {
  /** Officer's id, `partner:<link id>` or `system:<process>`. */
  actor: string;
  permissions: readonly string[];
}

export const systemMover = (process: string): Mover => ({ actor: `system:${process}`, permissions: [BY_SYSTEM] });
export const partnerMover = (linkId: string): Mover => ({ actor: `partner:${linkId}`, permissions: [BY_PARTNER] });

/** Columns that a move may set besides the state. */
export type MovePatch = Partial<
  Omit<OrderRow, 'id' | 'version' | 'state' | 'kind' | 'caseId' | 'divisionCode' | 'createdAt' | 'updatedAt'>
>;

/** The only writer of an order's state: table, event, fact and version go together or not at all. */
@Injectable()
export class OrderMoves {
  constructor(
    private readonly facts: Facts,
    private readonly clock: Clock,
  ) {}

  /** The order, locked until the transaction ends; an order out of scope is answered like one that does not exist. */
  async lock(tx: EntityManager, id: string): Promise<OrderRow> {
    const order = await tx.findOne(OrderRow, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (!order) throw PlatformProblem.notFound();
    return order;
  }

  /** Refuses what the table does not allow to this person; guards are the caller's. */
  require(order: OrderRow, action: string, mover: Mover): (typeof orderStates.rows)[number] {
    const row = orderStates.move(order.state, action);
    if (!row) {
      const allowed = orderStates.actionsFrom(order.state).filter(({ requires }) => mover.permissions.includes(requires));
      throw OrdersProblem.illegalMove({ state: order.state, action, allowed: allowed.map((one) => one.action) });
    }
    if (!mover.permissions.includes(row.requires)) throw PlatformProblem.forbidden({ permission: row.requires });
    return row;
  }

  /** Makes the move and tells it. MUST be called on a locked order; changes it in place too. */
  async move(
    tx: EntityManager,
    order: OrderRow,
    action: OrderAction,
    mover: Mover,
    patch: MovePatch = {},
    details: object = {},
  ): Promise<void> {
    const row = this.require(order, action, mover);
    const from = order.state;
    const change = { ...patch, state: row.to, version: order.version + 1, updatedAt: this.clock.now() };
    await tx.update(OrderRow, { id: order.id }, change as never);
    Object.assign(order, change);
    await this.note(tx, order.id, mover, action, details, from, row.to);
    const type = ORDER_FACTS[action as keyof typeof ORDER_FACTS] as string | undefined;
    if (!type) return;
    const addresses = await tx.find(AddressRow, { where: { orderId: order.id }, order: { no: 'ASC' } });
    const { vantages } = details as Pick<OrderFact, 'vantages'>;
    const fact: OrderFact = {
      orderId: order.id,
      kind: order.kind,
      number: order.number,
      action,
      from,
      to: row.to,
      caseId: order.caseId,
      division: order.divisionCode,
      outletIds: [...new Set(addresses.map(({ outletId }) => outletId))],
      ...(vantages && { vantages }),
    };
    await this.facts.publish(tx, type, order.id, fact);
  }

  /** One line of the order's own timeline. No RETURNING: the portal may write it and not read it. */
  async note(
    tx: EntityManager,
    orderId: string,
    mover: Mover,
    kind: string,
    details: object = {},
    from: string | null = null,
    to: string | null = null,
  ): Promise<void> {
    await tx.query(
      'INSERT INTO order_event (order_id, at, actor, kind, from_state, to_state, details) VALUES ($1, $2, $3, $4, $5, $6, $7)',
      [orderId, this.clock.now(), mover.actor, kind, from, to, JSON.stringify(details)],
    );
  }
}
