import type { SessionOfficer } from '../../platform';
import { OrderService } from '../app/order.service';
import { TransitionService } from '../app/transition.service';
import type { OrderKind } from '../domain/order';
import type { OrderRow } from '../store/order.entity';
import { packageId } from './fake-looks';
import { aCase, anOfficer, type CaseAndOutlets, contactOf, type OrderRooms } from './order-rooms';

export interface Staff {
  officer: SessionOfficer;
  second: SessionOfficer;
  reviewer: SessionOfficer;
  head: SessionOfficer;
}

export async function aStaff(rooms: OrderRooms): Promise<Staff> {
  return {
    officer: await anOfficer(rooms, 'officer', ['order:read', 'order:draft', 'order:dispatch']),
    second: await anOfficer(rooms, 'second', ['order:read', 'order:draft', 'order:dispatch']),
    reviewer: await anOfficer(rooms, 'reviewer', ['order:read', 'order:review']),
    head: await anOfficer(rooms, 'head', ['order:read', 'order:approve', 'order:seal', 'order:dispatch']),
  };
}

/** A second factor shown just now: the clock has moved since the person was made. */
export const fresh = (rooms: OrderRooms, officer: SessionOfficer): SessionOfficer => ({
  ...officer,
  secondFactorAt: rooms.clock.now(),
});

export interface Draft extends CaseAndOutlets {
  order: OrderRow;
  /** Addresses of the operator's contacts: the first gets the link, the second the code. */
  duty: string;
  deputy: string;
}

/** A draft that says everything, on a case that is ready for it. */
export async function aDraft(
  rooms: OrderRooms,
  staff: Staff,
  kind: Exclude<OrderKind, 'restoration'>,
  hosts: readonly string[],
  days = 20,
): Promise<Draft> {
  const made = await aCase(rooms, [staff.officer, staff.second], kind === 'closure' ? 'served' : 'investigating', hosts);
  const addresses = made.outletIds.map((outletId, at) => {
    const captureId = packageId();
    rooms.looks.fetched.set(captureId, { at: rooms.clock.now(), url: `http://${hosts[at]}/` });
    return { outletId, captureId };
  });
  const until = new Date(rooms.clock.now().getTime() + days * 86_400_000 + 8 * 3_600_000).toISOString().slice(0, 10);
  const input = {
    kind,
    operatorId: made.operatorId,
    addresses,
    scope: 'shop' as const,
    until: kind === 'suspension' ? until : null,
  };
  const order = await rooms.by(staff.officer, () => rooms.worker.get(OrderService).draft(made.caseId, input, staff.officer));
  const serial = made.caseId.slice(0, 6);
  return { ...made, order, duty: contactOf(serial, 0), deputy: contactOf(serial, 1) };
}

export function act(
  rooms: OrderRooms,
  order: Pick<OrderRow, 'id'>,
  officer: SessionOfficer,
  action: string,
  reason?: string,
): Promise<OrderRow> {
  const person = fresh(rooms, officer);
  return rooms.by(person, () => rooms.worker.get(TransitionService).transition(order.id, action, { reason }, person));
}

/** From draft to the operator's mailbox. */
export async function send(rooms: OrderRooms, staff: Staff, order: Pick<OrderRow, 'id'>): Promise<void> {
  await act(rooms, order, staff.officer, 'submit');
  await act(rooms, order, staff.reviewer, 'agree');
  await act(rooms, order, staff.head, 'approve');
  await act(rooms, order, staff.head, 'seal');
  await act(rooms, order, staff.officer, 'dispatch');
  await rooms.settle();
}

export function tokenIn(text: string): string {
  const token = /\/o\/([A-Za-z0-9_-]{43})/.exec(text)?.[1];
  if (!token) throw new Error('no link in the mail');
  return token;
}
