import type { OrderKind } from './order';
import type { OrderAction, OrderState } from './order.states';

/** The fact that each move publishes; moves without a line are nobody else's business. */
export const ORDER_FACTS = {
  dispatch: 'order.dispatched',
  deliver: 'order.delivered',
  acknowledge: 'order.acknowledged',
  begin: 'order.begun',
  report: 'order.reported',
  contest: 'order.contested',
  confirm: 'order.verified',
  fail: 'order.failed',
  reopen: 'order.reopened',
  escalate: 'order.escalated',
  lapse: 'order.lapsed',
  withdraw: 'order.withdrawn',
  restoreDispatch: 'order.restoreDispatched',
  restoreConfirm: 'order.restored',
  override: 'order.restored',
} as const satisfies Partial<Record<OrderAction, string>>;

/**
 * Payload of every order fact. Badges follow three of them: `order.dispatched` of a suspension suspends, `order.verified` of a closure
 * revokes, `order.restored` (which is told of the order that was lifted, never of the restoration) gives back.
 */
export interface OrderFact {
  orderId: string;
  kind: OrderKind;
  number: string | null;
  action: OrderAction;
  from: OrderState;
  to: OrderState;
  caseId: string;
  division: string;
  outletIds: string[];
  /** Of `order.verified` and `order.failed`: from where it was seen. */
  vantages?: string[];
}

/** The operator's page asks for a new link because the old one has expired. */
export const LINK_WANTED = 'order.linkWanted';
