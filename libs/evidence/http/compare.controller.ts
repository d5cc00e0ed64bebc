import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Refuses, Requires } from '../../platform';
import { CompareService } from '../app/compare.service';
import { EvidenceProblem } from '../domain/problems';
import { CompareQuery, ComparisonDto, toComparisonDto } from './compare.dto';

@ApiTags('captures')
@Controller('captures')
export class CompareController {
  constructor(private readonly comparing: CompareService) {}

  /** What changed from the capture named by `with` to this one. Both reads are audited and stand in both custody chains. */
  @Get(':id/comparison')
  @Requires('evidence:read')
  @Refuses(EvidenceProblem.notFixed, EvidenceProblem.comparisonBusy)
  @ApiOkResponse({ type: ComparisonDto })
  async compare(@Param('id') id: string, @Query() { with: earlier }: CompareQuery): Promise<ComparisonDto> {
    return toComparisonDto(await this.comparing.compare(earlier, id));
  }
}
