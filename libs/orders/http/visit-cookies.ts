import { Inject, Injectable } from '@nestjs/common';
import type {} from '@fastify/cookie';
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

  of(request: FastifyRequest, linkId: string): string | undefined {
    return (request as FastifyRequest & { cookies: Record<string, string | undefined> }).cookies[nameOf(linkId)];
  }

  /** `Lax`: sent when the link is opened from a mail, not with a form that another site posts. */
  keep(reply: FastifyReply, linkId: string, session: string): void {
    reply.setCookie(nameOf(linkId), session, {
      path: '/o',
      httpOnly: true,
      sameSite: 'lax',
      secure: this.platform.publicOrigin.startsWith('https:'),
      maxAge: this.config.visitHours * 3600,
    });
  }
}

const nameOf = (linkId: string) => `nms_o_${linkId.slice(0, 8)}`;
