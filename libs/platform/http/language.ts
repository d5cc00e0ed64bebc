import type { FastifyRequest } from 'fastify';

export type Language = 'zh' | 'en';

/** Language of an answer: `?lang=`, else the better liked of the two in Accept-Language, else Chinese. */
export function languageOf(request: Pick<FastifyRequest, 'headers' | 'query'>): Language {
  const asked = (request.query as { lang?: unknown } | undefined)?.lang;
  if (asked === 'zh' || asked === 'en') return asked;
  let best: { language: Language; q: number } = { language: 'zh', q: 0 };
  for (const item of (request.headers['accept-language'] ?? '').split(',')) {
    const [tag = '', ...parameters] = item.trim().toLowerCase().split(';');
    const language = tag.startsWith('en') ? 'en' : tag.startsWith('zh') ? 'zh' : null;
    const q = Number(parameters.find((p) => p.trim().startsWith('q='))?.split('=')[1] ?? 1);
    if (language && q > best.q) best = { language, q };
  }
  return best.language;
}
