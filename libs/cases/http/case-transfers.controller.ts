import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { EntityManager } from 'typeorm';
import { Reads } from '../../audit';
import { CurrentOfficer, Db, Refuses, Requires, type SessionOfficer } from '../../platform';
import { CaseReader } from '../app/case-reader';
import { Transfers } from '../app/transfers';
import { CasesProblem } from '../domain/problems';
import { CaseTransferDto, toTransferDto, TransferActDto } from './transfer.dto';
import { caseId } from './unknown-id';

/** How a case got to another organ, after its own move `transfer`. Every answer is the list as it stands then. */
@ApiTags('cases')
@Controller('cases/:id/transfers')
export class CaseTransfersController {
  constructor(
    private readonly db: Db,
    private readonly reader: CaseReader,
    private readonly transfers: Transfers,
  ) {}

  @Get()
  @Requires('case:read')
  @Reads('case')
  @ApiOkResponse({ type: [CaseTransferDto] })
  list(@Param('id', caseId()) id: string, @CurrentOfficer() officer: SessionOfficer): Promise<CaseTransferDto[]> {
    return this.db.tx(async (tx) => {
      await this.reader.byId(tx, id);
      return this.shown(tx, id, officer);
    });
  }

  @Post(':transferId/transitions')
  @HttpCode(200)
  @Requires('case:handle')
  @Refuses(CasesProblem.notFound, CasesProblem.transferIllegal, CasesProblem.transferTooEarly, CasesProblem.fieldsMissing)
  @ApiOkResponse({ type: [CaseTransferDto] })
  act(
    @Param('id', caseId()) id: string,
    @Param('transferId', ParseUUIDPipe) transferId: string,
    @Body() { happenedAt, ...body }: TransferActDto,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<CaseTransferDto[]> {
    return this.db.tx(async (tx) => {
      await this.transfers.carryOut(tx, id, transferId, { ...body, at: new Date(happenedAt) }, officer);
      return this.shown(tx, id, officer);
    });
  }

  private async shown(tx: EntityManager, id: string, officer: SessionOfficer): Promise<CaseTransferDto[]> {
    return (await this.transfers.of(tx, id)).map((row) => toTransferDto(row, officer, this.reader.now()));
  }
}
