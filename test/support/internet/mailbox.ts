import { SMTPServer } from 'smtp-server';

export interface Mail {
  id: number;
  at: string;
  from: string;
  to: string[];
  subject: string;
  text: string;
  raw: string;
}

const MAX_MAILS = 1000;

/** Takes every mail for everybody and keeps it; nothing leaves this machine. */
export class Mailbox {
  readonly mails: Mail[] = [];
  private readonly smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        this.take(
          Buffer.concat(chunks).toString('utf8'),
          session.envelope.rcptTo.map(({ address }) => address),
        );
        done();
      });
    },
  });
  private count = 0;

  listen(port: number): Promise<number> {
    return new Promise((done, fail) => {
      this.smtp.on('error', fail);
      const server = this.smtp.listen(port, '127.0.0.1', () => done((server.address() as { port: number }).port));
    });
  }

  close(): Promise<void> {
    return new Promise((done) => this.smtp.close(() => done()));
  }

  private take(raw: string, to: string[]): void {
    const { headers, body } = split(raw);
    this.mails.push({
      id: ++this.count,
      at: new Date().toISOString(),
      from: words(headers.from ?? ''),
      to,
      subject: words(headers.subject ?? ''),
      text: textOf(headers, body),
      raw,
    });
    if (this.mails.length > MAX_MAILS) this.mails.shift();
  }
}

function split(raw: string): { headers: Record<string, string>; body: string } {
  const [, head = '', body = ''] = /^([\s\S]*?)\r?\n\r?\n([\s\S]*)$/.exec(raw) ?? [raw, raw];
  const lines = head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  return {
    headers: Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    ),
    body,
  };
}

/** The first text part of a message, decoded. */
function textOf(headers: Record<string, string>, body: string): string {
  const boundary = /boundary="?([^";]+)"?/i.exec(headers['content-type'] ?? '')?.[1];
  if (boundary) {
    const parts = body
      .split(`--${boundary}`)
      .slice(1, -1)
      .map((part) => split(part.replace(/^\r?\n/, '')));
    const best =
      parts.find((part) => /multipart\//i.test(part.headers['content-type'] ?? '')) ??
      parts.find((part) => /text\/plain/i.test(part.headers['content-type'] ?? '')) ??
      parts[0];
    return best ? textOf(best.headers, best.body) : '';
  }
  const encoding = (headers['content-transfer-encoding'] ?? '').toLowerCase();
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  if (encoding === 'quoted-printable') return quotedPrintable(body.replace(/=\r?\n/g, ''));
  return body.trimEnd();
}

const quotedPrintable = (text: string) =>
  Buffer.concat(
    text
      .split(/(=[0-9A-Fa-f]{2})/)
      .map((piece) => (/^=[0-9A-Fa-f]{2}$/.test(piece) ? Buffer.from(piece.slice(1), 'hex') : Buffer.from(piece, 'utf8'))),
  )
    .toString('utf8')
    .trimEnd();

/** RFC 2047 encoded words of a header. */
const words = (text: string) =>
  text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_all, kind: string, value: string) =>
      kind.toLowerCase() === 'b' ? Buffer.from(value, 'base64').toString('utf8') : quotedPrintable(value.replace(/_/g, ' ')),
    );
