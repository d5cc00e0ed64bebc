import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A page under an officer's hand. `secret` opens its doors in the capture process and is gone with the session. */
@Entity('evidence_session')
export class EvidenceSessionRow {
  @PrimaryColumn('text', { name: 'package_id' }) packageId!: string;
  @Column('char', { length: 64, nullable: true }) secret!: string | null;
  @Column({ type: 'timestamptz', precision: 3, name: 'begun_at' }) begunAt!: Date;
  @Column({ type: 'timestamptz', precision: 3, name: 'ended_at', nullable: true }) endedAt!: Date | null;
  /** The opening whose officer drives, until then; others only look. */
  @Column('uuid', { name: 'driver_view', nullable: true }) driverView!: string | null;
  @Column({ type: 'timestamptz', precision: 3, name: 'driver_until', nullable: true }) driverUntil!: Date | null;
}

/** One opening of the picture by one person; without it no picture is handed out. */
@Entity('evidence_session_view')
export class EvidenceSessionViewRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('text', { name: 'package_id' }) packageId!: string;
  @Column('text', { name: 'officer_id' }) officerId!: string;
  @Column({ type: 'timestamptz', precision: 3 }) at!: Date;
}

export const SESSION_ROWS = [EvidenceSessionRow, EvidenceSessionViewRow];
