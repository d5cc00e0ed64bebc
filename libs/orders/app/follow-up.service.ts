import { Injectable } from '@nestjs/common';
import { type EntityManager, IsNull } from 'typeorm';
import { Clock } from '../../kernel';
import { BlobStore, Db, Log } from '../../platform';
import type { OrderFact } from '../domain/facts';
import { settledStates } from '../domain/order.states';
import { sentenceOf } from '../domain/sentences';
import { MEASURE, RESULT } from '../domain/words';
import { AddressRow, OrderRow } from '../store/order.entity';
import { ReportFileRow, ReportLineRow, ReportRow } from '../store/partner.entity';
import { OrderMoves, systemMover } from './order-moves';
import { CaseFiles, Papers } from './outside';

@Injectable()
export class FollowUpRest {
  constructor(
    readonly blobs: BlobStore,
    readonly clock: Clock,
    readonly log: Log,
  ) {}
}

/** What follows from an order's moves: the case hears of it, the order that a restoration lifts follows it, receipts are made. */
@Injectable()
export class FollowUpService {
  constructor(
    private readonly db: Db,
    private readonly moves: OrderMoves,
    private readonly cases: CaseFiles,
    private readonly papers: Papers,
    private readonly rest: FollowUpRest,
  ) {}

  async tellCase(tx: EntityManager, type: string, fact: OrderFact): Promise<void> {
    const sentence = sentenceOf(type, fact);
    if (sentence)
      await this.cases.tell(tx, fact.caseId, {
        kind: type,
        orderId: fact.orderId,
        ...sentence,
        details: { number: fact.number, from: fact.from, to: fact.to },
      });
  }

  /** Blocks or frees the case by where the order stands now: facts may come late, the row is the truth. */
  async holdCase(tx: EntityManager, fact: OrderFact): Promise<void> {
    const order = await tx.findOneByOrFail(OrderRow, { id: fact.orderId });
    if (settledStates.includes(order.state)) await this.cases.unblock(tx, order.caseId, order.id);
    else await this.cases.block(tx, order.caseId, order.id, `${order.number ?? ''}尚未办结`);
  }

  /** A report in which nothing was done is contested. */
  async afterReport(tx: EntityManager, fact: OrderFact): Promise<void> {
    const order = await this.moves.lock(tx, fact.orderId);
    if (order.state === 'reported' && order.reportOutcome === 'refused')
      await this.moves.move(tx, order, 'contest', systemMover('orders'), { recheckDue: null });
    if (order.liftsOrderId) await this.follow(tx, order.liftsOrderId, 'restoreDispatched', 'restoreReport', order);
  }

  async afterVerification(tx: EntityManager, fact: OrderFact): Promise<void> {
    const order = await this.moves.lock(tx, fact.orderId);
    if (order.liftsOrderId) await this.follow(tx, order.liftsOrderId, 'restoreReported', 'restoreConfirm', order);
  }

  private async follow(
    tx: EntityManager,
    id: string,
    from: OrderRow['state'],
    action: 'restoreReport' | 'restoreConfirm',
    restoration: OrderRow,
  ): Promise<void> {
    const lifted = await this.moves.lock(tx, id);
    if (lifted.state === from)
      await this.moves.move(
        tx,
        lifted,
        action,
        systemMover('restoration'),
        {},
        { restorationId: restoration.id, number: restoration.number },
      );
  }

  /** The operator's answer as form X1R or X3R. The form has a place for the time of execution, so there is none where nothing was done. */
  async makeReceipts(tx: EntityManager, fact: OrderFact): Promise<void> {
    const order = await tx.findOneByOrFail(OrderRow, { id: fact.orderId });
    const reports = await tx.find(ReportRow, {
      where: { orderId: order.id, receiptDocumentId: IsNull() },
      order: { seq: 'ASC' },
    });
    for (const report of reports.filter(({ outcome }) => outcome !== 'refused')) {
      const said = await this.saidIn(tx, order, report);
      if (said.doneAt)
        await tx.update(
          ReportRow,
          { id: report.id },
          { receiptDocumentId: await this.papers.receipt(tx, order, { ...said, doneAt: said.doneAt }) },
        );
    }
  }

  private async saidIn(tx: EntityManager, order: OrderRow, report: ReportRow) {
    const lines = await tx.find(ReportLineRow, { where: { reportId: report.id }, order: { addressNo: 'ASC' } });
    const addresses = new Map((await tx.find(AddressRow, { where: { orderId: order.id } })).map(({ no, url }) => [no, url]));
    const files = await tx.find(ReportFileRow, { where: { reportId: report.id }, order: { name: 'ASC' } });
    const times = lines.flatMap(({ doneAt }) => (doneAt ? [doneAt.getTime()] : []));
    const left = lines.filter(({ reason }) => reason);
    return {
      receivedAt: order.ackAt ?? report.at,
      doneAt: times.length ? new Date(Math.max(...times)) : null,
      how: [
        ...lines.map(
          (line) =>
            `${addresses.get(line.addressNo)}：${RESULT[line.result].zh}${line.measure ? `（${MEASURE[line.measure].zh}）` : ''}`,
        ),
        ...files.map(({ name, sha256 }) => `${name}（SHA-256 ${sha256}）`),
      ],
      notDone: left.length ? left.map((line) => `${addresses.get(line.addressNo)}：${line.reason}`).join('\n') : null,
      by: `${report.byName}（${report.byRole}）`,
      accepted: report.outcome === 'full' ? '采纳' : '部分采纳',
    };
  }

  /** Proofs wait in the database until they lie in the blob store; then the bytes leave the table and the digest stays. */
  async storeProofs(): Promise<void> {
    const waiting = await this.db.tx((tx) =>
      tx.find(ReportFileRow, { where: { storedAt: IsNull() }, take: 20, select: { id: true, sha256: true, bytes: true } }),
    );
    for (const { id, sha256, bytes } of waiting) {
      const stored = await this.rest.blobs.putOnce(bytes!);
      if (stored.sha256 !== sha256) {
        this.rest.log.error('orders.proof.digestDiffers', { fileId: id });
        continue;
      }
      await this.db.tx((tx) =>
        tx.query('UPDATE order_report_file SET bytes = NULL, stored_at = $2 WHERE id = $1', [id, this.rest.clock.now()]),
      );
    }
  }
}
