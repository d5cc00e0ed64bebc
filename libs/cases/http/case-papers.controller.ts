import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Reads } from '../../audit';
import { documentActionsFor, DocumentProblem, DocumentSummaryDto, toDocumentSummary } from '../../documents';
import { CurrentOfficer, Db, Refuses, Requires, type SessionOfficer } from '../../platform';
import { CasePapers } from '../app/case-papers';
import { CaseReader } from '../app/case-reader';
import { Journal } from '../app/journal';
import { MoveEffects } from '../app/move-effects';
import { CasesProblem } from '../domain/problems';
import { AddNoteDto, DraftDocumentDto, LinkDto } from './case.dto';
import { CaseLinkDto, CaseNoteDto, toLinkDto, toNoteDto } from './case-parts.dto';
import { caseId } from './unknown-id';

/** Papers, notes, links: what is added to a file, also late. */
@ApiTags('cases')
@Controller('cases/:id')
export class CasePapersController {
  constructor(
    private readonly db: Db,
    private readonly reader: CaseReader,
    private readonly papers: CasePapers,
    private readonly effects: MoveEffects,
    private readonly journal: Journal,
  ) {}

  /** Documents of the case, its orders' included. */
  @Get('documents')
  @Requires('document:read')
  @Reads('case')
  @ApiOkResponse({ type: [DocumentSummaryDto] })
  documents(@Param('id', caseId()) id: string, @CurrentOfficer() officer: SessionOfficer): Promise<DocumentSummaryDto[]> {
    return this.db.tx(async (tx) => {
      await this.reader.byId(tx, id);
      return (await this.papers.ofCase(tx, id)).map((row) => toDocumentSummary(row, documentActionsFor(row, officer)));
    });
  }

  /** Drafts a form with what the file knows; the given fields win. */
  @Post('documents')
  @Requires('document:draft')
  @Refuses(CasesProblem.notFound, DocumentProblem.unknownForm, DocumentProblem.fieldsFaulty)
  @ApiCreatedResponse({ type: DocumentSummaryDto })
  draft(
    @Param('id', caseId()) id: string,
    @Body() { form, fields }: DraftDocumentDto,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<DocumentSummaryDto> {
    return this.db.tx(async (tx) => {
      const row = await this.papers.draft(tx, id, form, fields ?? {}, officer);
      return toDocumentSummary(row, documentActionsFor(row, officer));
    });
  }

  @Get('notes')
  @Requires('case:read')
  @Reads('case')
  @ApiOkResponse({ type: [CaseNoteDto] })
  notes(@Param('id', caseId()) id: string): Promise<CaseNoteDto[]> {
    return this.db.tx(async (tx) => {
      await this.reader.byId(tx, id);
      return (await this.reader.notes(tx, id)).map(toNoteDto);
    });
  }

  /** Appended, never rewritten; in an ended case it is a correction and says so. */
  @Post('notes')
  @Requires('case:note')
  @Refuses(CasesProblem.notFound)
  @ApiCreatedResponse({ type: CaseNoteDto })
  addNote(
    @Param('id', caseId()) id: string,
    @Body() { text, corrects }: AddNoteDto,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<CaseNoteDto> {
    return this.db.tx(async (tx) => toNoteDto(await this.papers.addNote(tx, id, text, corrects ?? null, officer.id)));
  }

  @Get('links')
  @Requires('case:read')
  @Reads('case')
  @ApiOkResponse({ type: [CaseLinkDto] })
  links(@Param('id', caseId()) id: string): Promise<CaseLinkDto[]> {
    return this.db.tx(async (tx) => {
      await this.reader.byId(tx, id);
      return (await this.reader.links(tx, id)).map(toLinkDto);
    });
  }

  @Post('links')
  @Requires('case:note')
  @Refuses(CasesProblem.notFound)
  @ApiCreatedResponse({ type: [CaseLinkDto] })
  addLink(
    @Param('id', caseId()) id: string,
    @Body() { otherId, reason }: LinkDto,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<CaseLinkDto[]> {
    return this.db.tx(async (tx) => {
      const file = await this.reader.byId(tx, id);
      await this.effects.link(tx, file, otherId, reason, officer.id);
      await this.journal.append(tx, file, {
        kind: 'linked',
        zh: `关联案件: ${reason}`,
        en: `Case linked: ${reason}`,
        data: { otherId },
      });
      return (await this.reader.links(tx, id)).map(toLinkDto);
    });
  }
}
