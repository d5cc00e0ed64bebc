import { Resolver } from 'node:dns/promises';
import { Inject, Injectable } from '@nestjs/common';
import { badgeWorkerConfig, type BadgeWorkerConfig } from '../badge.config';
import { type Look, TxtResolver } from './control-probe';

/** TXT records by the configured name servers, one after the other until one answers; by those of the system when none is configured. */
@Injectable()
export class DnsTxtResolver extends TxtResolver {
  constructor(@Inject(badgeWorkerConfig.provide) private readonly config: BadgeWorkerConfig) {
    super();
  }

  async txt(name: string): Promise<Look> {
    const servers = this.config.dnsServers.length ? this.config.dnsServers : [null];
    let look: Look = { server: null, lines: [], fault: 'no name server' };
    for (const server of servers) {
      look = await this.ask(name, server);
      if (!look.fault || look.fault === 'ENOTFOUND' || look.fault === 'ENODATA') return look;
    }
    return look;
  }

  private async ask(name: string, server: string | null): Promise<Look> {
    const resolver = new Resolver({ timeout: 3_000, tries: 2 });
    if (server) resolver.setServers([server]);
    const asked = server ?? resolver.getServers().join(' ');
    try {
      // A record longer than 255 octets comes in pieces that belong together.
      const records = await resolver.resolveTxt(name);
      return { server: asked, lines: records.map((pieces) => pieces.join('')), fault: null };
    } catch (fault) {
      return { server: asked, lines: [], fault: (fault as NodeJS.ErrnoException).code ?? 'failed' };
    }
  }
}
