export interface SnippetSubject {
  code: string;
  name: string;
  uscc: string | null;
  siteUrl: string;
}

/**
 * What the holder pastes into his page: a link and a picture, no script. `origin` lets the visitor's browser tell us only
 * the host he comes from; `noreferrer` is never used, as it would make every badge "compare by eye".
 */
export function snippetHtml({ code, name }: SnippetSubject, portal: string): string {
  const address = `${portal}/b/${code}`;
  return `<a href="${text(address)}" rel="noopener" referrerpolicy="origin" target="_blank">
  <img src="${text(address)}.svg" width="120" height="42" referrerpolicy="origin"
       alt="营业执照亮照标识：${text(name)}，点击核验" loading="lazy"></a>`;
}

/** Machine-readable twin of the badge; the verification page repeats it, so that both sides point at each other. */
export function organizationJsonLd({ code, name, uscc, siteUrl }: SnippetSubject, portal: string): string {
  const body = {
    '@context': 'https://schema.org',
    '@type': 'Organization',
    legalName: name,
    ...(uscc ? { identifier: { '@type': 'PropertyValue', propertyID: '统一社会信用代码', value: uscc } } : {}),
    url: siteUrl,
    sameAs: `${portal}/b/${code}`,
  };
  // `<` inside a string would end the element that carries it.
  return JSON.stringify(body).replaceAll('<', '\\u003c');
}

function text(value: string): string {
  return value.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
