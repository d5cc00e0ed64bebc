import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsInt,
  IsISO8601,
  IsOptional,
  IsString,
  IsUUID,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
} from 'class-validator';
import { type ChecklistLine } from '../domain/checklist';
import { OFFICER_ACTS, type OfficerAct } from '../domain/package.states';
import { WAYS, type Way } from '../domain/receipt';
import type { ActRow, AttachmentRow } from '../store/evidence.entity';
import type { DisposalOrder } from '../app/disposals';
import type { Destruction } from '../app/destructions';
import { CaptureDto } from './evidence.dto';
import { AskedFixationDto } from './statement.dto';

const PACKAGE_ID = /^ev_[0-9A-HJKMNP-TV-Z]{26}$/;

export class EvidenceTransitionDto {
  @ApiProperty({ enum: OFFICER_ACTS }) @IsIn(OFFICER_ACTS) action!: OfficerAct;
  @ApiPropertyOptional({ description: 'the officer who acts together with you' })
  @IsOptional()
  @IsUUID()
  secondOfficerId?: string;
  @ApiPropertyOptional({ description: 'who confirmed, refused or received' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  personName?: string;
  @ApiPropertyOptional({ description: 'as what: party, interested person, agent …' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  personRole?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(200) witness?: string;
  @ApiPropertyOptional({ enum: WAYS, isArray: true })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(6)
  @IsIn(WAYS, { each: true })
  ways?: Way[];
  @ApiPropertyOptional({ description: 'the signed form or receipt, uploaded before' })
  @IsOptional()
  @IsUUID()
  paperUploadId?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(100) medium?: string;
  @ApiPropertyOptional() @IsOptional() @IsInt() @Min(1) @Max(99) copies?: number;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(60) sealNumber?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(300) legalBasis?: string;
  @ApiPropertyOptional({ description: 'fixed package that takes the place of a withdrawn one' })
  @IsOptional()
  @Matches(PACKAGE_ID)
  correctedById?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MinLength(2) @MaxLength(500) reason?: string;
}

class ReceiptBody extends AskedFixationDto {
  @ApiProperty({ type: [String], description: 'files uploaded before, in their order' })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @IsUUID(undefined, { each: true })
  uploadIds!: string[];
  @ApiProperty({ description: 'who handed them over' }) @IsString() @MinLength(2) @MaxLength(200) sender!: string;
  @ApiProperty() @IsISO8601({ strict: true }) receivedAt!: string;
  @ApiProperty({ description: 'on which ground' }) @IsString() @MinLength(2) @MaxLength(300) ground!: string;
  @ApiProperty({ description: 'the officer who received it together with you' }) @IsUUID() secondOfficerId!: string;
}

export class ImportDto extends ReceiptBody {
  @ApiPropertyOptional() @IsOptional() @IsUUID() caseId?: string;
  @ApiPropertyOptional() @IsOptional() @IsUUID() outletId?: string;
}

export class AttestationDto extends ReceiptBody {
  @ApiProperty({ enum: WAYS }) @IsIn(WAYS) way!: Way;
}

export class UploadQuery {
  @ApiProperty({ description: 'what the file is called; kept for people, never used as a path' })
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  name!: string;
}

export class UploadDto {
  @ApiProperty() id!: string;
  @ApiProperty() name!: string;
  @ApiProperty({ description: 'told by the bytes' }) mediaType!: string;
  @ApiProperty() size!: number;
  @ApiProperty() sha256!: string;
  @ApiProperty() sm3!: string;
}

export class DisposalDto {
  @ApiProperty({ enum: ['returned', 'destroyed'] }) @IsIn(['returned', 'destroyed']) what!: 'returned' | 'destroyed';
  @ApiProperty() @IsString() @MinLength(2) @MaxLength(500) reason!: string;
  @ApiProperty() @IsString() @MinLength(2) @MaxLength(300) legalBasis!: string;
}

export class DisposalApprovalDto {
  @ApiProperty() @IsString() @MinLength(2) @MaxLength(500) opinion!: string;
}

export class ApprovalDto {
  @ApiProperty() by!: string;
  @ApiProperty() at!: string;
  @ApiProperty() opinion!: string;
}

export class DisposalOrderDto {
  @ApiProperty() id!: string;
  @ApiProperty({ enum: ['returned', 'destroyed'] }) what!: string;
  @ApiProperty() reason!: string;
  @ApiProperty() legalBasis!: string;
  @ApiProperty() askedBy!: string;
  @ApiProperty() askedAt!: string;
  @ApiProperty({ type: [ApprovalDto] }) approvals!: ApprovalDto[];
  @ApiProperty({ description: 'two persons other than the asker have approved' }) given!: boolean;
}

export class ActDto {
  @ApiProperty({ enum: OFFICER_ACTS }) action!: string;
  @ApiProperty() at!: string;
  @ApiProperty() by!: string;
  @ApiProperty({ type: String, nullable: true }) second!: string | null;
  @ApiProperty({ type: 'object', additionalProperties: true }) answers!: Record<string, unknown>;
}

export class ChecklistSourceDto {
  @ApiProperty() law!: string;
  @ApiProperty({ description: 'empty for a standard that is cited as a whole' }) article!: string;
  @ApiProperty({ enum: ['F', 'F2', 'K', 'I'] }) mark!: string;
}

export class ChecklistLineDto {
  @ApiProperty() id!: string;
  @ApiProperty() zh!: string;
  @ApiProperty() en!: string;
  @ApiProperty({ enum: ['M', 'S', 'C'] }) required!: string;
  @ApiProperty({ enum: ['machine', 'statement', 'officers', 'custody'], description: 'from whom the answer comes' })
  known!: string;
  @ApiProperty({ enum: ['met', 'missing', 'notApplicable'] }) state!: string;
  @ApiProperty({ type: [ChecklistSourceDto] }) sources!: ChecklistSourceDto[];
  @ApiProperty({ enum: ['F', 'F2', 'K', 'I'], description: 'F only is law that was read' }) mark!: string;
  @ApiProperty({ type: [String], description: 'files of the package that serve it' }) files!: string[];
}

export class AttachmentDto {
  @ApiProperty() n!: number;
  @ApiProperty() role!: string;
  @ApiProperty() path!: string;
  @ApiProperty() title!: string;
  @ApiProperty() mediaType!: string;
  @ApiProperty() size!: number;
  @ApiProperty() sha256!: string;
  @ApiProperty({ type: String, nullable: true }) attestationId!: string | null;
  @ApiProperty() at!: string;
}

export class DestroyedBlobDto {
  @ApiProperty({ type: [String], description: 'what of the package it was; an export is named by its number' }) paths!: string[];
  @ApiProperty() sha256!: string;
  @ApiProperty() size!: number;
  @ApiProperty({
    type: String,
    nullable: true,
    enum: ['destroyed', 'shared', 'missing'],
    description: 'shared: other evidence or papers need the same bytes; missing: they were lost before; null: still to be done',
  })
  outcome!: string | null;
  @ApiProperty({
    type: String,
    nullable: true,
    enum: ['recentlyPut', 'locked', 'legalHold'],
    description: 'why it is still to be done',
  })
  waits!: string | null;
  @ApiProperty({ type: String, nullable: true }) waitsUntil!: string | null;
  @ApiProperty({ type: String, nullable: true }) doneAt!: string | null;
}

/** What was destroyed by order and when; digests, signature, seals and the custody chain are kept. */
export class DestructionDto {
  @ApiProperty({ description: 'when it was written down what goes' }) begunAt!: string;
  @ApiProperty({ type: String, nullable: true, description: 'null while something is still to be done' }) finishedAt!:
    string | null;
  @ApiProperty({ type: [Number], description: 'exports whose SEAL is kept' }) seals!: number[];
  @ApiProperty({ type: [DestroyedBlobDto] }) blobs!: DestroyedBlobDto[];
}

/** Everything that happened to a package after it was fixed, and what it still lacks. */
export class PackageLifeDto {
  @ApiProperty({ type: [ActDto] }) acts!: ActDto[];
  @ApiProperty({ type: [ChecklistLineDto] }) checklist!: ChecklistLineDto[];
  @ApiProperty({ type: [AttachmentDto] }) attachments!: AttachmentDto[];
  @ApiProperty({ type: [CaptureDto] }) attestations!: CaptureDto[];
  @ApiProperty({ type: [DisposalOrderDto] }) disposals!: DisposalOrderDto[];
  @ApiProperty() onHold!: boolean;
  @ApiProperty({ type: DestructionDto, nullable: true }) destruction!: DestructionDto | null;
}

export function toDestructionDto({ row, blobs, seals }: Destruction): DestructionDto {
  return {
    begunAt: row.begunAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
    seals,
    // Who else needs the bytes may be somebody of whom the asker must not know.
    blobs: blobs.map(({ paths, sha256, size, outcome, waits, waitsUntil, doneAt }) => ({
      paths,
      sha256,
      size,
      outcome,
      waits,
      waitsUntil: waitsUntil?.toISOString() ?? null,
      doneAt: doneAt?.toISOString() ?? null,
    })),
  };
}

export function toActDto({ action, at, by, second, data }: ActRow): ActDto {
  return { action, at: at.toISOString(), by, second, answers: data };
}

export function toLineDto({ id, zh, en, required, known, state, sources, mark, files }: ChecklistLine): ChecklistLineDto {
  return { id, zh, en, required, known, state, sources: sources.map((source) => ({ ...source })), mark, files };
}

export function toAttachmentDto({
  n,
  role,
  path,
  title,
  mediaType,
  size,
  sha256,
  attestationId,
  at,
}: AttachmentRow): AttachmentDto {
  return { n, role, path, title, mediaType, size, sha256, attestationId, at: at.toISOString() };
}

export function toDisposalDto({ disposal, approvals, given }: DisposalOrder): DisposalOrderDto {
  const { id, what, reason, legalBasis, askedBy, askedAt } = disposal;
  return {
    id,
    what,
    reason,
    legalBasis,
    askedBy,
    askedAt: askedAt.toISOString(),
    approvals: approvals.map(({ by, at, opinion }) => ({ by, at: at.toISOString(), opinion })),
    given,
  };
}
