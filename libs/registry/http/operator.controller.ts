import { Body, Controller, Get, Param, ParseUUIDPipe, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { IfMatch, type Page, Refuses, Requires } from '../../platform';
import { OperatorService } from '../app/operator.service';
import { RegistryPermission } from '../domain/permissions';
import { RegistryProblem } from '../domain/problems';
import { ChangeOperatorDto, CreateOperatorDto, OperatorDto, OperatorPageDto, OperatorQuery, toOperatorDto } from './operator.dto';
import { unknownId } from './unknown-id';

@ApiTags('operators')
@Controller('operators')
export class OperatorController {
  constructor(private readonly operators: OperatorService) {}

  @Get()
  @Requires(RegistryPermission.readOperators)
  @ApiOkResponse({ type: OperatorPageDto })
  async list(@Query() query: OperatorQuery): Promise<Page<OperatorDto>> {
    const page = await this.operators.find(query);
    return { ...page, items: page.items.map(toOperatorDto) };
  }

  @Post()
  @Requires(RegistryPermission.editOperators)
  @Refuses(RegistryProblem.operatorTaken, RegistryProblem.usccWrong)
  @ApiCreatedResponse({ type: OperatorDto })
  async create(@Body() input: CreateOperatorDto): Promise<OperatorDto> {
    return toOperatorDto(await this.operators.create(input));
  }

  @Get(':id')
  @Requires(RegistryPermission.readOperators)
  @Refuses(RegistryProblem.notFound)
  @ApiOkResponse({ type: OperatorDto })
  async get(@Param('id', new ParseUUIDPipe(unknownId)) id: string): Promise<OperatorDto> {
    return toOperatorDto(await this.operators.get(id));
  }

  @Patch(':id')
  @Requires(RegistryPermission.editOperators)
  @Refuses(RegistryProblem.notFound, RegistryProblem.operatorTaken, RegistryProblem.usccWrong)
  @ApiOkResponse({ type: OperatorDto })
  async change(
    @Param('id', new ParseUUIDPipe(unknownId)) id: string,
    @IfMatch() read: number,
    @Body() input: ChangeOperatorDto,
  ): Promise<OperatorDto> {
    return toOperatorDto(await this.operators.change(id, read, input));
  }
}
