import { randomUUID } from 'node:crypto';
import { Inject, Injectable, Optional } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditTrail } from '../../audit';
import { Clock } from '../../kernel';
import { type OfficerAct } from '../domain/package.states';
import { EvidenceProblem } from '../domain/problems';
import { DisposalApprovalRow, DisposalRow, type PackageRow } from '../store/evidence.entity';
import { EvidenceRetention } from './retention';

const APPROVALS = 2;

export interface DisposalOrder {
  disposal: DisposalRow;
  approvals: DisposalApprovalRow[];
  /** Two persons other than the asker have approved. */
  given: boolean;
}

/** Which order an act needs. */
export const DISPOSAL_OF: Partial<Record<OfficerAct, DisposalRow['what']>> = { giveBack: 'returned', dispose: 'destroyed' };

/** Orders to give evidence back or to destroy it: asked for by one, approved by two others, carried out when nothing keeps it (F30). */
@Injectable()
export class Disposals {
  constructor(
    private readonly clock: Clock,
    private readonly trail: AuditTrail,
    @Optional() @Inject(EvidenceRetention) private readonly retention: EvidenceRetention | null = null,
  ) {}

  async ask(
    tx: EntityManager,
    row: PackageRow,
    input: Pick<DisposalRow, 'what' | 'reason' | 'legalBasis'>,
    officerId: string,
  ): Promise<DisposalOrder> {
    if (!['sealed', 'transferred'].includes(row.state))
      throw EvidenceProblem.illegalTransition({ state: row.state, action: 'disposal', allowed: [] });
    const { what, reason, legalBasis } = input;
    if (await tx.existsBy(DisposalRow, { packageId: row.id, what })) throw EvidenceProblem.disposalKnown();
    const id = randomUUID();
    await tx.insert(DisposalRow, {
      id,
      packageId: row.id,
      what,
      reason,
      legalBasis,
      askedBy: officerId,
      askedAt: this.clock.now(),
    });
    await this.trail.record(tx, {
      act: 'exhibit.askDisposal',
      kind: 'exhibit',
      id: row.id,
      caseId: row.caseId,
      details: { disposal: id, what, reason, legalBasis },
    });
    return this.order(tx, await tx.findOneByOrFail(DisposalRow, { id }));
  }

  /** One approval; two of different persons make the order. Refuses the asker and a second approval of the same person. */
  async approve(
    tx: EntityManager,
    row: PackageRow,
    disposalId: string,
    opinion: string,
    officerId: string,
  ): Promise<DisposalOrder> {
    const disposal = await tx.findOneBy(DisposalRow, { id: disposalId, packageId: row.id });
    if (!disposal) throw EvidenceProblem.notFound();
    if (disposal.askedBy === officerId) throw EvidenceProblem.approverIsAsker();
    if (await tx.existsBy(DisposalApprovalRow, { disposalId, by: officerId })) throw EvidenceProblem.approvedAlready();
    await tx.insert(DisposalApprovalRow, { disposalId, by: officerId, at: this.clock.now(), opinion });
    await this.trail.record(tx, {
      act: 'exhibit.approveDisposal',
      kind: 'exhibit',
      id: row.id,
      caseId: row.caseId,
      details: { disposal: disposalId, opinion },
    });
    return this.order(tx, disposal);
  }

  async of(tx: EntityManager, packageId: string): Promise<DisposalOrder[]> {
    const rows = await tx.find(DisposalRow, { where: { packageId }, order: { askedAt: 'ASC' } });
    return Promise.all(rows.map((disposal) => this.order(tx, disposal)));
  }

  /** The order under which the act may be done now. Refuses without one, and while the package must be kept. */
  async required(tx: EntityManager, row: PackageRow, what: DisposalRow['what']): Promise<DisposalOrder> {
    const order = (await this.of(tx, row.id)).find(({ disposal }) => disposal.what === what);
    if (!order?.given) throw EvidenceProblem.disposalNotOrdered({ approvals: order?.approvals.length ?? 0 });
    const obstacle = this.retention ? await this.retention.obstacle(tx, row) : { because: 'unknown' as const, until: null };
    if (obstacle) throw EvidenceProblem.retentionRunning({ ...obstacle });
    return order;
  }

  private async order(tx: EntityManager, disposal: DisposalRow): Promise<DisposalOrder> {
    const approvals = await tx.find(DisposalApprovalRow, { where: { disposalId: disposal.id }, order: { at: 'ASC' } });
    return { disposal, approvals, given: approvals.length >= APPROVALS };
  }
}
