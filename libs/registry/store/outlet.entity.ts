import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { Provenance } from '../domain/changes';
import { SubjectRow } from './subject.entity';

/** One place where a subject trades, with the ten filing items of 电子商务信用管理制度 art 9. */
@Entity('outlet')
export class OutletRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('int') version!: number;
  @Column('uuid', { name: 'subject_id' }) subjectId!: string;
  @ManyToOne(() => SubjectRow) @JoinColumn({ name: 'subject_id' }) subject!: Relation<SubjectRow> | null;
  @Column('char', { name: 'division_code', length: 6 }) divisionCode!: string;
  @Column('text', { name: 'site_name' }) siteName!: string;
  /** A-labels: the form that is compared. */
  @Column('text') domain!: string;
  @Column('text', { name: 'domain_unicode' }) domainUnicode!: string;
  @Column('text', { name: 'domain_skeleton' }) domainSkeleton!: string;
  @Column('boolean', { name: 'mixed_scripts' }) mixedScripts!: boolean;
  @Column('text') url!: string;
  @Column('inet', { nullable: true }) ip!: string | null;
  @Column('text', { name: 'site_type' }) siteType!: string;
  @Column('text', { name: 'icp_no', nullable: true }) icpNo!: string | null;
  @Column('text', { nullable: true }) isp!: string | null;
  @Column('text', { name: 'idc_address', nullable: true }) idcAddress!: string | null;
  @Column('text', { nullable: true }) contact!: string | null;
  @Column('text', { name: 'other_filings', nullable: true }) otherFilings!: string | null;
  @Column('text', { name: 'carrier_kind' }) carrierKind!: string;
  @Column('boolean', { name: 'on_platform' }) onPlatform!: boolean;
  @Column('uuid', { name: 'operator_id', nullable: true }) operatorId!: string | null;
  @Column('text') pool!: string;
  /** The filer answers for the truth of the items: his words are kept. */
  @Column('text') declaration!: string;
  @Column('text', { nullable: true }) declarant!: string | null;
  @Column('jsonb') provenance!: Provenance;
  @Column({ type: 'timestamptz', precision: 3, name: 'created_at' }) createdAt!: Date;
  @Column({ type: 'timestamptz', precision: 3, name: 'updated_at' }) updatedAt!: Date;
}
