import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { type EntityManager, In } from 'typeorm';
import { CurrentOfficer, Db, type Page, Refuses, Requires, type SessionOfficer } from '../../platform';
import { CaseReader } from '../app/case-reader';
import { Tasks } from '../app/tasks';
import { CasesProblem } from '../domain/problems';
import { CaseRow } from '../store/case.entity';
import type { CaseTaskRow } from '../store/case-parts.entity';
import { TaskDoneDto, TaskDto, TaskHoldDto, TaskPageDto, TaskQueryDto, toTaskDto } from './case-parts.dto';
import { caseId } from './unknown-id';

/** The workbench. */
@ApiTags('tasks')
@Controller('tasks')
export class TaskController {
  constructor(
    private readonly db: Db,
    private readonly tasks: Tasks,
    private readonly reader: CaseReader,
  ) {}

  /** Soonest due first. `mine`: assigned to me, or to nobody and within my rights; held tasks come back on their day. */
  @Get()
  @Requires('task:read')
  @ApiOkResponse({ type: TaskPageDto })
  list(@Query() query: TaskQueryDto, @CurrentOfficer() officer: SessionOfficer): Promise<Page<TaskDto>> {
    return this.db.tx(async (tx) => {
      const page = await this.tasks.find(tx, query, officer);
      return { ...page, items: await this.show(tx, page.items) };
    });
  }

  @Post(':id/done')
  @HttpCode(200)
  @Requires('task:handle')
  @Refuses(CasesProblem.notFound, CasesProblem.taskClosesItself, CasesProblem.taskNotYours)
  @ApiOkResponse({ type: TaskDto })
  done(
    @Param('id', caseId()) id: string,
    @Body() { note }: TaskDoneDto,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<TaskDto> {
    return this.db.tx(async (tx) => (await this.show(tx, [await this.tasks.done(tx, id, officer, note)]))[0]!);
  }

  @Post(':id/hold')
  @HttpCode(200)
  @Requires('task:handle')
  @Refuses(CasesProblem.notFound, CasesProblem.taskNotYours)
  @ApiOkResponse({ type: TaskDto })
  hold(
    @Param('id', caseId()) id: string,
    @Body() { until }: TaskHoldDto,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<TaskDto> {
    return this.db.tx(async (tx) => (await this.show(tx, [await this.tasks.hold(tx, id, officer, until ?? null)]))[0]!);
  }

  private async show(tx: EntityManager, rows: readonly CaseTaskRow[]): Promise<TaskDto[]> {
    const files = await tx.findBy(CaseRow, { id: In(rows.map((row) => row.caseId)) });
    return rows.map((row) => toTaskDto(row, files.find(({ id }) => id === row.caseId) ?? null, this.reader.now()));
  }
}
