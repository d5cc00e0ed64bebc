import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { EntityManager } from 'typeorm';
import { Reads } from '../../audit';
import { CurrentOfficer, Db, Refuses, Requires, type SessionOfficer } from '../../platform';
import { CalendarService } from '../app/calendar.service';
import { CaseReader } from '../app/case-reader';
import { Measures } from '../app/measures';
import { CasesProblem } from '../domain/problems';
import { CaseMeasureDto, MeasureActDto, ProposeMeasureDto, toMeasureDto } from './measure.dto';
import { caseId } from './unknown-id';

/** Preservation by registration, sealing and seizure. Every answer is the list as it stands then. */
@ApiTags('cases')
@Controller('cases/:id/measures')
export class CaseMeasuresController {
  constructor(
    private readonly db: Db,
    private readonly reader: CaseReader,
    private readonly measures: Measures,
    private readonly calendars: CalendarService,
  ) {}

  @Get()
  @Requires('case:read')
  @Reads('case')
  @ApiOkResponse({ type: [CaseMeasureDto] })
  list(@Param('id', caseId()) id: string, @CurrentOfficer() officer: SessionOfficer): Promise<CaseMeasureDto[]> {
    return this.db.tx(async (tx) => {
      await this.reader.byId(tx, id);
      return this.shown(tx, id, officer);
    });
  }

  @Post()
  @Requires('case:handle')
  @Refuses(
    CasesProblem.notFound,
    CasesProblem.caseEnded,
    CasesProblem.separationOfDuty,
    CasesProblem.twoOfficersRequired,
    CasesProblem.fieldsMissing,
  )
  @ApiCreatedResponse({ type: [CaseMeasureDto] })
  propose(
    @Param('id', caseId()) id: string,
    @Body() body: ProposeMeasureDto,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<CaseMeasureDto[]> {
    return this.db.tx(async (tx) => {
      await this.measures.propose(tx, id, body, officer);
      return this.shown(tx, id, officer);
    });
  }

  /** What the act needs by permission is asked for by its row in the table. */
  @Post(':measureId/transitions')
  @HttpCode(200)
  @Requires('case:read')
  @Refuses(
    CasesProblem.notFound,
    CasesProblem.measureIllegal,
    CasesProblem.separationOfDuty,
    CasesProblem.fieldsMissing,
    CasesProblem.clockRefused,
  )
  @ApiOkResponse({ type: [CaseMeasureDto] })
  act(
    @Param('id', caseId()) id: string,
    @Param('measureId', ParseUUIDPipe) measureId: string,
    @Body() body: MeasureActDto,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<CaseMeasureDto[]> {
    return this.db.tx(async (tx) => {
      await this.measures.carryOut(tx, id, measureId, body, officer);
      return this.shown(tx, id, officer);
    });
  }

  private async shown(tx: EntityManager, id: string, officer: SessionOfficer): Promise<CaseMeasureDto[]> {
    const calendar = await this.calendars.current(tx);
    const rows = await this.measures.of(tx, id);
    return Promise.all(
      rows.map(async (row) => toMeasureDto(row, await this.measures.available(tx, row, officer), calendar, this.reader.now())),
    );
  }
}
