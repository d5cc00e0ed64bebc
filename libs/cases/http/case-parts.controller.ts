import { Body, Controller, Get, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Reads } from '../../audit';
import { OfficerDirectory } from '../../officers';
import { Db, Refuses, Requires } from '../../platform';
import { SubjectService } from '../../registry';
import { CaseReader } from '../app/case-reader';
import { CaseService } from '../app/case.service';
import { ExhibitSource } from '../app/exhibit-source';
import { Journal } from '../app/journal';
import { Tasks } from '../app/tasks';
import { CasesProblem } from '../domain/problems';
import { AddExhibitDto, AddThingDto, HandOverExhibitDto, NewTaskDto } from './case.dto';
import {
  CaseExhibitDto,
  CasePartyDto,
  CaseRemarkDto,
  ExhibitHandoverDto,
  TaskDto,
  toExhibitDto,
  toHandoverDto,
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
      const handovers = await this.cases.exhibitHandovers(tx, id);
      return Promise.all(
        rows.map(async (row) => {
          const { captureId, package: kept } = row;
          const fault = captureId && kept ? await this.exhibitSource.fault(tx, captureId, String(kept.manifestSha256)) : null;
          return toExhibitDto(
            row,
            fault,
            handovers.filter(({ exhibitId }) => exhibitId === row.id),
            captureId ? await this.exhibitSource.authenticity(tx, captureId) : [],
          );
        }),
      );
    });
  }

  /** A thing: described, counted, kept somewhere by somebody; it stands in the same running numbers. */
  @Post('exhibits/things')
  @Requires('evidence:accept')
  @Refuses(CasesProblem.notFound, CasesProblem.caseEnded)
  @ApiCreatedResponse({ type: CaseExhibitDto })
  addThing(@Param('id', caseId()) id: string, @Body() body: AddThingDto): Promise<CaseExhibitDto> {
    const { factToProve, keptAt: place, ...thing } = body;
    return this.db.tx(async (tx) => toExhibitDto(await this.cases.addThing(tx, id, { ...thing, place }, factToProve), null));
  }

  /** From whoever holds it by the record to another, against a receipt. */
  @Post('exhibits/:exhibitId/handovers')
  @Requires('evidence:accept')
  @Refuses(CasesProblem.notFound, CasesProblem.holderSame, CasesProblem.handoverTooEarly)
  @ApiCreatedResponse({ type: ExhibitHandoverDto })
  handOver(
    @Param('id', caseId()) id: string,
    @Param('exhibitId', ParseUUIDPipe) exhibitId: string,
    @Body() { keptAt: place, happenedAt, ...rest }: HandOverExhibitDto,
  ): Promise<ExhibitHandoverDto> {
    const input = { ...rest, place, happenedAt: new Date(happenedAt) };
    return this.db.tx(async (tx) => toHandoverDto(await this.cases.handOverExhibit(tx, id, exhibitId, input)));
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
