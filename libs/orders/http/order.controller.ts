import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import { Reads } from '../../audit';
import { OfficersProblem } from '../../officers';
import { CurrentOfficer, IfMatch, type Page, PlatformProblem, Refuses, Requires, type SessionOfficer } from '../../platform';
import { LinkService } from '../app/dispatch.service';
import { officerMover, OrderService } from '../app/order.service';
import { ReportReader } from '../app/report-reader';
import { TransitionService } from '../app/transition.service';
import { OrdersProblem } from '../domain/problems';
import type { OrderRow } from '../store/order.entity';
import {
  EditOrderDto, NewOrderDto, ObservationDto, OrderCheckDto, OrderDto, OrderEventDto, OrderPageDto, OrderQuery, OrderSummaryDto, OrderTransitionDto, ReportDto,
  toEventDto, toObservationDto, toOrderDto, toOrderSummaryDto, toReportDto,
} from './order.dto'; // prettier-ignore

/** Orders to platforms, hosts and telecom operators, as officers see them. */
@ApiTags('orders')
@Controller('orders')
export class OrderController {
  constructor(
    private readonly orders: OrderService,
    private readonly transitions: TransitionService,
    private readonly links: LinkService,
    private readonly reports: ReportReader,
  ) {}

  @Get()
  @Requires('order:read')
  @ApiOkResponse({ type: OrderPageDto })
  async list(@Query() query: OrderQuery, @CurrentOfficer() officer: SessionOfficer): Promise<Page<OrderSummaryDto>> {
    const page = await this.orders.list(query);
    return {
      ...page,
      items: page.items.map((order) => toOrderSummaryDto(order, this.orders.actionsFor(order, officer.permissions))),
    };
  }

  @Get(':id')
  @Requires('order:read')
  @Reads('order')
  @ApiOkResponse({ type: OrderDto })
  get(@Param('id') id: string, @CurrentOfficer() officer: SessionOfficer): Promise<OrderDto> {
    return this.whole(id, officer);
  }

  @Patch(':id')
  @Requires('order:draft')
  @Refuses(OrdersProblem.notEditable, PlatformProblem.versionMismatch, PlatformProblem.versionMissing)
  @ApiOkResponse({ type: OrderDto })
  async edit(
    @Param('id') id: string,
    @IfMatch() version: number,
    @Body() input: EditOrderDto,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<OrderDto> {
    await this.orders.edit(id, version, input, officer);
    return this.whole(id, officer);
  }

  /** The eight items of the content check; changes nothing. */
  @Post(':id/check')
  @HttpCode(200)
  @Requires('order:read')
  @ApiOkResponse({ type: OrderCheckDto })
  check(@Param('id') id: string): Promise<OrderCheckDto> {
    return this.orders.check(id);
  }

  /** The permission of the move itself stands in the state table; approving and sealing ask for a fresh second factor. */
  @Post(':id/transitions')
  @HttpCode(200)
  @Requires('order:read')
  @Refuses(
    OrdersProblem.illegalMove, OrdersProblem.caseNotReady, OrdersProblem.contentIncomplete, OrdersProblem.separationOfDuty, OrdersProblem.reviewMissing,
    OrdersProblem.noContact, OrdersProblem.reasonMissing, OfficersProblem.secondFactorRequired, PlatformProblem.forbidden,
  ) // prettier-ignore
  @ApiOkResponse({ type: OrderDto })
  async transition(
    @Param('id') id: string,
    @Body() { action, reason }: OrderTransitionDto,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<OrderDto> {
    await this.transitions.transition(id, action, { reason }, officer);
    return this.whole(id, officer);
  }

  /** A new link goes to the registered contact; older ones die. */
  @Post(':id/links')
  @HttpCode(202)
  @Requires('order:dispatch')
  @Refuses(OrdersProblem.illegalMove)
  async renewLink(@Param('id') id: string, @CurrentOfficer() officer: SessionOfficer): Promise<void> {
    await this.links.renew(id, officerMover(officer));
  }

  @Get(':id/timeline')
  @Requires('order:read')
  @Reads('order')
  @ApiOkResponse({ type: [OrderEventDto] })
  async timeline(@Param('id') id: string): Promise<OrderEventDto[]> {
    return (await this.orders.timeline(id)).map(toEventDto);
  }

  @Get(':id/observations')
  @Requires('order:read')
  @Reads('order')
  @ApiOkResponse({ type: [ObservationDto] })
  async observations(@Param('id') id: string): Promise<ObservationDto[]> {
    return (await this.orders.observations(id)).map(toObservationDto);
  }

  @Get(':id/reports')
  @Requires('order:read')
  @Reads('order')
  @ApiOkResponse({ type: [ReportDto] })
  async reportsOf(@Param('id') id: string): Promise<ReportDto[]> {
    return (await this.reports.of(id)).map(toReportDto);
  }

  /** A proof that the operator attached: foreign bytes, so always as a download. */
  @Get(':id/files/:fileId')
  @Requires('order:read')
  @Reads('order')
  @ApiProduces('application/octet-stream')
  async file(@Param('id') id: string, @Param('fileId') fileId: string): Promise<StreamableFile> {
    const { name, stream, sizeBytes } = await this.reports.file(id, fileId);
    const disposition = `attachment; filename*=UTF-8''${encodeURIComponent(name)}`;
    return new StreamableFile(stream, { type: 'application/octet-stream', disposition, length: sizeBytes });
  }

  private async whole(id: string, officer: SessionOfficer): Promise<OrderDto> {
    const details = await this.orders.get(id);
    return toOrderDto(details, this.orders.actionsFor(details.order, officer.permissions));
  }
}

/** The orders of one case. */
@ApiTags('orders')
@Controller('cases/:caseId/orders')
export class CaseOrdersController {
  constructor(private readonly orders: OrderService) {}

  @Get()
  @Requires('order:read')
  @ApiOkResponse({ type: OrderPageDto })
  async list(
    @Param('caseId') caseId: string,
    @Query() query: OrderQuery,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<Page<OrderSummaryDto>> {
    const page = await this.orders.ofCase(Object.assign(new OrderQuery(), query, { caseId }));
    return { ...page, items: page.items.map((order) => this.summary(order, officer)) };
  }

  /** Not offered before the case is filed (suspension) or its decision served (closure). */
  @Post()
  @Requires('order:draft')
  @Refuses(OrdersProblem.caseNotReady, OrdersProblem.nothingToLift, OrdersProblem.alreadyLifting, PlatformProblem.invalid)
  @ApiCreatedResponse({ type: OrderDto })
  async draft(
    @Param('caseId') caseId: string,
    @Body() input: NewOrderDto,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<OrderDto> {
    const { id } = await this.orders.draft(caseId, input, officer);
    const details = await this.orders.get(id);
    return toOrderDto(details, this.orders.actionsFor(details.order, officer.permissions));
  }

  private summary(order: OrderRow, officer: SessionOfficer): OrderSummaryDto {
    return toOrderSummaryDto(order, this.orders.actionsFor(order, officer.permissions));
  }
}
