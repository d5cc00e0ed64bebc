import type { PublicOutlet, PublicSubject } from '../../../../libs/badge';
import { statusName } from '../../../../libs/registry';
import { type Html, html } from '../../../../libs/platform';
import { day, page } from '../page/layout';
import type { Reader } from '../page/request';
import { stateName } from '../page/verdict-words';

export interface Found {
  q: string;
  division: string;
  subjects: readonly PublicSubject[];
  outlets: readonly PublicOutlet[];
  /** More than may be shown: the visitor is asked for a division; nothing is cut off silently. */
  tooMany: boolean;
  /** Too short to look for. */
  tooShort: boolean;
  offices: readonly { division_code: string; agency_name: string }[];
}

export function lookupPage(found: Found | null, reader: Reader, portal: string): string {
  const zh = reader.language === 'zh';
  const title = zh ? '查询标识或经营主体' : 'Look up a badge or a business';
  const body = html`<section class="card"><h1>${title}</h1><p class="quiet">${
    zh
      ? '输入标识编码、统一社会信用代码、主体名称或网站域名。自然人不按姓名列出。'
      : 'Enter a badge code, credit code, name or domain. Natural persons are not listed by name.'
  }</p>${searchForm(found, reader)}</section>${found && results(found, reader)}`;
  return page({ title, body, reader, host: new URL(portal).host, canonical: `${portal}/lookup`, noindex: Boolean(found) });
}

function searchForm(found: Found | null, reader: Reader): Html {
  const zh = reader.language === 'zh';
  return html`<form method="get" action="/lookup" role="search"><label for="q">${zh ? '编码、名称或域名' : 'Code, name or domain'}</label>
<div class="search"><input type="text" id="q" name="q" value="${found?.q ?? ''}" maxlength="200" autocomplete="off" spellcheck="false"><button>${zh ? '查询' : 'Search'}</button></div>${
    (found?.tooMany || found?.division) &&
    html`<label for="division">${zh ? '所属登记机关' : 'Office in charge'}</label><select id="division" name="division"><option value="">${zh ? '全部' : 'All'}</option>${found.offices.map(
      ({ division_code, agency_name }) => html`<option value="${division_code}"${division_code === found.division && html` selected`}>${agency_name}(${division_code})</option>`,
    )}</select>`
  }${hidden(reader)}</form>`;
}

const hidden = (reader: Reader): Html =>
  html`${[...new URLSearchParams(reader.href('').replace(/^\?/, ''))].map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}`;

function results({ q, subjects, outlets, tooMany, tooShort }: Found, reader: Reader): Html {
  const zh = reader.language === 'zh';
  const told = tooShort
    ? zh ? '请至少输入两个字。' : 'Enter at least two characters.'
    : tooMany
      ? zh ? '符合条件的主体过多，请在上方选择登记机关，或输入更完整的名称。' : 'Too many matches. Choose the office in charge above, or enter more of the name.'
      : !subjects.length
        ? zh ? `没有找到与“${q}”相符的主体。` : `Nothing found for “${q}”.`
        : null; // prettier-ignore
  if (told) return html`<section class="card" role="status"><p>${told}</p></section>`;
  return html`<section class="card"><h2>${zh ? `查询结果（${subjects.length}）` : `Results (${subjects.length})`}</h2><ul class="plain">${subjects.map(
    (subject) => html`<li><a href="${reader.href(`/subjects/${subject.id}`)}"><strong>${subject.name}</strong></a> ${statusTag(subject, zh)}<br><span class="quiet num">${subject.uscc ?? ''}</span>${outletLines(
      outlets.filter(({ subject_id }) => subject_id === subject.id),
      reader,
    )}</li>`,
  )}</ul></section>`;
}

export function outletLines(outlets: readonly PublicOutlet[], reader: Reader): Html {
  const zh = reader.language === 'zh';
  return html`${outlets.map(
    (outlet) => html`<br>${outlet.site_name} · ${outlet.domain_unicode} ${
      outlet.badge_code && outlet.badge_state
        ? html`<span class="tag ${outlet.badge_state === 'active' ? 'green' : 'amber'}"><a href="${reader.href(`/b/${outlet.badge_code}`)}">${zh ? '标识' : 'Badge'} ${stateName(outlet.badge_state, zh)}</a></span>`
        : html`<span class="tag grey">${zh ? '无标识' : 'no badge'}</span>`
    }`,
  )}`;
}

function statusTag({ status }: PublicSubject, zh: boolean): Html {
  const name = statusName(status);
  return html`<span class="tag ${status === '1' ? 'green' : status === '3' || status === '4' || status === '7' ? 'red' : 'amber'}">${zh ? name.zh : name.en}</span>`;
}

/** A stable page of one subject, with its outlets and their badges. */
export function subjectPage(subject: PublicSubject, outlets: readonly PublicOutlet[], reader: Reader, portal: string): string {
  const zh = reader.language === 'zh';
  const rows: [string, Html | string | null][] = [
    [zh ? '统一社会信用代码' : 'Credit code', subject.uscc && html`<span class="num">${subject.uscc}</span>`],
    [zh ? '曾用名' : 'Former names', subject.used_names.join(zh ? '、' : ', ')],
    [zh ? '住所' : 'Registered address', subject.domicile],
    [zh ? '登记机关' : 'Registrar', subject.registrar],
    [zh ? '成立日期' : 'Established', subject.established && day(subject.established, zh)],
  ];
  const body = html`<section class="card"><h1>${subject.name}</h1><p>${statusTag(subject, zh)}</p><dl>${rows
    .filter(([, value]) => value)
    .map(([label, value]) => html`<dt>${label}</dt><dd>${value}</dd>`)}</dl></section>
<section class="card"><h2>${zh ? '网站与网店' : 'Sites and shops'}</h2>${
    outlets.length
      ? html`<ul class="plain">${outlets.map((outlet) => html`<li><strong>${outlet.site_name}</strong>${outletLines([outlet], reader)}</li>`)}</ul>`
      : html`<p class="quiet">${zh ? '没有备案的网站或网店。' : 'No site or shop is on file.'}</p>`
  }</section>`;
  const jsonLd = JSON.stringify({
    '@context': 'https://schema.org',
    '@type': 'Organization',
    legalName: subject.name,
    ...(subject.uscc ? { identifier: { '@type': 'PropertyValue', propertyID: '统一社会信用代码', value: subject.uscc } } : {}),
    url: `${portal}/subjects/${subject.id}`,
    sameAs: outlets.map(({ url }) => url),
  }).replaceAll('<', '\\u003c');
  return page({
    title: subject.name,
    body,
    reader,
    host: new URL(portal).host,
    canonical: `${portal}/subjects/${subject.id}`,
    jsonLd,
    noindex: subject.kind === 'natural-person-shop',
  });
}
