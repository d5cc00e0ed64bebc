import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { PanelConclusion, PanelGround, PanelVote } from '../domain/panel';

const ms = { type: 'timestamptz', precision: 3 } as const;
const maybe = { ...ms, nullable: true } as const;

/** A discussion of a case among the leaders. Kept as it is once it is held or called off. */
@Entity('case_panel')
export class CasePanelRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid', { name: 'case_id' }) caseId!: string;
  @Column('int') n!: number;
  @Column('text') ground!: PanelGround;
  /** What is put to the members: the handling that is proposed, the day that is asked for. */
  @Column('text') question!: string;
  @Column('text') place!: string;
  @Column({ ...ms, name: 'planned_at' }) plannedAt!: Date;
  @Column('uuid', { name: 'chair_id' }) chairId!: string;
  @Column('text') recorder!: string;
  /** Who reports and listens without a vote. */
  @Column('text', { array: true }) listeners!: string[];
  @Column('text', { name: 'convened_by' }) convenedBy!: string;
  @Column({ ...ms, name: 'convened_at' }) convenedAt!: Date;
  @Column('text') state!: 'convened' | 'held' | 'cancelled';
  @Column({ ...maybe, name: 'held_at' }) heldAt!: Date | null;
  @Column('text', { nullable: true }) minutes!: string | null;
  @Column('text', { nullable: true }) conclusion!: PanelConclusion | null;
  @Column('text', { name: 'conclusion_text', nullable: true }) conclusionText!: string | null;
  /** Why the conclusion goes against most of those present. */
  @Column('text', { name: 'against_majority', nullable: true }) againstMajority!: string | null;
  /** Of a discussion about more time: the day that was agreed. */
  @Column('date', { name: 'extended_until', nullable: true }) extendedUntil!: string | null;
  @Column('text', { name: 'closed_by', nullable: true }) closedBy!: string | null;
  @Column({ ...maybe, name: 'closed_at' }) closedAt!: Date | null;
  @Column('text', { name: 'cancel_reason', nullable: true }) cancelReason!: string | null;
}

/** A member, with what he himself said. An opinion that was given stays as it is. */
@Entity('case_panel_member')
export class CasePanelMemberRow {
  @PrimaryColumn('uuid', { name: 'panel_id' }) panelId!: string;
  @PrimaryColumn('uuid', { name: 'officer_id' }) officerId!: string;
  @Column('text') name!: string;
  /** He sees the case for this discussion only, and no longer when it is over. */
  @Column('boolean', { name: 'let_in' }) letIn!: boolean;
  @Column('text', { nullable: true }) vote!: PanelVote | null;
  @Column('text', { nullable: true }) opinion!: string | null;
  @Column({ ...maybe, name: 'said_at' }) saidAt!: Date | null;
  @Column('text', { nullable: true }) absence!: string | null;
}
