import { Body, Controller, Get, Header, HttpCode, Inject, Param, ParseUUIDPipe, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import { Reads } from '../../audit';
import { CurrentOfficer, type Page, Refuses, Requires, type SessionOfficer } from '../../platform';
import { qrPng } from '../app/qr';
import { BadgeService } from '../app/badge.service';
import { badgeConfig, type BadgeConfig } from '../badge.config';
import { BadgePermission } from '../domain/permissions';
import { BadgeProblem } from '../domain/problems';
import { organizationJsonLd, snippetHtml } from '../domain/snippet';
import type { BadgeRow } from '../store/badge.entity';
import { BadgeDto, BadgeHistoryDto, BadgePageDto, BadgeQuery, BadgeTransitionDto, IssueBadgeDto, SnippetDto, toBadgeDto, toBadgeHistoryDto } from './badge.dto'; // prettier-ignore
import { unknownBadge } from './unknown-id';

@ApiTags('badges')
@Controller('badges')
export class BadgeController {
  private readonly portal: string;

  constructor(
    private readonly badges: BadgeService,
    @Inject(badgeConfig.provide) config: BadgeConfig,
  ) {
    this.portal = config.publicOrigin.replace(/\/$/, '');
  }

  @Get()
  @Requires(BadgePermission.read)
  @ApiOkResponse({ type: BadgePageDto })
  async list(@Query() query: BadgeQuery): Promise<Page<BadgeDto>> {
    const page = await this.badges.find(query);
    return { ...page, items: page.items.map((row) => this.dto(row)) };
  }

  @Post()
  @Requires(BadgePermission.issue)
  @Refuses(BadgeProblem.notProved, BadgeProblem.conflictOpen, BadgeProblem.alreadyIssued, BadgeProblem.subjectInactive)
  @ApiCreatedResponse({ type: BadgeDto })
  async issue(@Body() { outletId }: IssueBadgeDto): Promise<BadgeDto> {
    return this.dto(await this.badges.issue(outletId));
  }

  @Get(':id')
  @Requires(BadgePermission.read)
  @Reads('badge')
  @Refuses(BadgeProblem.notFound)
  @ApiOkResponse({ type: BadgeDto })
  async get(@Param('id', new ParseUUIDPipe(unknownBadge)) id: string): Promise<BadgeDto> {
    return this.dto(await this.badges.get(id));
  }

  /** The permission of the move itself is asked by its row in the state table. */
  @Post(':id/transitions')
  @HttpCode(200)
  @Requires(BadgePermission.read)
  @Refuses(
    BadgeProblem.notFound,
    BadgeProblem.illegalTransition,
    BadgeProblem.heldByOrder,
    BadgeProblem.notProved,
    BadgeProblem.subjectInactive,
  )
  @ApiOkResponse({ type: BadgeDto })
  async transition(
    @Param('id', new ParseUUIDPipe(unknownBadge)) id: string,
    @Body() { action, reason }: BadgeTransitionDto,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<BadgeDto> {
    return this.dto(await this.badges.transition(id, action, reason, officer));
  }

  @Get(':id/history')
  @Requires(BadgePermission.read)
  @Refuses(BadgeProblem.notFound)
  @ApiOkResponse({ type: BadgeHistoryDto })
  async history(@Param('id', new ParseUUIDPipe(unknownBadge)) id: string): Promise<BadgeHistoryDto> {
    return toBadgeHistoryDto(await this.badges.events(id));
  }

  @Get(':id/snippet')
  @Requires(BadgePermission.read)
  @Refuses(BadgeProblem.notFound)
  @ApiOkResponse({ type: SnippetDto })
  async snippet(@Param('id', new ParseUUIDPipe(unknownBadge)) id: string): Promise<SnippetDto> {
    const row = await this.badges.get(id);
    const subject = { code: row.code, name: row.subject?.name ?? '', uscc: row.subject?.uscc ?? null, siteUrl: row.outlet?.url ?? '' };
    return {
      html: snippetHtml(subject, this.portal),
      jsonLd: organizationJsonLd(subject, this.portal),
      url: `${this.portal}/b/${row.code}`,
    };
  }

  @Get(':id/qr')
  @Requires(BadgePermission.read)
  @Header('content-type', 'image/png')
  @ApiProduces('image/png')
  @Refuses(BadgeProblem.notFound)
  async qr(@Param('id', new ParseUUIDPipe(unknownBadge)) id: string): Promise<StreamableFile> {
    const { code } = await this.badges.get(id);
    return new StreamableFile(await qrPng(`${this.portal}/b/${code}`));
  }

  private dto(row: BadgeRow): BadgeDto {
    return toBadgeDto(row, this.portal);
  }
}
