import { Column, Entity, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';
import type { AuditEvent, AuditLink } from '../domain/audit-chain';

/** Insert-only: the table's trigger refuses UPDATE, DELETE and TRUNCATE. */
@Entity('audit_event')
export class AuditEventRow implements AuditEvent {
  @PrimaryGeneratedColumn({ type: 'bigint' }) id!: string;
  @Column({ type: 'timestamptz', precision: 3 }) at!: Date;
  @Column('text') actor!: string;
  @Column('text') act!: string;
  @Column('text') kind!: string;
  @Column('text') record!: string;
  @Column('text', { name: 'case_id', nullable: true }) caseId!: string | null;
  @Column('char', { name: 'division_code', length: 6 }) divisionCode!: string;
  @Column('text', { nullable: true }) purpose!: string | null;
  @Column('text', { nullable: true }) origin!: string | null;
  @Column('text', { name: 'request_id', nullable: true }) requestId!: string | null;
  @Column('jsonb') details!: Record<string, unknown>;
}

const toNumber = { to: (value: number) => value, from: (value: string) => Number(value) };

@Entity('audit_link')
export class AuditLinkRow implements AuditLink {
  @PrimaryColumn('bigint', { transformer: toNumber }) seq!: number;
  @Column('bigint', { name: 'event_id' }) eventId!: string;
  @Column('char', { length: 64 }) prev!: string;
  @Column('char', { length: 64 }) digest!: string;
}

export const AUDIT_ROWS = [AuditEventRow, AuditLinkRow];
