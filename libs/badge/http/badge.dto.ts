import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, IsUUID, Length } from 'class-validator';
import { PageQuery } from '../../platform';
import { availableActions } from '../app/badge.service';
import { type BadgeState, badgeStates, type OfficerAction, officerActions } from '../domain/badge.states';
import type { BadgeEventRow, BadgeRow } from '../store/badge.entity';

export class IssueBadgeDto {
  @ApiProperty() @IsUUID() outletId!: string;
}

export class BadgeTransitionDto {
  @ApiProperty({ enum: officerActions }) @IsIn(officerActions) action!: OfficerAction;
  @ApiProperty({ description: 'public where lawful' }) @IsString() @Length(2, 500) reason!: string;
}

export class BadgeQuery extends PageQuery {
  @ApiPropertyOptional({ enum: badgeStates.states }) @IsOptional() @IsIn([...badgeStates.states]) state?: BadgeState;
  @ApiPropertyOptional() @IsOptional() @IsUUID() outletId?: string;
  @ApiPropertyOptional() @IsOptional() @IsUUID() subjectId?: string;
}

export class BadgeDto {
  @ApiProperty() id!: string;
  @ApiProperty() version!: number;
  @ApiProperty() code!: string;
  @ApiProperty() subjectId!: string;
  @ApiProperty({ type: String, nullable: true }) subjectName!: string | null;
  @ApiProperty() outletId!: string;
  @ApiProperty({ type: String, nullable: true }) siteName!: string | null;
  @ApiProperty({ type: String, nullable: true }) domain!: string | null;
  @ApiProperty() divisionCode!: string;
  @ApiProperty() office!: string;
  @ApiProperty({ enum: badgeStates.states }) state!: BadgeState;
  @ApiProperty() stateSince!: string;
  @ApiProperty({ type: String, nullable: true }) reason!: string | null;
  @ApiProperty({ type: [String], description: 'orders that hold it suspended' }) orderHolds!: string[];
  @ApiProperty() issuedAt!: string;
  @ApiProperty({ type: String, nullable: true }) provedUntil!: string | null;
  @ApiProperty({ description: 'the present record carries a signature' }) signed!: boolean;
  @ApiProperty({ description: 'the public verification page' }) url!: string;
  @ApiProperty({ enum: officerActions, isArray: true }) availableActions!: OfficerAction[];
}

export class BadgePageDto {
  @ApiProperty({ type: [BadgeDto] }) items!: BadgeDto[];
  @ApiProperty({ type: String, nullable: true }) nextCursor!: string | null;
  @ApiProperty() total!: number;
}

export class SnippetDto {
  @ApiProperty({ description: 'HTML without script, to be pasted into the page' }) html!: string;
  @ApiProperty({ description: 'JSON-LD, to be placed beside it' }) jsonLd!: string;
  @ApiProperty() url!: string;
}

export class BadgeEventDto {
  @ApiProperty() at!: string;
  @ApiProperty() actor!: string;
  @ApiProperty() action!: string;
  @ApiProperty({ type: String, nullable: true }) fromState!: string | null;
  @ApiProperty() toState!: string;
  @ApiProperty({ type: String, nullable: true }) reason!: string | null;
  @ApiProperty({ type: String, nullable: true }) orderId!: string | null;
}

export class BadgeHistoryDto {
  @ApiProperty({ type: [BadgeEventDto] }) items!: BadgeEventDto[];
  @ApiProperty({ type: String, nullable: true }) nextCursor!: string | null;
  @ApiProperty() total!: number;
}

export function toBadgeDto(row: BadgeRow, portal: string): BadgeDto {
  const { id, version, code, subjectId, outletId, divisionCode, office, state, reason, orderHolds } = row;
  return {
    id,
    version,
    code,
    subjectId,
    subjectName: row.subject?.name ?? null,
    outletId,
    siteName: row.outlet?.siteName ?? null,
    domain: row.outlet?.domainUnicode ?? null,
    divisionCode,
    office,
    state,
    stateSince: row.stateSince.toISOString(),
    reason,
    orderHolds,
    issuedAt: row.issuedAt.toISOString(),
    provedUntil: row.provedUntil?.toISOString() ?? null,
    signed: row.signedVersion === version,
    url: `${portal}/b/${code}`,
    availableActions: availableActions(row),
  };
}

export function toBadgeHistoryDto(rows: readonly BadgeEventRow[]): BadgeHistoryDto {
  const items = rows.map(({ at, actor, action, fromState, toState, reason, orderId }) => ({
    at: at.toISOString(),
    actor,
    action,
    fromState,
    toState,
    reason,
    orderId,
  }));
  return { items, nextCursor: null, total: items.length };
}
