import type { FastifyRequest } from 'fastify';
import { type Language, languageOf } from '../../../../libs/platform';

/** How a visitor reads: language and print size. Both live in the address and nowhere else: there is no cookie. */
export interface Reader {
  language: Language;
  large: boolean;
  /** Address on our own host, keeping what the visitor chose by hand. */
  href(path: string, extra?: Record<string, string>): string;
  /** The page being read with one choice changed. */
  here(change: Record<string, string>): string;
}

export function readerOf(request: FastifyRequest): Reader {
  const query = (request.query ?? {}) as Record<string, unknown>;
  const large = query.large === '1';
  const chosen: Record<string, string> = {};
  if (query.lang === 'zh' || query.lang === 'en') chosen.lang = query.lang;
  if (large) chosen.large = '1';
  const href = (path: string, extra: Record<string, string> = {}) => withQuery(path, { ...chosen, ...extra });
  const kept = Object.fromEntries(Object.entries(query).filter((pair): pair is [string, string] => typeof pair[1] === 'string'));
  return { language: languageOf(request), large, href, here: (change) => withQuery(request.url.split('?')[0]!, { ...kept, ...change }) };
}

function withQuery(path: string, query: Record<string, string>): string {
  const text = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString();
  return text ? `${path}${path.includes('?') ? '&' : '?'}${text}` : path;
}
