import type {
  CreateParams,
  DataProvider,
  GetListParams,
  GetManyParams,
  GetOneParams,
  Identifier,
  QueryFunctionContext,
  RaRecord,
  UpdateParams,
} from 'react-admin';
import { ask } from '../parts/ask';
import { answerOf, call } from './http';
import { ApiProblem } from './problem';
import type { Page } from './types';

type Fields = Record<string, unknown>;

const isEmpty = (value: unknown) => value === undefined || value === null || value === '';

/** New records are sent without empty fields: the server refuses fields it does not know and empty text alike. */
const filled = (data: Fields): Fields => Object.fromEntries(Object.entries(data).filter(([, v]) => !isEmpty(v)));

/** Only what the person changed is sent; an emptied field becomes null. */
export const changesOf = (before: Fields, after: Fields): Fields =>
  Object.fromEntries(
    Object.entries(after)
      .filter(([k, v]) => JSON.stringify(v ?? null) !== JSON.stringify(before[k] ?? null))
      .map(([k, v]) => [k, isEmpty(v) ? null : v]),
  );

/** A conflict is put to the person; "keep mine" sends the same changes against the version that is there now. */
const settle = async (resource: string, id: Identifier, base: Fields, mine: Fields): Promise<Fields> => {
  const theirs = await call<Fields>(`${resource}/${id}`);
  const keepMine = await ask({ kind: 'conflict', resource, base, mine, theirs });
  if (!keepMine) return theirs;
  return call<Fields>(`${resource}/${id}`, { method: 'PATCH', body: mine, version: theirs['version'] as number });
};

/** react-admin sorts by `id` when a list names no order; then the server's own order is the right one. */
const orderOf = (sort: { field: string; order: string } | undefined) =>
  sort?.field && sort.field !== 'id' ? { sort: sort.field, order: sort.order } : {};

const notOffered = () =>
  Promise.reject(new ApiProblem(405, { code: 'console.neverDeleted', title: 'Records are never deleted.' }));

/** What react-admin knows of a data provider, and the acts of this system: moves of a state table, and files. */
export interface ConsoleDataProvider extends DataProvider {
  /** One move. `data` carries what it needs: reason, officers, amounts. The same key is the same act. */
  transition(
    resource: string,
    id: Identifier,
    action: string,
    data?: Fields,
    at?: { version?: number; idempotencyKey?: string },
  ): Promise<RaRecord>;
  /** Hands a file of the API to the browser's own download, under the name that the server gave it. */
  download(path: string, fallbackName: string): Promise<void>;
}

const list = async <T extends RaRecord>(
  resource: string,
  { pagination, sort, filter, signal }: GetListParams & QueryFunctionContext,
) => {
  const query = { page: pagination?.page, perPage: pagination?.perPage, ...orderOf(sort), ...(filter as Fields) };
  const page = await call<Page<T> | T[]>(resource, { query, signal });
  return Array.isArray(page) ? { data: page, total: page.length } : { data: page.items, total: page.total };
};

export const dataProvider: ConsoleDataProvider = {
  supportAbortSignal: true,
  getList: list,

  async getOne<T extends RaRecord>(resource: string, { id, signal }: GetOneParams<T> & QueryFunctionContext) {
    return { data: await call<T>(`${resource}/${id}`, { signal }) };
  },

  /** A reference that is out of our scope answers like one that does not exist; the others are shown all the same. */
  async getMany<T extends RaRecord>(resource: string, { ids, signal }: GetManyParams<T> & QueryFunctionContext) {
    const found = await Promise.allSettled(ids.map((id) => call<T>(`${resource}/${id}`, { signal })));
    return { data: found.flatMap((f) => (f.status === 'fulfilled' ? [f.value] : [])) };
  },

  getManyReference: (resource, { target, id, filter, ...params }) =>
    list(resource, { ...params, filter: { ...filter, [target]: id } }),

  async create<T extends Omit<RaRecord, 'id'>, R extends RaRecord = T & { id: Identifier }>(
    resource: string,
    { data }: CreateParams<T>,
  ) {
    return { data: await call<R>(resource, { method: 'POST', body: filled(data as Fields) }) };
  },

  async update<T extends RaRecord>(resource: string, { id, data, previousData }: UpdateParams<T>) {
    const before = (previousData ?? {}) as Fields;
    const body = changesOf(before, data as Fields);
    if (Object.keys(body).length === 0) return { data: previousData };
    try {
      return {
        data: await call<T>(`${resource}/${id}`, { method: 'PATCH', body, version: before['version'] as number | undefined }),
      };
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.status !== 412) throw error;
      return { data: (await settle(resource, id, before, body)) as T };
    }
  },

  updateMany: notOffered,
  delete: notOffered,
  deleteMany: notOffered,

  transition: (resource, id, action, data = {}, at = {}) =>
    call<RaRecord>(`${resource}/${id}/transitions`, { method: 'POST', body: { action, ...filled(data) }, ...at }),

  async download(path, fallbackName) {
    const answer = await answerOf(path);
    const disposition = answer.headers.get('content-disposition') ?? '';
    const named = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1] ?? /filename="([^"]+)"/i.exec(disposition)?.[1];
    const address = URL.createObjectURL(await answer.blob());
    const link = Object.assign(document.createElement('a'), {
      href: address,
      download: named ? decodeURIComponent(named) : fallbackName,
    });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  },
};
