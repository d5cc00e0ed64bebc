import { csrfToken } from '../auth/session';
import { ask } from '../parts/ask';
import { ApiProblem, type ProblemBody } from './problem';

export const apiRoot = '/api/v1';

/** What the server calls the refusal of a sealing act without a fresh second factor. */
const secondFactorRequired = 'officers.secondFactorRequired';

export interface CallOptions {
  method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  query?: object;
  body?: object;
  /** Version of the record the person saw; becomes `If-Match`. */
  version?: number | string;
  /** Same key, same act: kept over repeats, so that a lost answer never makes a second record. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

let language = 'zh-CN';
/** The language in which the server is to answer. */
export const languageNow = () => language;
/** The server writes its sentences in the language of the screen. */
export const speak = (locale: string) => {
  language = locale === 'zh' ? 'zh-CN' : locale;
};

export const queryString = (query: object = {}): string => {
  const pairs = Object.entries(query).filter(([, v]) => v !== undefined && v !== null && v !== '');
  const text = new URLSearchParams(pairs.map(([k, v]) => [k, String(v)])).toString();
  return text ? `?${text}` : '';
};

const headersOf = ({ method = 'GET', body, version, idempotencyKey }: CallOptions): Headers => {
  const headers = new Headers({ accept: 'application/json', 'accept-language': language });
  if (body) headers.set('content-type', 'application/json');
  if (method !== 'GET') headers.set('x-csrf-token', csrfToken());
  if (method === 'POST') headers.set('idempotency-key', idempotencyKey ?? crypto.randomUUID());
  if (version !== undefined) headers.set('if-match', `"${version}"`);
  return headers;
};

const problemFrom = async (answer: Response): Promise<ApiProblem> => {
  const body = (await answer.json().catch(() => ({}))) as ProblemBody;
  return new ApiProblem(answer.status, body);
};

const send = async (path: string, options: CallOptions, headers: Headers): Promise<Response> => {
  try {
    return await fetch(`${apiRoot}/${path}${queryString(options.query)}`, {
      method: options.method ?? 'GET',
      headers,
      body: options.body && JSON.stringify(options.body),
      signal: options.signal,
      credentials: 'same-origin',
      cache: 'no-store',
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiProblem(0, { code: 'console.offline', title: 'The server cannot be reached.' });
  }
};

/**
 * One call of the API. When a sealing act is refused for want of a fresh second factor, the person is asked for it and the very same
 * request (same `Idempotency-Key`, same `If-Match`) is sent again: the act continues where it stopped.
 */
export const answerOf = async (path: string, options: CallOptions = {}): Promise<Response> => {
  const headers = headersOf(options);
  const answer = await send(path, options, headers);
  if (answer.ok) return answer;
  const problem = await problemFrom(answer);
  if (problem.code !== secondFactorRequired) throw problem;
  if (!(await ask({ kind: 'secondFactor' }))) throw problem;
  const again = await send(path, options, headers);
  if (!again.ok) throw await problemFrom(again);
  return again;
};

export const call = async <T>(path: string, options: CallOptions = {}): Promise<T> => {
  const answer = await answerOf(path, options);
  const text = await answer.text();
  return (text ? JSON.parse(text) : {}) as T;
};
