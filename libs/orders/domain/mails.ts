import { localDate } from '../../kernel';

/** Number and office, nothing else: a mail is read by servers and assistants who have no business with its content. */
export function orderMail(
  order: { number: string | null; authority: string },
  url: string,
  expiresAt: Date,
): { subject: string; text: string } {
  const number = order.number ?? '';
  return {
    subject: `[${order.authority}] ${number}`,
    text: [
      `${order.authority}向贵单位发出文书：${number}。`,
      `请打开下列链接查收、签收并报告执行情况（有效期至${localDate(expiresAt)}）：`,
      url,
      '打开链接后，一次性验证码将发送至贵单位登记的第二联系人。仅打开链接不视为签收。请勿转发本邮件。',
      '',
      `${order.authority} has sent your organisation a document: ${number}.`,
      `Open the link above to read, acknowledge and report (valid until ${localDate(expiresAt)}).`,
      'A one-time code then goes to the second contact that your organisation has registered. Opening the link alone acknowledges nothing. Do not forward this mail.',
    ].join('\n'),
  };
}

export function codeMail(number: string, code: string, minutes: number): { subject: string; text: string } {
  return {
    subject: `验证码 / One-time code (${number})`,
    text: [
      `${code}`,
      '',
      `查阅文书${number}的一次性验证码，${minutes}分钟内有效。如非贵单位人员申请，请勿提供给任何人。`,
      `One-time code for document ${number}, valid for ${minutes} minutes. If nobody in your organisation asked for it, give it to nobody.`,
    ].join('\n'),
  };
}
