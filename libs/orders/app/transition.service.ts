import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditTrail } from '../../audit';
import { Clock } from '../../kernel';
import { OfficersProblem } from '../../officers';
import { Db, type SessionOfficer } from '../../platform';
import type { OrderAction } from '../domain/order.states';
import { OrdersProblem } from '../domain/problems';
import { ordersConfig, type OrdersConfig } from '../orders.config';
import type { OrderRow } from '../store/order.entity';
import { DispatchService } from './dispatch.service';
import { OrderMoves, type Mover } from './order-moves';
import { OrderWorld } from './order-world';
import { officerMover } from './order.service';
import { SealService } from './seal.service';

export interface TransitionInput {
  reason?: string;
}

interface Act {
  tx: EntityManager;
  order: OrderRow;
  officer: SessionOfficer;
  mover: Mover;
  reason: string;
}

/** How fresh the second factor of a binding act must be; the session's own guard has the same number. */
const SECOND_FACTOR_MS = 5 * 60_000;

/** What every transition needs besides its subject. */
@Injectable()
export class TransitionRest {
  constructor(
    readonly trail: AuditTrail,
    readonly clock: Clock,
    @Inject(ordersConfig.provide) readonly config: OrdersConfig,
  ) {}
}

/** The moves that officers make: the table says who may, the guards below when, the effects what else happens. */
@Injectable()
export class TransitionService {
  constructor(
    private readonly db: Db,
    private readonly moves: OrderMoves,
    private readonly world: OrderWorld,
    private readonly seals: SealService,
    private readonly dispatching: DispatchService,
    private readonly rest: TransitionRest,
  ) {}

  transition(id: string, action: string, { reason = '' }: TransitionInput, officer: SessionOfficer): Promise<OrderRow> {
    return this.db.tx(async (tx) => {
      const order = await this.moves.lock(tx, id);
      const act: Act = { tx, order, officer, mover: officerMover(officer), reason: reason.trim() };
      const row = this.moves.require(order, action, act.mover);
      for (const guard of row.guards ?? []) await this.guards[guard]?.(act, action);
      await this.make(row.action, act);
      await this.rest.trail.record(tx, { act: `order.${action}`, kind: 'order', id, caseId: order.caseId });
      return order;
    });
  }

  /** Guards of officers' moves by the names that the table gives them; those of the system's moves are where the system moves. */
  private readonly guards: Record<string, (act: Act, action: string) => Promise<void> | void> = {
    caseAllows: async ({ tx, order }) => this.world.requireCase(order.kind, await this.world.caseFile(tx, order.caseId)),
    contentComplete: async ({ tx, order }) => {
      const missing = await this.world.missing(tx, order);
      if (missing.length) throw OrdersProblem.contentIncomplete({ missing });
    },
    contactReachable: async ({ tx, order }) => void (await this.world.contacts(tx, order)),
    reviewerIsNotOfficer: ({ order, officer }) =>
      apart(officer, [order.draftedBy, order.submittedBy, ...order.officers], 'review'),
    approverIsNotSubmitter: ({ order, officer }) =>
      apart(officer, [order.draftedBy, order.submittedBy, order.agreedBy, ...order.officers], 'approve'),
    legallyReviewed: ({ order }) => {
      if (this.rest.config.legalReview && !order.agreedBy) throw OrdersProblem.reviewMissing();
    },
    secondFactor: ({ officer }) => {
      const at = officer.secondFactorAt?.getTime() ?? 0;
      if (this.rest.clock.now().getTime() - at > SECOND_FACTOR_MS) throw OfficersProblem.secondFactorRequired();
    },
    writtenReason: ({ reason }, action) => {
      if (!reason) throw OrdersProblem.reasonMissing({ action });
    },
  };

  private async make(action: OrderAction, { tx, order, officer, mover, reason }: Act): Promise<void> {
    const details = reason ? { reason } : {};
    switch (action) {
      case 'submit':
        return this.moves.move(tx, order, action, mover, { submittedBy: officer.id, agreedBy: null });
      case 'revise':
      case 'return':
        return this.moves.move(tx, order, action, mover, { submittedBy: null, agreedBy: null }, details);
      case 'agree':
        return this.moves.move(tx, order, action, mover, { agreedBy: officer.id }, details);
      case 'approve':
        return this.seals.approve(tx, order, mover, officer);
      case 'seal':
        return this.seals.seal(tx, order, mover, officer);
      case 'dispatch':
        return this.dispatching.dispatch(tx, order, mover);
      case 'insist':
        await this.moves.move(tx, order, action, mover, { recheckFrom: null }, details);
        return this.dispatching.askAgain(tx, order);
      case 'discard':
        return this.seals.discard(tx, order, mover, officer, reason || '撤销未发出的通知书');
      default:
        return this.moves.move(tx, order, action, mover, {}, details);
    }
  }
}

function apart(officer: SessionOfficer, others: readonly (string | null)[], act: string): void {
  if (others.includes(officer.id)) throw OrdersProblem.separationOfDuty({ act });
}
