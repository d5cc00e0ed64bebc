import { createHash } from 'node:crypto';
import { html } from './html';
import { page, sendPage } from './page';

it('escapes whatever is put into markup, in text and in attributes', () => {
  const hostile = `"><script>alert('x')</script>&`;
  expect(html`<p title="${hostile}">${hostile}</p>`.text).not.toMatch(/<script|'x'|"&#62;"/);
  expect(html`<p>${hostile}</p>`.text).toBe('<p>&#34;&#62;&#60;script&#62;alert(&#39;x&#39;)&#60;/script&#62;&#38;</p>');
});

it('joins lists, keeps markup and leaves out what is not there', () => {
  const items = [1, 2].map((n) => html`<b>${n}</b>`);
  expect(html`<i>${items}${null}${undefined}${false}</i>`.text).toBe('<i><b>1</b><b>2</b></i>');
});

it('AC-OPR-1.4 tells the browser to keep the address to itself, and carries no script', () => {
  const headers = new Map<string, string>();
  let sent = '';
  const reply = {
    status: () => reply,
    header: (name: string, value: string) => (headers.set(name, value), reply),
    type: () => reply,
    send: (text: string) => (sent = text),
  };
  const parts = { language: 'zh' as const, title: '通知书', office: '示例局', body: html`<p>x</p>` };
  sendPage(reply as never, parts);
  expect(headers.get('referrer-policy')).toBe('no-referrer');
  expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(headers.get('cache-control')).toBe('no-store');
  expect(sent).toBe(page(parts).text);
  const style = /<style>([^]*)<\/style>/.exec(sent)![1]!;
  expect(headers.get('content-security-policy')).toContain(createHash('sha256').update(style).digest('base64'));
  expect(sent).not.toMatch(/<script|https?:\/\//);
});
