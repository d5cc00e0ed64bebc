import { Column, Entity, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';
import type { LawCitation } from '../../kernel';
import type { Penalty } from '../domain/input';

const ms = { type: 'timestamptz', precision: 3 } as const;
const maybe = { ...ms, nullable: true } as const;

export type Visibility = 'normal' | 'restricted' | 'sealed';
export const VISIBILITIES = ['normal', 'restricted', 'sealed'] as const;

export const SOURCES = ['inspection', 'complaint', 'report', 'transfer', 'assigned', 'monitoring', 'badgeReport'] as const;
export type CaseSource = (typeof SOURCES)[number];

/** A clue and the case that may come of it: one record from the first sign to the archive. */
@Entity('case_file')
export class CaseRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('int') version!: number;
  /** `{division}-{yyyy}-{seq}`, taken when the record is made and never given to another. */
  @Column('text') number!: string;
  @Column('char', { name: 'division_code', length: 6 }) divisionCode!: string;
  @Column('text', { name: 'definition_key' }) definitionKey!: string;
  @Column('int', { name: 'definition_version' }) definitionVersion!: number;
  @Column('text') state!: string;
  /** Who brought the case into its present state: nobody approves what he submitted. */
  @Column('text', { name: 'entered_by' }) enteredBy!: string;
  @Column({ ...ms, name: 'entered_at' }) enteredAt!: Date;
  @Column('text') visibility!: Visibility;
  @Column('text', { name: 'visibility_reason', nullable: true }) visibilityReason!: string | null;
  @Column('date', { name: 'visibility_review', nullable: true }) visibilityReview!: string | null;
  @Column('text') source!: CaseSource;
  @Column('text') matter!: string;
  @Column('uuid', { name: 'finding_id', nullable: true }) findingId!: string | null;
  @Column('uuid', { name: 'subject_id', nullable: true }) subjectId!: string | null;
  @Column('uuid', { name: 'outlet_id', nullable: true }) outletId!: string | null;
  /** Names at the time of opening, for lists; the party's snapshot is in `case_party`. */
  @Column('text', { name: 'party_name', nullable: true }) partyName!: string | null;
  @Column('text', { name: 'outlet_name', nullable: true }) outletName!: string | null;
  @Column('text', { nullable: true }) facts!: string | null;
  @Column('jsonb') articles!: LawCitation[];
  @Column('text', { nullable: true }) report!: string | null;
  @Column('text', { nullable: true }) outcome!: string | null;
  /** The officers hold the case for complex or the violation for grave: the leaders discuss it together before it is decided. */
  @Column('boolean') complex!: boolean;
  @Column('jsonb', { nullable: true }) penalty!: Penalty[] | null;
  @Column('text', { nullable: true }) statement!: string | null;
  @Column('text', { nullable: true }) execution!: string | null;
  @Column({ ...ms, name: 'opened_at' }) openedAt!: Date;
  @Column({ ...maybe, name: 'filed_at' }) filedAt!: Date | null;
  @Column({ ...maybe, name: 'decided_at' }) decidedAt!: Date | null;
  @Column({ ...maybe, name: 'served_at' }) servedAt!: Date | null;
  @Column({ ...maybe, name: 'closed_at' }) closedAt!: Date | null;
  @Column({ ...maybe, name: 'archived_at' }) archivedAt!: Date | null;
  @Column('text', { name: 'retention_class', nullable: true }) retentionClass!: string | null;
  @Column('date', { name: 'retention_until', nullable: true }) retentionUntil!: string | null;
  @Column('uuid', { name: 'merged_into', nullable: true }) mergedInto!: string | null;
  @Column('text', { name: 'created_by' }) createdBy!: string;
  @Column({ ...ms, name: 'updated_at' }) updatedAt!: Date;
  /** Kept by triggers; never written here. */
  @Column({ type: 'text', array: true, insert: false, update: false }) named!: string[];
  @Column({ type: 'text', array: true, insert: false, update: false }) recused!: string[];
}

export type CaseOfficerRole = 'handler' | 'reviewer' | 'member';

@Entity('case_officer')
export class CaseOfficerRow {
  @PrimaryColumn('uuid', { name: 'case_id' }) caseId!: string;
  @PrimaryColumn('uuid', { name: 'officer_id' }) officerId!: string;
  @PrimaryColumn('text') role!: CaseOfficerRole;
  @PrimaryColumn({ type: 'timestamptz', precision: 3 }) since!: Date;
  @Column(maybe) until!: Date | null;
  /** Name and certificate on that day: they stand in documents. */
  @Column('text') name!: string;
  @Column('text', { nullable: true }) certificate!: string | null;
  @Column('text', { name: 'named_by' }) namedBy!: string;
}

@Entity('case_recusal')
export class CaseRecusalRow {
  @PrimaryColumn('uuid', { name: 'case_id' }) caseId!: string;
  @PrimaryColumn('uuid', { name: 'officer_id' }) officerId!: string;
  @Column('text') reason!: string;
  @Column('text', { name: 'decided_by' }) decidedBy!: string;
  @Column(ms) at!: Date;
}

/** One thing that happened in a case. Insert-only; a correction is a further event. */
@Entity('case_event')
export class CaseEventRow {
  @PrimaryGeneratedColumn({ type: 'bigint' }) id!: string;
  @Column('uuid', { name: 'case_id' }) caseId!: string;
  @Column('text') kind!: string;
  @Column({ ...ms, name: 'happened_at' }) happenedAt!: Date;
  @Column({ ...ms, name: 'recorded_at' }) recordedAt!: Date;
  @Column('text') actor!: string;
  @Column('text') zh!: string;
  @Column('text') en!: string;
  @Column('jsonb') data!: Record<string, unknown>;
  @Column('boolean', { name: 'after_close' }) afterClose!: boolean;
}
