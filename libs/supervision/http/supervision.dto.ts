import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsBoolean, IsIn, IsOptional, IsString, IsUUID, MaxLength } from 'class-validator';
import { PageQuery } from '../../platform';
import { type FindingAction, findingStates } from '../domain/finding.states';
import { isStructural, type Rule, ruleById } from '../domain/rules';
import { summaryOf } from '../app/findings.service';
import type { FindingRow } from '../store/finding.entity';

const KINDS = ['badgeMissing', 'word'] as const;
const ACTIONS = ['confirm', 'dismiss'] as const;

export class RecordFindingDto {
  @ApiProperty() @IsUUID() outletId!: string;
  @ApiProperty({ description: 'a fixed capture of that outlet' }) @IsString() @MaxLength(40) captureId!: string;
  @ApiPropertyOptional({ enum: KINDS, description: 'look for this only; both when left out' }) @IsOptional() @IsIn(KINDS) kind?:
    'badgeMissing' | 'word';
  @ApiPropertyOptional({ description: 'look for this rule only' }) @IsOptional() @IsString() @MaxLength(10) rule?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(2000) note?: string;
  @ApiPropertyOptional({ description: 'record the note under the rule without scanning' })
  @IsOptional()
  @IsBoolean()
  manual?: boolean;
}

export class FindingTransitionDto {
  @ApiProperty({ enum: ACTIONS }) @IsIn(ACTIONS) action!: FindingAction;
  @ApiPropertyOptional({ description: 'dismissing needs one' }) @IsOptional() @IsString() @MaxLength(1000) reason?: string;
}

export class BulkFindingsDto extends FindingTransitionDto {
  @ApiProperty({ type: [String] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(200)
  @IsUUID(undefined, { each: true })
  ids!: string[];
}

export class BulkResultDto {
  @ApiProperty() id!: string;
  @ApiProperty() ok!: boolean;
  @ApiProperty({ type: String, nullable: true, description: 'code of the refusal' }) code!: string | null;
}

export class FindingQuery extends PageQuery {
  @ApiPropertyOptional({ enum: findingStates.states }) @IsOptional() @IsIn([...findingStates.states]) state?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(10) rule?: string;
  @ApiPropertyOptional({ enum: KINDS }) @IsOptional() @IsIn(KINDS) kind?: string;
  @ApiPropertyOptional() @IsOptional() @IsUUID() outletId?: string;
  @ApiPropertyOptional() @IsOptional() @IsUUID() subjectId?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(40) captureId?: string;
}

export class HitDto {
  @ApiProperty({ description: 'as it stands in the captured text' }) word!: string;
  @ApiProperty({ description: 'offset in the captured text' }) at!: number;
  @ApiProperty({ description: 'forty characters around it' }) context!: string;
  @ApiProperty({ description: 'written apart to escape a search' }) evaded!: boolean;
}

export class ExcludedHitDto extends HitDto {
  @ApiProperty({ description: 'the exclusion that cancelled it' }) by!: string;
}

export class FindingDto {
  @ApiProperty() id!: string;
  @ApiProperty() outletId!: string;
  @ApiProperty() subjectId!: string;
  @ApiProperty() captureId!: string;
  @ApiProperty() division!: string;
  @ApiProperty({ enum: KINDS }) kind!: string;
  @ApiProperty() rule!: string;
  @ApiProperty() ruleName!: string;
  @ApiProperty() severity!: number;
  @ApiProperty() summary!: string;
  @ApiProperty({ enum: ['scan', 'manual'] }) origin!: string;
  @ApiProperty({ type: [HitDto] }) hits!: HitDto[];
  @ApiProperty({ type: [ExcludedHitDto] }) excluded!: ExcludedHitDto[];
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true }) display!: object | null;
  @ApiProperty({ type: String, nullable: true }) note!: string | null;
  @ApiProperty({ enum: findingStates.states }) state!: string;
  @ApiProperty() foundBy!: string;
  @ApiProperty() foundAt!: string;
  @ApiProperty({ type: String, nullable: true }) decidedBy!: string | null;
  @ApiProperty({ type: String, nullable: true }) decidedAt!: string | null;
  @ApiProperty({ type: String, nullable: true }) reason!: string | null;
  @ApiProperty() version!: number;
  @ApiProperty({ type: [String] }) availableActions!: string[];
}

export class RecordedFindingDto extends FindingDto {
  @ApiProperty({ type: [FindingDto], description: 'findings of the same scan under other rules' }) alsoFound!: FindingDto[];
}

export class FindingPageDto {
  @ApiProperty({ type: [FindingDto] }) items!: FindingDto[];
  @ApiProperty({ type: String, nullable: true }) nextCursor!: string | null;
  @ApiProperty() total!: number;
}

export class RuleBasisDto {
  @ApiProperty() law!: string;
  @ApiProperty() article!: string;
  @ApiProperty({ enum: ['F', 'F2', 'K', 'I'], description: 'F: read in the law; others are not law to be cited' }) mark!: string;
  @ApiPropertyOptional() summary?: string;
}

export class RuleDto {
  @ApiProperty() id!: string;
  @ApiProperty() zh!: string;
  @ApiProperty() en!: string;
  @ApiProperty() group!: string;
  @ApiProperty() severity!: number;
  @ApiProperty({ description: 'decided by looking, not by words' }) structural!: boolean;
  @ApiProperty({ type: [String] }) keywords!: string[];
  @ApiProperty({ type: [String] }) patterns!: string[];
  @ApiProperty({ type: [String] }) exclude!: string[];
  @ApiProperty() check!: string;
  @ApiProperty({ type: [RuleBasisDto] }) basis!: RuleBasisDto[];
  @ApiProperty({ type: [RuleBasisDto] }) penalty!: RuleBasisDto[];
}

export class RulePageDto {
  @ApiProperty({ type: [RuleDto] }) items!: RuleDto[];
  @ApiProperty({ type: String, nullable: true }) nextCursor!: string | null;
  @ApiProperty() total!: number;
}

export function toRuleDto(rule: Rule): RuleDto {
  const { id, zh, en, group, severity, keywords, regex, exclude, check, basis, penalty } = rule;
  return {
    id,
    zh,
    en,
    group,
    severity,
    structural: isStructural(rule),
    keywords: [...keywords],
    patterns: [...regex],
    exclude: [...exclude],
    check,
    basis: basis.map(({ law, art, mark }) => ({ law, article: art, mark })),
    penalty: penalty.map(({ law, art, mark, summaryZh }) => ({ law, article: art, mark, summary: summaryZh })),
  };
}

export function toFindingDto(row: FindingRow, permissions: readonly string[]): FindingDto {
  const {
    id,
    outletId,
    subjectId,
    captureId,
    divisionCode,
    kind,
    ruleId,
    severity,
    origin,
    hits,
    excluded,
    display,
    note,
    state,
    foundBy,
    foundAt,
    decidedBy,
    decidedAt,
    reason,
    version,
  } = row;
  return {
    id,
    outletId,
    subjectId,
    captureId,
    division: divisionCode,
    kind,
    rule: ruleId,
    ruleName: ruleById(ruleId)?.zh ?? ruleId,
    severity,
    summary: summaryOf(row),
    origin,
    hits,
    excluded,
    display: display ?? null,
    note: note ?? null,
    state,
    foundBy,
    foundAt: foundAt.toISOString(),
    decidedBy: decidedBy ?? null,
    decidedAt: decidedAt?.toISOString() ?? null,
    reason: reason ?? null,
    version,
    availableActions: findingStates
      .actionsFrom(state)
      .filter((move) => permissions.includes(move.requires))
      .map((move) => move.action),
  };
}
