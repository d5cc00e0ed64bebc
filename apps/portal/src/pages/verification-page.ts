import { markDifference, organizationJsonLd, TONES, type Verification } from '../../../../libs/badge';
import { statusName } from '../../../../libs/registry';
import { type Html, html } from '../../../../libs/platform';
import { ICONS } from '../page/icons';
import { day, instant, page } from '../page/layout';
import type { Reader } from '../page/request';
import { stateName, verdictWords } from '../page/verdict-words';

/** The verdict first, then the registered address as the largest text, then whose badge it is, then what it does not say. */
export function verificationPage(checked: Verification, code: string, reader: Reader, portal: string): string {
  const zh = reader.language === 'zh';
  const { standing, verdict } = checked;
  const badge = standing?.badge ?? null;
  const words = verdictWords(checked, zh);
  const canonical = badge ? `${portal}/b/${badge.code}` : undefined;
  const body = html`<section class="card verdict ${TONES[verdict]}"><header>${ICONS[TONES[verdict]]}<div><h1>${words.title}</h1><p class="why">${words.why}</p></div></header>
${badge && addresses(checked, zh)}${!badge && standing && typedCode(code, zh)}${actions(checked, code, reader)}</section>
${badge && details(checked, zh)}
<section class="card"><h2>${zh ? '本页不说明什么' : 'What this page does not say'}</h2><p>${
    zh
      ? '本页只说明：此标识由谁、为哪个网址取得，以及现在的状态。它不是对商品、服务质量或信誉的认可。'
      : 'This page says only who obtained this badge, for which address, and its state now. It is no mark of the quality of goods, service or reputation.'
  }</p></section>`;
  return page({
    title: words.title,
    body,
    reader,
    host: new URL(portal).host,
    canonical,
    noindex: !badge || badge.subject_kind === 'natural-person-shop',
    jsonLd: badge
      ? organizationJsonLd({ code: badge.code, name: badge.subject_name, uscc: badge.uscc, siteUrl: badge.url }, portal)
      : undefined,
  });
}

/** Registered address in plain and in code form; beside it the visitor's own when it differs, the difference marked. */
function addresses({ verdict, origin, standing }: Verification, zh: boolean): Html {
  const badge = standing!.badge!;
  const filed = badge.on_platform ? badge.url.replace(/^https?:\/\//, '').replace(/\/$/, '') : badge.domain_unicode;
  const different = (verdict === 'copied' || verdict === 'lookalike') && origin;
  return html`<div class="where"><p class="label">${zh ? '本标识仅对以下网址有效' : 'This badge is valid only for'}</p><p class="address">${filed}${codeForm(badge.domain_unicode, badge.domain)}</p></div>
${different && html`<div class="where theirs"><p class="label">${zh ? '您打开本页时所在的网址' : 'The address you came from'}</p><p class="address">${
    verdict === 'lookalike'
      ? markDifference(different.unicode, badge.domain_unicode).map(({ text, differs }) => (differs ? html`<mark>${text}</mark>` : html`${text}`))
      : different.unicode
  }${codeForm(different.unicode, different.ascii)}</p></div>`}`;
}

const codeForm = (shown: string, ascii: string): Html | false => shown !== ascii && html`<span class="code">${ascii}</span>`;

function typedCode(code: string, zh: boolean): Html {
  return html`<div class="where"><p class="label">${zh ? '您查询的编码' : 'The code you asked for'}</p><p class="address">${code}</p></div>`;
}

function actions({ verdict, origin, standing }: Verification, code: string, reader: Reader): Html {
  const zh = reader.language === 'zh';
  const badge = standing?.badge;
  const bad = verdict === 'copied' || verdict === 'lookalike' || verdict === 'unknown';
  const report = reader.href(`/b/${encodeURIComponent(badge?.code ?? code.slice(0, 40))}/report`, bad && origin ? { from: origin.ascii } : {});
  return html`<p class="actions">${
    badge?.on_platform && verdict === 'platform' && html`<a class="button" href="${badge.url}" rel="noopener noreferrer">${zh ? '打开登记的店铺' : 'Open the registered shop'}</a>`
  }<a class="button${bad ? ' warn' : ''}" href="${report}">${zh ? '举报冒用或伪造' : 'Report misuse or forgery'}</a></p>`;
}

function details({ standing }: Verification, zh: boolean): Html {
  const badge = standing!.badge!;
  const status = statusName(badge.subject_status);
  const rows: [string, Html | string | null][] = [
    [zh ? '主体名称' : 'Legal name', formerly(badge.subject_name, badge.used_names, zh)],
    [zh ? '统一社会信用代码' : 'Credit code', badge.uscc && html`<span class="num">${badge.uscc}</span>`],
    [zh ? '住所' : 'Registered address', badge.domicile],
    [zh ? '登记状态' : 'Licence status', zh ? status.zh : status.en],
    [zh ? '网站（网店）名称' : 'Site or shop', badge.site_name],
    [zh ? '所在平台' : 'Platform', badge.on_platform ? (badge.platform_name ?? badge.domain_unicode) : null],
    [zh ? '标识编码' : 'Badge code', html`<span class="num">${badge.code}</span>`],
    [zh ? '标识状态' : 'Badge state', `${stateName(badge.state, zh)}${zh ? '，自' : ', since '}${day(badge.state_since, zh)}${zh ? '起' : ''}`],
    [zh ? '发放机关' : 'Issuing office', badge.office_telephone ? `${badge.office} ${badge.office_telephone}` : badge.office],
    [zh ? '发放日期' : 'Issued', day(badge.issued_at, zh)],
    [zh ? '核验时间' : 'Checked at', instant(standing!.checkedAt, zh)],
  ];
  return html`<section class="card"><h2>${zh ? '标识登记内容' : 'What the register holds'}</h2><dl>${rows
    .filter(([, value]) => value)
    .map(([label, value]) => html`<dt>${label}</dt><dd>${value}</dd>`)}</dl></section>`;
}

function formerly(name: string, used: readonly string[], zh: boolean): Html {
  return html`${name}${used.length > 0 && html` <span class="quiet">${zh ? '（曾用名：' : '(formerly '}${used.join(zh ? '、' : ', ')}${zh ? '）' : ')'}</span>`}`;
}
