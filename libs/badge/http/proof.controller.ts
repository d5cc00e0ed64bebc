import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { type Page, Refuses, Requires } from '../../platform';
import { RegistryPermission, RegistryProblem } from '../../registry';
import { ProofService } from '../app/proof.service';
import { BadgePermission } from '../domain/permissions';
import { BadgeProblem } from '../domain/problems';
import { AttestProofDto, ProofDto, ProofListDto, ProofQuery, RequestProofDto, toProofDto } from './proof.dto';
import { unknownProof } from './unknown-id';

@ApiTags('proofs')
@Controller()
export class ProofController {
  constructor(private readonly proofs: ProofService) {}

  @Post('outlets/:id/proofs')
  @Requires(RegistryPermission.editOutlets)
  @Refuses(RegistryProblem.notFound, BadgeProblem.proofMethodUnfit)
  @ApiCreatedResponse({ type: ProofDto })
  async request(
    @Param('id', new ParseUUIDPipe({ exceptionFactory: () => RegistryProblem.notFound() })) outletId: string,
    @Body() { method }: RequestProofDto,
  ): Promise<ProofDto> {
    return toProofDto(await this.proofs.request(outletId, method));
  }

  /** 202: the look is the worker's; `state`, `seen` and `checkedAt` tell when it was made and what it saw. */
  @Post('proofs/:id/check')
  @HttpCode(202)
  @Requires(RegistryPermission.editOutlets)
  @Refuses(BadgeProblem.proofNotFound, BadgeProblem.proofMethodUnfit)
  @ApiAcceptedResponse({ type: ProofDto })
  async check(@Param('id', new ParseUUIDPipe(unknownProof)) id: string): Promise<ProofDto> {
    return toProofDto(await this.proofs.check(id));
  }

  @Post('proofs/:id/attestation')
  @HttpCode(200)
  @Requires(RegistryPermission.editOutlets)
  @Refuses(BadgeProblem.proofNotFound, BadgeProblem.proofMethodUnfit)
  @ApiOkResponse({ type: ProofDto })
  async attest(@Param('id', new ParseUUIDPipe(unknownProof)) id: string, @Body() { reference }: AttestProofDto): Promise<ProofDto> {
    return toProofDto(await this.proofs.attest(id, reference));
  }

  @Get('proofs')
  @Requires(BadgePermission.read)
  @ApiOkResponse({ type: ProofListDto })
  async list(@Query() { outletId }: ProofQuery): Promise<Page<ProofDto>> {
    const items = (await this.proofs.ofOutlet(outletId)).map(toProofDto);
    return { items, nextCursor: null, total: items.length };
  }

  @Get('proofs/:id')
  @Requires(BadgePermission.read)
  @Refuses(BadgeProblem.proofNotFound)
  @ApiOkResponse({ type: ProofDto })
  async get(@Param('id', new ParseUUIDPipe(unknownProof)) id: string): Promise<ProofDto> {
    return toProofDto(await this.proofs.get(id));
  }
}
