import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { Brackets, type ObjectLiteral, QueryFailedError, type SelectQueryBuilder } from 'typeorm';
import { mustBeOneOf } from '../../kernel';
import { PlatformProblem } from '../problems';

const toInteger = ({ value }: { value: unknown }) =>
  typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;

/** Query of every list. Machines go on with `cursor`; the console turns pages with `page` and `perPage`. */
export class PageQuery {
  @ApiPropertyOptional({ description: 'nextCursor of the page before' })
  @IsOptional()
  @IsString()
  @MaxLength(2_000)
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
 * One page of `query`. A cursor names the last row that was shown by what the list is sorted by and its id, so that rows which come or go in
 * between are neither skipped nor shown twice, and page one thousand costs what page one costs. It is bound to sort and direction: a cursor of
 * another list is refused and not misread.
 */
export async function pageOf<E extends ObjectLiteral>(
  query: SelectQueryBuilder<E>,
  asked: PageQuery,
  options: PageOptions,
): Promise<Page<E>> {
  const sort = asked.sort ?? options.defaultSort;
  if (!Object.hasOwn(options.sortable, sort))
    throw PlatformProblem.invalid({ errors: [mustBeOneOf('/sort', Object.keys(options.sortable))] });
  const column = options.sortable[sort]!;
  const order = asked.order ?? options.defaultOrder ?? 'DESC';
  const limit = asked.perPage ?? asked.limit ?? 25;
  const after = asked.cursor === undefined ? null : positionOf(asked.cursor, sort, order);
  const total = await query.getCount();
  const place = query.clone();
  if (after) place.andWhere(behind(column, options.id, order, after));
  else place.skip(((asked.page ?? 1) - 1) * limit);
  const found = await place
    .orderBy(column, order)
    .addOrderBy(options.id, order)
    .take(limit + 1)
    .getMany()
    .catch((fault: unknown) => {
      // A forged cursor can hold what is no value of its column (class 22, data exception): wrong input, not a fault of ours.
      throw after && fault instanceof QueryFailedError && /^22/.test(String(fault.driverError['code'])) ? notACursor() : fault;
    });
  const items = found.slice(0, limit);
  return {
    items,
    total,
    nextCursor: found.length > limit ? await cursorAt(query, items.at(-1)!, column, options.id, sort, order) : null,
  };
}

/** Where a page ended: the value of the sorted column as PostgreSQL writes it (microseconds included), null for none, and the row's id. */
interface Position {
  value: string | null;
  id: string;
}

/** Everything behind a position, in PostgreSQL's own order: nulls last when ascending, first when descending. */
function behind(column: string, id: string, order: 'ASC' | 'DESC', { value, id: lastId }: Position): Brackets {
  const than = order === 'ASC' ? '>' : '<';
  return new Brackets((where) => {
    if (value === null) {
      where.where(`(${column} IS NULL AND ${id} ${than} :pageId)`, { pageId: lastId });
      if (order === 'DESC') where.orWhere(`${column} IS NOT NULL`);
      return;
    }
    where
      .where(`${column} ${than} :pageValue`, { pageValue: value })
      .orWhere(`(${column} = :pageValue AND ${id} ${than} :pageId)`, { pageValue: value, pageId: lastId });
    if (order === 'ASC') where.orWhere(`${column} IS NULL`);
  });
}

async function cursorAt<E extends ObjectLiteral>(
  query: SelectQueryBuilder<E>,
  last: E,
  column: string,
  id: string,
  sort: string,
  order: string,
): Promise<string> {
  const lastId = String(last[id.slice(id.indexOf('.') + 1)]);
  const row = await query
    .clone()
    .select(`(${column})::text`, 'value')
    .andWhere(`${id} = :pageId`, { pageId: lastId })
    .getRawOne<{ value: string | null }>();
  return Buffer.from(JSON.stringify([row?.value ?? null, lastId, sort, order])).toString('base64url');
}

function positionOf(cursor: string, sort: string, order: string): Position {
  try {
    const [value, id, cursorSort, cursorOrder] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    const plain = (text: unknown): text is string => typeof text === 'string' && !text.includes('\0');
    if ((value === null || plain(value)) && plain(id) && cursorSort === sort && cursorOrder === order) return { value, id };
  } catch {
    // refused below
  }
  throw notACursor();
}

const notACursor = () =>
  PlatformProblem.invalid({ errors: [{ pointer: '/cursor', detail: 'not a cursor of this list', zh: '不是本列表的翻页位置' }] });
