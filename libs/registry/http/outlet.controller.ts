import { Body, Controller, Get, Param, ParseUUIDPipe, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Reads } from '../../audit';
import { IfMatch, type Page, Refuses, Requires } from '../../platform';
import { OutletService } from '../app/outlet.service';
import { RegistryPermission } from '../domain/permissions';
import { RegistryProblem } from '../domain/problems';
import { HistoryDto, toHistoryDto } from './history.dto';
import { ChangeOutletDto, CreateOutletDto, OutletDto, OutletPageDto, OutletQuery, toOutletDto } from './outlet.dto';
import { unknownId } from './unknown-id';

@ApiTags('outlets')
@Controller('outlets')
export class OutletController {
  constructor(private readonly outlets: OutletService) {}

  @Get()
  @Requires(RegistryPermission.readOutlets)
  @ApiOkResponse({ type: OutletPageDto })
  async list(@Query() query: OutletQuery): Promise<Page<OutletDto>> {
    const page = await this.outlets.find(query);
    return { ...page, items: page.items.map(toOutletDto) };
  }

  /** A second subject filing the same address gets its outlet and an open conflict, see GET /conflicts?outletId=. */
  @Post()
  @Requires(RegistryPermission.editOutlets)
  @Refuses(
    RegistryProblem.notFound,
    RegistryProblem.domainWrong,
    RegistryProblem.urlWrong,
    RegistryProblem.numberFormat,
    RegistryProblem.outsideScope,
  )
  @ApiCreatedResponse({ type: OutletDto })
  async create(@Body() input: CreateOutletDto): Promise<OutletDto> {
    return toOutletDto(await this.outlets.create(input));
  }

  @Get(':id')
  @Requires(RegistryPermission.readOutlets)
  @Reads('outlet')
  @Refuses(RegistryProblem.notFound)
  @ApiOkResponse({ type: OutletDto })
  async get(@Param('id', new ParseUUIDPipe(unknownId)) id: string): Promise<OutletDto> {
    return toOutletDto(await this.outlets.get(id));
  }

  @Patch(':id')
  @Requires(RegistryPermission.editOutlets)
  @Refuses(RegistryProblem.notFound, RegistryProblem.domainWrong, RegistryProblem.urlWrong, RegistryProblem.numberFormat)
  @ApiOkResponse({ type: OutletDto })
  async change(
    @Param('id', new ParseUUIDPipe(unknownId)) id: string,
    @IfMatch() read: number,
    @Body() input: ChangeOutletDto,
  ): Promise<OutletDto> {
    return toOutletDto(await this.outlets.change(id, read, input));
  }

  @Get(':id/history')
  @Requires(RegistryPermission.readOutlets)
  @Reads('outlet')
  @Refuses(RegistryProblem.notFound)
  @ApiOkResponse({ type: HistoryDto })
  async history(@Param('id', new ParseUUIDPipe(unknownId)) id: string): Promise<HistoryDto> {
    return toHistoryDto(await this.outlets.history(id));
  }
}
