import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { FindingState } from '../domain/finding.states';
import type { LicenceDisplay } from '../domain/licence-display';
import type { Hit } from '../domain/word-match';

@Entity('finding')
export class FindingRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('char', { name: 'division_code', length: 6 }) divisionCode!: string;
  @Column('uuid', { name: 'outlet_id' }) outletId!: string;
  @Column('uuid', { name: 'subject_id' }) subjectId!: string;
  /** The evidence package that shows it. */
  @Column('text', { name: 'capture_id' }) captureId!: string;
  @Column('text') kind!: 'badgeMissing' | 'word';
  @Column('text', { name: 'rule_id' }) ruleId!: string;
  @Column('int') severity!: number;
  @Column('text') origin!: 'scan' | 'manual';
  @Column('jsonb') hits!: Hit[];
  /** Hits that an exclusion of the rule cancelled. */
  @Column('jsonb') excluded!: (Hit & { by: string })[];
  /** What the page shows of the licence; for badgeMissing only. */
  @Column('jsonb', { nullable: true }) display!: LicenceDisplay | null;
  @Column('text', { nullable: true }) note!: string | null;
  @Column('text') state!: FindingState;
  @Column('int') version!: number;
  @Column('text', { name: 'found_by' }) foundBy!: string;
  @Column({ type: 'timestamptz', precision: 3, name: 'found_at' }) foundAt!: Date;
  @Column('text', { name: 'decided_by', nullable: true }) decidedBy!: string | null;
  @Column({ type: 'timestamptz', precision: 3, name: 'decided_at', nullable: true }) decidedAt!: Date | null;
  @Column('text', { nullable: true }) reason!: string | null;
}

export const SUPERVISION_ROWS = [FindingRow];
