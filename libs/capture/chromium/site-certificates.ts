import type { CDPSession } from 'puppeteer';

const WAIT_MS = 3_000;

/**
 * Certificate chains that the browser took, by origin, and what it had against them. Only the page, frame or worker that got an answer knows its
 * chain, and a window may be closed before the capture ends: so each is asked as soon as it got one. The browser has them already: nothing is
 * asked of the site.
 */
export class SiteCertificates {
  /** Why the browser refused the certificate of a host, by `host` or `host:port`; it went on because it was told to. */
  readonly errors = new Map<string, Set<string>>();
  onError: (host: string, code: string) => void = () => undefined;
  private readonly known = new Map<string, Promise<Buffer[] | null>>();
  private readonly sessions = new Set<CDPSession>();

  /** `passErrors`: an officer decided so before the job began. Without it Chromium's own refusal stands, in every page and frame. */
  constructor(private readonly passErrors: boolean) {}

  /** Another page, frame or worker begins. */
  follow(session: CDPSession): void {
    this.sessions.add(session);
    if (this.passErrors) this.pass(session);
  }

  /** After an answer that came over TLS. Once for each origin, unless nothing was told. */
  askAbout(url: string, session: CDPSession): void {
    const { origin } = new URL(url);
    if (this.known.has(origin)) return;
    const asked = chainOf(origin, session);
    this.known.set(origin, asked);
    void asked.then((chain) => chain ?? this.known.delete(origin));
  }

  /** Of the origins of these addresses, as far as they were told. */
  async chainsOf(urls: readonly string[]): Promise<Map<string, Buffer[]>> {
    const chains = new Map<string, Buffer[]>();
    await Promise.all(
      [...new Set(urls.map((url) => new URL(url).origin))].map(async (origin) => {
        const chain = (await this.known.get(origin)) ?? (await this.anywhere(origin));
        if (chain) chains.set(origin, chain);
      }),
    );
    return chains;
  }

  /**
   * Of each refused certificate the browser asks what to do, and for which address: so that each is on record. Its flag to ignore errors
   * tells of none. Who has no page (a worker on its own) is not asked, and stays refused.
   */
  private pass(session: CDPSession): void {
    session.on('Security.certificateError', ({ eventId, errorType, requestURL }) => {
      const { host } = new URL(requestURL);
      const code = errorType.replace(/^net::/, '');
      const known = this.errors.get(host) ?? new Set();
      if (!known.has(code)) this.onError(host, code);
      this.errors.set(host, known.add(code));
      session.send('Security.handleCertificateError', { eventId, action: 'continue' }).catch(() => undefined);
    });
    session.send('Security.enable').catch(() => undefined);
    session.send('Security.setOverrideCertificateErrors', { override: true }).catch(() => undefined);
  }

  /** By then the document of a frame of another site stands in a process of its own, while its answer was told to the page around it: all are asked. */
  private async anywhere(origin: string): Promise<Buffer[] | undefined> {
    const chains = await Promise.all([...this.sessions].map((session) => chainOf(origin, session)));
    return chains.find((chain) => chain !== null) ?? undefined;
  }
}

async function chainOf(origin: string, session: CDPSession): Promise<Buffer[] | null> {
  const answer = await session.send('Network.getCertificate', { origin }, { timeout: WAIT_MS }).catch(() => null);
  return answer?.tableNames.length ? answer.tableNames.map((der) => Buffer.from(der, 'base64')) : null;
}
