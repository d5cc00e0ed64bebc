import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel';
import { PlatformProblem } from '../../platform';
import { type MissingItem, missingItems } from '../domain/content-check';
import { caseAllows, type OrderKind, rulesOf } from '../domain/order';
import { OrdersProblem } from '../domain/problems';
import { AddressRow, type OrderRow } from '../store/order.entity';
import { type CaseFile, CaseFiles, type Contact, Looks, Operators, type Outlet, Outlets } from './outside';

/** What the guards read outside the order: its case, its operator, its outlets, its captures. */
@Injectable()
export class OrderWorld {
  constructor(
    private readonly cases: CaseFiles,
    private readonly operators: Operators,
    private readonly filed: Outlets,
    private readonly looks: Looks,
    private readonly clock: Clock,
  ) {}

  async caseFile(tx: EntityManager, caseId: string): Promise<CaseFile> {
    const caseFile = await this.cases.find(tx, caseId);
    if (!caseFile) throw PlatformProblem.notFound();
    return caseFile;
  }

  /** 电子商务信用管理制度 art. 23 (after filing) and 24 (after the penalty): asked when drafting, submitting, approving and dispatching. */
  requireCase(kind: OrderKind, caseFile: CaseFile): void {
    const { caseStates, requiredZh } = rulesOf(kind);
    const ready = caseAllows(kind, caseFile.state) && (kind !== 'closure' || caseFile.decision?.servedOn);
    if (!ready) throw OrdersProblem.caseNotReady({ kind, state: caseFile.state, required: caseStates, requiredZh });
  }

  async operator(tx: EntityManager, operatorId: string): Promise<{ id: string; name: string; contacts: Contact[] }> {
    const operator = await this.operators.find(tx, operatorId);
    if (!operator)
      throw PlatformProblem.invalid({ errors: [{ pointer: '/operatorId', detail: 'no such operator', zh: '没有此经营者' }] });
    return operator;
  }

  async outlets(tx: EntityManager, ids: readonly string[]): Promise<Map<string, Outlet>> {
    const found = new Map((await this.filed.find(tx, ids)).map((outlet) => [outlet.id, outlet]));
    const errors = ids.flatMap((id, at) =>
      found.has(id) ? [] : [{ pointer: `/addresses/${at}/outletId`, detail: 'no such outlet', zh: '没有此网店' }],
    );
    if (errors.length) throw PlatformProblem.invalid({ errors });
    return found;
  }

  async missing(tx: EntityManager, order: OrderRow): Promise<MissingItem[]> {
    const addresses = await tx.find(AddressRow, { where: { orderId: order.id }, order: { no: 'ASC' } });
    const fetched = await this.looks.fetchedAt(
      tx,
      addresses.flatMap(({ captureId }) => captureId ?? []),
    );
    // A package counts for the address it was taken of, and for no other.
    const fetchedAt = new Map(
      addresses.flatMap(({ captureId, url }) => {
        const seen = captureId ? fetched.get(captureId) : undefined;
        return captureId && seen && sameUrl(seen.url, url) ? [[captureId, seen.at] as const] : [];
      }),
    );
    return missingItems({ ...order, addresses }, { now: this.clock.now(), fetchedAt });
  }

  /** To whom the link and to whom the code go. The second person is another one wherever the operator has named two. */
  async contacts(tx: EntityManager, order: OrderRow): Promise<{ link: Contact; code: Contact }> {
    const { contacts } = order.operatorId ? await this.operator(tx, order.operatorId) : { contacts: [] };
    const reachable = contacts.filter(({ email }) => email);
    const forOrders = reachable.filter(({ purpose }) => /order|通知|协查|合规/i.test(purpose));
    const link = forOrders[0] ?? reachable[0];
    if (!link) throw OrdersProblem.noContact({ operatorId: order.operatorId ?? '' });
    return { link, code: [...forOrders, ...reachable].find(({ email }) => email !== link.email) ?? link };
  }
}

function sameUrl(a: string, b: string): boolean {
  return URL.canParse(a) && URL.canParse(b) && new URL(a).href === new URL(b).href;
}
