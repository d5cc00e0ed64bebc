import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditTrail } from '../../audit';
import { Clock } from '../../kernel';
import { Db, type Page, type PageQuery, pageOf, PlatformProblem, requireMatch, type SessionOfficer } from '../../platform';
import { CONTENT_ITEMS, type ContentItem, type MissingItem } from '../domain/content-check';
import { citedBasis, type OrderKind, orderRules, type OrderScope, type RestorationGround, rulesOf } from '../domain/order';
import { orderStates, runningStates } from '../domain/order.states';
import { OrdersProblem } from '../domain/problems';
import { ClockRow, ObservationRow } from '../store/observation.entity';
import { AddressRow, type OrderEvent, OrderRow } from '../store/order.entity';
import { OrderClocks } from './order-clocks';
import { type Mover, OrderMoves } from './order-moves';
import { OrderWorld } from './order-world';

/** What an officer may write into a draft. */
export interface OrderDraft {
  operatorId?: string | null;
  addresses?: { outletId: string; captureId?: string | null; justification?: string | null }[];
  /** Law and article; the mark is ours to give, not the sender's. */
  basis?: { law: string; article: string }[];
  reasons?: string;
  scope?: OrderScope | null;
  executeBy?: Date | null;
  until?: string | null;
  remedyOperator?: string;
  remedyMerchant?: string;
  reportHow?: string;
  preserve?: string[];
}

export interface NewOrder extends OrderDraft {
  kind: OrderKind;
  liftsOrderId?: string | null;
  ground?: RestorationGround | null;
}

export interface CheckResult {
  complete: boolean;
  items: { item: ContentItem; ok: boolean; missing: MissingItem[] }[];
}

export interface OrderFilter extends PageQuery {
  state?: string;
  kind?: string;
  caseId?: string;
}

export const officerMover = (officer: Pick<SessionOfficer, 'id' | 'permissions'>): Mover => ({
  actor: officer.id,
  permissions: officer.permissions,
});

/** Orders as officers write, check and read them. */
@Injectable()
export class OrderService {
  constructor(
    private readonly db: Db,
    private readonly moves: OrderMoves,
    private readonly clocks: OrderClocks,
    private readonly trail: AuditTrail,
    private readonly clock: Clock,
    private readonly world: OrderWorld,
  ) {}

  /** A draft, filled with what the case and the rules already say. Not offered before the case has come far enough (AC-OFF-3.1). */
  draft(caseId: string, input: NewOrder, officer: SessionOfficer): Promise<OrderRow> {
    return this.db.tx(async (tx) => {
      const caseFile = await this.world.caseFile(tx, caseId);
      this.world.requireCase(input.kind, caseFile);
      const lifted = input.kind === 'restoration' ? await this.toLift(tx, caseId, input.liftsOrderId ?? null) : null;
      const rules = rulesOf(input.kind);
      const at = this.clock.now();
      const order = Object.assign(new OrderRow(), {
        id: randomUUID(), number: null, version: 1, kind: input.kind, state: 'draft', caseId, caseNumber: caseFile.number,
        divisionCode: caseFile.divisionCode, liftsOrderId: lifted?.id ?? null, ground: input.ground ?? null,
        operatorId: lifted?.operatorId ?? null, operatorName: lifted?.operatorName ?? null, authority: caseFile.authority,
        officers: caseFile.officers.map(({ id }) => id), officerNames: caseFile.officers.map(({ name }) => name),
        basis: rules.basis, reasons: lifted ? '' : caseFile.matter, scope: lifted?.scope ?? null,
        executeBy: await this.clocks.defaultExecuteBy(tx, input.kind), until: null, remedyOperator: rules.remedyOperator,
        remedyMerchant: rules.remedyMerchant, reportHow: orderRules.reportHow, preserve: [], documentId: null, documentSha256: null,
        draftedBy: officer.id, submittedBy: null, agreedBy: null, approvedBy: null, sealedBy: null, dispatchedAt: null,
        ackName: null, ackRole: null, ackAt: null, reportOutcome: null, recheckFrom: null, recheckRound: 0, recheckDue: null,
        createdAt: at, updatedAt: at,
      } satisfies OrderRow); // prettier-ignore
      await tx.insert(OrderRow, order);
      if (lifted) await this.copyAddresses(tx, lifted.id, order.id);
      await this.fill(tx, order, input);
      await this.moves.note(tx, order.id, officerMover(officer), 'drafted', { kind: order.kind }, null, 'draft');
      await this.noted(tx, order, 'drafted');
      return order;
    });
  }

  /** Changes a draft; an order that was submitted is first taken back (`revise`). */
  edit(id: string, readVersion: number, input: OrderDraft, officer: SessionOfficer): Promise<OrderRow> {
    return this.db.tx(async (tx) => {
      const order = await this.moves.lock(tx, id);
      requireMatch(readVersion, order.version);
      if (order.state !== 'draft') throw OrdersProblem.notEditable({ state: order.state });
      await this.fill(tx, order, input);
      await this.moves.note(tx, id, officerMover(officer), 'edited', { fields: Object.keys(input) });
      await this.noted(tx, order, 'edited');
      return order;
    });
  }

  /** The eight items, each green or with what it lacks (AC-OFF-3.2). Changes nothing. */
  check(id: string): Promise<CheckResult> {
    return this.db.tx(async (tx) => {
      const missing = await this.world.missing(tx, await this.find(tx, id));
      const items = CONTENT_ITEMS.map((item) => ({ item, missing: missing.filter((one) => one.item === item) }));
      return { complete: missing.length === 0, items: items.map((one) => ({ ...one, ok: one.missing.length === 0 })) };
    });
  }

  async find(tx: EntityManager, id: string): Promise<OrderRow> {
    const order = await tx.findOneBy(OrderRow, { id });
    if (!order) throw PlatformProblem.notFound();
    return order;
  }

  get(id: string): Promise<OrderDetails> {
    return this.db.tx(async (tx) => {
      const order = await this.find(tx, id);
      return {
        order,
        addresses: await tx.find(AddressRow, { where: { orderId: id }, order: { no: 'ASC' } }),
        clocks: await tx.find(ClockRow, { where: { orderId: id }, order: { dueAt: 'ASC' } }),
      };
    });
  }

  /** Orders of one case; a case out of scope is not found, like one that does not exist. */
  ofCase(query: OrderFilter & { caseId: string }): Promise<Page<OrderRow>> {
    return this.db.tx(async (tx) => {
      await this.world.caseFile(tx, query.caseId);
      return this.list(query);
    });
  }

  list(query: OrderFilter): Promise<Page<OrderRow>> {
    return this.db.tx((tx) => {
      const found = tx.createQueryBuilder(OrderRow, 'o');
      if (query.q?.trim())
        found.andWhere('(strpos(o.number, :q) > 0 OR strpos(o.operatorName, :q) > 0 OR strpos(o.caseNumber, :q) > 0)', {
          q: query.q.trim(),
        });
      for (const field of ['state', 'kind', 'caseId'] as const)
        if (query[field]) found.andWhere(`o.${field} = :${field}`, { [field]: query[field] });
      return pageOf(found, query, {
        sortable: { createdAt: 'o.createdAt', updatedAt: 'o.updatedAt', state: 'o.state', number: 'o.number' },
        defaultSort: 'createdAt',
        id: 'o.id',
      });
    });
  }

  timeline(id: string): Promise<OrderEvent[]> {
    return this.db.tx(async (tx) => {
      await this.find(tx, id);
      return tx.query<OrderEvent[]>(
        `SELECT id, at, actor, kind, from_state AS "fromState", to_state AS "toState", details FROM order_event WHERE order_id = $1 ORDER BY id`,
        [id],
      );
    });
  }

  observations(id: string): Promise<ObservationRow[]> {
    return this.db.tx(async (tx) => {
      await this.find(tx, id);
      return tx.find(ObservationRow, { where: { orderId: id }, order: { requestedAt: 'ASC', addressNo: 'ASC', profile: 'ASC' } });
    });
  }

  /** Actions that this person may try now; guards are told when he tries. */
  actionsFor(order: OrderRow, permissions: readonly string[]): string[] {
    return orderStates
      .actionsFrom(order.state)
      .filter(({ requires }) => permissions.includes(requires))
      .map(({ action }) => action);
  }

  private async toLift(tx: EntityManager, caseId: string, liftsOrderId: string | null): Promise<OrderRow> {
    const lifted = liftsOrderId ? await tx.findOneBy(OrderRow, { id: liftsOrderId, caseId }) : null;
    if (!lifted || lifted.kind === 'restoration' || !runningStates.includes(lifted.state))
      throw OrdersProblem.nothingToLift({ liftsOrderId, state: lifted?.state ?? null });
    const taken = await tx.query<unknown[]>(`SELECT FROM orders WHERE lifts_order_id = $1 AND state <> 'discarded'`, [lifted.id]);
    if (taken.length) throw OrdersProblem.alreadyLifting({ liftsOrderId: lifted.id });
    return lifted;
  }

  private copyAddresses(tx: EntityManager, from: string, to: string): Promise<unknown> {
    return tx.query(
      `INSERT INTO order_address (order_id, no, outlet_id, url, capture_id) SELECT $2, no, outlet_id, url, capture_id FROM order_address WHERE order_id = $1`,
      [from, to],
    );
  }

  /** Writes the fields that were given. Addresses are the filed ones: an order never names an address that somebody typed. */
  private async fill(tx: EntityManager, order: OrderRow, input: OrderDraft): Promise<void> {
    const {
      addresses,
      operatorId,
      basis,
      reasons,
      scope,
      executeBy,
      until,
      remedyOperator,
      remedyMerchant,
      reportHow,
      preserve,
    } = input;
    const given = Object.fromEntries(
      Object.entries({ reasons, scope, executeBy, until, remedyOperator, remedyMerchant, reportHow, preserve }).filter(
        ([, value]) => value !== undefined,
      ),
    );
    const change: Record<string, unknown> = { ...given, version: order.version + 1, updatedAt: this.clock.now() };
    if (basis) change.basis = citedBasis(order.kind, basis);
    if (operatorId !== undefined && order.kind !== 'restoration') {
      change.operatorId = operatorId;
      change.operatorName = operatorId ? (await this.world.operator(tx, operatorId)).name : null;
    }
    await tx.update(OrderRow, { id: order.id }, change as never);
    Object.assign(order, change);
    if (!addresses || order.kind === 'restoration') return;
    const outlets = await this.world.outlets(
      tx,
      addresses.map(({ outletId }) => outletId),
    );
    await tx.delete(AddressRow, { orderId: order.id });
    for (const [at, address] of addresses.entries())
      await tx.insert(AddressRow, {
        orderId: order.id,
        no: at + 1,
        outletId: address.outletId,
        url: outlets.get(address.outletId)!.url,
        captureId: address.captureId ?? null,
        justification: address.justification ?? null,
        result: null, seen: null, confirmed: null, confirmedAt: null, confirmedFrom: null,
      }); // prettier-ignore
  }

  private noted(tx: EntityManager, order: OrderRow, act: string): Promise<void> {
    return this.trail.record(tx, { act: `order.${act}`, kind: 'order', id: order.id, caseId: order.caseId });
  }
}

export interface OrderDetails {
  order: OrderRow;
  addresses: AddressRow[];
  clocks: ClockRow[];
}
