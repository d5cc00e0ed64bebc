import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsDateString,
  IsIn,
  IsISO8601,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Matches,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import type { LawCitation, Mark } from '../../kernel';
import { PageQuery } from '../../platform';
import type { Penalty, TransitionInput } from '../domain/input';
import { TRANSFER_KINDS, type TransferKind } from '../domain/transfer';
import { OUTCOMES } from '../domain/retention';
import { SOURCES, VISIBILITIES, type CaseSource, type Visibility } from '../store/case.entity';

const Text = (max: number) => (target: object, key: string) => {
  IsString()(target, key);
  Length(1, max)(target, key);
};
const Day = () => Matches(/^\d{4}-\d{2}-\d{2}$/, { message: '$property must be a day, YYYY-MM-DD' });
const flag = ({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value);

export class CitationDto implements LawCitation {
  @ApiProperty() @Text(100) law!: string;
  @ApiProperty() @Text(40) article!: string;
  @ApiProperty({ enum: ['F', 'F2', 'K', 'I'] }) @IsIn(['F', 'F2', 'K', 'I']) mark!: Mark;
}

export class PenaltyDto implements Penalty {
  @ApiProperty() @Text(40) kind!: string;
  @ApiProperty() @Text(2000) content!: string;
  @ApiProperty({ type: [CitationDto] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(20)
  @ValidateNested({ each: true })
  @Type(() => CitationDto)
  basis!: CitationDto[];
  @ApiPropertyOptional({ description: 'in fen' }) @IsOptional() @IsInt() @Min(0) amountFen?: number;
}

export class OpenCaseDto {
  @ApiProperty({ enum: SOURCES }) @IsIn(SOURCES) source!: CaseSource;
  @ApiProperty() @Text(500) matter!: string;
  @ApiPropertyOptional() @IsOptional() @IsUUID() subjectId?: string;
  @ApiPropertyOptional() @IsOptional() @IsUUID() outletId?: string;
  @ApiPropertyOptional() @IsOptional() @IsUUID() findingId?: string;
  @ApiPropertyOptional({ description: 'first capture; becomes exhibit 1' })
  @IsOptional()
  @IsString()
  @MaxLength(60)
  captureId?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(10_000) facts?: string;
  @ApiPropertyOptional({ description: 'why a further case on an outlet that has one' })
  @IsOptional()
  @IsString()
  @MaxLength(1000)
  reason?: string;
  @ApiPropertyOptional({ description: 'when the clue came in; verification counts from there' })
  @IsOptional()
  @IsDateString({ strict: true })
  receivedAt?: string;
}

export class CaseQueryDto extends PageQuery {
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(40) state?: string;
  @ApiPropertyOptional({ enum: ['clue', 'running', 'ended'] }) @IsOptional() @IsIn(['clue', 'running', 'ended']) phase?:
    'clue' | 'running' | 'ended';
  @ApiPropertyOptional() @IsOptional() @Transform(flag) @IsBoolean() mine?: boolean;
  @ApiPropertyOptional() @IsOptional() @IsUUID() subjectId?: string;
  @ApiPropertyOptional() @IsOptional() @IsUUID() outletId?: string;
  @ApiPropertyOptional({ enum: SOURCES }) @IsOptional() @IsIn(SOURCES) source?: string;
  @ApiPropertyOptional({ enum: VISIBILITIES }) @IsOptional() @IsIn(VISIBILITIES) visibility?: string;
  @ApiPropertyOptional({ description: 'a time limit falls due on or before this day' }) @IsOptional() @Day() dueBy?: string;
}

export class AnswerDto {
  @ApiProperty() @IsUUID() remarkId!: string;
  @ApiProperty() @Text(2000) text!: string;
}

export class RemarkInputDto {
  @ApiPropertyOptional({ description: 'page or field that is meant' }) @IsOptional() @IsString() @MaxLength(200) field?: string;
  @ApiProperty() @Text(2000) text!: string;
}

/** Which of the fields a move needs stands in the case's `actions`. */
export class CaseTransitionDto implements TransitionInput {
  @ApiProperty() @Text(60) action!: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(2000) reason?: string;
  @ApiPropertyOptional({ type: [String] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(10)
  @IsUUID(undefined, { each: true })
  officers?: string[];
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(10_000) facts?: string;
  @ApiPropertyOptional({ type: [CitationDto] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(30)
  @ValidateNested({ each: true })
  @Type(() => CitationDto)
  articles?: CitationDto[];
  @ApiPropertyOptional() @IsOptional() @IsBoolean() jurisdictionConfirmed?: boolean;
  @ApiPropertyOptional() @IsOptional() @IsUUID() mergedInto?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(200) receiver?: string;
  @ApiPropertyOptional({ enum: TRANSFER_KINDS }) @IsOptional() @IsIn(TRANSFER_KINDS) transferKind?: TransferKind;
  @ApiPropertyOptional({ type: [String], description: 'what goes with a transfer, one entry a line' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(200)
  @IsString({ each: true })
  @MaxLength(300, { each: true })
  materials?: string[];
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(60) ground?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(30_000) report?: string;
  @ApiPropertyOptional({ type: [AnswerDto] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(200)
  @ValidateNested({ each: true })
  @Type(() => AnswerDto)
  answers?: AnswerDto[];
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(5000) opinion?: string;
  @ApiPropertyOptional({ type: [RemarkInputDto] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(200)
  @ValidateNested({ each: true })
  @Type(() => RemarkInputDto)
  remarks?: RemarkInputDto[];
  @ApiPropertyOptional({ enum: OUTCOMES }) @IsOptional() @IsIn(OUTCOMES) outcome?: string;
  @ApiPropertyOptional({ description: 'a complex case or a grave violation: the leaders discuss it together' })
  @IsOptional()
  @IsBoolean()
  complex?: boolean;
  @ApiPropertyOptional({ type: [PenaltyDto] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(20)
  @ValidateNested({ each: true })
  @Type(() => PenaltyDto)
  penalty?: PenaltyDto[];
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(10_000) statement?: string;
  @ApiPropertyOptional() @IsOptional() @Day() requestedOn?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(10_000) execution?: string;
  @ApiPropertyOptional() @IsOptional() @Day() executedOn?: string;
}

export class AddExhibitDto {
  @ApiProperty() @Text(60) captureId!: string;
  @ApiProperty() @Text(1000) factToProve!: string;
}
export class AddThingDto {
  @ApiProperty({ description: 'what it is' }) @Text(500) description!: string;
  @ApiProperty({ description: 'how many, with the unit' }) @Text(60) quantity!: string;
  @ApiProperty({ description: 'where it is kept' }) @Text(200) keptAt!: string;
  @ApiProperty({ description: 'who keeps it' }) @Text(100) holder!: string;
  @ApiProperty() @Text(1000) factToProve!: string;
}
export class HandOverExhibitDto {
  @ApiProperty({ description: 'who has it afterwards' }) @Text(100) to!: string;
  @ApiProperty() @Text(200) keptAt!: string;
  @ApiProperty({ description: 'number of the receipt' }) @Text(100) receipt!: string;
  @ApiProperty() @Text(500) reason!: string;
  @ApiProperty() @IsISO8601({ strict: true }) happenedAt!: string;
}
export class AddNoteDto {
  @ApiProperty() @Text(10_000) text!: string;
  @ApiPropertyOptional({ description: 'note that this one corrects' }) @IsOptional() @IsUUID() corrects?: string;
}
export class DraftDocumentDto {
  @ApiProperty() @Text(10) form!: string;
  @ApiPropertyOptional({ type: 'object', additionalProperties: true }) @IsOptional() @IsObject() fields?: Record<string, unknown>;
}
export class OfficerIdDto {
  @ApiProperty() @IsUUID() officerId!: string;
}
export class HandlersDto {
  @ApiProperty({ type: [String] }) @IsArray() @ArrayMaxSize(10) @IsUUID(undefined, { each: true }) officers!: string[];
}
export class RecusalDto extends OfficerIdDto {
  @ApiProperty() @Text(1000) reason!: string;
}
export class VisibilityDto {
  @ApiProperty({ enum: VISIBILITIES }) @IsIn(VISIBILITIES) visibility!: Visibility;
  @ApiProperty() @Text(1000) reason!: string;
  @ApiPropertyOptional({ description: 'when the restriction is looked at again' }) @IsOptional() @Day() review?: string;
}
export class LinkDto {
  @ApiProperty() @IsUUID() otherId!: string;
  @ApiProperty() @Text(500) reason!: string;
}
export class NewTaskDto {
  @ApiProperty({ description: 'what is to be done' }) @Text(500) title!: string;
  @ApiPropertyOptional({ type: [String], description: 'officers; nobody: whoever handles cases' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(10)
  @IsUUID(undefined, { each: true })
  assignees?: string[];
  @ApiPropertyOptional() @IsOptional() @Day() due?: string;
  @ApiPropertyOptional({ description: 'the case cannot be closed before it is done' })
  @IsOptional()
  @IsBoolean()
  blocks?: boolean;
}
export class PauseClockDto {
  @ApiProperty() @Text(40) ground!: string;
  @ApiProperty() @Text(1000) reason!: string;
}
export class ExtendClockDto {
  @ApiProperty() @Text(1000) reason!: string;
  @ApiPropertyOptional({ description: 'stated day of a collective decision' }) @IsOptional() @Day() until?: string;
}
