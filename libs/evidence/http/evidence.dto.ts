import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsOptional, IsString, IsUUID, MaxLength, MinLength } from 'class-validator';
import { PageQuery } from '../../platform';
import type { IncidentRow } from '../store/incident.entity';
import type { EvidenceFileRow, EvidenceStepRow, ExportRow, PackageRow, PreviewRow } from '../store/evidence.entity';
import { OFFICER_ACTS } from '../domain/package.states';
import { WAYS } from '../domain/receipt';
import { isWithholdable } from '../domain/withheld';
import type { CustodyRow } from '../store/ledger';
import { AskedFixationDto, FixationStatementDto } from './statement.dto';

const PAGE_KINDS = ['page', 'challenge', 'login', 'errorPage'];
const KINDS = ['web_capture', 'import', 'attestation'];

export class RequestCaptureDto extends AskedFixationDto {
  @ApiProperty({ description: 'http or https, at most 8,192 bytes, without credentials' })
  @IsString()
  @MaxLength(20_000)
  url!: string;
  @ApiProperty({ enum: ['desktop', 'mobile'] }) @IsIn(['desktop', 'mobile']) profile!: 'desktop' | 'mobile';
  @ApiPropertyOptional({ enum: ['automatic', 'interactive'], description: 'interactive: you drive the page before it is taken' })
  @IsOptional()
  @IsIn(['automatic', 'interactive'])
  mode?: 'automatic' | 'interactive';
  @ApiPropertyOptional({
    description: 'why a failed mandatory environment check shall not stop the capture; shown on page 1 of the report',
  })
  @IsOptional()
  @IsString()
  @MinLength(5)
  @MaxLength(500)
  overrideReason?: string;
  @ApiPropertyOptional({
    description: 'why a certificate that the browser refuses shall not stop the capture; shown on page 1 of the report',
  })
  @IsOptional()
  @IsString()
  @MinLength(5)
  @MaxLength(500)
  tlsOverrideReason?: string;
  @ApiProperty({ description: 'the officer who takes the evidence together with you' }) @IsUUID() secondOfficerId!: string;
  @ApiPropertyOptional() @IsOptional() @IsUUID() outletId?: string;
  @ApiPropertyOptional() @IsOptional() @IsUUID() caseId?: string;
  @ApiPropertyOptional() @IsOptional() @IsUUID() findingId?: string;
  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'a further vantage point from which the page is captured again once this is fixed',
  })
  @IsOptional()
  @IsString()
  @MaxLength(32)
  secondVantage?: string | null;
}

export class CaptureQuery extends PageQuery {
  @ApiPropertyOptional() @IsOptional() @IsUUID() caseId?: string;
  @ApiPropertyOptional() @IsOptional() @IsUUID() outletId?: string;
  @ApiPropertyOptional() @IsOptional() @IsUUID() orderId?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(20) state?: string;
  @ApiPropertyOptional({ enum: KINDS }) @IsOptional() @IsIn(KINDS) kind?: string;
  @ApiPropertyOptional({ description: 'statements about this package' })
  @IsOptional()
  @IsString()
  @MaxLength(40)
  aboutId?: string;
  @ApiPropertyOptional({ description: 'the repeat of this package from a second vantage point' })
  @IsOptional()
  @IsString()
  @MaxLength(40)
  secondOf?: string;
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
  @ApiPropertyOptional({ enum: PAGE_KINDS, description: 'a gate that stood where the page was expected is named as what it is' })
  kind?: string;
  @ApiPropertyOptional({ type: [String], description: '`host:port code` of each certificate error that was passed over' })
  tlsErrors?: string[];
}

/** An officer's decision, before the capture began, to go on where it would have ended. */
export class DecisionDto {
  @ApiProperty() by!: string;
  @ApiProperty() reason!: string;
}

const LIKENESS = ['same', 'different', 'unknown'];

export class OtherVantageDto {
  @ApiProperty({ description: 'the vantage point of the package it was compared with' }) vantage!: string;
  @ApiProperty() id!: string;
  @ApiProperty({ enum: LIKENESS }) text!: string;
  @ApiProperty({ enum: LIKENESS }) picture!: string;
}

export class VantagesDto {
  @ApiProperty({ type: [String], description: 'the first is where captures are made from when nothing else is said' })
  names!: string[];
}

export class ReceivedDto {
  @ApiProperty() sender!: string;
  @ApiProperty() receivedAt!: string;
  @ApiProperty() ground!: string;
}

export class CaptureDto {
  @ApiProperty() id!: string;
  @ApiProperty() number!: string;
  @ApiProperty({ enum: KINDS }) kind!: string;
  @ApiProperty({ description: 'empty where nothing was captured' }) url!: string;
  @ApiProperty({ enum: ['desktop', 'mobile', 'file'] }) profile!: string;
  @ApiProperty({ enum: ['automatic', 'interactive'] }) mode!: 'automatic' | 'interactive';
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'from where; null where nothing was captured or points had no names yet',
  })
  vantage!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'from where it is captured again once it is fixed' })
  secondVantage!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'the package that this repeats from a second vantage point' })
  secondOf!: string | null;
  @ApiProperty({ type: OtherVantageDto, nullable: true, description: 'as the signed manifest says; of a repeat only' })
  comparison!: OtherVantageDto | null;
  @ApiProperty() purpose!: string;
  @ApiProperty() factToProve!: string;
  @ApiProperty() place!: string;
  @ApiProperty({ type: String, nullable: true }) outletId!: string | null;
  @ApiProperty({ type: String, nullable: true }) findingId!: string | null;
  @ApiProperty({ type: String, nullable: true }) caseId!: string | null;
  @ApiProperty({ type: String, nullable: true }) orderId!: string | null;
  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'which request of the case; null when it was asked for outside of it',
  })
  caseSeq!: number | null;
  @ApiProperty({ description: 'what the officers said: it may contain personal data' }) personalData!: boolean;
  @ApiProperty({ type: [MakerDto] }) makers!: MakerDto[];
  @ApiProperty({ type: FixationStatementDto, nullable: true, description: 'what the officers said of the fixation' })
  statement!: FixationStatementDto | null;
  @ApiProperty({ type: DecisionDto, nullable: true, description: 'that certificate errors do not stop the capture' })
  tlsOverride!: DecisionDto | null;
  @ApiProperty() state!: string;
  @ApiProperty({ enum: ['complete', 'partial'], nullable: true, type: String }) completeness!: string | null;
  @ApiProperty({ type: [String] }) limits!: string[];
  @ApiProperty({ type: String, nullable: true }) reason!: string | null;
  @ApiProperty({ type: NavigationDto, nullable: true }) navigation!: NavigationDto | null;
  @ApiProperty({ type: [ArtefactDto] }) artefacts!: ArtefactDto[];
  @ApiProperty({ enum: ['clean', 'warn', 'fail'], nullable: true, type: String }) environment!: string | null;
  @ApiProperty({ enum: ['outside', 'internal'], nullable: true, type: String, description: 'whose time stamps date it' })
  datedBy!: string | null;
  @ApiProperty({ type: String, nullable: true }) manifestSha256!: string | null;
  @ApiProperty({ type: String, nullable: true }) manifestSm3!: string | null;
  @ApiProperty({ type: ReceivedDto, nullable: true, description: 'of imports and attestations' }) received!: ReceivedDto | null;
  @ApiProperty({ type: String, nullable: true, description: 'the package about which an attestation speaks' }) aboutId!:
    string | null;
  @ApiProperty({ type: String, nullable: true, enum: WAYS }) way!: string | null;
  @ApiProperty({ type: String, nullable: true }) withdrawnAt!: string | null;
  @ApiProperty({ type: String, nullable: true }) correctedBy!: string | null;
  @ApiProperty({ enum: OFFICER_ACTS, isArray: true, description: 'what you may do now; empty in lists' })
  availableActions!: string[];
  @ApiProperty() requestedAt!: string;
  @ApiProperty({ type: String, nullable: true }) fixedAt!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'since then only reading is allowed: a stored file is damaged' })
  frozenAt!: string | null;
  @ApiProperty() version!: number;
}

export class CapturePageDto {
  @ApiProperty({ type: [CaptureDto] }) items!: CaptureDto[];
  @ApiProperty({ type: String, nullable: true }) nextCursor!: string | null;
  @ApiProperty() total!: number;
}

export class CaseRequestsDto {
  @ApiProperty({ description: 'how many requests the case has had; numbers run from 1' }) last!: number;
  @ApiProperty({ type: [Number], description: 'numbers whose package you cannot see, or that no package bears' })
  missing!: number[];
  @ApiProperty({ type: [CaptureDto], description: 'by number, failures included; then what was joined to the case later' })
  items!: CaptureDto[];
}

export class EvidenceFileDto {
  @ApiProperty() path!: string;
  @ApiProperty() role!: string;
  @ApiProperty() mediaType!: string;
  @ApiProperty() title!: string;
  @ApiProperty() size!: number;
  @ApiProperty() sha256!: string;
  @ApiProperty() sm3!: string;
  @ApiProperty({ description: 'a copy for somebody else may leave it out' }) isWithholdable!: boolean;
  @ApiProperty({ type: String, nullable: true, description: 'since then it is destroyed here, by order; its digests are kept' })
  destroyedAt!: string | null;
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

export class IncidentDto {
  @ApiProperty() id!: string;
  @ApiProperty({ description: 'file of the package, or `export n`' }) path!: string;
  @ApiProperty() sha256!: string;
  @ApiProperty({ enum: ['changed', 'shortened', 'lengthened', 'missing', 'unreadable', 'permission', 'deleteMarker'] })
  what!: string;
  @ApiProperty({ type: String, nullable: true }) observed!: string | null;
  @ApiProperty({ enum: ['none', 'whole', 'damaged'], description: 'the copy on the second medium' }) replica!: string;
  @ApiProperty() foundAt!: string;
}

export class VerificationDto {
  @ApiProperty({ enum: ['PASSED', 'FAILED', 'INDETERMINATE'] }) verdict!: string;
  @ApiProperty({ description: 'reached, 0 to 5; docs/evidence.md says what each proves' }) level!: number;
  @ApiProperty({ description: 'asked for by this look' }) requiredLevel!: number;
  @ApiProperty({ type: [String], description: 'CODE subject' }) reasons!: string[];
  @ApiProperty({ type: [String], description: 'what is missing for higher levels, without effect on the verdict' })
  beyond!: string[];
  @ApiProperty({ type: [String] }) findings!: string[];
  @ApiProperty() files!: number;
  @ApiProperty() at!: string;
}

export class RequestExportDto {
  @ApiProperty() @IsString() @MinLength(2) @MaxLength(300) purpose!: string;
  @ApiPropertyOptional({ description: "to whom the copy goes; the agency's own copy names nobody" })
  @IsOptional()
  @IsString()
  @MinLength(2)
  @MaxLength(200)
  recipient?: string;
  @ApiPropertyOptional({ type: [String], description: 'captured files that this copy leaves out; their digests stay in it' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(500)
  @ArrayUnique()
  @IsString({ each: true })
  @MaxLength(200, { each: true })
  withheld?: string[];
  @ApiPropertyOptional({ description: 'the legal ground on which files are left out' })
  @IsOptional()
  @IsString()
  @MinLength(2)
  @MaxLength(300)
  ground?: string;
}

export class ExportDto {
  @ApiProperty() id!: string;
  @ApiProperty() packageId!: string;
  @ApiProperty() n!: number;
  @ApiProperty({ enum: ['requested', 'ready', 'failed'] }) state!: string;
  @ApiProperty() purpose!: string;
  @ApiProperty({ type: String, nullable: true }) recipient!: string | null;
  @ApiProperty({ type: String, nullable: true }) ground!: string | null;
  @ApiProperty({ type: [String] }) withheld!: string[];
  @ApiProperty() requestedAt!: string;
  @ApiProperty({ type: Number, nullable: true }) size!: number | null;
  @ApiProperty({ type: String, nullable: true }) sealSha256!: string | null;
}

export function toCaptureDto(row: PackageRow, availableActions: readonly string[] = []): CaptureDto {
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
    caseSeq,
    datedBy,
    state,
    completeness,
    limits,
    reason,
    navigation,
    artefacts,
    environment,
    manifestSha256,
    manifestSm3,
    aboutId,
    secondOf,
    comparison,
    way,
    correctedBy,
    version,
  } = row;
  const { request } = row;
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
    caseSeq,
    datedBy,
    state,
    completeness,
    limits,
    reason,
    navigation,
    artefacts,
    environment,
    manifestSha256,
    manifestSm3,
    aboutId,
    secondOf,
    comparison,
    way,
    correctedBy,
    version,
    vantage: ('url' in request && request.vantage) || null,
    secondVantage: ('url' in request && request.secondVantage) || null,
    received: 'sender' in request ? { sender: request.sender, receivedAt: request.receivedAt, ground: request.ground } : null,
    withdrawnAt: row.withdrawnAt?.toISOString() ?? null,
    availableActions: [...availableActions],
    statement: request.statement ?? null,
    tlsOverride: 'tlsOverride' in request ? (request.tlsOverride ?? null) : null,
    makers: request.makers,
    personalData: request.personalData ?? true,
    mode: 'mode' in request ? (request.mode ?? 'automatic') : 'automatic',
    requestedAt: row.requestedAt.toISOString(),
    fixedAt: row.fixedAt?.toISOString() ?? null,
    frozenAt: row.frozenAt?.toISOString() ?? null,
  };
}

export function toFileDto(
  { path, role, mediaType, title, size, sha256, sm3 }: EvidenceFileRow,
  destroyedAt: Date | null,
): EvidenceFileDto {
  const isOut = isWithholdable(path);
  return {
    path,
    role,
    mediaType,
    title,
    size,
    sha256,
    sm3,
    isWithholdable: isOut,
    destroyedAt: destroyedAt?.toISOString() ?? null,
  };
}

/** Told on the event stream only. A picture to look at while the capture runs; it is kept nowhere and is not evidence. */
export interface PreviewDto {
  at: string;
  jpegBase64: string;
}

export function toPreviewDto({ at, jpeg }: PreviewRow): PreviewDto {
  return { at: at.toISOString(), jpegBase64: jpeg.toString('base64') };
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

export function toExportDto(row: ExportRow): ExportDto {
  const { id, packageId, n, state, purpose, recipient, ground, withheld, requestedAt, size, sealSha256 } = row;
  return {
    id,
    packageId,
    n,
    state,
    purpose,
    recipient,
    ground,
    withheld,
    requestedAt: requestedAt.toISOString(),
    size,
    sealSha256,
  };
}

export function toIncidentDto({ id, path, sha256, what, observed, replica, foundAt }: IncidentRow): IncidentDto {
  return { id, path, sha256, what, observed, replica, foundAt: foundAt.toISOString() };
}
