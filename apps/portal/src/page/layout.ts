import { Html, html } from '../../../../libs/platform';
import type { Reader } from './request';
import { STYLE_PATH } from './style';

export interface PageParts {
  title: string;
  body: Html;
  reader: Reader;
  /** Host name under which we are printed on badges and posters. */
  host: string;
  canonical?: string;
  /** JSON-LD that escapes `<`. Data, not script: nothing runs. */
  jsonLd?: string;
  /** Persons and refusals are not for search engines. */
  noindex?: boolean;
  /** For a page whose policy allows it. The page must say all it has to say without. */
  script?: { src: string; integrity: string } | null;
}

/** The frame of every public page: works without script, cookie and picture, in reading order. */
export function page({ title, body, reader, host, canonical, jsonLd, noindex, script }: PageParts): string {
  const zh = reader.language === 'zh';
  const name = zh ? '网络市场监管公共服务' : 'Network Market Supervision Public Service';
  const frame = html`<!doctype html>
<html lang="${zh ? 'zh-CN' : 'en'}"${reader.large && new Html(' class="large"')}>
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${title} · ${name}</title>
<meta name="color-scheme" content="light dark">${noindex && new Html('<meta name="robots" content="noindex">')}<link rel="stylesheet" href="${STYLE_PATH}">${
    canonical && html`<link rel="canonical" href="${canonical}">`
  }${jsonLd && new Html(`<script type="application/ld+json">${jsonLd}</script>`)}${script && html`<script src="${script.src}" integrity="${script.integrity}" defer></script>`}</head>
<body><a class="skip" href="#main">${zh ? '跳到正文' : 'Skip to content'}</a>
<header class="masthead"><div class="wrap"><a class="name" href="${reader.href('/lookup')}">${name}</a>
<nav class="tools" aria-label="${zh ? '显示方式' : 'Display'}"><a href="${reader.here({ large: reader.large ? '' : '1' })}">${
    reader.large ? (zh ? '标准字号' : 'Standard print') : zh ? '大字版' : 'Large print'
  }</a><a href="${reader.here({ lang: zh ? 'en' : 'zh' })}" lang="${zh ? 'en' : 'zh-CN'}">${zh ? 'English' : '中文'}</a></nav></div></header>
<main id="main" class="wrap">${body}</main>
<footer><div class="wrap"><p>${
    zh
      ? html`本服务唯一网址为 <strong>${host}</strong>，与标识和海报上印制的一致。网址不同的页面不是本服务。`
      : html`Our only address is <strong>${host}</strong>, as printed on badges and posters. A page at another address is not ours.`
  }</p><p><a href="${reader.href('/lookup')}">${zh ? '手工查询标识或主体' : 'Look up a badge or subject by hand'}</a>　<a href="${reader.href('/verify-package')}">${zh ? '核验电子证据包' : 'Verify an evidence package'}</a></p></div></footer></body></html>`;
  return frame.text;
}

const SHANGHAI = 'Asia/Shanghai';

/** `2026年11月22日` or `22 Nov 2026`, as it is in Shanghai. */
export function day(at: Date | string, zh: boolean): string {
  const date = typeof at === 'string' ? new Date(`${at}T00:00:00+08:00`) : at;
  return new Intl.DateTimeFormat(zh ? 'zh-CN' : 'en-GB', { timeZone: SHANGHAI, year: 'numeric', month: zh ? 'long' : 'short', day: 'numeric' }).format(date);
}

/** Day and time with the zone, which is always said. */
export function instant(at: Date, zh: boolean): string {
  const time = new Intl.DateTimeFormat('en-GB', { timeZone: SHANGHAI, hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(at);
  return zh ? `${day(at, zh)} ${time}（北京时间）` : `${day(at, zh)}, ${time} (Beijing time)`;
}
