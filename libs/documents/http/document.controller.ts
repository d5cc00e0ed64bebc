import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Patch, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import { Reads } from '../../audit';
import { OfficersProblem } from '../../officers';
import {
  CurrentOfficer,
  Db,
  IfMatch,
  type Page,
  PageQuery,
  pageOf,
  Refuses,
  requireMatch,
  Requires,
  type SessionOfficer,
} from '../../platform';
import { Clock, localDate } from '../../kernel';
import { actionsFor } from '../app/documents.service';
import { DocumentMoves } from '../app/document-moves';
import { DocumentReader } from '../app/document-reader';
import { DocumentsService } from '../app/documents.service';
import { DocumentProblem } from '../domain/problems';
import { FORM_IDS } from '../domain/template';
import { templateFor } from '../domain/templates';
import { DocumentRow } from '../store/document.entity';
import {
  AmendDocumentDto,
  DocumentDto,
  DocumentPageDto,
  DocumentQuery,
  DocumentSummaryDto,
  DocumentTransitionDto,
  FileQuery,
  FormDto,
  toDocumentSummary,
  toFormDto,
  toPaperDto,
  toServiceDto,
} from './document.dto';

@ApiTags('documents')
@Controller()
export class DocumentController {
  constructor(
    private readonly db: Db,
    private readonly documents: DocumentsService,
    private readonly moves: DocumentMoves,
    private readonly reader: DocumentReader,
    private readonly clock: Clock,
  ) {}

  /** The forms that can be drafted today, with their field dictionary. */
  @Get('document-forms')
  @Requires('document:read')
  @ApiOkResponse({ type: [FormDto] })
  forms(): FormDto[] {
    const today = localDate(this.clock.now());
    return FORM_IDS.flatMap((form) => templateFor(form, today) ?? []).map(toFormDto);
  }

  @Get('documents')
  @Requires('document:read')
  @ApiOkResponse({ type: DocumentPageDto })
  list(@Query() query: DocumentQuery, @CurrentOfficer() officer: SessionOfficer): Promise<Page<DocumentSummaryDto>> {
    return this.db.tx(async (tx) => {
      const rows = tx.createQueryBuilder(DocumentRow, 'd');
      if (query.caseId) rows.andWhere('d.caseId = :caseId', query);
      if (query.refKind) rows.andWhere('d.refKind = :refKind', query);
      if (query.refId) rows.andWhere('d.refId = :refId', query);
      if (query.state) rows.andWhere('d.state = :state', query);
      if (query.form) rows.andWhere('d.form = :form', query);
      if (query.q) rows.andWhere('(strpos(d.title, :q) > 0 OR strpos(d.number, :q) > 0)', query);
      const sortable = { draftedAt: 'd.draftedAt', state: 'd.state', form: 'd.form', number: 'd.number' };
      const page = await pageOf(rows, query as PageQuery, { sortable, defaultSort: 'draftedAt', id: 'd.id' });
      return { ...page, items: page.items.map((row) => toDocumentSummary(row, actionsFor(row, officer))) };
    });
  }

  @Get('documents/:id')
  @Requires('document:read')
  @Reads('document')
  @Refuses(DocumentProblem.notFound)
  @ApiOkResponse({ type: DocumentDto })
  one(@Param('id', ParseUUIDPipe) id: string, @CurrentOfficer() officer: SessionOfficer): Promise<DocumentDto> {
    return this.show(id, officer);
  }

  /** The paper: as sealed, or while it is not in force a preview that says so across the page. */
  @Get('documents/:id/file')
  @Requires('document:read')
  @Reads('document')
  @Refuses(DocumentProblem.notFound, DocumentProblem.characterNotInFont)
  @ApiProduces('application/pdf')
  @ApiOkResponse({ schema: { type: 'string', format: 'binary' } })
  async file(@Param('id', ParseUUIDPipe) id: string, @Query() { version }: FileQuery): Promise<StreamableFile> {
    const { bytes, name } = await this.db.tx((tx) =>
      this.reader.file(tx, id, version === undefined ? undefined : Number(version)),
    );
    return new StreamableFile(bytes, {
      type: 'application/pdf',
      disposition: `inline; filename*=UTF-8''${encodeURIComponent(name)}`,
    });
  }

  @Patch('documents/:id')
  @Requires('document:draft')
  @Refuses(DocumentProblem.notFound, DocumentProblem.notEditable, DocumentProblem.fieldsFaulty)
  @ApiOkResponse({ type: DocumentDto })
  async amend(
    @Param('id', ParseUUIDPipe) id: string,
    @Body() { fields }: AmendDocumentDto,
    @IfMatch() read: number,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<DocumentDto> {
    await this.db.tx((tx) => this.documents.amend(tx, id, fields, (row) => requireMatch(read, row.version)));
    return this.show(id, officer);
  }

  /** What each move demands is in the state table: its permission is asked there, `document:read` only opens the door. */
  @Post('documents/:id/transitions')
  @HttpCode(200)
  @Requires('document:read')
  @Refuses(
    DocumentProblem.notFound,
    DocumentProblem.illegalTransition,
    DocumentProblem.fieldsMissing,
    DocumentProblem.basisNotLaw,
    DocumentProblem.lawNotInForce,
    DocumentProblem.approverIsSubmitter,
    DocumentProblem.reasonMissing,
    DocumentProblem.serviceIncomplete,
    OfficersProblem.secondFactorRequired,
  )
  @ApiOkResponse({ type: DocumentDto })
  async move(
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: DocumentTransitionDto,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<DocumentDto> {
    const { service, ...rest } = body;
    const move = { ...rest, ...(service ? { service: { ...service, at: new Date(service.at) } } : {}) };
    await this.db.tx((tx) => this.moves.carryOut(tx, id, move, officer));
    return this.show(id, officer);
  }

  private show(id: string, officer: SessionOfficer): Promise<DocumentDto> {
    return this.db.tx(async (tx) => {
      const { row, papers, missing, service } = await this.reader.whole(tx, id);
      return {
        ...toDocumentSummary(row, actionsFor(row, officer)),
        fields: row.data,
        missing,
        papers: papers.map(toPaperDto),
        submission: row.submission,
        approval: row.approval,
        service: toServiceDto(service),
        voidReason: row.voidReason,
      };
    });
  }
}
