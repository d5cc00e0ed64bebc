import { Body, Controller, Get, Header, Headers, HttpCode, Param, Post, StreamableFile } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBearerAuth, ApiOkResponse, ApiProduces, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Open, PlatformProblem, Refuses } from '../../platform';
import { PartnerActs, type ReportAnswer } from '../app/partner-acts.service';
import { type OrderView, PartnerService } from '../app/partner.service';
import { ORDER_KINDS, type OrderKind, ORDER_SCOPES, type OrderScope } from '../domain/order';
import { orderStates, type OrderState } from '../domain/order.states';
import { OrdersProblem } from '../domain/problems';
import type { ReportOutcome } from '../domain/report';
import {
  CitationDto,
  ObservationDto,
  OrderAddressDto,
  OrderClockDto,
  ReportDto,
  toObservationDto,
  toReportDto,
} from './order.dto';
import { CodeDto, PersonDto, ReportRequestDto, toReportInput } from './partner.dto';

export class KnockDto {
  @ApiProperty({ type: String, nullable: true }) number!: string | null;
  @ApiProperty() authority!: string;
  @ApiProperty() expiresAt!: string;
}

export class EnteredDto {
  @ApiProperty({ description: 'send it as Authorization: Bearer' }) session!: string;
}

export class PartnerOrderDto extends KnockDto {
  @ApiProperty({ enum: ORDER_KINDS }) kind!: OrderKind;
  @ApiProperty({ enum: orderStates.states }) state!: OrderState;
  @ApiProperty({ type: String, nullable: true }) caseNumber!: string | null;
  @ApiProperty({ type: String, nullable: true }) operatorName!: string | null;
  @ApiProperty({ type: [CitationDto] }) basis!: CitationDto[];
  @ApiProperty() reasons!: string;
  @ApiProperty({ enum: ORDER_SCOPES, nullable: true }) scope!: OrderScope | null;
  @ApiProperty({ type: String, nullable: true }) executeBy!: string | null;
  @ApiProperty({ type: String, nullable: true }) until!: string | null;
  @ApiProperty() remedyOperator!: string;
  @ApiProperty() remedyMerchant!: string;
  @ApiProperty({ type: String, nullable: true }) documentSha256!: string | null;
  @ApiProperty({ type: String, nullable: true }) acknowledgedBy!: string | null;
  @ApiProperty({ type: String, nullable: true }) acknowledgedAt!: string | null;
  @ApiProperty({ type: [OrderAddressDto] }) addresses!: Omit<OrderAddressDto, 'outletId' | 'captureId' | 'justification'>[];
  @ApiProperty({ type: [OrderClockDto] }) clocks!: OrderClockDto[];
  @ApiProperty({ type: [ReportDto] }) reports!: ReportDto[];
  @ApiProperty({ type: [ObservationDto] }) observations!: ObservationDto[];
}

export class ReportAnswerDto {
  @ApiProperty() reportId!: string;
  @ApiProperty() seq!: number;
  @ApiProperty({ enum: ['full', 'partial', 'refused'] }) outcome!: ReportOutcome;
  @ApiProperty({ enum: orderStates.states }) state!: OrderState;
  @ApiProperty() at!: string;
}

/** The operator's side for machines: the same acts and the same states as the page (AC-OPR-1.3). */
@ApiTags('partner')
@ApiBearerAuth()
@Open('opened by a signed link; content only after a one-time code')
@Controller('partner/v1/orders/:token')
export class PartnerController {
  constructor(
    private readonly partners: PartnerService,
    private readonly acts: PartnerActs,
  ) {}

  /** Number and office for anybody with the link; the whole order with a session. */
  @Get()
  @Header('cache-control', 'no-store')
  @Refuses(PlatformProblem.notFound, OrdersProblem.codeRequired, OrdersProblem.linkExpired)
  @ApiOkResponse({ type: PartnerOrderDto })
  async get(
    @Param('token') token: string,
    @Headers('authorization') authorization?: string,
  ): Promise<KnockDto | PartnerOrderDto> {
    if (!authorization) {
      const { order, link } = await this.partners.knock(token);
      return { number: order.number, authority: order.authority, expiresAt: link.expiresAt.toISOString() };
    }
    return toPartnerOrderDto(await this.partners.view(token, bearer(authorization)));
  }

  @Post('codes')
  @HttpCode(202)
  @Refuses(OrdersProblem.tooManyCodes, OrdersProblem.linkExpired)
  @ApiAcceptedResponse()
  askCode(@Param('token') token: string): Promise<void> {
    return this.partners.askCode(token);
  }

  @Post('session')
  @HttpCode(200)
  @Refuses(OrdersProblem.codeWrong, OrdersProblem.linkExpired)
  @ApiOkResponse({ type: EnteredDto })
  async enter(@Param('token') token: string, @Body() { code }: CodeDto): Promise<EnteredDto> {
    return { session: await this.partners.enter(token, code) };
  }

  @Post('acknowledgement')
  @HttpCode(200)
  @Refuses(OrdersProblem.codeRequired, OrdersProblem.illegalMove)
  @ApiOkResponse({ type: PartnerOrderDto })
  async acknowledge(
    @Param('token') token: string,
    @Body() { name, role }: PersonDto,
    @Headers('authorization') authorization?: string,
  ): Promise<PartnerOrderDto> {
    const session = bearer(authorization);
    await this.acts.acknowledge(token, session, { name: name.trim(), role: role.trim() });
    return toPartnerOrderDto(await this.partners.view(token, session));
  }

  @Post('execution')
  @HttpCode(200)
  @Refuses(OrdersProblem.codeRequired, OrdersProblem.illegalMove)
  @ApiOkResponse({ type: PartnerOrderDto })
  async begin(@Param('token') token: string, @Headers('authorization') authorization?: string): Promise<PartnerOrderDto> {
    const session = bearer(authorization);
    await this.acts.begin(token, session);
    return toPartnerOrderDto(await this.partners.view(token, session));
  }

  /** The same report sent again gets the same answer and makes no second entry. */
  @Post('report')
  @HttpCode(200)
  @Refuses(
    OrdersProblem.codeRequired,
    OrdersProblem.illegalMove,
    OrdersProblem.reportFaulty,
    OrdersProblem.proofTypeNotAccepted,
    PlatformProblem.tooLarge,
  )
  @ApiOkResponse({ type: ReportAnswerDto })
  async report(
    @Param('token') token: string,
    @Body() body: ReportRequestDto,
    @Headers('authorization') authorization?: string,
  ): Promise<ReportAnswerDto> {
    return toAnswerDto(await this.acts.report(token, bearer(authorization), toReportInput(body)));
  }

  @Get('document')
  @Header('cache-control', 'no-store')
  @ApiProduces('application/pdf')
  async document(@Param('token') token: string, @Headers('authorization') authorization?: string): Promise<StreamableFile> {
    const { name, bytes } = await this.partners.paper(token, bearer(authorization));
    return new StreamableFile(bytes, {
      type: 'application/pdf',
      disposition: `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
      length: bytes.length,
    });
  }
}

function bearer(authorization: string | undefined): string | undefined {
  return /^Bearer ([A-Za-z0-9_-]{43})$/.exec(authorization ?? '')?.[1];
}

function toAnswerDto({ reportId, seq, outcome, state, at }: ReportAnswer): ReportAnswerDto {
  return { reportId, seq, outcome, state, at: at.toISOString() };
}

function toPartnerOrderDto({ order, link, addresses, clocks, reports, observations }: OrderView): PartnerOrderDto {
  const {
    number,
    authority,
    kind,
    state,
    caseNumber,
    operatorName,
    reasons,
    scope,
    until,
    remedyOperator,
    remedyMerchant,
    documentSha256,
  } = order;
  return {
    number, authority, kind, state, caseNumber, operatorName, reasons, scope, until, remedyOperator, remedyMerchant, documentSha256,
    expiresAt: link.expiresAt.toISOString(),
    basis: order.basis.filter(({ mark }) => mark === 'F').map(({ law, article }) => ({ law, article })),
    executeBy: order.executeBy?.toISOString() ?? null,
    acknowledgedBy: order.ackName && `${order.ackName} (${order.ackRole})`,
    acknowledgedAt: order.ackAt?.toISOString() ?? null,
    addresses: addresses.map(({ no, url, result, seen, confirmed, confirmedFrom }) => ({ no, url, result, seen, confirmed, confirmedFrom })),
    clocks: clocks.map(({ key, startedAt, dueAt, stoppedAt, basis, mark }) => ({ key, startedAt: startedAt.toISOString(), dueAt: dueAt.toISOString(), stoppedAt: stoppedAt?.toISOString() ?? null, basis, mark })),
    reports: reports.map(toReportDto),
    observations: observations.map(toObservationDto),
  }; // prettier-ignore
}
