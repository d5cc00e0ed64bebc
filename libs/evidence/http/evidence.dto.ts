import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, IsUUID, MaxLength, MinLength } from 'class-validator';
import { PageQuery } from '../../platform';
import type { EvidenceFileRow, EvidenceStepRow, ExportRow, PackageRow } from '../store/evidence.entity';
import type { CustodyRow } from '../store/ledger';

export class RequestCaptureDto {
  @ApiProperty({ description: 'http or https, at most 8,192 bytes, without credentials' })
  @IsString()
  @MaxLength(20_000)
  url!: string;
  @ApiProperty({ enum: ['desktop', 'mobile'] }) @IsIn(['desktop', 'mobile']) profile!: 'desktop' | 'mobile';
  @ApiPropertyOptional({ enum: ['automatic', 'interactive'], description: 'interactive: you drive the page before it is taken' })
  @IsOptional()
  @IsIn(['automatic', 'interactive'])
  mode?: 'automatic' | 'interactive';
  @ApiProperty() @IsString() @MinLength(2) @MaxLength(300) purpose!: string;
  @ApiProperty() @IsString() @MinLength(2) @MaxLength(500) factToProve!: string;
  @ApiProperty() @IsString() @MinLength(2) @MaxLength(200) place!: string;
  @ApiProperty({ description: 'the officer who takes the evidence together with you' }) @IsUUID() secondOfficerId!: string;
  @ApiPropertyOptional() @IsOptional() @IsUUID() outletId?: string;
  @ApiPropertyOptional() @IsOptional() @IsUUID() caseId?: string;
  @ApiPropertyOptional() @IsOptional() @IsUUID() findingId?: string;
}

export class CaptureQuery extends PageQuery {
  @ApiPropertyOptional() @IsOptional() @IsUUID() caseId?: string;
  @ApiPropertyOptional() @IsOptional() @IsUUID() outletId?: string;
  @ApiPropertyOptional() @IsOptional() @IsUUID() orderId?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(20) state?: string;
}

export class ArtefactDto {
  @ApiProperty() path!: string;
  @ApiProperty() role!: string;
  @ApiProperty({ enum: ['ok', 'partial', 'failed'] }) state!: string;
  @ApiPropertyOptional() reason?: string;
}

export class MakerDto {
  @ApiProperty() name!: string;
  @ApiProperty() certificate!: string;
  @ApiProperty({ enum: ['officer', 'technician'] }) role!: string;
  @ApiProperty() account!: string;
}

export class NavigationDto {
  @ApiProperty() urlFinal!: string;
  @ApiProperty() status!: number;
  @ApiProperty() title!: string;
  @ApiProperty() ip!: string;
}

export class CaptureDto {
  @ApiProperty() id!: string;
  @ApiProperty() number!: string;
  @ApiProperty() kind!: string;
  @ApiProperty() url!: string;
  @ApiProperty({ enum: ['desktop', 'mobile'] }) profile!: string;
  @ApiProperty({ enum: ['automatic', 'interactive'] }) mode!: 'automatic' | 'interactive';
  @ApiProperty() purpose!: string;
  @ApiProperty() factToProve!: string;
  @ApiProperty() place!: string;
  @ApiProperty({ type: String, nullable: true }) outletId!: string | null;
  @ApiProperty({ type: String, nullable: true }) findingId!: string | null;
  @ApiProperty({ type: String, nullable: true }) caseId!: string | null;
  @ApiProperty({ type: String, nullable: true }) orderId!: string | null;
  @ApiProperty({ type: [MakerDto] }) makers!: MakerDto[];
  @ApiProperty() state!: string;
  @ApiProperty({ enum: ['complete', 'partial'], nullable: true, type: String }) completeness!: string | null;
  @ApiProperty({ type: [String] }) limits!: string[];
  @ApiProperty({ type: String, nullable: true }) reason!: string | null;
  @ApiProperty({ type: NavigationDto, nullable: true }) navigation!: NavigationDto | null;
  @ApiProperty({ type: [ArtefactDto] }) artefacts!: ArtefactDto[];
  @ApiProperty({ enum: ['clean', 'warn', 'fail'], nullable: true, type: String }) environment!: string | null;
  @ApiProperty({ type: String, nullable: true }) manifestSha256!: string | null;
  @ApiProperty({ type: String, nullable: true }) manifestSm3!: string | null;
  @ApiProperty() requestedAt!: string;
  @ApiProperty({ type: String, nullable: true }) fixedAt!: string | null;
  @ApiProperty() version!: number;
}

export class CapturePageDto {
  @ApiProperty({ type: [CaptureDto] }) items!: CaptureDto[];
  @ApiProperty({ type: String, nullable: true }) nextCursor!: string | null;
  @ApiProperty() total!: number;
}

export class EvidenceFileDto {
  @ApiProperty() path!: string;
  @ApiProperty() role!: string;
  @ApiProperty() mediaType!: string;
  @ApiProperty() title!: string;
  @ApiProperty() size!: number;
  @ApiProperty() sha256!: string;
  @ApiProperty() sm3!: string;
}

export class StepDto {
  @ApiProperty() id!: string;
  @ApiProperty() at!: string;
  @ApiProperty() step!: string;
  @ApiProperty() detail!: string;
}

export class CustodyDto {
  @ApiProperty() seq!: number;
  @ApiProperty() type!: string;
  @ApiProperty() at!: string;
  @ApiProperty() entrySha256!: string;
  @ApiProperty({ type: Number, nullable: true, description: 'place in the log' }) index!: number | null;
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true }) event!: Record<string, unknown> | null;
}

export class VerificationDto {
  @ApiProperty({ enum: ['PASSED', 'FAILED'] }) verdict!: string;
  @ApiProperty({ type: [String] }) reasons!: string[];
  @ApiProperty() files!: number;
  @ApiProperty() at!: string;
}

export class RequestExportDto {
  @ApiProperty() @IsString() @MinLength(2) @MaxLength(300) purpose!: string;
}

export class ExportDto {
  @ApiProperty() id!: string;
  @ApiProperty() packageId!: string;
  @ApiProperty() n!: number;
  @ApiProperty({ enum: ['requested', 'ready', 'failed'] }) state!: string;
  @ApiProperty() purpose!: string;
  @ApiProperty() requestedAt!: string;
  @ApiProperty({ type: Number, nullable: true }) size!: number | null;
  @ApiProperty({ type: String, nullable: true }) sealSha256!: string | null;
}

export function toCaptureDto(row: PackageRow): CaptureDto {
  const {
    id,
    number,
    kind,
    url,
    profile,
    purpose,
    factToProve,
    place,
    outletId,
    findingId,
    caseId,
    orderId,
    state,
    completeness,
    limits,
    reason,
    navigation,
    artefacts,
    environment,
    manifestSha256,
    manifestSm3,
    version,
  } = row;
  return {
    id,
    number,
    kind,
    url,
    profile,
    purpose,
    factToProve,
    place,
    outletId,
    findingId,
    caseId,
    orderId,
    state,
    completeness,
    limits,
    reason,
    navigation,
    artefacts,
    environment,
    manifestSha256,
    manifestSm3,
    version,
    mode: row.request.mode ?? 'automatic',
    makers: row.request.makers,
    requestedAt: row.requestedAt.toISOString(),
    fixedAt: row.fixedAt?.toISOString() ?? null,
  };
}

export function toFileDto({ path, role, mediaType, title, size, sha256, sm3 }: EvidenceFileRow): EvidenceFileDto {
  return { path, role, mediaType, title, size, sha256, sm3 };
}

export function toStepDto({ id, at, step, detail }: EvidenceStepRow): StepDto {
  return { id, at: at.toISOString(), step, detail };
}

export function toCustodyDto({ seq, type, at, entrySha256, idx, body }: CustodyRow): CustodyDto {
  return {
    seq,
    type,
    at: at.toISOString(),
    entrySha256,
    index: idx === null ? null : Number(idx),
    event: body === null ? null : (JSON.parse(body) as Record<string, unknown>),
  };
}

export function toExportDto({ id, packageId, n, state, purpose, requestedAt, size, sealSha256 }: ExportRow): ExportDto {
  return { id, packageId, n, state, purpose, requestedAt: requestedAt.toISOString(), size, sealSha256 };
}
