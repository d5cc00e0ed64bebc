import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { platformConfig, type PlatformConfig } from '../../platform';
import { ordersConfig, type OrdersConfig } from '../orders.config';

/** The session of a link in a browser: one cookie per link, so that two orders can be open side by side. The token is in none of them. */
@Injectable()
export class VisitCookies {
  constructor(
    @Inject(ordersConfig.provide) private readonly config: OrdersConfig,
    @Inject(platformConfig.provide) private readonly platform: PlatformConfig,
  ) {}

  of({ headers }: Pick<FastifyRequest, 'headers'>, linkId: string): string | undefined {
    const start = `${nameOf(linkId)}=`;
    const pair = (headers.cookie ?? '').split(';').find((one) => one.trim().startsWith(start));
    return pair?.trim().slice(start.length);
  }

  /** `Lax`: sent when the link is opened from a mail, not with a form that another site posts. */
  keep(reply: FastifyReply, linkId: string, session: string): void {
    const secure = this.platform.publicOrigin.startsWith('https:') ? '; Secure' : '';
    void reply.header(
      'set-cookie',
      `${nameOf(linkId)}=${session}; Path=/o; HttpOnly; SameSite=Lax; Max-Age=${this.config.visitHours * 3600}${secure}`,
    );
  }
}

const nameOf = (linkId: string) => `nms_o_${linkId.slice(0, 8)}`;
