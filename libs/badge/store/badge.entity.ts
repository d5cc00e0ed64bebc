import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { OutletRow, SubjectRow } from '../../registry';
import type { BadgeAction, BadgeState } from '../domain/badge.states';

/** One badge of one outlet. The code is public and never reused. */
@Entity('badge')
export class BadgeRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('int') version!: number;
  @Column('text') code!: string;
  @Column('uuid', { name: 'subject_id' }) subjectId!: string;
  @ManyToOne(() => SubjectRow) @JoinColumn({ name: 'subject_id' }) subject!: Relation<SubjectRow> | null;
  @Column('uuid', { name: 'outlet_id' }) outletId!: string;
  @ManyToOne(() => OutletRow) @JoinColumn({ name: 'outlet_id' }) outlet!: Relation<OutletRow> | null;
  @Column('char', { name: 'division_code', length: 6 }) divisionCode!: string;
  @Column('text') office!: string;
  @Column('text') state!: BadgeState;
  @Column({ type: 'timestamptz', precision: 3, name: 'state_since' }) stateSince!: Date;
  @Column('text', { nullable: true }) reason!: string | null;
  /** An officer suspended it; independent of orders, and each must lift his own. */
  @Column('boolean', { name: 'officer_hold' }) officerHold!: boolean;
  /** Orders that hold it suspended. It comes back when the last of them is lifted. */
  @Column('text', { name: 'order_holds', array: true }) orderHolds!: string[];
  @Column({ type: 'timestamptz', precision: 3, name: 'issued_at' }) issuedAt!: Date;
  @Column('text', { name: 'issued_by' }) issuedBy!: string;
  @Column({ type: 'timestamptz', precision: 3, name: 'proved_until', nullable: true }) provedUntil!: Date | null;
  @Column('text', { nullable: true }) record!: string | null;
  @Column('text', { nullable: true }) signature!: string | null;
  @Column('text', { name: 'key_id', nullable: true }) keyId!: string | null;
  @Column('int', { name: 'signed_version', nullable: true }) signedVersion!: number | null;
}

/** Every move, insert-only. */
@Entity('badge_event')
export class BadgeEventRow {
  @PrimaryColumn('bigint') id!: string;
  @Column('uuid', { name: 'badge_id' }) badgeId!: string;
  @Column({ type: 'timestamptz', precision: 3 }) at!: Date;
  @Column('text') actor!: string;
  @Column('text') action!: BadgeAction | 'issue';
  @Column('text', { name: 'from_state', nullable: true }) fromState!: BadgeState | null;
  @Column('text', { name: 'to_state' }) toState!: BadgeState;
  @Column('text', { nullable: true }) reason!: string | null;
  @Column('text', { name: 'order_id', nullable: true }) orderId!: string | null;
}
