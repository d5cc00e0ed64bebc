import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Reads } from '../../audit';
import { CurrentOfficer, Db, Refuses, Requires, type SessionOfficer } from '../../platform';
import { CalendarService } from '../app/calendar.service';
import { CaseClocks } from '../app/case-clocks';
import { CaseReader } from '../app/case-reader';
import { CasesProblem } from '../domain/problems';
import { ExtendClockDto, PauseClockDto } from './case.dto';
import { CaseClockDto, toClockDto } from './case-parts.dto';
import { caseId } from './unknown-id';

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
  @Refuses(CasesProblem.notFound, CasesProblem.clockRefused, CasesProblem.panelMissing)
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
