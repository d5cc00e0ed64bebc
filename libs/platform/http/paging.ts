import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { PlatformProblem } from '../problems';

const toInteger = ({ value }: { value: unknown }) =>
  typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;

/** Query of every list. Machines go on with `cursor`; the console turns pages with `page` and `perPage`. */
export class PageQuery {
  @ApiPropertyOptional({ description: 'nextCursor of the page before' })
  @IsOptional()
  @IsString()
  @MaxLength(500)
  cursor?: string;
  @ApiPropertyOptional({ default: 25 }) @IsOptional() @Transform(toInteger) @IsInt() @Min(1) @Max(200) limit?: number;
  @ApiPropertyOptional() @IsOptional() @Transform(toInteger) @IsInt() @Min(1) @Max(100_000) page?: number;
  @ApiPropertyOptional() @IsOptional() @Transform(toInteger) @IsInt() @Min(1) @Max(200) perPage?: number;
  @ApiPropertyOptional({ description: 'a field that the list names as sortable' })
  @IsOptional()
  @IsString()
  @MaxLength(60)
  sort?: string;
  @ApiPropertyOptional({ enum: ['ASC', 'DESC'] }) @IsOptional() @IsIn(['ASC', 'DESC']) order?: 'ASC' | 'DESC';
  @ApiPropertyOptional({ description: 'words to look for' }) @IsOptional() @IsString() @MaxLength(200) q?: string;
}

export interface Page<T> {
  items: T[];
  /** Pass it as `cursor` to go on; null at the end. */
  nextCursor: string | null;
  total: number;
}

export interface PageOptions {
  /** Sortable field → column expression of the query builder, for example `{ createdAt: 'c.createdAt' }`. */
  sortable: Record<string, string>;
  defaultSort: string;
  defaultOrder?: 'ASC' | 'DESC';
  /** Column that makes the order total, for example `c.id`. */
  id: string;
}

/**
 * One page of `query`. A cursor holds the position in the order asked for (offset), bound to sort and direction, so that a
 * cursor of another list is refused and not misread.
 */
export async function pageOf<E extends ObjectLiteral>(
  query: SelectQueryBuilder<E>,
  asked: PageQuery,
  options: PageOptions,
): Promise<Page<E>> {
  const sort = asked.sort ?? options.defaultSort;
  const column = options.sortable[sort];
  if (!column)
    throw PlatformProblem.invalid({
      errors: [{ pointer: '/sort', detail: `one of ${Object.keys(options.sortable).join(', ')}` }],
    });
  const order = asked.order ?? options.defaultOrder ?? 'DESC';
  const limit = asked.perPage ?? asked.limit ?? 25;
  const offset = asked.cursor ? offsetOf(asked.cursor, sort, order) : ((asked.page ?? 1) - 1) * limit;
  const [items, total] = await query
    .orderBy(column, order)
    .addOrderBy(options.id, order)
    .skip(offset)
    .take(limit)
    .getManyAndCount();
  const end = offset + items.length;
  return { items, total, nextCursor: end < total && items.length ? cursorOf(end, sort, order) : null };
}

function cursorOf(offset: number, sort: string, order: string): string {
  return Buffer.from(JSON.stringify([offset, sort, order])).toString('base64url');
}

function offsetOf(cursor: string, sort: string, order: string): number {
  try {
    const [offset, cursorSort, cursorOrder] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [number, string, string];
    if (Number.isSafeInteger(offset) && offset >= 0 && cursorSort === sort && cursorOrder === order) return offset;
  } catch {
    // refused below
  }
  throw PlatformProblem.invalid({ errors: [{ pointer: '/cursor', detail: 'not a cursor of this list' }] });
}
