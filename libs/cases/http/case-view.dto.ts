import { ApiProperty } from '@nestjs/swagger';
import type { OfferedAction } from '../app/transitions';
import { definitionOf, stateOf } from '../domain/definition';
import type { CaseEventRow, CaseOfficerRow, CaseRow } from '../store/case.entity';
import type { CaseClockRow } from '../store/case-parts.entity';
import { CitationDto, PenaltyDto } from './case.dto';

const nullable = { type: String, nullable: true } as const;
const iso = (date: Date | null) => date?.toISOString() ?? null;

export class CaseOfficerDto {
  @ApiProperty() id!: string;
  @ApiProperty() name!: string;
  @ApiProperty(nullable) certificate!: string | null;
  @ApiProperty({ enum: ['handler', 'reviewer', 'member'] }) role!: string;
  @ApiProperty() since!: string;
}

export class ClockBriefDto {
  @ApiProperty() id!: string;
  @ApiProperty() key!: string;
  @ApiProperty() due!: string;
  @ApiProperty() dueAt!: string;
  @ApiProperty({ enum: ['running', 'paused', 'stopped'] }) state!: string;
  @ApiProperty() overdue!: boolean;
  @ApiProperty({ description: 'reaches a year without official calendar' }) provisional!: boolean;
}

export class ReasonDto {
  @ApiProperty() code!: string;
  @ApiProperty() zh!: string;
  @ApiProperty() en!: string;
  @ApiProperty({ type: 'object', additionalProperties: true }) details!: Readonly<Record<string, unknown>>;
}

export class OfferedActionDto implements OfferedAction {
  @ApiProperty() action!: string;
  @ApiProperty() zh!: string;
  @ApiProperty() en!: string;
  @ApiProperty() to!: string;
  @ApiProperty() allowed!: boolean;
  @ApiProperty({ type: ReasonDto, nullable: true, description: 'why it cannot be done now' }) reason!: ReasonDto | null;
  @ApiProperty({ type: [String], description: 'fields that the request must carry' }) needs!: readonly string[];
  @ApiProperty({ type: [String], description: 'fields that it may carry' }) may!: readonly string[];
  @ApiProperty({ type: [String], description: 'forms that must be finished before' }) documents!: readonly string[];
  @ApiProperty({ description: 'needs a fresh second factor' }) sealing!: boolean;
  @ApiProperty({ type: CitationDto }) basis!: CitationDto;
}

export class CaseSummaryDto {
  @ApiProperty() id!: string;
  @ApiProperty() version!: number;
  @ApiProperty() number!: string;
  @ApiProperty() state!: string;
  @ApiProperty() stateZh!: string;
  @ApiProperty() stateEn!: string;
  @ApiProperty() matter!: string;
  @ApiProperty() source!: string;
  @ApiProperty() divisionCode!: string;
  @ApiProperty({ enum: ['normal', 'restricted', 'sealed'] }) visibility!: string;
  @ApiProperty(nullable) subjectId!: string | null;
  @ApiProperty(nullable) partyName!: string | null;
  @ApiProperty(nullable) outletId!: string | null;
  @ApiProperty(nullable) outletName!: string | null;
  @ApiProperty(nullable) findingId!: string | null;
  @ApiProperty(nullable) outcome!: string | null;
  @ApiProperty({ description: 'to be discussed by the leaders together' }) complex!: boolean;
  @ApiProperty() openedAt!: string;
  @ApiProperty(nullable) filedAt!: string | null;
  @ApiProperty(nullable) decidedAt!: string | null;
  @ApiProperty(nullable) servedAt!: string | null;
  @ApiProperty(nullable) closedAt!: string | null;
  @ApiProperty(nullable) archivedAt!: string | null;
  @ApiProperty({ type: [CaseOfficerDto] }) officers!: CaseOfficerDto[];
  @ApiProperty({ type: [ClockBriefDto], description: 'at most three that owe something, nearest first' })
  clocks!: ClockBriefDto[];
}

export class CaseDto extends CaseSummaryDto {
  @ApiProperty({ type: 'object', properties: { key: { type: 'string' }, version: { type: 'integer' } } }) definition!: {
    key: string;
    version: number;
  };
  @ApiProperty() filed!: boolean;
  @ApiProperty() decided!: boolean;
  @ApiProperty(nullable) facts!: string | null;
  @ApiProperty({ type: [CitationDto] }) articles!: CitationDto[];
  @ApiProperty(nullable) report!: string | null;
  @ApiProperty({ type: [PenaltyDto], nullable: true }) penalty!: PenaltyDto[] | null;
  @ApiProperty(nullable) statement!: string | null;
  @ApiProperty(nullable) execution!: string | null;
  @ApiProperty(nullable) visibilityReason!: string | null;
  @ApiProperty(nullable) visibilityReview!: string | null;
  @ApiProperty(nullable) mergedInto!: string | null;
  @ApiProperty({
    type: 'object',
    nullable: true,
    properties: { class: { type: 'string' }, until: { type: 'string', nullable: true, description: 'null: kept for ever' } },
  })
  retention!: { class: string; until: string | null } | null;
  @ApiProperty({ ...nullable, description: 'last day on which the file must be kept; null before archiving, or for ever' })
  retentionUntil!: string | null;
  @ApiProperty({ type: [String], description: 'offices that work on the same outlet in cases you may not see' })
  elsewhere!: string[];
  @ApiProperty({ type: [String] }) availableActions!: string[];
  @ApiProperty({ type: [OfferedActionDto] }) actions!: OfferedActionDto[];
}

export class CasePageDto {
  @ApiProperty({ type: [CaseSummaryDto] }) items!: CaseSummaryDto[];
  @ApiProperty(nullable) nextCursor!: string | null;
  @ApiProperty() total!: number;
}

export class CaseEventDto {
  @ApiProperty() id!: string;
  @ApiProperty() kind!: string;
  @ApiProperty() happenedAt!: string;
  @ApiProperty() recordedAt!: string;
  @ApiProperty() actor!: string;
  @ApiProperty(nullable) actorName!: string | null;
  @ApiProperty() zh!: string;
  @ApiProperty() en!: string;
  @ApiProperty({ type: 'object', additionalProperties: true }) data!: Record<string, unknown>;
  @ApiProperty() afterClose!: boolean;
}

export function toOfficerDto({ officerId, name, certificate, role, since }: CaseOfficerRow): CaseOfficerDto {
  return { id: officerId, name, certificate, role, since: since.toISOString() };
}

export function toClockBrief(
  { id, key, due, dueAt, state, provisional, informs, stoppedAt }: CaseClockRow,
  now: Date,
): ClockBriefDto {
  const overdue = !informs && (stoppedAt ?? now).getTime() > dueAt.getTime() && state !== 'paused';
  return { id, key, due, dueAt: dueAt.toISOString(), state, overdue, provisional };
}

export function toCaseSummary(
  file: CaseRow,
  officers: readonly CaseOfficerRow[],
  clocks: readonly CaseClockRow[],
  now: Date,
): CaseSummaryDto {
  const {
    id,
    version,
    number,
    state,
    matter,
    source,
    divisionCode,
    visibility,
    subjectId,
    partyName,
    outletId,
    outletName,
    findingId,
    outcome,
    complex,
  } = file;
  const { zh, en } = stateOf(definitionOf(file.definitionKey, file.definitionVersion), state);
  return {
    id,
    version,
    number,
    state,
    stateZh: zh,
    stateEn: en,
    matter,
    source,
    divisionCode,
    visibility,
    subjectId,
    partyName,
    outletId,
    outletName,
    findingId,
    outcome,
    complex,
    openedAt: file.openedAt.toISOString(),
    filedAt: iso(file.filedAt),
    decidedAt: iso(file.decidedAt),
    servedAt: iso(file.servedAt),
    closedAt: iso(file.closedAt),
    archivedAt: iso(file.archivedAt),
    officers: officers.map(toOfficerDto),
    clocks: clocks.map((clock) => toClockBrief(clock, now)),
  };
}

export function toCaseDto(
  file: CaseRow,
  parts: {
    officers: readonly CaseOfficerRow[];
    clocks: readonly CaseClockRow[];
    actions: OfferedAction[];
    elsewhere: string[];
    now: Date;
  },
): CaseDto {
  const { facts, articles, report, penalty, statement, execution, visibilityReason, visibilityReview, mergedInto } = file;
  const state = stateOf(definitionOf(file.definitionKey, file.definitionVersion), file.state);
  return {
    ...toCaseSummary(file, parts.officers, parts.clocks, parts.now),
    definition: { key: file.definitionKey, version: file.definitionVersion },
    filed: (state.filed ?? false) && file.filedAt !== null,
    decided: state.decided ?? false,
    facts,
    articles,
    report,
    penalty,
    statement,
    execution,
    visibilityReason,
    visibilityReview,
    mergedInto,
    retentionUntil: file.retentionUntil,
    retention: file.retentionClass ? { class: file.retentionClass, until: file.retentionUntil } : null,
    elsewhere: parts.elsewhere,
    availableActions: parts.actions.filter(({ allowed }) => allowed).map(({ action }) => action),
    actions: parts.actions,
  };
}

export function toEventDto(event: CaseEventRow, names: ReadonlyMap<string, string>): CaseEventDto {
  const { id, kind, happenedAt, recordedAt, actor, zh, en, data, afterClose } = event;
  const actorName = names.get(actor) ?? null;
  return {
    id,
    kind,
    happenedAt: happenedAt.toISOString(),
    recordedAt: recordedAt.toISOString(),
    actor,
    actorName,
    zh,
    en,
    data,
    afterClose,
  };
}
