import type { CDPSession } from 'puppeteer';

const WAIT_MS = 3_000;

/**
 * Certificate chains that the browser accepted, by origin. Only the page, frame or worker that got an answer knows its chain, and a window may be
 * closed before the capture ends: so each is asked as soon as it got one. The browser has them already: nothing is asked of the site.
 */
export class AcceptedChains {
  private readonly known = new Map<string, Promise<Buffer[] | null>>();
  private readonly sessions = new Set<CDPSession>();

  /** After an answer that came over TLS. Once for each origin, unless nothing was told. */
  askAbout(url: string, session: CDPSession): void {
    const { origin } = new URL(url);
    if (this.known.has(origin)) return;
    const asked = chainOf(origin, session);
    this.known.set(origin, asked);
    void asked.then((chain) => chain ?? this.known.delete(origin));
  }

  /** Another page, frame or worker begins. */
  follow(session: CDPSession): void {
    this.sessions.add(session);
  }

  /** Of the origins of these addresses, as far as they were told. */
  async of(urls: readonly string[]): Promise<Map<string, Buffer[]>> {
    const chains = new Map<string, Buffer[]>();
    await Promise.all(
      [...new Set(urls.map((url) => new URL(url).origin))].map(async (origin) => {
        const chain = (await this.known.get(origin)) ?? (await this.anywhere(origin));
        if (chain) chains.set(origin, chain);
      }),
    );
    return chains;
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
