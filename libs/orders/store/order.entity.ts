import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { LawCitation } from '../../kernel';
import type { OrderKind, OrderScope, RestorationGround } from '../domain/order';
import type { OrderState } from '../domain/order.states';
import type { LineResult, ReportOutcome } from '../domain/report';
import type { Verdict } from '../domain/verdict';

const INSTANT = { type: 'timestamptz', precision: 3 } as const;
const INSTANT_OR_NULL = { ...INSTANT, nullable: true } as const;

/** One order. Everything that happened to it stands in `order_event`; this row is where it stands now. */
@Entity('orders')
export class OrderRow {
  @PrimaryColumn('uuid') id!: string;
  /** Number of its document, taken on approval. */
  @Column('text', { nullable: true }) number!: string | null;
  @Column('int') version!: number;
  @Column('text') kind!: OrderKind;
  @Column('text') state!: OrderState;
  @Column('uuid', { name: 'case_id' }) caseId!: string;
  @Column('text', { name: 'case_number', nullable: true }) caseNumber!: string | null;
  @Column('char', { name: 'division_code', length: 6 }) divisionCode!: string;
  /** The order that this one lifts; only a restoration has it. */
  @Column('uuid', { name: 'lifts_order_id', nullable: true }) liftsOrderId!: string | null;
  @Column('text', { nullable: true }) ground!: RestorationGround | null;
  @Column('uuid', { name: 'operator_id', nullable: true }) operatorId!: string | null;
  @Column('text', { name: 'operator_name', nullable: true }) operatorName!: string | null;
  @Column('text') authority!: string;
  @Column('text', { array: true }) officers!: string[];
  @Column('text', { array: true, name: 'officer_names' }) officerNames!: string[];
  @Column('jsonb') basis!: LawCitation[];
  @Column('text') reasons!: string;
  @Column('text', { nullable: true }) scope!: OrderScope | null;
  @Column({ ...INSTANT_OR_NULL, name: 'execute_by' }) executeBy!: Date | null;
  @Column('date', { nullable: true }) until!: string | null;
  @Column('text', { name: 'remedy_operator' }) remedyOperator!: string;
  @Column('text', { name: 'remedy_merchant' }) remedyMerchant!: string;
  @Column('text', { name: 'report_how' }) reportHow!: string;
  /** Data that the operator is asked to keep meanwhile. */
  @Column('text', { array: true }) preserve!: string[];
  @Column('text', { name: 'document_id', nullable: true }) documentId!: string | null;
  @Column('char', { name: 'document_sha256', length: 64, nullable: true }) documentSha256!: string | null;
  @Column('text', { name: 'drafted_by' }) draftedBy!: string;
  @Column('text', { name: 'submitted_by', nullable: true }) submittedBy!: string | null;
  @Column('text', { name: 'agreed_by', nullable: true }) agreedBy!: string | null;
  @Column('text', { name: 'approved_by', nullable: true }) approvedBy!: string | null;
  @Column('text', { name: 'sealed_by', nullable: true }) sealedBy!: string | null;
  @Column({ ...INSTANT_OR_NULL, name: 'dispatched_at' }) dispatchedAt!: Date | null;
  @Column('text', { name: 'ack_name', nullable: true }) ackName!: string | null;
  @Column('text', { name: 'ack_role', nullable: true }) ackRole!: string | null;
  @Column({ ...INSTANT_OR_NULL, name: 'ack_at' }) ackAt!: Date | null;
  @Column('text', { name: 'report_outcome', nullable: true }) reportOutcome!: ReportOutcome | null;
  /** The report from which the looks are counted; a reopening or a further report begins a new series. */
  @Column({ ...INSTANT_OR_NULL, name: 'recheck_from' }) recheckFrom!: Date | null;
  /** Number of the next round of looks in the series. */
  @Column('int', { name: 'recheck_round' }) recheckRound!: number;
  @Column({ ...INSTANT_OR_NULL, name: 'recheck_due' }) recheckDue!: Date | null;
  @Column({ ...INSTANT, name: 'created_at' }) createdAt!: Date;
  @Column({ ...INSTANT, name: 'updated_at' }) updatedAt!: Date;
}

@Entity('order_address')
export class AddressRow {
  @PrimaryColumn('uuid', { name: 'order_id' }) orderId!: string;
  @PrimaryColumn('int') no!: number;
  @Column('uuid', { name: 'outlet_id' }) outletId!: string;
  @Column('text') url!: string;
  /** Package that fixed the offending page; later looks are compared with it. */
  @Column('text', { name: 'capture_id', nullable: true }) captureId!: string | null;
  @Column('text', { nullable: true }) justification!: string | null;
  /** The operator's last word about it. */
  @Column('text', { nullable: true }) result!: LineResult | null;
  /** What the last round of looks saw. */
  @Column('text', { nullable: true }) seen!: Verdict | null;
  /** What enough looks over enough time agree upon; null while they do not. */
  @Column('text', { nullable: true }) confirmed!: Verdict | null;
  @Column({ ...INSTANT_OR_NULL, name: 'confirmed_at' }) confirmedAt!: Date | null;
  /** The vantage points from which it was seen; one only where no second one is configured. */
  @Column('text', { name: 'confirmed_from', array: true, nullable: true }) confirmedFrom!: string[] | null;
}

export interface OrderEvent {
  id: string;
  at: Date;
  actor: string;
  kind: string;
  fromState: string | null;
  toState: string | null;
  details: Record<string, unknown>;
}
