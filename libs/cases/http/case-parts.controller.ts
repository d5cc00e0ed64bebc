import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Reads } from '../../audit';
import { documentActionsFor, DocumentProblem, DocumentSummaryDto, toDocumentSummary } from '../../documents';
import { OfficerDirectory } from '../../officers';
import { CurrentOfficer, Db, Refuses, Requires, type SessionOfficer } from '../../platform';
import { SubjectService } from '../../registry';
import { CalendarService } from '../app/calendar.service';
import { CaseClocks } from '../app/case-clocks';
import { CasePapers } from '../app/case-papers';
import { CaseReader } from '../app/case-reader';
import { CaseService } from '../app/case.service';
import { ExhibitSource } from '../app/exhibit-source';
import { Journal } from '../app/journal';
import { MoveEffects } from '../app/move-effects';
import { Tasks } from '../app/tasks';
import { CasesProblem } from '../domain/problems';
import { AddExhibitDto, AddNoteDto, DraftDocumentDto, ExtendClockDto, LinkDto, NewTaskDto, PauseClockDto } from './case.dto';
import {
  CaseClockDto,
  CaseExhibitDto,
  CaseLinkDto,
  CaseNoteDto,
  CasePartyDto,
  CaseRemarkDto,
  TaskDto,
  toClockDto,
  toExhibitDto,
  toLinkDto,
  toNoteDto,
  toPartyDto,
  toRemarkDto,
  toTaskDto,
} from './case-parts.dto';
import { CaseEventDto, toEventDto } from './case-view.dto';
import { caseId } from './unknown-id';

export class CaseAuditDto {
  @ApiProperty() id!: string;
  @ApiProperty() at!: string;
  @ApiProperty() actor!: string;
  @ApiProperty() act!: string;
  @ApiProperty() kind!: string;
  @ApiProperty() record!: string;
  @ApiProperty({ type: String, nullable: true }) purpose!: string | null;
  @ApiProperty({ type: 'object', additionalProperties: true }) details!: Record<string, unknown>;
}

/** What hangs on a case: one route a tab of the case file. */
@ApiTags('cases')
@Controller('cases/:id')
export class CasePartsController {
  constructor(
    private readonly db: Db,
    private readonly reader: CaseReader,
    private readonly journal: Journal,
    private readonly subjects: SubjectService,
    private readonly officers: OfficerDirectory,
    private readonly exhibitSource: ExhibitSource,
    private readonly cases: CaseService,
    private readonly tasksOf: Tasks,
  ) {}

  /** Every event, one sentence each, with the time when it happened and the time when it was recorded. */
  @Get('timeline')
  @Requires('case:read')
  @Reads('case')
  @ApiOkResponse({ type: [CaseEventDto] })
  timeline(@Param('id', caseId()) id: string): Promise<CaseEventDto[]> {
    return this.db.tx(async (tx) => {
      await this.reader.byId(tx, id);
      const events = await this.journal.of(tx, id);
      const people = [...new Set(events.map(({ actor }) => actor))].filter((actor) => /^[0-9a-f-]{36}$/.test(actor));
      const names = new Map((await this.officers.byIds(tx, people)).map(({ id: officer, name }) => [officer, name]));
      return events.map((event) => toEventDto(event, names));
    });
  }

  @Get('parties')
  @Requires('case:read')
  @Reads('case')
  @ApiOkResponse({ type: [CasePartyDto] })
  parties(@Param('id', caseId()) id: string): Promise<CasePartyDto[]> {
    return this.db.tx(async (tx) => {
      await this.reader.byId(tx, id);
      const rows = await this.reader.parties(tx, id);
      return Promise.all(
        // A subject that has left the reader's scope is shown as it stands in the file, without comparison.
        rows.map(async (row) =>
          toPartyDto(row, row.subjectId ? await this.subjects.byId(tx, row.subjectId).catch(() => null) : null),
        ),
      );
    });
  }

  @Get('exhibits')
  @Requires('case:read')
  @Reads('case')
  @ApiOkResponse({ type: [CaseExhibitDto] })
  exhibits(@Param('id', caseId()) id: string): Promise<CaseExhibitDto[]> {
    return this.db.tx(async (tx) => {
      await this.reader.byId(tx, id);
      const rows = await this.reader.exhibits(tx, id);
      return Promise.all(
        rows.map(async (row) =>
          toExhibitDto(row, await this.exhibitSource.fault(tx, row.captureId, String(row.package.manifestSha256))),
        ),
      );
    });
  }

  @Post('exhibits')
  @Requires('evidence:accept')
  @Refuses(CasesProblem.notFound, CasesProblem.exhibitTwice, CasesProblem.caseEnded)
  @ApiCreatedResponse({ type: CaseExhibitDto })
  addExhibit(@Param('id', caseId()) id: string, @Body() { captureId, factToProve }: AddExhibitDto): Promise<CaseExhibitDto> {
    return this.db.tx(async (tx) => toExhibitDto(await this.cases.addExhibit(tx, id, captureId, factToProve), null));
  }

  @Get('tasks')
  @Requires('case:read')
  @Reads('case')
  @ApiOkResponse({ type: [TaskDto] })
  tasks(@Param('id', caseId()) id: string): Promise<TaskDto[]> {
    return this.db.tx(async (tx) => {
      const file = await this.reader.byId(tx, id);
      return (await this.tasksOf.ofCase(tx, id)).map((row) => toTaskDto(row, file, this.reader.now()));
    });
  }

  /** Something more that somebody owes, such as an answer to the reviewer. */
  @Post('tasks')
  @Requires('case:note')
  @Refuses(CasesProblem.notFound, CasesProblem.caseEnded)
  @ApiCreatedResponse({ type: [TaskDto] })
  addTask(@Param('id', caseId()) id: string, @Body() { title, assignees, due, blocks }: NewTaskDto): Promise<TaskDto[]> {
    return this.db.tx(async (tx) => {
      const file = await this.reader.byId(tx, id);
      if (file.closedAt) throw CasesProblem.caseEnded({ state: file.state });
      await this.cases.addTask(tx, id, { kind: 'manual', zh: title, en: title, requires: 'case:handle', assignees, due, blocks });
      await this.journal.append(tx, file, { kind: 'taskAdded', zh: `新增任务: ${title}`, en: `Task added: ${title}` });
      return (await this.tasksOf.ofCase(tx, id)).map((row) => toTaskDto(row, file, this.reader.now()));
    });
  }

  /** Remarks of all review rounds, each with the officer's answer beside it. */
  @Get('remarks')
  @Requires('case:read')
  @Reads('case')
  @ApiOkResponse({ type: [CaseRemarkDto] })
  remarks(@Param('id', caseId()) id: string): Promise<CaseRemarkDto[]> {
    return this.db.tx(async (tx) => {
      await this.reader.byId(tx, id);
      return (await this.reader.remarks(tx, id)).map(toRemarkDto);
    });
  }

  /** Who read or changed what. */
  @Get('audit')
  @Requires('audit:read')
  @Reads('case')
  @ApiOkResponse({ type: [CaseAuditDto] })
  audit(@Param('id', caseId()) id: string): Promise<CaseAuditDto[]> {
    return this.db.tx(async (tx) => {
      await this.reader.byId(tx, id);
      return (await this.reader.audit(tx, id)).map((event) => ({ ...event, at: event.at.toISOString() }));
    });
  }
}

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

/** The time limits of a case, each with its arithmetic. */
@ApiTags('cases')
@Controller('cases/:id/clocks')
export class CaseClocksController {
  constructor(
    private readonly db: Db,
    private readonly reader: CaseReader,
    private readonly clocks: CaseClocks,
    private readonly calendars: CalendarService,
  ) {}

  @Get()
  @Requires('case:read')
  @Reads('case')
  @ApiOkResponse({ type: [CaseClockDto] })
  list(@Param('id', caseId()) id: string): Promise<CaseClockDto[]> {
    return this.show(id);
  }

  @Post(':clockId/pauses')
  @HttpCode(200)
  @Requires('case:approve')
  @Refuses(CasesProblem.notFound, CasesProblem.clockRefused)
  @ApiOkResponse({ type: [CaseClockDto] })
  pause(
    @Param('id', caseId()) id: string,
    @Param('clockId', ParseUUIDPipe) clockId: string,
    @Body() { ground, reason }: PauseClockDto,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<CaseClockDto[]> {
    return this.db.tx(async (tx) => {
      await this.clocks.pause(tx, await this.reader.lock(tx, id), clockId, ground, reason, officer.id);
      return this.show(id);
    });
  }

  @Post(':clockId/resumptions')
  @HttpCode(200)
  @Requires('case:approve')
  @Refuses(CasesProblem.notFound, CasesProblem.clockRefused)
  @ApiOkResponse({ type: [CaseClockDto] })
  resume(
    @Param('id', caseId()) id: string,
    @Param('clockId', ParseUUIDPipe) clockId: string,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<CaseClockDto[]> {
    return this.db.tx(async (tx) => {
      await this.clocks.resume(tx, await this.reader.lock(tx, id), clockId, officer.id);
      return this.show(id);
    });
  }

  /** What the law adds by approval; with `until`, the stated day of a collective decision. */
  @Post(':clockId/extensions')
  @HttpCode(200)
  @Requires('case:approve')
  @Refuses(CasesProblem.notFound, CasesProblem.clockRefused)
  @ApiOkResponse({ type: [CaseClockDto] })
  extend(
    @Param('id', caseId()) id: string,
    @Param('clockId', ParseUUIDPipe) clockId: string,
    @Body() { reason, until }: ExtendClockDto,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<CaseClockDto[]> {
    return this.db.tx(async (tx) => {
      await this.clocks.extend(tx, await this.reader.lock(tx, id), clockId, {
        reason,
        by: officer.id,
        ...(until ? { until } : {}),
      });
      return this.show(id);
    });
  }

  private show(id: string): Promise<CaseClockDto[]> {
    return this.db.tx(async (tx) => {
      await this.reader.byId(tx, id);
      const calendar = await this.calendars.current(tx);
      return (await this.clocks.counted(tx, id)).map((clock) => toClockDto(clock, calendar, this.reader.now()));
    });
  }
}
