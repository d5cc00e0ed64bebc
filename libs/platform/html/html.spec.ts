import { html } from './html';
import { page, sendPage } from './page';

it('escapes whatever is put into markup, in text and in attributes', () => {
  const hostile = `"><script>alert('x')</script>&`;
  expect(html`<p title="${hostile}">${hostile}</p>`.text).not.toMatch(/<script|'x'|"&#62;"/);
  expect(html`<p>${hostile}</p>`.text).toBe('<p>&#34;&#62;&#60;script&#62;alert(&#39;x&#39;)&#60;/script&#62;&#38;</p>');
});

it('joins lists, keeps markup and leaves out what is not there', () => {
  expect(
    html`<ul>
      ${[1, 2].map((n) => html`<li>${n}</li>`)}${null}${undefined}${false}
    </ul>`.text,
  ).toBe('<ul><li>1</li><li>2</li></ul>');
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
  expect(sent).not.toMatch(/<script|https?:\/\//);
});
