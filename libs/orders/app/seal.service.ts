import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { OfficerDirectory } from '../../officers';
import { hashOfBytes } from '../domain/token';
import { AddressRow, OrderRow } from '../store/order.entity';
import { OrderMoves, type Mover } from './order-moves';
import { OrderWorld } from './order-world';
import { Papers, type Signer } from './outside';

/** The order's paper: approved and numbered, sealed, or taken out of force. Order and document move in one transaction. */
@Injectable()
export class SealService {
  constructor(
    private readonly moves: OrderMoves,
    private readonly world: OrderWorld,
    private readonly papers: Papers,
    private readonly officers: OfficerDirectory,
  ) {}

  async approve(tx: EntityManager, order: OrderRow, mover: Mover, approver: Signer): Promise<void> {
    const { documentId, number } = await this.paper(tx, order, await this.submitterOf(tx, order), approver);
    await this.moves.move(tx, order, 'approve', mover, { approvedBy: approver.id, documentId, number });
  }

  async seal(tx: EntityManager, order: OrderRow, mover: Mover, by: Signer): Promise<void> {
    const { sha256 } = await this.papers.seal(tx, order.documentId!, by);
    await this.keepForPortal(tx, order, sha256);
    await this.moves.move(tx, order, 'seal', mover, { sealedBy: by.id, documentSha256: sha256 });
  }

  async discard(
    tx: EntityManager,
    order: OrderRow,
    mover: Mover,
    by: Signer,
    reason: string,
    action: 'discard' | 'supersede' = 'discard',
  ): Promise<void> {
    if (order.documentId) await this.papers.void(tx, order.documentId, by, reason);
    await this.moves.move(tx, order, action, mover, {}, { reason });
  }

  /** Makes the document of `order` and takes its number. */
  async paper(
    tx: EntityManager,
    order: OrderRow,
    submitter: { id: string; name: string },
    approver: Signer,
  ): Promise<{ documentId: string; number: string }> {
    const addresses = await tx.find(AddressRow, { where: { orderId: order.id }, order: { no: 'ASC' } });
    const outlets = await this.world.outlets(
      tx,
      addresses.map(({ outletId }) => outletId),
    );
    const lifted = order.liftsOrderId ? await tx.findOneBy(OrderRow, { id: order.liftsOrderId }) : null;
    const content = {
      order,
      addresses,
      outlets: addresses.map(({ outletId }) => outlets.get(outletId)!),
      caseFile: await this.world.caseFile(tx, order.caseId),
      basis: order.basis.filter(({ mark }) => mark === 'F'),
      lifts: lifted?.number ?? null,
    };
    return this.papers.approve(tx, content, submitter, approver);
  }

  /** The portal's role reaches neither documents nor blobs; it gets copies of the sealed paper and, with a closure, of the decision (电子商务信用管理制度 art. 24). */
  async keepForPortal(tx: EntityManager, order: OrderRow, sha256: string): Promise<void> {
    await keep(tx, order.id, 'order', sha256, await this.papers.pdf(tx, order.documentId!));
    if (order.kind !== 'closure') return;
    const { decision } = await this.world.caseFile(tx, order.caseId);
    const bytes = await this.papers.pdf(tx, decision!.documentId);
    await keep(tx, order.id, 'decision', hashOfBytes(bytes), bytes);
  }

  private async submitterOf(tx: EntityManager, order: OrderRow): Promise<{ id: string; name: string }> {
    const { id, name } = await this.officers.byId(tx, order.submittedBy!);
    return { id, name };
  }
}

async function keep(
  tx: EntityManager,
  orderId: string,
  part: 'order' | 'decision',
  sha256: string,
  bytes: Buffer,
): Promise<void> {
  await tx.query('INSERT INTO order_paper (order_id, part, sha256, bytes) VALUES ($1, $2, $3, $4)', [
    orderId,
    part,
    sha256,
    bytes,
  ]);
}
