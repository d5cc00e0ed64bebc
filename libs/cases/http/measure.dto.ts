import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsOptional,
  IsString,
  MaxLength,
  MinLength,
  ValidateNested,
} from 'class-validator';
import type { WorkingCalendar } from '../../kernel';
import { clockOf } from '../app/measures';
import { dueOf } from '../domain/case-clock';
import { explain } from '../domain/explanation';
import { DISPOSALS, LIFT_GROUNDS, MEASURE_KINDS, type MeasureKind, measureSpec } from '../domain/measure';
import { MEASURE_ACTS, type MeasureAct } from '../domain/measure.states';
import type { CaseMeasureRow } from '../store/measure.entity';
import { ExplanationLineDto, ExtensionDto, PauseDto } from './case-parts.dto';
import { CitationDto } from './case.dto';

const nullable = { type: String, nullable: true } as const;

export class MeasureObjectDto {
  @ApiProperty() @IsString() @MinLength(2) @MaxLength(500) description!: string;
  @ApiProperty({ description: 'with its unit' }) @IsString() @MinLength(1) @MaxLength(50) quantity!: string;
}
export class ProposeMeasureDto {
  @ApiProperty({ enum: MEASURE_KINDS }) @IsIn(MEASURE_KINDS) kind!: MeasureKind;
  @ApiProperty() @IsString() @MinLength(2) @MaxLength(2000) reason!: string;
  @ApiProperty({ type: [CitationDto], description: 'sealing and seizing need a statute that allows them' })
  @IsArray()
  @ArrayMaxSize(20)
  @ValidateNested({ each: true })
  @Type(() => CitationDto)
  basis!: CitationDto[];
  @ApiProperty({ type: [MeasureObjectDto] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(500)
  @ValidateNested({ each: true })
  @Type(() => MeasureObjectDto)
  objects!: MeasureObjectDto[];
  @ApiProperty() @IsString() @MinLength(2) @MaxLength(200) place!: string;
  @ApiProperty() @IsString() @MinLength(2) @MaxLength(100) keeper!: string;
  @ApiPropertyOptional({ description: 'number of the decision or notice given to the party' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  documentNumber?: string;
  @ApiPropertyOptional({ description: 'taken at once, as it could not wait: approval is owed within 24 hours' })
  @IsOptional()
  @IsBoolean()
  urgent?: boolean;
}
export class MeasureActDto {
  @ApiProperty({ enum: MEASURE_ACTS }) @IsIn(MEASURE_ACTS) action!: MeasureAct;
  @ApiPropertyOptional({ description: 'to approve or refuse' }) @IsOptional() @IsString() @MaxLength(2000) opinion?: string;
  @ApiPropertyOptional({ description: 'to extend, pause or lift' }) @IsOptional() @IsString() @MaxLength(2000) reason?: string;
  @ApiPropertyOptional({ description: `to lift: ${LIFT_GROUNDS.join(', ')}; to pause: a ground of the law` })
  @IsOptional()
  @IsString()
  @MaxLength(40)
  ground?: string;
  @ApiPropertyOptional({ enum: DISPOSALS, description: 'what becomes of the things' })
  @IsOptional()
  @IsIn(DISPOSALS)
  disposal?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(100) documentNumber?: string;
  @ApiPropertyOptional({ description: 'what was found when somebody looked' })
  @IsOptional()
  @IsString()
  @MaxLength(2000)
  note?: string;
}

export class CaseMeasureDto {
  @ApiProperty() id!: string;
  @ApiProperty() n!: number;
  @ApiProperty({ enum: MEASURE_KINDS }) kind!: string;
  @ApiProperty({ enum: ['proposed', 'refused', 'urgent', 'inForce', 'lifted', 'lapsed', 'released'] }) state!: string;
  @ApiProperty() reason!: string;
  @ApiProperty({ type: [CitationDto] }) basis!: CitationDto[];
  @ApiProperty({ type: [MeasureObjectDto] }) objects!: MeasureObjectDto[];
  @ApiProperty() place!: string;
  @ApiProperty() keeper!: string;
  @ApiProperty(nullable) documentNumber!: string | null;
  @ApiProperty() proposedBy!: string;
  @ApiProperty() proposedAt!: string;
  @ApiProperty({ ...nullable, description: 'of one taken at once: approval is owed until then' }) approveUntil!: string | null;
  @ApiProperty(nullable) approvedBy!: string | null;
  @ApiProperty(nullable) approvedAt!: string | null;
  @ApiProperty(nullable) opinion!: string | null;
  @ApiProperty(nullable) due!: string | null;
  @ApiProperty({ description: 'its time does not count at present' }) paused!: boolean;
  @ApiProperty({ type: [PauseDto] }) pauses!: Omit<PauseDto, 'zh' | 'en'>[];
  @ApiProperty({ type: [ExtensionDto] }) extensions!: ExtensionDto[];
  @ApiProperty({ type: [ExplanationLineDto], description: 'why this date' }) explanation!: ExplanationLineDto[];
  @ApiProperty({ type: [String], description: 'grounds on which its time does not count' }) pauseGrounds!: string[];
  @ApiProperty(nullable) liftGround!: string | null;
  @ApiProperty(nullable) liftReason!: string | null;
  @ApiProperty(nullable) disposal!: string | null;
  @ApiProperty(nullable) endedAt!: string | null;
  @ApiProperty(nullable) recheckNote!: string | null;
  @ApiProperty(nullable) recheckedAt!: string | null;
  @ApiProperty({ type: [String] }) availableActions!: string[];
}

export function toMeasureDto(
  row: CaseMeasureRow,
  availableActions: string[],
  calendar: WorkingCalendar,
  now: Date,
): CaseMeasureDto {
  const { id, n, kind, state, reason, basis, objects, place, keeper, documentNumber, proposedBy, approvedBy, opinion } = row;
  const clock = row.clock && clockOf(row);
  return {
    id,
    n,
    kind,
    state,
    reason,
    basis,
    objects,
    place,
    keeper,
    documentNumber,
    proposedBy,
    proposedAt: row.proposedAt.toISOString(),
    approveUntil: row.approveUntil?.toISOString() ?? null,
    approvedBy,
    approvedAt: row.approvedAt?.toISOString() ?? null,
    opinion,
    due: row.due,
    paused: clock?.state === 'paused',
    pauses: (clock?.pauses ?? []).map(({ from, to, ground, reason: why }) => ({ from, to, ground, reason: why ?? null })),
    extensions: (clock?.extensions ?? []).map(({ n: more, unit, until, reason: why, at }) => ({
      n: more ?? null,
      unit: unit ?? null,
      until: until ?? null,
      reason: why,
      at,
    })),
    explanation: clock ? explain(clock, dueOf(calendar, clock, now)) : [],
    pauseGrounds: [...(measureSpec(kind, row.proposedAt).pauseGrounds ?? [])],
    liftGround: row.liftGround,
    liftReason: row.liftReason,
    disposal: row.disposal,
    endedAt: row.endedAt?.toISOString() ?? null,
    recheckNote: row.recheckNote,
    recheckedAt: row.recheckedAt?.toISOString() ?? null,
    availableActions,
  };
}
