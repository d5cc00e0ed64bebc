import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { EntityManager } from 'typeorm';
import { AuditTrail, Reads } from '../../audit';
import { OfficersProblem } from '../../officers';
import { CurrentOfficer, Db, type Page, PlatformProblem, Refuses, Requires, type SessionOfficer } from '../../platform';
import { CasePeople } from '../app/case-people';
import { CaseReader } from '../app/case-reader';
import { CaseService } from '../app/case.service';
import { Transitions } from '../app/transitions';
import { CasesProblem } from '../domain/problems';
import type { CaseRow } from '../store/case.entity';
import { CaseQueryDto, CaseTransitionDto, HandlersDto, OfficerIdDto, OpenCaseDto, RecusalDto, VisibilityDto } from './case.dto';
import { CaseDto, CasePageDto, type CaseSummaryDto, toCaseDto, toCaseSummary } from './case-view.dto';
import { caseId } from './unknown-id';

@ApiTags('cases')
@Controller('cases')
export class CaseController {
  constructor(
    private readonly db: Db,
    private readonly cases: CaseService,
    private readonly reader: CaseReader,
    private readonly transitions: Transitions,
    private readonly people: CasePeople,
    private readonly trail: AuditTrail,
  ) {}

  @Get()
  @Requires('case:read')
  @ApiOkResponse({ type: CasePageDto })
  list(@Query() query: CaseQueryDto, @CurrentOfficer() officer: SessionOfficer): Promise<Page<CaseSummaryDto>> {
    return this.db.tx(async (tx) => {
      const page = await this.reader.find(tx, query, officer.id);
      const besides = await this.reader.besides(
        tx,
        page.items.map(({ id }) => id),
      );
      // Looking through cases by words is an act that can be asked about later; turning pages is not.
      if (query.q)
        await this.trail.record(tx, { act: 'case.search', kind: 'case', id: '*', details: { q: query.q, found: page.total } });
      const items = page.items.map((file) =>
        toCaseSummary(file, besides(file.id).officers, besides(file.id).clocks, this.reader.now()),
      );
      return { ...page, items };
    });
  }

  /** Registers a clue by hand. One that comes of a confirmed finding is registered by the worker. */
  @Post()
  @Requires('case:create')
  @Refuses(CasesProblem.outletHasCase)
  @ApiCreatedResponse({ type: CaseDto })
  open(@Body() body: OpenCaseDto, @CurrentOfficer() officer: SessionOfficer): Promise<CaseDto> {
    const { receivedAt, ...input } = body;
    return this.db.tx(async (tx) => {
      const file = await this.cases.open(tx, {
        ...input,
        division: officer.division,
        ...(receivedAt ? { receivedAt: new Date(receivedAt) } : {}),
      });
      return this.show(tx, file, officer);
    });
  }

  @Get(':id')
  @Requires('case:read')
  @Reads('case')
  @Refuses(CasesProblem.notFound)
  @ApiOkResponse({ type: CaseDto })
  get(@Param('id', caseId()) id: string, @CurrentOfficer() officer: SessionOfficer): Promise<CaseDto> {
    return this.db.tx(async (tx) => this.show(tx, await this.reader.byId(tx, id), officer));
  }

  /** What each move demands is in the definition: its permission is asked there, `case:read` only opens the door. */
  @Post(':id/transitions')
  @HttpCode(200)
  @Requires('case:read')
  @ApiHeader({ name: 'If-Match', required: false, description: 'version that was looked at; a newer one refuses the move' })
  @Refuses(
    CasesProblem.notFound,
    CasesProblem.illegalTransition,
    CasesProblem.separationOfDuty,
    CasesProblem.fieldsMissing,
    CasesProblem.twoOfficersRequired,
    CasesProblem.officerRecused,
    CasesProblem.documentsMissing,
    CasesProblem.serviceMissing,
    CasesProblem.exhibitsMissing,
    CasesProblem.exhibitsUnverified,
    CasesProblem.ordersOpen,
    CasesProblem.tasksOpen,
    CasesProblem.clocksOpen,
    CasesProblem.statementPeriodRunning,
    CasesProblem.statementPeriodEnded,
    CasesProblem.remarksUnanswered,
    PlatformProblem.versionMismatch,
    OfficersProblem.secondFactorRequired,
  )
  @ApiOkResponse({ type: CaseDto })
  async move(
    @Param('id', caseId()) id: string,
    @Body() body: CaseTransitionDto,
    @Headers('if-match') ifMatch: string | undefined,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<CaseDto> {
    const file = await this.transitions.move(id, body, officer, versionIn(ifMatch));
    return this.db.tx((tx) => this.show(tx, file, officer));
  }

  @Post(':id/reviewer')
  @HttpCode(200)
  @Requires('case:approve')
  @Refuses(CasesProblem.notFound, CasesProblem.separationOfDuty, CasesProblem.officerRecused)
  @ApiOkResponse({ type: CaseDto })
  reviewer(
    @Param('id', caseId()) id: string,
    @Body() { officerId }: OfficerIdDto,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<CaseDto> {
    return this.after(id, officer, (tx) => this.people.assignReviewer(tx, id, officerId, officer));
  }

  /** Other officers for a filed case: two at least, with certificates. */
  @Post(':id/officers')
  @HttpCode(200)
  @Requires('case:approve')
  @Refuses(CasesProblem.notFound, CasesProblem.twoOfficersRequired, CasesProblem.separationOfDuty, CasesProblem.officerRecused)
  @ApiOkResponse({ type: CaseDto })
  officers(
    @Param('id', caseId()) id: string,
    @Body() { officers }: HandlersDto,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<CaseDto> {
    return this.after(id, officer, (tx) => this.people.replaceHandlers(tx, id, officers, officer));
  }

  @Post(':id/members')
  @HttpCode(200)
  @Requires('case:visibility')
  @Refuses(CasesProblem.notFound, CasesProblem.officerRecused)
  @ApiOkResponse({ type: CaseDto })
  member(
    @Param('id', caseId()) id: string,
    @Body() { officerId }: OfficerIdDto,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<CaseDto> {
    return this.after(id, officer, (tx) => this.people.addMember(tx, id, officerId, officer));
  }

  /** A head recuses anybody, an officer himself. The answer is empty: whoever is recused may no longer see the case. */
  @Post(':id/recusals')
  @HttpCode(204)
  @Requires('case:read')
  @Refuses(CasesProblem.notFound, PlatformProblem.forbidden)
  async recuse(
    @Param('id', caseId()) id: string,
    @Body() { officerId, reason }: RecusalDto,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<void> {
    if (officerId !== officer.id && !officer.permissions.includes('case:approve'))
      throw PlatformProblem.forbidden({ permission: 'case:approve' });
    await this.db.tx((tx) => this.people.recuse(tx, id, officerId, reason, officer));
  }

  @Post(':id/visibility')
  @HttpCode(200)
  @Requires('case:visibility')
  @Refuses(CasesProblem.notFound)
  @ApiOkResponse({ type: CaseDto })
  visibility(
    @Param('id', caseId()) id: string,
    @Body() body: VisibilityDto,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<CaseDto> {
    return this.after(id, officer, (tx) => this.people.setVisibility(tx, id, body, officer));
  }

  private after(id: string, officer: SessionOfficer, act: (tx: EntityManager) => Promise<unknown>): Promise<CaseDto> {
    return this.db.tx(async (tx) => {
      await act(tx);
      return this.show(tx, await this.reader.byId(tx, id), officer);
    });
  }

  private async show(tx: EntityManager, file: CaseRow, officer: SessionOfficer): Promise<CaseDto> {
    return toCaseDto(file, {
      officers: await this.reader.people(tx, file.id),
      clocks: await this.reader.nearestClocks(tx, file.id, 3),
      actions: await this.transitions.offered(tx, file, officer),
      elsewhere: await this.reader.elsewhere(tx, file),
      now: this.reader.now(),
    });
  }
}

function versionIn(ifMatch: string | undefined): number | undefined {
  const version = /^(?:W\/)?"(\d+)"$/.exec(ifMatch ?? '')?.[1];
  return version === undefined ? undefined : Number(version);
}
