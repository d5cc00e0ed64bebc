import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { plainToInstance, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBase64,
  IsDate,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
  validateSync,
} from 'class-validator';
import { PlatformProblem, pointersOf } from '../../platform';
import { instantOfLocal } from '../../kernel';
import type { ReportInput } from '../app/partner-acts.service';
import { LINE_RESULTS, type LineResult, type Measure, MEASURES } from '../domain/report';
import type { FormBody } from './form-body';

export class PersonDto {
  @ApiProperty() @IsString() @Matches(/\S/) @Length(1, 100) name!: string;
  @ApiProperty({ description: 'post or department' }) @IsString() @Matches(/\S/) @Length(1, 100) role!: string;
}

export class CodeDto {
  @ApiProperty() @IsString() @Matches(/^\s*\d{6}\s*$/) code!: string;
}

export class LineDto {
  @ApiProperty() @IsInt() @Min(1) @Max(10_000) addressNo!: number;
  @ApiProperty({ enum: LINE_RESULTS }) @IsIn([...LINE_RESULTS]) result!: LineResult;
  @ApiPropertyOptional({ enum: MEASURES, nullable: true }) @IsOptional() @IsIn([...MEASURES]) measure?: Measure | null;
  @ApiPropertyOptional({ type: String, format: 'date-time', nullable: true })
  @IsOptional()
  @Type(() => Date)
  @IsDate()
  doneAt?: Date | null;
  @ApiPropertyOptional({ type: String, nullable: true }) @IsOptional() @IsString() @MaxLength(4000) reason?: string | null;
}

export class ProofDto {
  @ApiProperty() @IsString() @Length(1, 200) name!: string;
  @ApiProperty({ description: 'base64' }) @IsString() @IsBase64() data!: string;
}

export class ReportRequestDto {
  @ApiProperty({ type: PersonDto }) @ValidateNested() @Type(() => PersonDto) by!: PersonDto;
  @ApiPropertyOptional({ type: String, nullable: true, description: "the operator's own reference" })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  ticket?: string | null;
  @ApiProperty({ type: [LineDto] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(200)
  @ValidateNested({ each: true })
  @Type(() => LineDto)
  lines!: LineDto[];
  @ApiPropertyOptional({ type: [ProofDto] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(20)
  @ValidateNested({ each: true })
  @Type(() => ProofDto)
  files?: ProofDto[];
}

export function toReportInput({ by, ticket, lines, files }: ReportRequestDto): ReportInput {
  return {
    by: { name: by.name.trim(), role: by.role.trim() },
    ticket: ticket?.trim() || null,
    lines: lines.map(({ addressNo, result, measure, doneAt, reason }) => ({
      addressNo,
      result,
      measure: measure ?? null,
      doneAt: doneAt ?? null,
      reason: reason?.trim() || null,
    })),
    files: (files ?? []).map(({ name, data }) => ({ name, bytes: Buffer.from(data, 'base64') })),
  };
}

/** The same request out of a form: fields `result.1`, `measure.1`, `doneAt.1` (Shanghai time), `reason.1` and so on. */
export function reportOfForm({ fields, files }: FormBody, addressNos: readonly number[]): ReportInput {
  const of = (name: string, no: number) => fields[`${name}.${no}`]?.trim() || undefined;
  const request = {
    by: { name: fields.name ?? '', role: fields.role ?? '' },
    ticket: fields.ticket || undefined,
    lines: addressNos
      .filter((no) => of('result', no))
      .map((no) => ({
        addressNo: no,
        result: of('result', no),
        measure: of('measure', no),
        doneAt: localInstant(of('doneAt', no)),
        reason: of('reason', no),
      })),
  };
  return { ...toReportInput(checked(ReportRequestDto, request)), files };
}

/** What a form sent, as an instance that has passed its class's rules. */
export function checked<T extends object>(type: new () => T, plain: object): T {
  const instance = plainToInstance(type, plain);
  const errors = pointersOf(validateSync(instance, { whitelist: true }));
  if (errors.length) throw PlatformProblem.invalid({ errors });
  return instance;
}

function localInstant(text: string | undefined): string | undefined {
  const parts = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}(?::\d{2})?)$/.exec(text ?? '');
  if (!parts) return text;
  const at = instantOfLocal(parts[1]!, parts[2]!);
  return Number.isNaN(at.getTime()) ? text : at.toISOString();
}
