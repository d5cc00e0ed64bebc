import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock, localDate } from '../../kernel';
import { Db, Log } from '../../platform';
import { orderRules, rulesOf } from '../domain/order';
import { runningStates, unsentStates } from '../domain/order.states';
import { OrderRow } from '../store/order.entity';
import { DispatchService } from './dispatch.service';
import { OrderClocks } from './order-clocks';
import { OrderMoves, systemMover } from './order-moves';
import { Papers, type Signer } from './outside';
import { SealService } from './seal.service';

const ACTOR = 'system:lapse';

@Injectable()
export class LapseRest {
  constructor(
    readonly papers: Papers,
    readonly clocks: OrderClocks,
    readonly log: Log,
  ) {}
}

/**
 * The end of a suspension by time. Whoever approved the suspension approved its last day with it, so its lifting needs no further
 * approval (ours, mark I): lapse, restoration notice, seal and dispatch happen in one transaction, by nobody's hand (AC-OFF-3.3).
 */
@Injectable()
export class LapseService {
  constructor(
    private readonly db: Db,
    private readonly moves: OrderMoves,
    private readonly seals: SealService,
    private readonly dispatching: DispatchService,
    private readonly clock: Clock,
    private readonly rest: LapseRest,
  ) {}

  /** Every suspension whose last day is over. One that fails is told in the log and tried again by the next sweep; the others go on. */
  async lapseDue(): Promise<void> {
    const due = await this.db.tx((tx) =>
      tx.query<{ id: string }[]>('SELECT id FROM orders WHERE until < $1 AND state = ANY ($2) ORDER BY until LIMIT 50', [
        localDate(this.clock.now()),
        runningStates,
      ]),
    );
    for (const { id } of due)
      await this.db
        .tx((tx) => this.lapse(tx, id))
        .catch((fault: unknown) => this.rest.log.error('orders.lapse.failed', { orderId: id }, fault));
  }

  private async lapse(tx: EntityManager, id: string): Promise<void> {
    const order = await this.moves.lock(tx, id);
    if (!runningStates.includes(order.state) || !order.until || order.until >= localDate(this.clock.now())) return;
    const system = systemMover('lapse');
    const signer: Signer = { id: ACTOR, name: '系统（期限届满自动办理）', secondFactorAt: this.clock.now() };
    await this.supersedeDrafts(tx, id, signer);
    await this.moves.move(tx, order, 'lapse', system, { recheckDue: null }, { until: order.until, approvedBy: order.approvedBy });
    const restoration = await this.restorationOf(tx, order);
    const { documentId, number } = await this.seals.paper(tx, restoration, { id: 'system:orders', name: '系统' }, signer);
    const { sha256 } = await this.rest.papers.seal(tx, documentId, signer);
    const sealed = { documentId, number, documentSha256: sha256 };
    await tx.update(OrderRow, { id: restoration.id }, sealed);
    Object.assign(restoration, sealed);
    await this.seals.keepForPortal(tx, restoration, sha256);
    await this.moves.note(tx, restoration.id, system, 'madeByLapse', { lifts: order.number, until: order.until }, null, 'sealed');
    await this.dispatching.dispatch(tx, restoration, { actor: ACTOR, permissions: [...system.permissions, 'order:dispatch'] });
  }

  /** A restoration that somebody is still writing gives way to the one that must go out now. */
  private async supersedeDrafts(tx: EntityManager, liftsOrderId: string, signer: Signer): Promise<void> {
    const drafts = await tx.query<{ id: string }[]>('SELECT id FROM orders WHERE lifts_order_id = $1 AND state = ANY ($2)', [
      liftsOrderId,
      unsentStates,
    ]);
    for (const { id } of drafts) {
      const draft = await this.moves.lock(tx, id);
      await this.seals.discard(tx, draft, systemMover('lapse'), signer, '暂停期限届满,由自动办理的恢复通知书取代', 'supersede');
    }
  }

  private async restorationOf(tx: EntityManager, order: OrderRow): Promise<OrderRow> {
    const rules = rulesOf('restoration');
    const at = this.clock.now();
    const restoration = Object.assign(new OrderRow(), order, {
      id: randomUUID(), number: null, version: 1, kind: 'restoration', state: 'sealed', liftsOrderId: order.id, ground: 'lapsed',
      basis: rules.basis, reasons: `${order.number ?? ''}载明的暂停期限于${order.until}届满`, until: null, preserve: [],
      executeBy: await this.rest.clocks.defaultExecuteBy(tx, 'restoration'), remedyOperator: rules.remedyOperator, remedyMerchant: rules.remedyMerchant,
      reportHow: orderRules.reportHow, documentId: null, documentSha256: null, draftedBy: ACTOR, submittedBy: ACTOR, agreedBy: null,
      approvedBy: ACTOR, sealedBy: ACTOR, dispatchedAt: null, ackName: null, ackRole: null, ackAt: null, reportOutcome: null,
      recheckFrom: null, recheckRound: 0, recheckDue: null, createdAt: at, updatedAt: at,
    } satisfies Partial<OrderRow>); // prettier-ignore
    await tx.insert(OrderRow, restoration);
    await tx.query(
      'INSERT INTO order_address (order_id, no, outlet_id, url, capture_id) SELECT $2, no, outlet_id, url, capture_id FROM order_address WHERE order_id = $1',
      [order.id, restoration.id],
    );
    return restoration;
  }
}
