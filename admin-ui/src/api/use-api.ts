import { useQuery } from '@tanstack/react-query';
import { call } from './http';
import type { Page } from './types';

/** Reads one address below `/api/v1`. `refetchMs` for what moves while one looks at it. */
export const useApi = <T>(path: string | undefined, { query, refetchMs }: { query?: object; refetchMs?: number } = {}) =>
  useQuery<T>({
    queryKey: ['api', path, query ?? {}],
    queryFn: ({ signal }) => call<T>(path ?? '', { query, signal }),
    enabled: path !== undefined,
    refetchInterval: refetchMs ?? false,
  });

/** Sub-lists answer a page or a bare list, by what they are; the screens read both. */
export const itemsOf = <T>(answer: Page<T> | T[] | undefined): T[] => (Array.isArray(answer) ? answer : (answer?.items ?? []));

export const useItems = <T>(path: string | undefined, options: { query?: object; refetchMs?: number } = {}) => {
  const { data, ...rest } = useApi<Page<T> | T[]>(path, options);
  return { ...rest, items: itemsOf(data) };
};
