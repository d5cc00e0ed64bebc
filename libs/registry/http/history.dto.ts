import { ApiProperty } from '@nestjs/swagger';
import type { Changes } from '../domain/changes';
import { sources } from '../domain/subject-types';
import type { HistoryRow } from '../store/history.entity';

export class HistoryEntryDto {
  @ApiProperty() id!: string;
  @ApiProperty() version!: number;
  @ApiProperty() at!: string;
  @ApiProperty() actor!: string;
  @ApiProperty({ enum: sources }) source!: string;
  @ApiProperty({ type: String, nullable: true }) reason!: string | null;
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'field → { from, to }' }) changes!: Changes;
}

export class HistoryDto {
  @ApiProperty({ type: [HistoryEntryDto] }) items!: HistoryEntryDto[];
  @ApiProperty() total!: number;
  @ApiProperty({ type: String, nullable: true }) nextCursor!: string | null;
}

export function toHistoryDto(rows: readonly HistoryRow[]): HistoryDto {
  const items = rows.map(({ id, version, at, actor, source, reason, changes }) => ({
    id,
    version,
    at: at.toISOString(),
    actor,
    source,
    reason,
    changes,
  }));
  return { items, total: items.length, nextCursor: null };
}
