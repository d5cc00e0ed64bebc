import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { IsIn, IsISO8601, IsOptional, IsString, Length, Matches, MaxLength } from 'class-validator';
import { PageQuery } from '../../platform';
import type { Provenance } from '../domain/changes';
import { exemptionGrounds, registrationStatuses, type Source, sources, subjectKinds } from '../domain/subject-types';
import type { SubjectRow } from '../store/subject.entity';

export class CreateSubjectDto {
  @ApiPropertyOptional({ description: '统一社会信用代码; lower case, spaces and full width are forgiven' })
  @IsOptional()
  @IsString()
  @MaxLength(60)
  uscc?: string;
  @ApiPropertyOptional({ description: 'why a code with a wrong check character is entered all the same' })
  @IsOptional()
  @IsString()
  @Length(4, 500)
  usccOverrideReason?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(15) regNo15?: string;
  @ApiProperty() @IsString() @Length(1, 200) name!: string;
  @ApiProperty({ enum: subjectKinds }) @IsIn(subjectKinds) kind!: string;
  @ApiPropertyOptional() @IsOptional() @Matches(/^\d{4}$/) typeCode?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(200) legalRep?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(400) domicile?: string;
  @ApiProperty({ description: 'GB/T 2260' }) @Matches(/^\d{6}$/) divisionCode!: string;
  @ApiPropertyOptional({ description: '经营范围' }) @IsOptional() @IsString() @MaxLength(2000) scope?: string;
  @ApiPropertyOptional({ enum: registrationStatuses, default: '1' }) @IsOptional() @IsIn(registrationStatuses) status?: string;
  @ApiPropertyOptional() @IsOptional() @IsISO8601({ strict: true }) @MaxLength(10) statusDate?: string;
  @ApiPropertyOptional() @IsOptional() @IsISO8601({ strict: true }) @MaxLength(10) established?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(200) registrar?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(40) contactPhone?: string;
  @ApiPropertyOptional({ enum: exemptionGrounds }) @IsOptional() @IsIn(exemptionGrounds) exemption?: string;
  @ApiPropertyOptional({ enum: sources, default: 'officer' }) @IsOptional() @IsIn(sources) source?: Source;
}

export class ChangeSubjectDto extends PartialType(CreateSubjectDto, { skipNullProperties: false }) {
  @ApiPropertyOptional({ description: 'kept in the history' }) @IsOptional() @IsString() @MaxLength(500) reason?: string;
}

export class SubjectQuery extends PageQuery {
  @ApiPropertyOptional({ enum: subjectKinds }) @IsOptional() @IsIn(subjectKinds) kind?: string;
  @ApiPropertyOptional({ enum: registrationStatuses }) @IsOptional() @IsIn(registrationStatuses) status?: string;
  @ApiPropertyOptional() @IsOptional() @Matches(/^\d{6}$/) divisionCode?: string;
}

export class SubjectDto {
  @ApiProperty() id!: string;
  @ApiProperty() version!: number;
  @ApiProperty({ type: String, nullable: true }) uscc!: string | null;
  @ApiProperty({ type: String, nullable: true }) usccOverrideReason!: string | null;
  @ApiProperty({ type: [String], description: 'organisation-code, division, check-character' }) usccWarnings!: string[];
  @ApiProperty({ type: String, nullable: true }) regNo15!: string | null;
  @ApiProperty() name!: string;
  @ApiProperty({ type: [String] }) usedNames!: string[];
  @ApiProperty({ enum: subjectKinds }) kind!: string;
  @ApiProperty({ type: String, nullable: true }) typeCode!: string | null;
  @ApiProperty({ type: String, nullable: true }) legalRep!: string | null;
  @ApiProperty({ type: String, nullable: true }) domicile!: string | null;
  @ApiProperty() divisionCode!: string;
  @ApiProperty({ type: String, nullable: true }) scope!: string | null;
  @ApiProperty({ enum: registrationStatuses }) status!: string;
  @ApiProperty({ type: String, nullable: true }) statusDate!: string | null;
  @ApiProperty({ type: String, nullable: true }) established!: string | null;
  @ApiProperty({ type: String, nullable: true }) registrar!: string | null;
  @ApiProperty({ type: String, nullable: true }) contactPhone!: string | null;
  @ApiProperty({ type: String, nullable: true }) exemption!: string | null;
  @ApiProperty({ enum: sources }) source!: Source;
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'field → { source, at, by }' }) provenance!: Provenance;
  @ApiProperty() createdAt!: string;
  @ApiProperty() updatedAt!: string;
}

export class SubjectPageDto {
  @ApiProperty({ type: [SubjectDto] }) items!: SubjectDto[];
  @ApiProperty({ type: String, nullable: true }) nextCursor!: string | null;
  @ApiProperty() total!: number;
}

/** Lists every field it sends: a column added to the table stays inside until someone writes it here. */
export function toSubjectDto(row: SubjectRow): SubjectDto {
  const { id, version, uscc, usccOverrideReason, usccWarnings, regNo15, name, usedNames, kind, typeCode, legalRep, domicile } = row;
  const { divisionCode, scope, status, statusDate, established, registrar, contactPhone, exemption, source, provenance } = row;
  return {
    id, version, uscc, usccOverrideReason, usccWarnings, regNo15, name, usedNames, kind, typeCode, legalRep, domicile,
    divisionCode, scope, status, statusDate, established, registrar, contactPhone, exemption, source, provenance,
    createdAt: row.createdAt.toISOString(), updatedAt: row.updatedAt.toISOString(),
  }; // prettier-ignore
}
