import { html } from '../../../../libs/platform';
import { page } from '../page/layout';
import type { Reader } from '../page/request';

export interface ReportDraft {
  code: string;
  address: string;
  what: string;
  contact: string;
}

/** The form is a form: it is sent by a person's POST, never by opening an address. */
export function reportPage(draft: ReportDraft, faults: readonly ('address' | 'what' | 'contact')[], reader: Reader, portal: string): string {
  const zh = reader.language === 'zh';
  const title = zh ? '举报冒用或伪造标识' : 'Report a misused or forged badge';
  const told = { address: zh ? '请填写在哪里看到' : 'Say where you saw it', what: zh ? '请说明情况（不超过2000字）' : 'Say what you saw (up to 2,000 characters)', contact: zh ? '联系方式过长' : 'The contact is too long' }; // prettier-ignore
  const body = html`<section class="card"><h1>${title}</h1>
<p class="quiet">${zh ? '标识编码：' : 'Badge code: '}<span class="num">${draft.code}</span></p>
${faults.length > 0 && html`<div class="error" role="alert"><ul>${faults.map((fault) => html`<li><a href="#${fault}">${told[fault]}</a></li>`)}</ul></div>`}
<form method="post" action="${reader.href(`/b/${encodeURIComponent(draft.code)}/report`)}">
<label for="address">${zh ? '在哪里看到（网址或地点）' : 'Where you saw it (address or place)'}</label>
<input type="text" id="address" name="address" required maxlength="2000" value="${draft.address}">
<label for="what">${zh ? '看到了什么' : 'What you saw'}</label>
<textarea id="what" name="what" required maxlength="2000">${draft.what}</textarea>
<label for="contact">${zh ? '联系方式（可不填，仅用于核实）' : 'Contact (optional, used only to ask back)'}</label>
<input type="text" id="contact" name="contact" maxlength="200" autocomplete="email" value="${draft.contact}">
<p class="actions"><button>${zh ? '提交举报' : 'Send the report'}</button></p></form></section>`;
  return page({ title, body, reader, host: new URL(portal).host, noindex: true });
}

export function receivedPage(number: string, reader: Reader, portal: string): string {
  const zh = reader.language === 'zh';
  const title = zh ? '已收到您的举报' : 'Your report has been received';
  const body = html`<section class="card"><h1>${title}</h1><p>${zh ? '受理编号' : 'Number'}</p><p class="address num">${number}</p>
<p class="quiet">${zh ? '请记下编号。登记机关核查后会依法处理。' : 'Please note the number. The office in charge will look into it.'}</p></section>`;
  return page({ title, body, reader, host: new URL(portal).host, noindex: true });
}

/** A refusal as a page, for people; machines get problem+json. */
export function refusalPage(title: string, reader: Reader, portal: string): string {
  const zh = reader.language === 'zh';
  const body = html`<section class="card"><h1>${title}</h1><p>${zh ? '请检查网址，或使用手工查询。' : 'Check the address, or look it up by hand.'}</p>
<p class="actions"><a class="button primary" href="${reader.href('/lookup')}">${zh ? '手工查询' : 'Look up'}</a></p></section>`;
  return page({ title, body, reader, host: new URL(portal).host, noindex: true });
}
