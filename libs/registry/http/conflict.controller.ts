import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, IsUUID, Length } from 'class-validator';
import { type Page, PageQuery, Refuses, Requires } from '../../platform';
import { ConflictService } from '../app/conflict.service';
import { RegistryPermission } from '../domain/permissions';
import { RegistryProblem } from '../domain/problems';
import { type ConflictDecision, conflictDecisions, type ConflictRow } from '../store/history.entity';
import { unknownId } from './unknown-id';

export class ConflictQuery extends PageQuery {
  @ApiPropertyOptional({ enum: ['open', 'decided'] }) @IsOptional() @IsIn(['open', 'decided']) state?: string;
  @ApiPropertyOptional() @IsOptional() @IsUUID() outletId?: string;
}

export class DecideConflictDto {
  @ApiProperty({ enum: conflictDecisions }) @IsIn(conflictDecisions) decision!: ConflictDecision;
  @ApiProperty() @IsString() @Length(4, 1000) reason!: string;
}

export class ConflictDto {
  @ApiProperty() id!: string;
  @ApiProperty({ description: 'the address that two subjects filed' }) address!: string;
  @ApiProperty({ description: 'of the newcomer' }) outletId!: string;
  @ApiProperty() otherOutletId!: string;
  @ApiProperty() divisionCode!: string;
  @ApiProperty() otherDivisionCode!: string;
  @ApiProperty({ enum: ['open', 'decided'] }) state!: string;
  @ApiProperty({ enum: conflictDecisions, nullable: true }) decision!: string | null;
  @ApiProperty({ type: String, nullable: true }) reason!: string | null;
  @ApiProperty() openedAt!: string;
  @ApiProperty({ type: String, nullable: true }) decidedAt!: string | null;
  @ApiProperty({ type: String, nullable: true }) decidedBy!: string | null;
}

export class ConflictPageDto {
  @ApiProperty({ type: [ConflictDto] }) items!: ConflictDto[];
  @ApiProperty({ type: String, nullable: true }) nextCursor!: string | null;
  @ApiProperty() total!: number;
}

function toConflictDto(row: ConflictRow): ConflictDto {
  return { ...row, openedAt: row.openedAt.toISOString(), decidedAt: row.decidedAt?.toISOString() ?? null };
}

@ApiTags('conflicts')
@Controller('conflicts')
export class ConflictController {
  constructor(private readonly conflicts: ConflictService) {}

  @Get()
  @Requires(RegistryPermission.readSubjects)
  @ApiOkResponse({ type: ConflictPageDto })
  async list(@Query() query: ConflictQuery): Promise<Page<ConflictDto>> {
    const page = await this.conflicts.find(query);
    return { ...page, items: page.items.map(toConflictDto) };
  }

  @Post(':id/decision')
  @HttpCode(200)
  @Requires(RegistryPermission.editSubjects)
  @Refuses(RegistryProblem.notFound, RegistryProblem.conflictDecided)
  @ApiOkResponse({ type: ConflictDto })
  async decide(@Param('id', new ParseUUIDPipe(unknownId)) id: string, @Body() { decision, reason }: DecideConflictDto): Promise<ConflictDto> {
    return toConflictDto(await this.conflicts.decide(id, decision, reason));
  }
}
