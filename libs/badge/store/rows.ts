import { BadgeEventRow, BadgeRow } from './badge.entity';
import { ControlProofRow } from './control-proof.entity';

export const BADGE_ROWS = [BadgeRow, BadgeEventRow, ControlProofRow];
