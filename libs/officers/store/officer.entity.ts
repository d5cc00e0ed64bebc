import { Column, Entity, ManyToOne, JoinColumn, OneToMany, PrimaryColumn, type Relation } from 'typeorm';
import type { Scope } from '../../platform';
import type { Role } from '../domain/roles';

/** An organisational unit and the agency in whose name it acts. */
@Entity('unit')
export class UnitRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') name!: string;
  @Column('char', { name: 'division_code', length: 6 }) divisionCode!: string;
  @Column('text', { name: 'agency_name' }) agencyName!: string;
  /** 机关代字, the first part of every document number. */
  @Column('text', { name: 'document_word' }) documentWord!: string;
  @Column('text', { nullable: true }) telephone!: string | null;
}

@Entity('officer')
export class OfficerRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') account!: string;
  @Column('text') name!: string;
  @Column('text', { nullable: true }) certificate!: string | null;
  @Column('uuid', { name: 'unit_id' }) unitId!: string;
  @ManyToOne(() => UnitRow) @JoinColumn({ name: 'unit_id' }) unit!: Relation<UnitRow>;
  @Column('char', { name: 'division_code', length: 6 }) divisionCode!: string;
  @Column('text') state!: 'active' | 'disabled';
  @Column('int') version!: number;
  @Column('text', { name: 'created_by' }) createdBy!: string;
  @Column({ type: 'timestamptz', precision: 3, name: 'created_at' }) createdAt!: Date;
  @OneToMany(() => OfficerRoleRow, (role) => role.officer) roles!: Relation<OfficerRoleRow>[];
}

@Entity('officer_role')
export class OfficerRoleRow {
  @PrimaryColumn('uuid', { name: 'officer_id' }) officerId!: string;
  @PrimaryColumn('text') role!: Role;
  @ManyToOne(() => OfficerRow, (officer) => officer.roles) @JoinColumn({ name: 'officer_id' }) officer!: Relation<OfficerRow>;
  @Column('text') scope!: Scope;
  @Column('text', { name: 'granted_by' }) grantedBy!: string;
  @Column({ type: 'timestamptz', precision: 3, name: 'granted_at' }) grantedAt!: Date;
}

@Entity('officer_secret')
export class OfficerSecretRow {
  @PrimaryColumn('uuid', { name: 'officer_id' }) officerId!: string;
  @Column('text', { name: 'password_hash' }) passwordHash!: string;
  @Column('text', { name: 'totp_secret', nullable: true }) totpSecret!: string | null;
  @Column('bigint', { name: 'totp_last_step', nullable: true }) totpLastStep!: string | null;
  @Column('int') failures!: number;
  @Column({ type: 'timestamptz', precision: 3, name: 'locked_until', nullable: true }) lockedUntil!: Date | null;
  @Column({ type: 'timestamptz', precision: 3, name: 'password_set_at' }) passwordSetAt!: Date;
}

@Entity('session')
export class SessionRow {
  @PrimaryColumn('char', { name: 'token_sha256', length: 64 }) tokenSha256!: string;
  @Column('uuid', { name: 'officer_id' }) officerId!: string;
  @Column('text', { name: 'csrf_token' }) csrfToken!: string;
  @Column({ type: 'timestamptz', precision: 3, name: 'started_at' }) startedAt!: Date;
  @Column({ type: 'timestamptz', precision: 3, name: 'seen_at' }) seenAt!: Date;
  @Column({ type: 'timestamptz', precision: 3, name: 'second_factor_at', nullable: true }) secondFactorAt!: Date | null;
  @Column({ type: 'timestamptz', precision: 3, name: 'ended_at', nullable: true }) endedAt!: Date | null;
  @Column('text', { nullable: true }) origin!: string | null;
}

export const OFFICER_ROWS = [UnitRow, OfficerRow, OfficerRoleRow, OfficerSecretRow, SessionRow];
