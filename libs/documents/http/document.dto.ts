import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsDateString,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { PageQuery } from '../../platform';
import { type DocumentAction, documentStates } from '../domain/document.states';
import type { MissingField } from '../domain/problems';
import { SERVICE_METHOD_KEYS, type ServiceMethodKey } from '../domain/service-method';
import { FORM_IDS, type Template } from '../domain/template';
import type { DocumentPaperRow, DocumentRow, DocumentServiceRow } from '../store/document.entity';

const ACTIONS = [...new Set(documentStates.rows.map((row) => row.action))];

export class DocumentQuery extends PageQuery {
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(60) caseId?: string;
  @ApiPropertyOptional({ enum: ['case', 'order'] }) @IsOptional() @IsIn(['case', 'order']) refKind?: 'case' | 'order';
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(60) refId?: string;
  @ApiPropertyOptional({ enum: documentStates.states }) @IsOptional() @IsIn([...documentStates.states]) state?: string;
  @ApiPropertyOptional({ enum: FORM_IDS }) @IsOptional() @IsIn([...FORM_IDS]) form?: string;
}

export class ServiceDto {
  @ApiProperty({ enum: SERVICE_METHOD_KEYS }) @IsIn(SERVICE_METHOD_KEYS) method!: ServiceMethodKey;
  @ApiProperty({ description: 'who is served' }) @IsString() @MaxLength(200) to!: string;
  @ApiProperty() @IsString() @MaxLength(300) where!: string;
  @ApiProperty({ description: 'for electronic service the arrival in the named system' })
  @IsDateString({ strict: true })
  at!: string;
  @ApiPropertyOptional({ description: 'who signed, and how he stands to the party' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  receiver?: string;
  @ApiPropertyOptional({ description: 'reason and day of a refusal to accept' })
  @IsOptional()
  @IsString()
  @MaxLength(500)
  refused?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(200) witness?: string;
  @ApiPropertyOptional({ type: [String] }) @IsOptional() @IsArray() @ArrayMaxSize(50) @IsString({ each: true }) media?: string[];
  @ApiPropertyOptional({ description: 'the signed address confirmation that allows electronic service' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  agreement?: string;
}

export class DocumentTransitionDto {
  @ApiProperty({ enum: ACTIONS }) @IsIn(ACTIONS) action!: DocumentAction;
  @ApiPropertyOptional({ description: 'for giveBack, regenerate and void' })
  @IsOptional()
  @IsString()
  @MaxLength(1000)
  reason?: string;
  @ApiPropertyOptional({ description: 'for submit and approve' }) @IsOptional() @IsString() @MaxLength(1000) opinion?: string;
  @ApiPropertyOptional({ description: 'corrected fields, for regenerate' }) @IsOptional() @IsObject() fields?: Record<
    string,
    unknown
  >;
  @ApiPropertyOptional({ type: ServiceDto, description: 'for serve' })
  @IsOptional()
  @ValidateNested()
  @Type(() => ServiceDto)
  service?: ServiceDto;
}

export class AmendDocumentDto {
  @ApiProperty({ description: 'fields by key; null takes one away', type: 'object', additionalProperties: true })
  @IsObject()
  fields!: Record<string, unknown>;
}

export class FileQuery {
  @ApiPropertyOptional({ description: 'an earlier paper; the newest when left out' })
  @IsOptional()
  @Matches(/^[1-9]\d{0,3}$/)
  version?: string;
}

export class MissingFieldDto implements MissingField {
  @ApiProperty() key!: string;
  @ApiProperty() zh!: string;
  @ApiProperty({ type: String, nullable: true }) basis!: string | null;
}

export class PaperDto {
  @ApiProperty() version!: number;
  @ApiProperty() sha256!: string;
  @ApiProperty() size!: number;
  @ApiProperty() madeBy!: string;
  @ApiProperty() madeAt!: string;
  @ApiProperty({ type: String, nullable: true }) reason!: string | null;
}

export class DocumentSummaryDto {
  @ApiProperty() id!: string;
  @ApiProperty({ enum: FORM_IDS }) form!: string;
  @ApiProperty() title!: string;
  @ApiProperty({ type: String, nullable: true }) number!: string | null;
  @ApiProperty({ enum: documentStates.states }) state!: string;
  @ApiProperty({ type: String, nullable: true }) caseId!: string | null;
  @ApiProperty({ enum: ['case', 'order'] }) refKind!: string;
  @ApiProperty() refId!: string;
  @ApiProperty() draftedAt!: string;
  @ApiProperty({ type: String, nullable: true }) issuedOn!: string | null;
  @ApiProperty({ description: 'newest sealed or finished paper; 0 while there is none' }) paper!: number;
  @ApiProperty() version!: number;
  @ApiProperty({ type: [String] }) availableActions!: string[];
}

export class DocumentDto extends DocumentSummaryDto {
  @ApiProperty({ type: 'object', additionalProperties: true }) fields!: Record<string, unknown>;
  @ApiProperty({ type: [MissingFieldDto] }) missing!: MissingFieldDto[];
  @ApiProperty({ type: [PaperDto] }) papers!: PaperDto[];
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true }) submission!: object | null;
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true }) approval!: object | null;
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true }) service!: object | null;
  @ApiProperty({ type: String, nullable: true }) voidReason!: string | null;
}

export class DocumentPageDto {
  @ApiProperty({ type: [DocumentSummaryDto] }) items!: DocumentSummaryDto[];
  @ApiProperty({ type: String, nullable: true }) nextCursor!: string | null;
  @ApiProperty() total!: number;
}

export class FormFieldDto {
  @ApiProperty() key!: string;
  @ApiProperty() zh!: string;
  @ApiProperty() type!: string;
  @ApiProperty() required!: boolean;
  @ApiProperty({ enum: ['F', 'F2', 'K', 'I'] }) mark!: string;
  @ApiProperty({ type: String, nullable: true }) basis!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'who fills it, when it is not the case' }) filledBy!: string | null;
}

export class FormDto {
  @ApiProperty() form!: string;
  @ApiProperty() version!: number;
  @ApiProperty() zh!: string;
  @ApiProperty({ type: String, nullable: true }) word!: string | null;
  @ApiProperty({ enum: ['approved', 'recorded'] }) route!: string;
  @ApiProperty({ type: [FormFieldDto] }) fields!: FormFieldDto[];
}

export function toFormDto({ form, version, zh, word, route, fields, filled }: Template): FormDto {
  return {
    form,
    version,
    zh,
    word,
    route,
    fields: fields.map(({ basis, ...field }) => ({ ...field, basis: basis ?? null, filledBy: filled[field.key] ?? null })),
  };
}

export function toDocumentSummary(row: DocumentRow, availableActions: string[]): DocumentSummaryDto {
  const { id, form, title, number, state, caseId, refKind, refId, draftedAt, issuedOn, paper, version } = row;
  return {
    id,
    form,
    title,
    number,
    state,
    caseId,
    refKind,
    refId,
    draftedAt: draftedAt.toISOString(),
    issuedOn,
    paper,
    version,
    availableActions,
  };
}

export function toPaperDto({ version, sha256, size, madeByName, madeAt, reason }: DocumentPaperRow): PaperDto {
  return { version, sha256, size, madeBy: madeByName, madeAt: madeAt.toISOString(), reason };
}

export function toServiceDto(row: DocumentServiceRow | null): object | null {
  if (!row) return null;
  const { method, recipient, place, servedAt, receiver, refused, witness, media, agreement } = row;
  return { method, to: recipient, where: place, at: servedAt.toISOString(), receiver, refused, witness, media, agreement };
}
