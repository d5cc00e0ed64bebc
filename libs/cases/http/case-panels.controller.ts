import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { EntityManager } from 'typeorm';
import { Reads } from '../../audit';
import { CurrentOfficer, Db, Refuses, Requires, type SessionOfficer } from '../../platform';
import { CaseReader } from '../app/case-reader';
import { Panels } from '../app/panels';
import { CasesProblem } from '../domain/problems';
import {
  CancelPanelDto,
  CasePanelDto,
  ConcludePanelDto,
  ConvenePanelDto,
  PanelAbsenceDto,
  PanelOpinionDto,
  toPanelDto,
} from './panel.dto';
import { caseId } from './unknown-id';

/** Collective discussions of a case: called, heard, concluded. Every answer is the list as it stands then. */
@ApiTags('cases')
@Controller('cases/:id/panels')
export class CasePanelsController {
  constructor(
    private readonly db: Db,
    private readonly reader: CaseReader,
    private readonly panels: Panels,
  ) {}

  @Get()
  @Requires('case:read')
  @Reads('case')
  @ApiOkResponse({ type: [CasePanelDto] })
  list(@Param('id', caseId()) id: string, @CurrentOfficer() officer: SessionOfficer): Promise<CasePanelDto[]> {
    return this.db.tx(async (tx) => {
      await this.reader.byId(tx, id);
      return this.shown(tx, id, officer);
    });
  }

  @Post()
  @Requires('case:decide')
  @Refuses(
    CasesProblem.notFound,
    CasesProblem.caseEnded,
    CasesProblem.panelOpen,
    CasesProblem.separationOfDuty,
    CasesProblem.panelMembersUnfit,
  )
  @ApiCreatedResponse({ type: [CasePanelDto] })
  convene(
    @Param('id', caseId()) id: string,
    @Body() { plannedAt, listeners = [], ...body }: ConvenePanelDto,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<CasePanelDto[]> {
    return this.db.tx(async (tx) => {
      await this.panels.convene(tx, id, { ...body, listeners, plannedAt: new Date(plannedAt) }, officer);
      return this.shown(tx, id, officer);
    });
  }

  /** Your own opinion, once. */
  @Post(':panelId/opinions')
  @Requires('case:decide')
  @Refuses(CasesProblem.notFound, CasesProblem.panelNotMember, CasesProblem.panelOver, CasesProblem.panelHeard)
  @ApiCreatedResponse({ type: [CasePanelDto] })
  opine(
    @Param('id', caseId()) id: string,
    @Param('panelId', ParseUUIDPipe) panelId: string,
    @Body() { vote, opinion }: PanelOpinionDto,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<CasePanelDto[]> {
    return this.db.tx(async (tx) => {
      await this.panels.opine(tx, id, panelId, vote, opinion, officer);
      return this.shown(tx, id, officer);
    });
  }

  @Post(':panelId/absences')
  @Requires('case:decide')
  @Refuses(CasesProblem.notFound, CasesProblem.panelNotMember, CasesProblem.panelOver, CasesProblem.panelHeard)
  @ApiCreatedResponse({ type: [CasePanelDto] })
  absent(
    @Param('id', caseId()) id: string,
    @Param('panelId', ParseUUIDPipe) panelId: string,
    @Body() { officerId, reason }: PanelAbsenceDto,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<CasePanelDto[]> {
    return this.db.tx(async (tx) => {
      await this.panels.noteAbsence(tx, id, panelId, officerId, reason, officer);
      return this.shown(tx, id, officer);
    });
  }

  @Post(':panelId/conclusion')
  @HttpCode(200)
  @Requires('case:decide')
  @Refuses(
    CasesProblem.notFound,
    CasesProblem.panelOver,
    CasesProblem.panelMembersOpen,
    CasesProblem.panelNoQuorum,
    CasesProblem.fieldsMissing,
  )
  @ApiOkResponse({ type: [CasePanelDto] })
  conclude(
    @Param('id', caseId()) id: string,
    @Param('panelId', ParseUUIDPipe) panelId: string,
    @Body() { heldAt, ...body }: ConcludePanelDto,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<CasePanelDto[]> {
    return this.db.tx(async (tx) => {
      await this.panels.conclude(tx, id, panelId, { ...body, heldAt: new Date(heldAt) }, officer);
      return this.shown(tx, id, officer);
    });
  }

  @Post(':panelId/cancellation')
  @HttpCode(200)
  @Requires('case:decide')
  @Refuses(CasesProblem.notFound, CasesProblem.panelOver)
  @ApiOkResponse({ type: [CasePanelDto] })
  cancel(
    @Param('id', caseId()) id: string,
    @Param('panelId', ParseUUIDPipe) panelId: string,
    @Body() { reason }: CancelPanelDto,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<CasePanelDto[]> {
    return this.db.tx(async (tx) => {
      await this.panels.cancel(tx, id, panelId, reason, officer);
      return this.shown(tx, id, officer);
    });
  }

  private async shown(tx: EntityManager, id: string, officer: SessionOfficer): Promise<CasePanelDto[]> {
    return (await this.panels.of(tx, id)).map((view) => toPanelDto(view, officer));
  }
}
