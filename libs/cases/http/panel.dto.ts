import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsISO8601,
  IsOptional,
  IsString,
  IsUUID,
  Matches,
  MaxLength,
  MinLength,
} from 'class-validator';
import type { SessionOfficer } from '../../platform';
import type { PanelView } from '../app/panels';
import {
  PANEL_CONCLUSIONS,
  PANEL_GROUNDS,
  PANEL_VOTES,
  type PanelConclusion,
  type PanelGround,
  type PanelVote,
} from '../domain/panel';

const nullable = { type: String, nullable: true } as const;

export class ConvenePanelDto {
  @ApiProperty({ enum: PANEL_GROUNDS }) @IsIn(PANEL_GROUNDS) ground!: PanelGround;
  @ApiProperty({ description: 'what is put to the members' }) @IsString() @MinLength(2) @MaxLength(2000) question!: string;
  @ApiProperty() @IsString() @MinLength(2) @MaxLength(200) place!: string;
  @ApiProperty() @IsISO8601({ strict: true }) plannedAt!: string;
  @ApiProperty({ description: 'who presides; a member himself' }) @IsUUID() chairId!: string;
  @ApiProperty({ type: [String], description: 'leaders who neither handled nor reviewed the case' })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(30)
  @ArrayUnique()
  @IsUUID(undefined, { each: true })
  memberIds!: string[];
  @ApiProperty({ description: 'who keeps the minutes' }) @IsString() @MinLength(2) @MaxLength(100) recorder!: string;
  @ApiPropertyOptional({ type: [String], description: 'who reports and listens without a vote' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(30)
  @IsString({ each: true })
  @MaxLength(100, { each: true })
  listeners?: string[];
}
export class PanelOpinionDto {
  @ApiProperty({ enum: PANEL_VOTES }) @IsIn(PANEL_VOTES) vote!: PanelVote;
  @ApiProperty() @IsString() @MinLength(2) @MaxLength(4000) opinion!: string;
}
export class PanelAbsenceDto {
  @ApiProperty() @IsUUID() officerId!: string;
  @ApiProperty() @IsString() @MinLength(2) @MaxLength(500) reason!: string;
}
export class ConcludePanelDto {
  @ApiProperty({ enum: PANEL_CONCLUSIONS }) @IsIn(PANEL_CONCLUSIONS) conclusion!: PanelConclusion;
  @ApiProperty({ description: 'the conclusion in words' }) @IsString() @MinLength(2) @MaxLength(4000) text!: string;
  @ApiProperty() @IsString() @MinLength(2) @MaxLength(20_000) minutes!: string;
  @ApiProperty() @IsISO8601({ strict: true }) heldAt!: string;
  @ApiPropertyOptional({ description: 'why it goes against most of those present' })
  @IsOptional()
  @IsString()
  @MaxLength(2000)
  againstMajority?: string;
  @ApiPropertyOptional({ description: 'of a discussion about more time: the day that was agreed' })
  @IsOptional()
  @Matches(/^\d{4}-\d{2}-\d{2}$/, { message: '$property must be a day, YYYY-MM-DD' })
  extendedUntil?: string;
}
export class CancelPanelDto {
  @ApiProperty() @IsString() @MinLength(2) @MaxLength(500) reason!: string;
}

export class PanelMemberDto {
  @ApiProperty() officerId!: string;
  @ApiProperty() name!: string;
  @ApiProperty() chair!: boolean;
  @ApiProperty({ ...nullable, enum: PANEL_VOTES }) vote!: string | null;
  @ApiProperty(nullable) opinion!: string | null;
  @ApiProperty(nullable) saidAt!: string | null;
  @ApiProperty(nullable) absence!: string | null;
}
export class PanelTallyDto {
  @ApiProperty() members!: number;
  @ApiProperty() present!: number;
  @ApiProperty() absent!: number;
  @ApiProperty({ type: [String], description: 'neither heard nor recorded as absent' }) open!: string[];
  @ApiProperty() agree!: number;
  @ApiProperty() disagree!: number;
  @ApiProperty() abstain!: number;
  @ApiProperty() quorum!: number;
  @ApiProperty({ description: 'how many more have to be there' }) missing!: number;
}
export class CasePanelDto {
  @ApiProperty() id!: string;
  @ApiProperty() n!: number;
  @ApiProperty({ enum: PANEL_GROUNDS }) ground!: string;
  @ApiProperty() question!: string;
  @ApiProperty() place!: string;
  @ApiProperty() plannedAt!: string;
  @ApiProperty() recorder!: string;
  @ApiProperty({ type: [String] }) listeners!: string[];
  @ApiProperty() convenedBy!: string;
  @ApiProperty() convenedAt!: string;
  @ApiProperty({ enum: ['convened', 'held', 'cancelled'] }) state!: string;
  @ApiProperty(nullable) heldAt!: string | null;
  @ApiProperty(nullable) minutes!: string | null;
  @ApiProperty({ ...nullable, enum: PANEL_CONCLUSIONS }) conclusion!: string | null;
  @ApiProperty(nullable) conclusionText!: string | null;
  @ApiProperty(nullable) againstMajority!: string | null;
  @ApiProperty(nullable) extendedUntil!: string | null;
  @ApiProperty(nullable) cancelReason!: string | null;
  @ApiProperty({ type: [PanelMemberDto] }) members!: PanelMemberDto[];
  @ApiProperty({ type: PanelTallyDto }) tally!: PanelTallyDto;
  @ApiProperty({ type: [String], description: 'opine, noteAbsence, conclude, cancel' }) availableActions!: string[];
}

/**
 * While it goes on, opinions are seen by members who have given their own, so that nobody copies, and by whoever called it; afterwards by
 * everybody who sees the case.
 */
export function toPanelDto(
  { panel, members, tally }: PanelView,
  officer: Pick<SessionOfficer, 'id' | 'permissions'>,
): CasePanelDto {
  const own = members.find(({ officerId }) => officerId === officer.id);
  const open = panel.state === 'convened';
  const leads = officer.permissions.includes('case:decide') && [panel.convenedBy, panel.chairId].includes(officer.id);
  const actions = [
    ...(open && own && !own.vote ? ['opine'] : []),
    ...(open && leads ? ['noteAbsence', 'conclude', 'cancel'] : []),
  ];
  const blind = open && (own ? !own.vote : panel.convenedBy !== officer.id);
  const { id, n, ground, question, place, recorder, listeners, convenedBy, state, minutes, conclusion } = panel;
  return {
    id,
    n,
    ground,
    question,
    place,
    plannedAt: panel.plannedAt.toISOString(),
    recorder,
    listeners,
    convenedBy,
    convenedAt: panel.convenedAt.toISOString(),
    state,
    heldAt: panel.heldAt?.toISOString() ?? null,
    minutes,
    conclusion,
    conclusionText: panel.conclusionText,
    againstMajority: panel.againstMajority,
    extendedUntil: panel.extendedUntil,
    cancelReason: panel.cancelReason,
    members: members.map(({ officerId, name, vote, opinion, saidAt, absence }) => ({
      officerId,
      name,
      chair: officerId === panel.chairId,
      vote: blind ? null : vote,
      opinion: blind ? null : opinion,
      saidAt: saidAt?.toISOString() ?? null,
      absence,
    })),
    tally: blind ? { ...tally, agree: 0, disagree: 0, abstain: 0 } : tally,
    availableActions: actions,
  };
}
