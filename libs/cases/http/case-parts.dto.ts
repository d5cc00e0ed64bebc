import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsOptional, IsString, IsUUID, Matches, MaxLength } from 'class-validator';
import { citationZh, localDate } from '../../kernel';
import { PageQuery } from '../../platform';
import type { SubjectRow } from '../../registry';
import type { CountedClock } from '../app/case-clocks';
import { PARTY_FIELDS } from '../app/case-origins';
import { remindersOf } from '../domain/case-clock';
import { pauseGround } from '../domain/clock-book';
import type { ExplanationLine } from '../domain/explanation';
import type { WorkingCalendar } from '../../kernel';
import type {
  CaseExhibitRow,
  ExhibitHandoverRow,
  CaseLinkRow,
  CaseNoteRow,
  CasePartyRow,
  CaseRemarkRow,
  CaseTaskRow,
} from '../store/case-parts.entity';
import { ClockBriefDto, toClockBrief } from './case-view.dto';
import { CitationDto } from './case.dto';

const nullable = { type: String, nullable: true } as const;
const open = { type: 'object', additionalProperties: true } as const;

export class PauseDto {
  @ApiProperty() from!: string;
  @ApiProperty(nullable) to!: string | null;
  @ApiProperty() ground!: string;
  @ApiProperty() zh!: string;
  @ApiProperty() en!: string;
  @ApiProperty(nullable) reason!: string | null;
}
export class ExtensionDto {
  @ApiProperty({ type: Number, nullable: true }) n!: number | null;
  @ApiProperty(nullable) unit!: string | null;
  @ApiProperty(nullable) until!: string | null;
  @ApiProperty() reason!: string;
  @ApiProperty() at!: string;
}
export class ExplanationLineDto implements ExplanationLine {
  @ApiProperty() kind!: ExplanationLine['kind'];
  @ApiProperty() from!: string;
  @ApiProperty() to!: string;
  @ApiProperty() days!: number;
  @ApiProperty() zh!: string;
  @ApiProperty() en!: string;
}
export class ReminderDto {
  @ApiProperty({ enum: ['half', 'most', 'lastDay'] }) kind!: string;
  @ApiProperty() day!: string;
}
export class CaseClockDto extends ClockBriefDto {
  @ApiProperty() zh!: string;
  @ApiProperty() en!: string;
  @ApiProperty() n!: number;
  @ApiProperty({ enum: ['workday', 'day', 'month', 'year', 'hour'] }) unit!: string;
  @ApiProperty({ type: CitationDto }) basis!: CitationDto;
  @ApiProperty() basisZh!: string;
  @ApiProperty({ description: 'tells a date and owes nothing' }) informs!: boolean;
  @ApiProperty() startedAt!: string;
  @ApiProperty({ description: 'kind of the event that started it' }) startedBy!: string;
  @ApiProperty(nullable) stoppedAt!: string | null;
  @ApiProperty() pausedDays!: number;
  @ApiProperty({ type: [PauseDto] }) pauses!: PauseDto[];
  @ApiProperty({ type: [ExtensionDto] }) extensions!: ExtensionDto[];
  @ApiProperty({ type: [String], description: 'grounds on which it may be paused' }) pauseGrounds!: string[];
  @ApiProperty({ description: 'may be extended by approval' }) extendable!: boolean;
  @ApiProperty({ type: [ReminderDto] }) reminders!: ReminderDto[];
  @ApiProperty({ type: [ExplanationLineDto], description: 'why this date' }) explanation!: ExplanationLineDto[];
}

export function toClockDto(
  { row, spec, deadline, explanation }: CountedClock,
  calendar: WorkingCalendar,
  now: Date,
): CaseClockDto {
  const { n, unit, basis, informs, startedBy } = row;
  return {
    ...toClockBrief(row, now),
    due: deadline.due,
    dueAt: deadline.dueAt.toISOString(),
    zh: spec.zh,
    en: spec.en,
    n,
    unit,
    basis,
    informs,
    startedBy,
    basisZh: citationZh(basis),
    startedAt: row.startedAt.toISOString(),
    stoppedAt: row.stoppedAt?.toISOString() ?? null,
    pausedDays: deadline.pausedDays,
    pauses: row.pauses.map(({ from, to, ground, reason }) => {
      const { zh = ground, en = ground } = pauseGround(ground) ?? {};
      return { from, to, ground, zh, en, reason: reason ?? null };
    }),
    extensions: row.extensions.map(({ n: more, unit: by, until, reason, at }) => ({
      n: more ?? null,
      unit: by ?? null,
      until: until ?? null,
      reason,
      at,
    })),
    pauseGrounds: row.state === 'stopped' ? [] : [...(spec.pauseGrounds ?? [])],
    extendable: row.state !== 'stopped' && spec.extension !== undefined,
    reminders: remindersOf(calendar, row, now).map(({ kind, day }) => ({ kind, day })),
    explanation,
  };
}

export class PartyDifferenceDto {
  @ApiProperty() field!: string;
  @ApiProperty({ nullable: true }) inFile!: unknown;
  @ApiProperty({ nullable: true }) inRegister!: unknown;
}
export class CasePartyDto {
  @ApiProperty() id!: string;
  @ApiProperty({ enum: ['party', 'agent', 'thirdParty'] }) role!: string;
  @ApiProperty(nullable) subjectId!: string | null;
  @ApiProperty(open) snapshot!: Record<string, unknown>;
  @ApiProperty() takenAt!: string;
  @ApiProperty({ type: [PartyDifferenceDto], description: 'where the register says something else today' })
  differences!: PartyDifferenceDto[];
}

export function toPartyDto({ id, role, subjectId, snapshot, takenAt }: CasePartyRow, present: SubjectRow | null): CasePartyDto {
  const differences = !present
    ? []
    : PARTY_FIELDS.filter((field) => (snapshot[field] ?? null) !== (present[field] ?? null)).map((field) => ({
        field,
        inFile: snapshot[field] ?? null,
        inRegister: present[field] ?? null,
      }));
  return { id, role, subjectId, snapshot, takenAt: takenAt.toISOString(), differences };
}

export class ExhibitThingDto {
  @ApiProperty() description!: string;
  @ApiProperty() quantity!: string;
}
export class ExhibitHandoverDto {
  @ApiProperty() n!: number;
  @ApiProperty() from!: string;
  @ApiProperty() to!: string;
  @ApiProperty() keptAt!: string;
  @ApiProperty() receipt!: string;
  @ApiProperty() reason!: string;
  @ApiProperty() happenedAt!: string;
  @ApiProperty() by!: string;
}
export class CaseExhibitDto {
  @ApiProperty() id!: string;
  @ApiProperty() caseId!: string;
  @ApiProperty() number!: number;
  @ApiProperty({ ...nullable, description: 'null for a thing' }) captureId!: string | null;
  @ApiProperty() factToProve!: string;
  @ApiProperty({ ...open, description: 'number, address, digest and time of the package when it was put in; empty for a thing' })
  package!: Record<string, unknown>;
  @ApiProperty({ type: ExhibitThingDto, nullable: true }) thing!: ExhibitThingDto | null;
  @ApiProperty({ description: 'who has it now: an officer by id, or the name of another' }) holder!: string;
  @ApiProperty({ ...nullable, description: 'where it is kept; null for bytes, which lie in the store' }) keptAt!: string | null;
  @ApiProperty({ type: [ExhibitHandoverDto] }) handovers!: ExhibitHandoverDto[];
  @ApiProperty() addedBy!: string;
  @ApiProperty() addedAt!: string;
  @ApiProperty({ type: [String], description: 'ways in which its authenticity is confirmed so far' }) authenticity!: string[];
  @ApiProperty({ ...nullable, description: 'why it cannot be relied on now; null when it can' }) fault!: string | null;
}
export function toExhibitDto(
  row: CaseExhibitRow,
  fault: string | null,
  handovers: readonly ExhibitHandoverRow[] = [],
  authenticity: string[] = [],
): CaseExhibitDto {
  const { id, caseId, number, captureId, factToProve, thing, addedBy, addedAt } = row;
  const last = handovers.at(-1);
  return {
    id,
    caseId,
    number,
    captureId,
    factToProve,
    package: row.package ?? {},
    thing: thing && { description: thing.description, quantity: thing.quantity },
    holder: last?.to ?? thing?.holder ?? addedBy,
    keptAt: last?.place ?? thing?.place ?? null,
    handovers: handovers.map(toHandoverDto),
    authenticity,
    addedBy,
    addedAt: addedAt.toISOString(),
    fault,
  };
}
export function toHandoverDto({ n, from, to, place, receipt, reason, happenedAt, by }: ExhibitHandoverRow): ExhibitHandoverDto {
  return { n, from, to, keptAt: place, receipt, reason, happenedAt: happenedAt.toISOString(), by };
}

export class CaseNoteDto {
  @ApiProperty() id!: string;
  @ApiProperty() text!: string;
  @ApiProperty(nullable) corrects!: string | null;
  @ApiProperty() by!: string;
  @ApiProperty() at!: string;
  @ApiProperty() afterClose!: boolean;
}
export const toNoteDto = ({ id, text, corrects, by, at, afterClose }: CaseNoteRow): CaseNoteDto => ({
  id,
  text,
  corrects,
  by,
  at: at.toISOString(),
  afterClose,
});

export class CaseRemarkDto {
  @ApiProperty() id!: string;
  @ApiProperty() round!: number;
  @ApiProperty(nullable) field!: string | null;
  @ApiProperty() text!: string;
  @ApiProperty() by!: string;
  @ApiProperty() at!: string;
  @ApiProperty(nullable) answer!: string | null;
  @ApiProperty(nullable) answeredAt!: string | null;
}
export const toRemarkDto = ({ id, round, field, text, by, at, answer, answeredAt }: CaseRemarkRow): CaseRemarkDto => ({
  id,
  round,
  field,
  text,
  by,
  answer,
  at: at.toISOString(),
  answeredAt: answeredAt?.toISOString() ?? null,
});

export class CaseLinkDto {
  @ApiProperty() caseId!: string;
  @ApiProperty() otherId!: string;
  @ApiProperty() reason!: string;
  @ApiProperty() at!: string;
}
export const toLinkDto = ({ caseId, otherId, reason, at }: CaseLinkRow): CaseLinkDto => ({
  caseId,
  otherId,
  reason,
  at: at.toISOString(),
});

export class TaskQueryDto extends PageQuery {
  @ApiPropertyOptional({ enum: ['mine', 'unit', 'held', 'done'], default: 'mine' })
  @IsOptional()
  @IsIn(['mine', 'unit', 'held', 'done'])
  view?: 'mine' | 'unit' | 'held' | 'done';
  @ApiPropertyOptional() @IsOptional() @IsUUID() caseId?: string;
  @ApiPropertyOptional()
  @IsOptional()
  @Transform(({ value }) => (value === 'true' ? true : value))
  @IsBoolean()
  overdue?: boolean;
}
export class TaskDoneDto {
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(2000) note?: string;
}
export class TaskHoldDto {
  @ApiProperty({ ...nullable, description: 'day on which it comes back; null at once' })
  @IsOptional()
  @Matches(/^\d{4}-\d{2}-\d{2}$/, { message: '$property must be a day, YYYY-MM-DD' })
  until!: string | null;
}
export class TaskDto {
  @ApiProperty() id!: string;
  @ApiProperty() caseId!: string;
  @ApiProperty(nullable) caseNumber!: string | null;
  @ApiProperty(nullable) caseState!: string | null;
  @ApiProperty(nullable) partyName!: string | null;
  @ApiProperty() kind!: string;
  @ApiProperty() zh!: string;
  @ApiProperty() en!: string;
  @ApiProperty() requires!: string;
  @ApiProperty({ type: [String] }) assignees!: string[];
  @ApiProperty({ enum: ['open', 'done'] }) state!: string;
  @ApiProperty({ description: 'ends by itself when the case moves on' }) ofState!: boolean;
  @ApiProperty({ description: 'the case cannot be closed before it is done' }) blocks!: boolean;
  @ApiProperty(nullable) due!: string | null;
  @ApiProperty() overdue!: boolean;
  @ApiProperty(nullable) heldUntil!: string | null;
  @ApiProperty({ description: 'came back from hold' }) returned!: boolean;
  @ApiProperty() createdAt!: string;
  @ApiProperty() daysWaiting!: number;
  @ApiProperty(nullable) doneAt!: string | null;
  @ApiProperty(nullable) doneBy!: string | null;
  @ApiProperty(nullable) note!: string | null;
  @ApiProperty({ type: [String], description: 'done, hold' }) availableActions!: string[];
}
export class TaskPageDto {
  @ApiProperty({ type: [TaskDto] }) items!: TaskDto[];
  @ApiProperty(nullable) nextCursor!: string | null;
  @ApiProperty() total!: number;
}

export function toTaskDto(
  row: CaseTaskRow,
  file: { number: string; state: string; partyName: string | null } | null,
  now: Date,
): TaskDto {
  const { id, caseId, kind, zh, en, requires, assignees, state, ofState, blocks, due, heldUntil, doneBy, note } = row;
  const today = localDate(now);
  return {
    id,
    caseId,
    kind,
    zh,
    en,
    requires,
    assignees,
    state,
    ofState,
    blocks,
    due,
    heldUntil,
    doneBy,
    note,
    caseNumber: file?.number ?? null,
    caseState: file?.state ?? null,
    partyName: file?.partyName ?? null,
    overdue: state === 'open' && due !== null && due < today,
    returned: heldUntil !== null && heldUntil <= today,
    createdAt: row.createdAt.toISOString(),
    daysWaiting: Math.floor(((row.doneAt ?? now).getTime() - row.createdAt.getTime()) / 86_400_000),
    doneAt: row.doneAt?.toISOString() ?? null,
    availableActions: state === 'done' ? [] : ofState ? ['hold'] : ['done', 'hold'],
  };
}
