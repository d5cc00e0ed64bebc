import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { LawCitation } from '../../kernel';
import type { CaseClock } from '../domain/case-clock';
import type { MeasureKind, MeasureObject } from '../domain/measure';
import type { MeasureState } from '../domain/measure.states';

const ms = { type: 'timestamptz', precision: 3 } as const;
const maybe = { ...ms, nullable: true } as const;

/** A preservation by registration, sealing or seizure in a case. */
@Entity('case_measure')
export class CaseMeasureRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid', { name: 'case_id' }) caseId!: string;
  @Column('int') n!: number;
  @Column('text') kind!: MeasureKind;
  @Column('text') state!: MeasureState;
  @Column('text') reason!: string;
  @Column('jsonb') basis!: LawCitation[];
  @Column('jsonb') objects!: MeasureObject[];
  @Column('text') place!: string;
  @Column('text') keeper!: string;
  /** Number of the decision or notice that the party was given. */
  @Column('text', { name: 'document_number', nullable: true }) documentNumber!: string | null;
  @Column('text', { name: 'proposed_by' }) proposedBy!: string;
  @Column({ ...ms, name: 'proposed_at' }) proposedAt!: Date;
  /** Of one that could not wait: approval is owed until then. */
  @Column({ ...maybe, name: 'approve_until' }) approveUntil!: Date | null;
  @Column('text', { name: 'approved_by', nullable: true }) approvedBy!: string | null;
  @Column({ ...maybe, name: 'approved_at' }) approvedAt!: Date | null;
  @Column('text', { nullable: true }) opinion!: string | null;
  /** The running limit with its pauses and extensions; null before it is taken. */
  @Column('jsonb', { nullable: true }) clock!: (Omit<CaseClock, 'startedAt' | 'stoppedAt'> & StoredInstants) | null;
  @Column('date', { nullable: true }) due!: string | null;
  @Column({ ...maybe, name: 'due_at' }) dueAt!: Date | null;
  @Column('text', { name: 'lift_ground', nullable: true }) liftGround!: string | null;
  @Column('text', { name: 'lift_reason', nullable: true }) liftReason!: string | null;
  @Column('text', { nullable: true }) disposal!: string | null;
  @Column({ ...maybe, name: 'ended_at' }) endedAt!: Date | null;
  @Column('text', { name: 'ended_by', nullable: true }) endedBy!: string | null;
  @Column('text', { name: 'recheck_note', nullable: true }) recheckNote!: string | null;
  @Column('text', { name: 'rechecked_by', nullable: true }) recheckedBy!: string | null;
  @Column({ ...maybe, name: 'rechecked_at' }) recheckedAt!: Date | null;
  @Column('text', { nullable: true }) told!: string | null;
}

interface StoredInstants {
  startedAt: string;
  stoppedAt: string | null;
}
