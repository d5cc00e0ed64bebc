import { Body, Controller, Get, Param, ParseUUIDPipe, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Reads } from '../../audit';
import { CurrentOfficer, IfMatch, type Page, Refuses, Requires, type SessionOfficer } from '../../platform';
import { SubjectService } from '../app/subject.service';
import { RegistryPermission } from '../domain/permissions';
import { RegistryProblem } from '../domain/problems';
import { HistoryDto, toHistoryDto } from './history.dto';
import { ChangeSubjectDto, CreateSubjectDto, SubjectDto, SubjectPageDto, SubjectQuery, toSubjectDto } from './subject.dto';
import { unknownId } from './unknown-id';

@ApiTags('subjects')
@Controller('subjects')
export class SubjectController {
  constructor(private readonly subjects: SubjectService) {}

  @Get()
  @Requires(RegistryPermission.readSubjects)
  @ApiOkResponse({ type: SubjectPageDto })
  async list(@Query() query: SubjectQuery): Promise<Page<SubjectDto>> {
    const page = await this.subjects.find(query);
    return { ...page, items: page.items.map(toSubjectDto) };
  }

  @Post()
  @Requires(RegistryPermission.editSubjects)
  @Refuses(
    RegistryProblem.usccWrong,
    RegistryProblem.usccMissing,
    RegistryProblem.usccTaken,
    RegistryProblem.overrideNotAllowed,
    RegistryProblem.regNoWrong,
    RegistryProblem.exemptionMissing,
    RegistryProblem.outsideScope,
  )
  @ApiCreatedResponse({ type: SubjectDto })
  async create(@Body() input: CreateSubjectDto, @CurrentOfficer() officer: SessionOfficer): Promise<SubjectDto> {
    return toSubjectDto(await this.subjects.create(input, mayOverride(officer)));
  }

  @Get(':id')
  @Requires(RegistryPermission.readSubjects)
  @Reads('subject')
  @Refuses(RegistryProblem.notFound)
  @ApiOkResponse({ type: SubjectDto })
  async get(@Param('id', new ParseUUIDPipe(unknownId)) id: string): Promise<SubjectDto> {
    return toSubjectDto(await this.subjects.get(id));
  }

  @Patch(':id')
  @Requires(RegistryPermission.editSubjects)
  @Refuses(RegistryProblem.notFound, RegistryProblem.usccWrong, RegistryProblem.usccTaken, RegistryProblem.outsideScope)
  @ApiOkResponse({ type: SubjectDto })
  async change(
    @Param('id', new ParseUUIDPipe(unknownId)) id: string,
    @IfMatch() read: number,
    @Body() input: ChangeSubjectDto,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<SubjectDto> {
    return toSubjectDto(await this.subjects.change(id, read, input, mayOverride(officer)));
  }

  @Get(':id/history')
  @Requires(RegistryPermission.readSubjects)
  @Reads('subject')
  @Refuses(RegistryProblem.notFound)
  @ApiOkResponse({ type: HistoryDto })
  async history(@Param('id', new ParseUUIDPipe(unknownId)) id: string): Promise<HistoryDto> {
    return toHistoryDto(await this.subjects.history(id));
  }
}

const mayOverride = ({ permissions }: SessionOfficer): boolean => permissions.includes(RegistryPermission.override);
