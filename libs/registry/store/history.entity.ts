import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Changes } from '../domain/changes';
import type { Source } from '../domain/subject-types';

export type HistoryEntity = 'subject' | 'outlet' | 'operator';

/** One change. Insert-only: the table refuses UPDATE and DELETE, a correction is a further entry. */
@Entity('registry_history')
export class HistoryRow {
  @PrimaryColumn('bigint') id!: string;
  @Column('text') entity!: HistoryEntity;
  @Column('uuid', { name: 'entity_id' }) entityId!: string;
  @Column('int') version!: number;
  @Column({ type: 'timestamptz', precision: 3 }) at!: Date;
  @Column('text') actor!: string;
  @Column('text') source!: Source;
  @Column('text', { nullable: true }) reason!: string | null;
  @Column('jsonb') changes!: Changes;
}

export type ConflictDecision = 'keepExisting' | 'keepClaimant' | 'keepBoth';
export const conflictDecisions = ['keepExisting', 'keepClaimant', 'keepBoth'] as const;

@Entity('registry_conflict')
export class ConflictRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') address!: string;
  /** Of the newcomer. */
  @Column('uuid', { name: 'outlet_id' }) outletId!: string;
  @Column('uuid', { name: 'other_outlet_id' }) otherOutletId!: string;
  @Column('char', { name: 'division_code', length: 6 }) divisionCode!: string;
  @Column('char', { name: 'other_division_code', length: 6 }) otherDivisionCode!: string;
  @Column('text') state!: 'open' | 'decided';
  @Column('text', { nullable: true }) decision!: ConflictDecision | null;
  @Column('text', { nullable: true }) reason!: string | null;
  @Column({ type: 'timestamptz', precision: 3, name: 'opened_at' }) openedAt!: Date;
  @Column({ type: 'timestamptz', precision: 3, name: 'decided_at', nullable: true }) decidedAt!: Date | null;
  @Column('text', { name: 'decided_by', nullable: true }) decidedBy!: string | null;
}
