import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import type { Language } from '../http/language';
import { Html, html } from './html';

/** System fonts only, one column, wide touch targets, prints without its controls. No script and nothing fetched: pages work in a text browser. */
const STYLE = `
:root{color-scheme:light dark;--ink:#1b1b1b;--paper:#fff;--line:#bfc5cc;--soft:#f3f5f7;--main:#0b4a8f;--good:#0a6b34;--bad:#a8071a;--warn:#7a4b00}
@media(prefers-color-scheme:dark){:root{--ink:#ececec;--paper:#16191d;--line:#4a525b;--soft:#20252b;--main:#8ec1ff;--good:#7fd6a0;--bad:#ff9a9a;--warn:#f2c66d}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:1.0625rem/1.6 system-ui,"Noto Sans SC","Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif}
header,main,footer{max-width:52rem;margin:0 auto;padding:.75rem 1rem}header{border-bottom:3px solid var(--main)}header p{margin:0;font-weight:600}
p,li,small,strong{overflow-wrap:anywhere}h1{font-size:1.5rem;line-height:1.3;margin:1rem 0 .5rem}h2{font-size:1.2rem;margin:1.75rem 0 .5rem}h3{font-size:1.05rem;margin:1rem 0 .25rem}
a{color:var(--main)}a:focus-visible,button:focus-visible,input:focus-visible,select:focus-visible,textarea:focus-visible{outline:3px solid var(--main);outline-offset:2px}
table{border-collapse:collapse;width:100%}caption{text-align:left;font-weight:600;padding:.25rem 0}th,td{border:1px solid var(--line);padding:.4rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}thead th{background:var(--soft)}
.wide{overflow-x:auto}.wide table{min-width:32rem}dl{display:grid;grid-template-columns:minmax(7rem,12rem) 1fr;gap:.25rem 1rem;margin:.5rem 0}dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere}
fieldset{min-width:0;border:1px solid var(--line);margin:1rem 0;padding:.5rem 1rem 1rem}legend{font-weight:600;padding:0 .25rem;overflow-wrap:anywhere}label{display:block;margin:.75rem 0 .25rem}
input,select,textarea{font:inherit;color:inherit;background:var(--paper);border:1px solid var(--ink);border-radius:.2rem;padding:.5rem;width:100%;min-width:0;max-width:28rem}textarea{max-width:none;min-height:4rem}
button{display:block;font:inherit;font-weight:600;color:var(--paper);background:var(--main);border:0;border-radius:.2rem;padding:.65rem 1.25rem;margin:.75rem .5rem .25rem 0;min-height:2.75rem;cursor:pointer}
.note{border-left:6px solid var(--main);background:var(--soft);padding:.5rem 1rem;margin:1rem 0}.bad{border-color:var(--bad)}.good{border-color:var(--good)}.warn{border-color:var(--warn)}.hint{font-size:.95rem;margin:.1rem 0}
.skip{position:absolute;left:-999rem}.skip:focus{left:1rem;top:.5rem;background:var(--paper);padding:.5rem}
@media(max-width:30rem){dl{grid-template-columns:1fr}dt{margin-top:.5rem}}
@media print{body{font-size:11pt;background:#fff;color:#000}form,nav,.skip{display:none}.wide{overflow:visible}.wide table{min-width:0}header{border-color:#000}a{color:#000;text-decoration:none}}
`.trim();

/** In one piece: the policy names the digest of exactly what stands between the tags. */
const STYLE_ELEMENT = new Html(`<style>${STYLE}</style>`);
const STYLE_SOURCE = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;

export interface PageParts {
  language: Language;
  title: string;
  /** Name of the agency or service, at the head of the page. */
  office: string;
  body: Html;
  /** Address of the same page in the other language; left out where a language switch would repeat a form. */
  otherLanguage?: string;
}

const WORDS = {
  zh: { lang: 'zh-CN', skip: '跳到正文', other: 'English', otherLang: 'en' },
  en: { lang: 'en', skip: 'Skip to content', other: '中文', otherLang: 'zh-CN' },
} as const;

/** A whole page of the portal. */
export function page({ language, title, office, body, otherLanguage }: PageParts): Html {
  const words = WORDS[language];
  return html`<!doctype html>
    <html lang="${words.lang}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${title} - ${office}</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        <a class="skip" href="#main">${words.skip}</a>
        <header>
          <p>${office}</p>
          ${otherLanguage && html`<nav><a href="${otherLanguage}" lang="${words.otherLang}" hreflang="${words.otherLang}">${words.other}</a></nav>`}
        </header>
        <main id="main">${body}</main>
      </body>
    </html> `;
}

/** Sends a page that nobody may keep, frame or learn the address of. */
export function sendPage(reply: FastifyReply, parts: PageParts, status = 200): void {
  reply
    .status(status)
    .header('content-language', WORDS[parts.language].lang)
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'no-referrer')
    .header('x-content-type-options', 'nosniff')
    .header('x-robots-tag', 'noindex, nofollow')
    .header(
      'content-security-policy',
      `default-src 'none'; style-src ${STYLE_SOURCE}; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
    )
    .type('text/html; charset=utf-8')
    .send(page(parts).text);
}
