import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { TransferKind } from '../domain/transfer';
import type { TransferState } from '../domain/transfer.states';

const ms = { type: 'timestamptz', precision: 3 } as const;
const maybe = { ...ms, nullable: true } as const;

/** A case handed to another organ, with the paper, the receipt and the answer. */
@Entity('case_transfer')
export class CaseTransferRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid', { name: 'case_id' }) caseId!: string;
  @Column('int') n!: number;
  @Column('text') kind!: TransferKind;
  @Column('text') state!: TransferState;
  @Column('text') receiver!: string;
  @Column('text') reason!: string;
  /** What goes with it, as it stands on the list. */
  @Column('text', { array: true }) materials!: string[];
  @Column('text', { name: 'decided_by' }) decidedBy!: string;
  @Column({ ...ms, name: 'decided_at' }) decidedAt!: Date;
  @Column({ ...maybe, name: 'send_until' }) sendUntil!: Date | null;
  @Column('text', { name: 'document_number', nullable: true }) documentNumber!: string | null;
  @Column({ ...maybe, name: 'sent_at' }) sentAt!: Date | null;
  @Column('text', { nullable: true }) delivery!: string | null;
  /** Number of the receipt, and who signed it. */
  @Column('text', { nullable: true }) receipt!: string | null;
  @Column('text', { name: 'received_by', nullable: true }) receivedBy!: string | null;
  @Column({ ...maybe, name: 'received_at' }) receivedAt!: Date | null;
  @Column('date', { name: 'answer_until', nullable: true }) answerUntil!: string | null;
  @Column('text', { name: 'answer_number', nullable: true }) answerNumber!: string | null;
  @Column('text', { name: 'answer_reason', nullable: true }) answerReason!: string | null;
  @Column({ ...maybe, name: 'answered_at' }) answeredAt!: Date | null;
  @Column('text', { name: 'recorded_by', nullable: true }) recordedBy!: string | null;
}
