import type { Mail } from '../mailbox';
import { framed } from './notice-page';
import { html, raw } from './html';

export const inboxPage = (mails: readonly Mail[]): string =>
  framed(
    '云舟互联 · 收件箱',
    mails.length
      ? html`<table>
          <tr>
            <th>时间</th>
            <th>发件人</th>
            <th>收件人</th>
            <th>主题</th>
          </tr>
          ${[...mails].reverse().map(
            (mail) =>
              html`<tr>
                <td>${mail.at.slice(0, 19).replace('T', ' ')}</td>
                <td>${mail.from}</td>
                <td>${mail.to.join('、')}</td>
                <td><a href="/mails/${mail.id}">${mail.subject || '（无主题）'}</a></td>
              </tr>`,
          )}
        </table>`
      : html`<article>暂无邮件</article>`,
  );

export const mailPage = (mail: Mail): string =>
  framed(
    mail.subject || '（无主题）',
    html`<article>
      <p>${mail.from} → ${mail.to.join('、')}</p>
      <hr />
      <pre>${raw(linked(mail.text))}</pre>
    </article>`,
  );

/** The text as markup in which addresses can be clicked. */
const linked = (text: string) => html`${text}`.text.replace(/https?:\/\/[^\s<&]+/g, (url) => `<a href="${url}">${url}</a>`);
