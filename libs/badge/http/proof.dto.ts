import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsString, IsUUID, Length } from 'class-validator';
import { PageQuery } from '../../platform';
import { instructionsFor, type ProofMethod, proofMethods, type ProofState, proofStates } from '../domain/proof-of-control';
import type { ControlProofRow, Seen } from '../store/control-proof.entity';

export class RequestProofDto {
  @ApiProperty({ enum: proofMethods }) @IsIn(proofMethods) method!: ProofMethod;
}

export class AttestProofDto {
  @ApiProperty({ description: 'number and date of the platform’s letter' }) @IsString() @Length(4, 200) reference!: string;
}

export class ProofQuery extends PageQuery {
  @ApiProperty() @IsUUID() outletId!: string;
}

export class InstructionsDto {
  @ApiProperty() zh!: string;
  @ApiProperty() en!: string;
  @ApiProperty() location!: string;
  @ApiProperty() value!: string;
}

export class SeenDto implements Seen {
  @ApiProperty() at!: string;
  @ApiProperty() where!: string;
  @ApiProperty({ type: String, nullable: true }) server!: string | null;
  @ApiProperty({ type: [String] }) lines!: string[];
  @ApiProperty({ type: String, nullable: true }) fault!: string | null;
}

export class ProofDto {
  @ApiProperty() id!: string;
  @ApiProperty() version!: number;
  @ApiProperty() outletId!: string;
  @ApiProperty({ enum: proofMethods }) method!: ProofMethod;
  @ApiProperty() token!: string;
  @ApiProperty({ enum: proofStates }) state!: ProofState;
  @ApiProperty({ type: SeenDto, nullable: true, description: 'what the last look saw, where and when' }) seen!: Seen | null;
  @ApiProperty({ type: String, nullable: true }) attestation!: string | null;
  @ApiProperty() requestedAt!: string;
  @ApiProperty({ description: 'until then we look again by ourselves' }) waitUntil!: string;
  @ApiProperty({ type: String, nullable: true }) checkedAt!: string | null;
  @ApiProperty({ type: String, nullable: true }) validUntil!: string | null;
  @ApiProperty({ type: InstructionsDto }) instructions!: InstructionsDto;
}

export class ProofListDto {
  @ApiProperty({ type: [ProofDto] }) items!: ProofDto[];
  @ApiProperty({ type: String, nullable: true }) nextCursor!: string | null;
  @ApiProperty() total!: number;
}

export function toProofDto(row: ControlProofRow): ProofDto {
  const { id, version, outletId, method, token, state, seen, attestation, location, host } = row;
  // The address is that of the request: instructions must not follow a later change of the outlet.
  const url = method === 'dnsTxt' ? `http://${host}/` : location;
  return {
    id,
    version,
    outletId,
    method,
    token,
    state,
    seen,
    attestation,
    requestedAt: row.requestedAt.toISOString(),
    waitUntil: row.waitUntil.toISOString(),
    checkedAt: row.checkedAt?.toISOString() ?? null,
    validUntil: row.validUntil?.toISOString() ?? null,
    instructions: instructionsFor(method, token, { url, host }),
  };
}
