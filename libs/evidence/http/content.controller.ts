import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query, Res, StreamableFile } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { Transform } from 'class-transformer';
import type { FastifyReply } from 'fastify';
import { AuditTrail, Reads } from '../../audit';
import { Db, Refuses, Requires } from '../../platform';
import { ContentService } from '../app/content.service';
import { destructionOf, refuseDestroyed } from '../app/destructions';
import { EvidenceService } from '../app/evidence.service';
import { EvidenceProblem } from '../domain/problems';
import { EvidenceFileDto, ExportDto, RequestExportDto, toExportDto, toFileDto } from './evidence.dto';

/** Types that a browser may show: pictures and inert text. All else is handed out as a download. */
const INLINE = new Map([
  ['image/png', 'image/png'],
  ['text/plain', 'text/plain; charset=utf-8'],
  ['application/json', 'text/plain; charset=utf-8'],
  ['application/jsonl', 'text/plain; charset=utf-8'],
]);

const number = ({ value }: { value: unknown }) => (typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value);

export class ExchangeQuery {
  @ApiPropertyOptional() @IsOptional() @Transform(number) @IsInt() @Min(1) page?: number;
  @ApiPropertyOptional() @IsOptional() @Transform(number) @IsInt() @Min(1) @Max(500) perPage?: number;
  @ApiPropertyOptional({ description: 'part of the address' }) @IsOptional() @IsString() @MaxLength(300) q?: string;
  @ApiPropertyOptional({ enum: ['ok', 'blocked', 'failed', 'limited'] })
  @IsOptional()
  @IsIn(['ok', 'blocked', 'failed', 'limited'])
  outcome?: string;
}

export class ExchangePageDto {
  @ApiProperty({ type: 'array', items: { type: 'object', additionalProperties: true } }) items!: Record<string, unknown>[];
  @ApiProperty() total!: number;
}

@ApiTags('captures')
@Controller()
export class ContentController {
  constructor(
    private readonly db: Db,
    private readonly evidence: EvidenceService,
    private readonly content: ContentService,
    private readonly trail: AuditTrail,
  ) {}

  @Get('captures/:id/files')
  @Requires('evidence:read')
  @ApiOkResponse({ type: [EvidenceFileDto] })
  files(@Param('id') id: string): Promise<EvidenceFileDto[]> {
    return this.db.tx(async (tx) => {
      await this.evidence.get(tx, id);
      const gone = new Map(
        (await destructionOf(tx, id))?.blobs.map(({ sha256, outcome, doneAt }) => [
          sha256,
          outcome === 'destroyed' ? doneAt : null,
        ]),
      );
      return (await this.content.files(tx, id)).map((file) => toFileDto(file, gone.get(file.sha256) ?? null));
    });
  }

  /** One file, re-hashed before it goes out; pictures and text may be shown, everything else is a download. */
  @Get('captures/:id/files/*')
  @Requires('evidence:read')
  @Refuses(EvidenceProblem.notFixed, EvidenceProblem.destroyed)
  @ApiOkResponse({ description: 'the bytes' })
  async file(
    @Param('id') id: string,
    @Param('*') path: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const { row, bytes } = await this.db.tx(async (tx) => {
      const found = await this.evidence.get(tx, id);
      // What was disposed of is shown to nobody any more, though the list of it stays.
      if (found.state === 'disposed') await refuseDestroyed(tx, id);
      if (found.state === 'disposed') throw EvidenceProblem.notFixed({ state: found.state });
      const file = await this.content.file(tx, id, path);
      await this.evidence.noteView(found);
      await this.trail.record(tx, { act: 'exhibit.read', kind: 'exhibit', id, caseId: found.caseId, details: { path } });
      return { row: file, bytes: await this.content.bytes(file) };
    });
    const inline = INLINE.get(row.mediaType);
    void reply.headers({
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, max-age=3600, immutable',
      etag: `"${row.sha256}"`,
    });
    const name = row.path.split('/').at(-1)!;
    return new StreamableFile(bytes, {
      type: inline ?? 'application/octet-stream',
      disposition: `${inline ? 'inline' : 'attachment'}; filename="${name}"`,
      length: bytes.length,
    });
  }

  @Get('captures/:id/exchanges')
  @Requires('evidence:read')
  @Reads('exhibit')
  @ApiOkResponse({ type: ExchangePageDto })
  exchanges(@Param('id') id: string, @Query() query: ExchangeQuery): Promise<ExchangePageDto> {
    return this.db.tx(async (tx) => {
      await this.evidence.get(tx, id);
      const lines = await this.content.jsonLines<Record<string, unknown>>(tx, id, 'record/exchanges.jsonl');
      const found = lines.filter(
        ({ url, outcome }) => (!query.q || String(url).includes(query.q)) && (!query.outcome || outcome === query.outcome),
      );
      const perPage = query.perPage ?? 100;
      const from = ((query.page ?? 1) - 1) * perPage;
      return { items: found.slice(from, from + perPage), total: found.length };
    });
  }

  @Post('captures/:id/exports')
  @HttpCode(202)
  @Requires('evidence:export')
  @Refuses(
    EvidenceProblem.notFixed,
    EvidenceProblem.destroyed,
    EvidenceProblem.frozen,
    EvidenceProblem.withholdNeedsGround,
    EvidenceProblem.notWithholdable,
    EvidenceProblem.withholdShowsSame,
  )
  @ApiAcceptedResponse({ type: ExportDto })
  requestExport(@Param('id') id: string, @Body() { purpose, ...copy }: RequestExportDto): Promise<ExportDto> {
    return this.db.tx(async (tx) => toExportDto(await this.evidence.requestExport(tx, id, purpose, copy)));
  }

  @Get('exports/:id')
  @Requires('evidence:export')
  @ApiOkResponse({ type: ExportDto })
  export(@Param('id', ParseUUIDPipe) id: string): Promise<ExportDto> {
    return this.db.tx(async (tx) => toExportDto(await this.evidence.export(tx, id)));
  }

  @Get('exports/:id/file')
  @Requires('evidence:export')
  @Refuses(EvidenceProblem.exportNotReady, EvidenceProblem.frozen, EvidenceProblem.destroyed)
  @ApiOkResponse({ description: 'the package (.evp)' })
  async exportFile(@Param('id', ParseUUIDPipe) id: string): Promise<StreamableFile> {
    const row = await this.db.tx(async (tx) => {
      const found = await this.evidence.export(tx, id);
      if (found.state !== 'ready') throw EvidenceProblem.exportNotReady({ state: found.state });
      await this.evidence.getActable(tx, found.packageId);
      await this.trail.record(tx, {
        act: 'exhibit.download',
        kind: 'exhibit',
        id: found.packageId,
        details: { export: found.n },
      });
      await this.evidence.noteCopy(tx, found);
      return found;
    });
    return new StreamableFile(await this.content.container(row), {
      type: 'application/octet-stream',
      disposition: `attachment; filename="${row.packageId}-${row.n}.evp"`,
      length: row.size ?? undefined,
    });
  }
}
