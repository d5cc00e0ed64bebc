import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ProofMethod, ProofState } from '../domain/proof-of-control';

/** What a look at the outlet saw, for whoever has to find out why it failed. */
export interface Seen {
  at: string;
  /** Where it was looked for, and which server answered. */
  where: string;
  server: string | null;
  lines: string[];
  /** Why nothing could be seen. */
  fault: string | null;
}

@Entity('control_proof')
export class ControlProofRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('int') version!: number;
  @Column('uuid', { name: 'outlet_id' }) outletId!: string;
  @Column('char', { name: 'division_code', length: 6 }) divisionCode!: string;
  @Column('text') method!: ProofMethod;
  @Column('text') token!: string;
  @Column('text') location!: string;
  @Column('text') host!: string;
  @Column('text') state!: ProofState;
  @Column('jsonb', { nullable: true }) seen!: Seen | null;
  /** Number of the platform's letter. */
  @Column('text', { nullable: true }) attestation!: string | null;
  @Column({ type: 'timestamptz', precision: 3, name: 'requested_at' }) requestedAt!: Date;
  @Column({ type: 'timestamptz', precision: 3, name: 'wait_until' }) waitUntil!: Date;
  @Column({ type: 'timestamptz', precision: 3, name: 'checked_at', nullable: true }) checkedAt!: Date | null;
  /** When the worker looks next; null when it need not. */
  @Column({ type: 'timestamptz', precision: 3, name: 'check_due', nullable: true }) checkDue!: Date | null;
  @Column({ type: 'timestamptz', precision: 3, name: 'proved_at', nullable: true }) provedAt!: Date | null;
  @Column({ type: 'timestamptz', precision: 3, name: 'valid_until', nullable: true }) validUntil!: Date | null;
  @Column('text', { name: 'requested_by' }) requestedBy!: string;
}
