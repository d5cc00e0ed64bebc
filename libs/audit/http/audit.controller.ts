import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsISO8601, IsOptional, IsString, MaxLength } from 'class-validator';
import { Db, type Page, PageQuery, pageOf, Requires } from '../../platform';
import { AuditSequencer } from '../app/audit-sequencer';
import { AuditTrail } from '../app/audit-trail';
import { AuditEventRow } from '../store/audit.entity';

export class AuditQuery extends PageQuery {
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(60) kind?: string;
  @ApiPropertyOptional({ description: 'id of the record' }) @IsOptional() @IsString() @MaxLength(100) record?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(100) actor?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(100) caseId?: string;
  @ApiPropertyOptional() @IsOptional() @IsISO8601() from?: string;
  @ApiPropertyOptional() @IsOptional() @IsISO8601() to?: string;
}

export class AuditEventDto {
  @ApiProperty() id!: string;
  @ApiProperty() at!: string;
  @ApiProperty() actor!: string;
  @ApiProperty() act!: string;
  @ApiProperty() kind!: string;
  @ApiProperty() record!: string;
  @ApiProperty({ type: String, nullable: true }) caseId!: string | null;
  @ApiProperty({ type: String, nullable: true }) purpose!: string | null;
  @ApiProperty({ type: String, nullable: true }) origin!: string | null;
  @ApiProperty({ type: 'object', additionalProperties: true }) details!: Record<string, unknown>;
}

export class AuditPageDto {
  @ApiProperty({ type: [AuditEventDto] }) items!: AuditEventDto[];
  @ApiProperty({ type: String, nullable: true }) nextCursor!: string | null;
  @ApiProperty() total!: number;
}

export class ChainReportDto {
  @ApiProperty() links!: number;
  @ApiProperty() waiting!: number;
  @ApiProperty({ type: Number, nullable: true }) broken!: number | null;
  @ApiProperty({ type: String, nullable: true }) head!: string | null;
}

function toAuditEventDto({ id, at, actor, act, kind, record, caseId, purpose, origin, details }: AuditEventRow): AuditEventDto {
  return { id, at: at.toISOString(), actor, act, kind, record, caseId, purpose, origin, details };
}

@ApiTags('audit')
@Controller('audit')
export class AuditController {
  constructor(
    private readonly db: Db,
    private readonly trail: AuditTrail,
    private readonly sequencer: AuditSequencer,
  ) {}

  /** Who did or saw what. Searching the trail is itself an event. */
  @Get()
  @Requires('audit:read')
  @ApiOkResponse({ type: AuditPageDto })
  list(@Query() query: AuditQuery): Promise<Page<AuditEventDto>> {
    return this.db.tx(async (tx) => {
      const found = tx.createQueryBuilder(AuditEventRow, 'e');
      for (const field of ['kind', 'record', 'actor', 'caseId'] as const)
        if (query[field]) found.andWhere(`e.${field} = :${field}`, { [field]: query[field] });
      if (query.from) found.andWhere('e.at >= :from', { from: query.from });
      if (query.to) found.andWhere('e.at < :to', { to: query.to });
      const page = await pageOf(found, query, { sortable: { at: 'e.id' }, defaultSort: 'at', id: 'e.id' });
      await this.trail.record(tx, {
        act: 'audit.search',
        kind: 'audit',
        id: query.record ?? query.actor ?? query.caseId ?? '*',
        details: { ...query },
      });
      return { ...page, items: page.items.map(toAuditEventDto) };
    });
  }

  @Get('chain')
  @Requires('audit:verify')
  @ApiOkResponse({ type: ChainReportDto })
  chain(): Promise<ChainReportDto> {
    return this.sequencer.verify();
  }
}
