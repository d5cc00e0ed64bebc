import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Provenance } from '../domain/changes';
import type { Source } from '../domain/subject-types';

/** A market subject as registered. Names columns only; rules and indexes are in the migration. */
@Entity('subject')
export class SubjectRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('int') version!: number;
  @Column('text', { nullable: true }) uscc!: string | null;
  @Column('text', { name: 'uscc_override_reason', nullable: true }) usccOverrideReason!: string | null;
  @Column('text', { name: 'uscc_override_by', nullable: true }) usccOverrideBy!: string | null;
  @Column('text', { name: 'uscc_warnings', array: true }) usccWarnings!: string[];
  @Column('text', { name: 'reg_no15', nullable: true }) regNo15!: string | null;
  @Column('text') name!: string;
  @Column('text', { name: 'used_names', array: true }) usedNames!: string[];
  @Column('text') kind!: string;
  @Column('text', { name: 'type_code', nullable: true }) typeCode!: string | null;
  @Column('text', { name: 'legal_rep', nullable: true }) legalRep!: string | null;
  @Column('text', { nullable: true }) domicile!: string | null;
  @Column('char', { name: 'division_code', length: 6 }) divisionCode!: string;
  @Column('text', { nullable: true }) scope!: string | null;
  @Column('text') status!: string;
  @Column('date', { name: 'status_date', nullable: true }) statusDate!: string | null;
  @Column('date', { nullable: true }) established!: string | null;
  @Column('text', { nullable: true }) registrar!: string | null;
  @Column('text', { name: 'contact_phone', nullable: true }) contactPhone!: string | null;
  @Column('text', { nullable: true }) exemption!: string | null;
  @Column('text') source!: Source;
  @Column('jsonb') provenance!: Provenance;
  @Column({ type: 'timestamptz', precision: 3, name: 'created_at' }) createdAt!: Date;
  @Column({ type: 'timestamptz', precision: 3, name: 'updated_at' }) updatedAt!: Date;
}
