import { Body, Controller, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { CurrentOfficer, Refuses, Requires, type SessionOfficer } from '../../platform';
import { SessionService } from '../app/session.service';
import { EvidenceProblem } from '../domain/problems';
import { EndSessionDto, OpeningDto, OpenSessionDto, SessionActsDto, SessionLookQuery, SessionViewDto } from './session.dto';

/** A page under an officer's hand, for its two makers. */
@ApiTags('captures')
@Controller('captures/:id/session/openings')
export class SessionController {
  constructor(private readonly sessions: SessionService) {}

  /** Every opening leaves an audit event before any picture is handed out. */
  @Post()
  @Requires('evidence:capture')
  @Refuses(EvidenceProblem.notFound, EvidenceProblem.sessionAway, EvidenceProblem.sessionDriven)
  @ApiCreatedResponse({ type: OpeningDto })
  open(
    @Param('id') id: string,
    @Body() { drive }: OpenSessionDto,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<OpeningDto> {
    return this.sessions.open(id, officer, drive);
  }

  /** Answers when there is another picture than the known one, or after some seconds. */
  @Get(':view')
  @Requires('evidence:capture')
  @Refuses(EvidenceProblem.notFound, EvidenceProblem.sessionAway)
  @ApiOkResponse({ type: SessionViewDto })
  look(
    @Param('id') id: string,
    @Param('view') view: string,
    @Query() { known }: SessionLookQuery,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<SessionViewDto> {
    return this.sessions.look(id, officer, view, known);
  }

  /** PUT, not POST: a POST with an Idempotency-Key would leave a digest of what was typed, from which it could be guessed. */
  @Put(':view/acts')
  @HttpCode(204)
  @Requires('evidence:capture')
  @Refuses(EvidenceProblem.notFound, EvidenceProblem.sessionAway, EvidenceProblem.sessionNotDriving, EvidenceProblem.notAnAct)
  @ApiNoContentResponse()
  act(
    @Param('id') id: string,
    @Param('view') view: string,
    @Body() { acts }: SessionActsDto,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<void> {
    return this.sessions.act(id, officer, view, acts);
  }

  @Post(':view/end')
  @HttpCode(204)
  @Requires('evidence:capture')
  @Refuses(EvidenceProblem.notFound, EvidenceProblem.sessionAway, EvidenceProblem.sessionNotDriving)
  @ApiNoContentResponse()
  end(
    @Param('id') id: string,
    @Param('view') view: string,
    @Body() { how }: EndSessionDto,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<void> {
    return this.sessions.end(id, officer, view, how);
  }
}
