import type { LawCitation, RollPolicy, TermUnit } from '../../kernel';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { CaseClock, ClockExtension, ClockPause, ClockState } from '../domain/case-clock';

const ms = { type: 'timestamptz', precision: 3 } as const;
const maybe = { ...ms, nullable: true } as const;

@Entity('case_clock')
export class CaseClockRow implements CaseClock {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid', { name: 'case_id' }) caseId!: string;
  @Column('text') key!: string;
  @Column('int') n!: number;
  @Column('text') unit!: TermUnit;
  @Column('text') policy!: RollPolicy;
  @Column('jsonb') basis!: LawCitation;
  @Column('boolean') informs!: boolean;
  @Column('boolean', { name: 'blocks_closing' }) blocksClosing!: boolean;
  @Column({ ...ms, name: 'started_at' }) startedAt!: Date;
  /** Kind of the event that started it. */
  @Column('text', { name: 'started_by' }) startedBy!: string;
  @Column('jsonb') pauses!: ClockPause[];
  @Column('jsonb') extensions!: ClockExtension[];
  @Column('text') state!: ClockState;
  @Column({ ...maybe, name: 'stopped_at' }) stoppedAt!: Date | null;
  @Column('date') due!: string;
  @Column({ ...ms, name: 'due_at' }) dueAt!: Date;
  /** Reaches a year whose official calendar was not loaded when it was counted. */
  @Column('boolean') provisional!: boolean;
  /** What was last told of it, as `kind` or, for overdue, `overdue:day`. */
  @Column('text', { nullable: true }) told!: string | null;
  @Column({ type: 'bigint', insert: false, update: false }) seq!: string;
}

@Entity('case_task')
export class CaseTaskRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid', { name: 'case_id' }) caseId!: string;
  @Column('char', { name: 'division_code', length: 6 }) divisionCode!: string;
  @Column('text') kind!: string;
  @Column('text') zh!: string;
  @Column('text') en!: string;
  /** Permission that a person needs to take it when it is assigned to nobody. */
  @Column('text') requires!: string;
  @Column('text', { array: true }) assignees!: string[];
  /** Owed as long as the case is in its state; ends by itself with it. */
  @Column('boolean', { name: 'of_state' }) ofState!: boolean;
  /** A case with such a task cannot be closed. */
  @Column('boolean') blocks!: boolean;
  @Column('text') state!: 'open' | 'done';
  @Column('date', { nullable: true }) due!: string | null;
  @Column('date', { name: 'held_until', nullable: true }) heldUntil!: string | null;
  @Column('text', { array: true, name: 'seen_by' }) seenBy!: string[];
  @Column({ ...ms, name: 'created_at' }) createdAt!: Date;
  @Column('text', { name: 'created_by' }) createdBy!: string;
  @Column({ ...maybe, name: 'done_at' }) doneAt!: Date | null;
  @Column('text', { name: 'done_by', nullable: true }) doneBy!: string | null;
  @Column('text', { nullable: true }) note!: string | null;
  /** A second task of the same key is not made. */
  @Column('text', { nullable: true }) once!: string | null;
}

@Entity('case_party')
export class CasePartyRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid', { name: 'case_id' }) caseId!: string;
  @Column('text') role!: 'party' | 'agent' | 'thirdParty';
  @Column('uuid', { name: 'subject_id', nullable: true }) subjectId!: string | null;
  /** The register's entry on the day it was taken into the file. */
  @Column('jsonb') snapshot!: Record<string, unknown>;
  @Column({ ...ms, name: 'taken_at' }) takenAt!: Date;
  @Column('text', { name: 'taken_by' }) takenBy!: string;
}

/** An exhibit that is a thing: what it is, how many, where it is kept and by whom. */
export interface ExhibitThing {
  description: string;
  /** With its unit, as it stands on the list: 3 台. */
  quantity: string;
  /** Where it was kept first, and by whom; later hand-overs say the rest. */
  place: string;
  holder: string;
}

@Entity('case_exhibit')
export class CaseExhibitRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid', { name: 'case_id' }) caseId!: string;
  @Column('int') number!: number;
  /** Null for a thing. */
  @Column('text', { name: 'capture_id', nullable: true }) captureId!: string | null;
  @Column('text', { name: 'fact_to_prove' }) factToProve!: string;
  /** What the package was when it became an exhibit: number, address, digest, time; null for a thing. */
  @Column('jsonb', { nullable: true }) package!: Record<string, unknown> | null;
  @Column('jsonb', { nullable: true }) thing!: ExhibitThing | null;
  @Column('text', { name: 'added_by' }) addedBy!: string;
  @Column({ ...ms, name: 'added_at' }) addedAt!: Date;
}

/** From one holder to the next, against a receipt. Insert-only: the newest says who has it. */
@Entity('case_exhibit_handover')
export class ExhibitHandoverRow {
  @PrimaryColumn('uuid', { name: 'exhibit_id' }) exhibitId!: string;
  @PrimaryColumn('int') n!: number;
  @Column('uuid', { name: 'case_id' }) caseId!: string;
  @Column('text', { name: 'from_holder' }) from!: string;
  @Column('text', { name: 'to_holder' }) to!: string;
  @Column('text') place!: string;
  /** Number of the receipt. */
  @Column('text') receipt!: string;
  @Column('text') reason!: string;
  @Column({ ...ms, name: 'happened_at' }) happenedAt!: Date;
  @Column('text') by!: string;
  @Column(ms) at!: Date;
}

@Entity('case_note')
export class CaseNoteRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid', { name: 'case_id' }) caseId!: string;
  @Column('text') text!: string;
  @Column('uuid', { nullable: true }) corrects!: string | null;
  @Column('text') by!: string;
  @Column(ms) at!: Date;
  @Column('boolean', { name: 'after_close' }) afterClose!: boolean;
}

@Entity('case_remark')
export class CaseRemarkRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid', { name: 'case_id' }) caseId!: string;
  @Column('int') round!: number;
  @Column('text', { nullable: true }) field!: string | null;
  @Column('text') text!: string;
  @Column('text') by!: string;
  @Column(ms) at!: Date;
  @Column('text', { nullable: true }) answer!: string | null;
  @Column('text', { name: 'answered_by', nullable: true }) answeredBy!: string | null;
  @Column({ ...maybe, name: 'answered_at' }) answeredAt!: Date | null;
}

@Entity('case_blocker')
export class CaseBlockerRow {
  @PrimaryColumn('uuid', { name: 'case_id' }) caseId!: string;
  @PrimaryColumn('text') kind!: string;
  @PrimaryColumn('text') ref!: string;
  @Column('text') text!: string;
  @Column(ms) at!: Date;
}

@Entity('case_link')
export class CaseLinkRow {
  @PrimaryColumn('uuid', { name: 'case_id' }) caseId!: string;
  @PrimaryColumn('uuid', { name: 'other_id' }) otherId!: string;
  @Column('text') reason!: string;
  @Column('text') by!: string;
  @Column(ms) at!: Date;
}

@Entity('working_calendar_year')
export class CalendarYearRow {
  @PrimaryColumn('int') year!: number;
  @PrimaryColumn('int') version!: number;
  @Column('jsonb') body!: Record<string, unknown>;
  @Column('text', { name: 'imported_by' }) importedBy!: string;
  @Column({ ...ms, name: 'imported_at' }) importedAt!: Date;
}
