import { createTransport, type Transporter } from 'nodemailer';

export interface Mail {
  to: string;
  subject: string;
  text: string;
  /** RFC 5322 Message-ID without brackets; the same mail sent twice keeps it, so that receivers can tell. */
  messageId?: string;
}

/** Sends a mail or throws; who calls keeps the row that says whether it was sent, and tries again. */
export abstract class Mailer {
  abstract send(mail: Mail): Promise<void>;
}

export class SmtpMailer extends Mailer {
  private readonly transport: Transporter;

  constructor(
    smtpUrl: string,
    private readonly from: string,
  ) {
    super();
    this.transport = createTransport(smtpUrl, { from });
  }

  async send({ messageId, ...mail }: Mail): Promise<void> {
    await this.transport.sendMail({ from: this.from, ...mail, messageId: messageId && `<${messageId}>` });
  }
}

/** Where no mail server is configured: every attempt fails with the sentence that says what to set. */
export class NoMailer extends Mailer {
  async send(): Promise<void> {
    throw new Error('no mail server: set SMTP_URL, for example smtp://127.0.0.1:3025');
  }
}
