import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsISO8601, IsOptional, IsString, MaxLength } from 'class-validator';
import type { SessionOfficer } from '../../platform';
import { allowedFrom } from '../app/transfers';
import { TRANSFER_KINDS } from '../domain/transfer';
import { TRANSFER_ACTS, type TransferAct, transferStates } from '../domain/transfer.states';
import type { CaseTransferRow } from '../store/transfer.entity';

const nullable = { type: String, nullable: true } as const;

export class TransferActDto {
  @ApiProperty({ enum: TRANSFER_ACTS }) @IsIn(TRANSFER_ACTS) action!: TransferAct;
  @ApiProperty({ description: 'when it happened' }) @IsISO8601({ strict: true }) happenedAt!: string;
  @ApiPropertyOptional({ description: 'to send: number of the letter' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  documentNumber?: string;
  @ApiPropertyOptional({ description: 'to send: by which way' }) @IsOptional() @IsString() @MaxLength(200) delivery?: string;
  @ApiPropertyOptional({ description: 'number of the receipt' }) @IsOptional() @IsString() @MaxLength(100) receipt?: string;
  @ApiPropertyOptional({ description: 'who signed it' }) @IsOptional() @IsString() @MaxLength(100) receivedBy?: string;
  @ApiPropertyOptional({ description: 'number of the answer' }) @IsOptional() @IsString() @MaxLength(100) answerNumber?: string;
  @ApiPropertyOptional({ description: 'why it came back' }) @IsOptional() @IsString() @MaxLength(2000) reason?: string;
}

export class CaseTransferDto {
  @ApiProperty() id!: string;
  @ApiProperty() n!: number;
  @ApiProperty({ enum: TRANSFER_KINDS }) kind!: string;
  @ApiProperty({ enum: transferStates.states }) state!: string;
  @ApiProperty() receiver!: string;
  @ApiProperty() reason!: string;
  @ApiProperty({ type: [String] }) materials!: string[];
  @ApiProperty() decidedBy!: string;
  @ApiProperty() decidedAt!: string;
  @ApiProperty({ ...nullable, description: 'sent until then at the latest' }) sendUntil!: string | null;
  @ApiProperty({ description: 'not sent in time' }) late!: boolean;
  @ApiProperty(nullable) documentNumber!: string | null;
  @ApiProperty(nullable) delivery!: string | null;
  @ApiProperty(nullable) sentAt!: string | null;
  @ApiProperty(nullable) receipt!: string | null;
  @ApiProperty(nullable) receivedBy!: string | null;
  @ApiProperty(nullable) receivedAt!: string | null;
  @ApiProperty(nullable) answerUntil!: string | null;
  @ApiProperty(nullable) answerNumber!: string | null;
  @ApiProperty(nullable) answerReason!: string | null;
  @ApiProperty(nullable) answeredAt!: string | null;
  @ApiProperty({ type: [String] }) availableActions!: string[];
}

export function toTransferDto(row: CaseTransferRow, officer: Pick<SessionOfficer, 'permissions'>, now: Date): CaseTransferDto {
  const { id, n, kind, state, receiver, reason, materials, decidedBy, documentNumber, delivery, receipt, receivedBy } = row;
  const instant = (at: Date | null) => at?.toISOString() ?? null;
  return {
    id,
    n,
    kind,
    state,
    receiver,
    reason,
    materials,
    decidedBy,
    decidedAt: row.decidedAt.toISOString(),
    sendUntil: instant(row.sendUntil),
    late: row.sendUntil !== null && (row.sentAt ?? now) > row.sendUntil,
    documentNumber,
    delivery,
    sentAt: instant(row.sentAt),
    receipt,
    receivedBy,
    receivedAt: instant(row.receivedAt),
    answerUntil: row.answerUntil,
    answerNumber: row.answerNumber,
    answerReason: row.answerReason,
    answeredAt: instant(row.answeredAt),
    availableActions: officer.permissions.includes('case:handle') ? allowedFrom(row) : [],
  };
}
