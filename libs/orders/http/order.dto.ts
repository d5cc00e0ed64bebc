import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsDate,
  IsIn,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { type Mark } from '../../kernel';
import { PageQuery } from '../../platform';
import type { OrderDetails } from '../app/order.service';
import { CONTENT_ITEMS, type ContentItem } from '../domain/content-check';
import {
  ORDER_KINDS,
  ORDER_SCOPES,
  type OrderKind,
  type OrderScope,
  RESTORATION_GROUNDS,
  type RestorationGround,
} from '../domain/order';
import { orderStates, type OrderState } from '../domain/order.states';
import { LINE_RESULTS, type LineResult, MEASURES, type Measure, type ReportOutcome } from '../domain/report';
import { type Verdict, VERDICTS } from '../domain/verdict';
import type { ObservationRow } from '../store/observation.entity';
import type { OrderEvent, OrderRow } from '../store/order.entity';
import type { ReportFileRow, ReportLineRow, ReportRow } from '../store/partner.entity';

export class CitationDto {
  @ApiProperty() @IsString() @Length(1, 100) law!: string;
  @ApiProperty() @IsString() @Length(1, 40) article!: string;
}

export class OrderAddressInputDto {
  @ApiProperty() @IsUUID() outletId!: string;
  @ApiPropertyOptional({ type: String, nullable: true, description: 'package that fixed the offending page' })
  @IsOptional()
  @Matches(/^ev_[0-9A-Z]{26}$/)
  captureId?: string | null;
  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'why the order may go out without a successful fetch in the last 24 hours',
  })
  @IsOptional()
  @IsString()
  @MaxLength(1000)
  justification?: string | null;
}

/** Everything that a draft may be given; a field that is left out stays as it is. */
export class EditOrderDto {
  @ApiPropertyOptional({ type: String, nullable: true }) @IsOptional() @IsUUID() operatorId?: string | null;
  @ApiPropertyOptional({ type: [OrderAddressInputDto] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(200)
  @ValidateNested({ each: true })
  @Type(() => OrderAddressInputDto)
  addresses?: OrderAddressInputDto[];
  @ApiPropertyOptional({ type: [CitationDto] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(20)
  @ValidateNested({ each: true })
  @Type(() => CitationDto)
  basis?: CitationDto[];
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(10_000) reasons?: string;
  @ApiPropertyOptional({ enum: ORDER_SCOPES, nullable: true }) @IsOptional() @IsIn([...ORDER_SCOPES]) scope?: OrderScope | null;
  @ApiPropertyOptional({ type: String, format: 'date-time', nullable: true })
  @IsOptional()
  @Type(() => Date)
  @IsDate()
  executeBy?: Date | null;
  @ApiPropertyOptional({ type: String, format: 'date', nullable: true }) @IsOptional() @Matches(/^\d{4}-\d{2}-\d{2}$/) until?:
    string | null;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(2000) remedyOperator?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(2000) remedyMerchant?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(2000) reportHow?: string;
  @ApiPropertyOptional({ type: [String] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  @IsString({ each: true })
  @MaxLength(300, { each: true })
  preserve?: string[];
}

export class NewOrderDto extends EditOrderDto {
  @ApiProperty({ enum: ORDER_KINDS }) @IsIn([...ORDER_KINDS]) kind!: OrderKind;
  @ApiPropertyOptional({ type: String, nullable: true, description: 'restoration only: the order that it lifts' })
  @IsOptional()
  @IsUUID()
  liftsOrderId?: string | null;
  @ApiPropertyOptional({ enum: RESTORATION_GROUNDS, nullable: true })
  @IsOptional()
  @IsIn([...RESTORATION_GROUNDS])
  ground?: RestorationGround | null;
}

export class OrderTransitionDto {
  @ApiProperty({ enum: [...new Set(orderStates.rows.map(({ action }) => action))] }) @IsString() @MaxLength(40) action!: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(2000) reason?: string;
}

export class OrderQuery extends PageQuery {
  @ApiPropertyOptional({ enum: orderStates.states }) @IsOptional() @IsIn([...orderStates.states]) state?: OrderState;
  @ApiPropertyOptional({ enum: ORDER_KINDS }) @IsOptional() @IsIn([...ORDER_KINDS]) kind?: OrderKind;
  @ApiPropertyOptional() @IsOptional() @IsUUID() caseId?: string;
}

export class MarkedCitationDto extends CitationDto {
  @ApiProperty({ enum: ['F', 'F2', 'K', 'I'], description: 'only F is printed as law' }) mark!: Mark;
}

export class OrderSummaryDto {
  @ApiProperty() id!: string;
  @ApiProperty() version!: number;
  @ApiProperty({ type: String, nullable: true }) number!: string | null;
  @ApiProperty({ enum: ORDER_KINDS }) kind!: OrderKind;
  @ApiProperty({ enum: orderStates.states }) state!: OrderState;
  @ApiProperty() caseId!: string;
  @ApiProperty({ type: String, nullable: true }) caseNumber!: string | null;
  @ApiProperty({ type: String, nullable: true }) operatorId!: string | null;
  @ApiProperty({ type: String, nullable: true }) operatorName!: string | null;
  @ApiProperty({ enum: ORDER_SCOPES, nullable: true }) scope!: OrderScope | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) executeBy!: string | null;
  @ApiProperty({ type: String, format: 'date', nullable: true }) until!: string | null;
  @ApiProperty({ enum: ['full', 'partial', 'refused'], nullable: true }) reportOutcome!: ReportOutcome | null;
  @ApiProperty({ type: String, nullable: true }) liftsOrderId!: string | null;
  @ApiProperty() createdAt!: string;
  @ApiProperty() updatedAt!: string;
  @ApiProperty({ type: [String] }) availableActions!: string[];
}

export class OrderPageDto {
  @ApiProperty({ type: [OrderSummaryDto] }) items!: OrderSummaryDto[];
  @ApiProperty({ type: String, nullable: true }) nextCursor!: string | null;
  @ApiProperty() total!: number;
}

export class OrderAddressDto {
  @ApiProperty() no!: number;
  @ApiProperty() outletId!: string;
  @ApiProperty() url!: string;
  @ApiProperty({ type: String, nullable: true }) captureId!: string | null;
  @ApiProperty({ type: String, nullable: true }) justification!: string | null;
  @ApiProperty({ enum: LINE_RESULTS, nullable: true, description: "the operator's last word" }) result!: LineResult | null;
  @ApiProperty({ enum: VERDICTS, nullable: true, description: 'what the last round of looks saw' }) seen!: Verdict | null;
  @ApiProperty({ enum: VERDICTS, nullable: true, description: 'what enough looks over enough time agree upon' })
  confirmed!: Verdict | null;
  @ApiProperty({
    type: [String],
    nullable: true,
    description: 'the vantage points from which that was seen; one only where no second one is configured',
  })
  confirmedFrom!: string[] | null;
}

export class OrderClockDto {
  @ApiProperty() key!: string;
  @ApiProperty() startedAt!: string;
  @ApiProperty() dueAt!: string;
  @ApiProperty({ type: String, nullable: true }) stoppedAt!: string | null;
  @ApiProperty() basis!: string;
  @ApiProperty({ enum: ['F', 'F2', 'K', 'I'] }) mark!: Mark;
}

export class OrderDto extends OrderSummaryDto {
  @ApiProperty() authority!: string;
  @ApiProperty({ type: [String] }) officerNames!: string[];
  @ApiProperty({ type: [MarkedCitationDto] }) basis!: MarkedCitationDto[];
  @ApiProperty() reasons!: string;
  @ApiProperty({ enum: RESTORATION_GROUNDS, nullable: true }) ground!: RestorationGround | null;
  @ApiProperty() remedyOperator!: string;
  @ApiProperty() remedyMerchant!: string;
  @ApiProperty() reportHow!: string;
  @ApiProperty({ type: [String] }) preserve!: string[];
  @ApiProperty({ type: String, nullable: true }) documentId!: string | null;
  @ApiProperty({ type: String, nullable: true }) agreedBy!: string | null;
  @ApiProperty({ type: String, nullable: true }) dispatchedAt!: string | null;
  @ApiProperty({ type: String, nullable: true }) ackName!: string | null;
  @ApiProperty({ type: String, nullable: true }) ackRole!: string | null;
  @ApiProperty({ type: String, nullable: true }) ackAt!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'when the addresses are looked at next' }) recheckDue!: string | null;
  @ApiProperty({ type: [OrderAddressDto] }) addresses!: OrderAddressDto[];
  @ApiProperty({ type: [OrderClockDto] }) clocks!: OrderClockDto[];
}

export class MissingItemDto {
  @ApiProperty({ enum: CONTENT_ITEMS }) item!: ContentItem;
  @ApiProperty() field!: string;
  @ApiProperty() en!: string;
  @ApiProperty() zh!: string;
}

export class CheckedItemDto {
  @ApiProperty({ enum: CONTENT_ITEMS }) item!: ContentItem;
  @ApiProperty() ok!: boolean;
  @ApiProperty({ type: [MissingItemDto] }) missing!: MissingItemDto[];
}

export class OrderCheckDto {
  @ApiProperty() complete!: boolean;
  @ApiProperty({ type: [CheckedItemDto] }) items!: CheckedItemDto[];
}

export class OrderEventDto {
  @ApiProperty() id!: string;
  @ApiProperty() at!: string;
  @ApiProperty() actor!: string;
  @ApiProperty() kind!: string;
  @ApiProperty({ type: String, nullable: true }) fromState!: string | null;
  @ApiProperty({ type: String, nullable: true }) toState!: string | null;
  @ApiProperty({ type: Object }) details!: Record<string, unknown>;
}

export class ObservationDto {
  @ApiProperty() id!: string;
  @ApiProperty() addressNo!: number;
  @ApiProperty() round!: number;
  @ApiProperty() since!: string;
  @ApiProperty({ enum: ['desktop', 'mobile'] }) profile!: 'desktop' | 'mobile';
  @ApiProperty({ type: String, nullable: true, description: 'from where; null when vantage points had no names yet' })
  vantage!: string | null;
  @ApiProperty({ type: String, nullable: true }) captureId!: string | null;
  @ApiProperty() requestedAt!: string;
  @ApiProperty({ type: String, nullable: true }) observedAt!: string | null;
  @ApiProperty({ enum: VERDICTS, nullable: true }) verdict!: Verdict | null;
  @ApiProperty({ type: String, nullable: true }) reason!: string | null;
  @ApiProperty({ type: Number, nullable: true }) status!: number | null;
  @ApiProperty({ type: String, nullable: true }) urlFinal!: string | null;
  @ApiProperty({ type: String, nullable: true }) ip!: string | null;
  @ApiProperty({ type: Number, nullable: true, description: 'share of the offending text that is still there, 0 to 1000' })
  similarity!: number | null;
}

export class ReportLineDto {
  @ApiProperty() addressNo!: number;
  @ApiProperty({ enum: LINE_RESULTS }) result!: LineResult;
  @ApiProperty({ enum: MEASURES, nullable: true }) measure!: Measure | null;
  @ApiProperty({ type: String, nullable: true }) doneAt!: string | null;
  @ApiProperty({ type: String, nullable: true }) reason!: string | null;
}

export class ReportFileDto {
  @ApiProperty() id!: string;
  @ApiProperty() name!: string;
  @ApiProperty() mediaType!: string;
  @ApiProperty() sizeBytes!: number;
  @ApiProperty() sha256!: string;
}

export class ReportDto {
  @ApiProperty() id!: string;
  @ApiProperty() seq!: number;
  @ApiProperty({ enum: ['full', 'partial', 'refused'] }) outcome!: ReportOutcome;
  @ApiProperty() byName!: string;
  @ApiProperty() byRole!: string;
  @ApiProperty({ type: String, nullable: true }) ticket!: string | null;
  @ApiProperty() at!: string;
  @ApiProperty({ type: String, nullable: true }) receiptDocumentId!: string | null;
  @ApiProperty({ type: [ReportLineDto] }) lines!: ReportLineDto[];
  @ApiProperty({ type: [ReportFileDto] }) files!: ReportFileDto[];
}

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

export function toOrderSummaryDto(order: OrderRow, availableActions: string[]): OrderSummaryDto {
  const {
    id,
    version,
    number,
    kind,
    state,
    caseId,
    caseNumber,
    operatorId,
    operatorName,
    scope,
    executeBy,
    until,
    reportOutcome,
    liftsOrderId,
    createdAt,
    updatedAt,
  } = order;
  return {
    id, version, number, kind, state, caseId, caseNumber, operatorId, operatorName, scope, executeBy: iso(executeBy), until, reportOutcome, liftsOrderId,
    createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString(), availableActions,
  }; // prettier-ignore
}

export function toOrderDto({ order, addresses, clocks }: OrderDetails, availableActions: string[]): OrderDto {
  const {
    authority,
    officerNames,
    basis,
    reasons,
    ground,
    remedyOperator,
    remedyMerchant,
    reportHow,
    preserve,
    documentId,
    agreedBy,
    ackName,
    ackRole,
  } = order;
  return {
    ...toOrderSummaryDto(order, availableActions),
    authority, officerNames, basis, reasons, ground, remedyOperator, remedyMerchant, reportHow, preserve, documentId, agreedBy, ackName, ackRole,
    dispatchedAt: iso(order.dispatchedAt), ackAt: iso(order.ackAt), recheckDue: iso(order.recheckDue),
    addresses: addresses.map(({ no, outletId, url, captureId, justification, result, seen, confirmed, confirmedFrom }) => ({ no, outletId, url, captureId, justification, result, seen, confirmed, confirmedFrom })),
    clocks: clocks.map(({ key, startedAt, dueAt, stoppedAt, basis: on, mark }) => ({ key, startedAt: startedAt.toISOString(), dueAt: dueAt.toISOString(), stoppedAt: iso(stoppedAt), basis: on, mark })),
  }; // prettier-ignore
}

export function toEventDto({ id, at, actor, kind, fromState, toState, details }: OrderEvent): OrderEventDto {
  return { id, at: at.toISOString(), actor, kind, fromState, toState, details };
}

export function toObservationDto(row: ObservationRow): ObservationDto {
  const { id, addressNo, round, profile, vantage, packageId, verdict, reason, status, urlFinal, ip, similarity } = row;
  return {
    id,
    addressNo,
    round,
    since: row.since.toISOString(),
    profile,
    vantage,
    captureId: packageId,
    requestedAt: row.requestedAt.toISOString(),
    observedAt: iso(row.observedAt),
    verdict,
    reason,
    status,
    urlFinal,
    ip,
    similarity,
  };
}

export function toReportDto({
  id,
  seq,
  outcome,
  byName,
  byRole,
  ticket,
  at,
  receiptDocumentId,
  lines,
  files,
}: ReportRow & { lines: ReportLineRow[]; files: ReportFileRow[] }): ReportDto {
  return {
    id, seq, outcome, byName, byRole, ticket, at: at.toISOString(), receiptDocumentId,
    lines: lines.map(({ addressNo, result, measure, doneAt, reason }) => ({ addressNo, result, measure, doneAt: iso(doneAt), reason })),
    files: files.map((file) => ({ id: file.id, name: file.name, mediaType: file.mediaType, sizeBytes: file.sizeBytes, sha256: file.sha256 })),
  }; // prettier-ignore
}
