import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { PublicRegister } from '../../../../libs/badge';
import { Open } from '../../../../libs/platform';
import { STYLE, STYLE_PATH } from '../page/style';

/** Style sheet, robots.txt and health. */
@Controller()
export class PlainController {
  constructor(private readonly register: PublicRegister) {}

  @Get(STYLE_PATH)
  @Open('style of the public pages')
  async style(@Res() reply: FastifyReply): Promise<void> {
    await reply.header('cache-control', 'public, max-age=31536000, immutable').type('text/css; charset=utf-8').send(STYLE);
  }

  /** The sheet under a fixed name, for pages of other rooms that are served here. */
  @Get('assets/portal.css')
  @Open('style of the public pages')
  async styleByName(@Res() reply: FastifyReply): Promise<void> {
    await reply.header('cache-control', 'public, max-age=300').type('text/css; charset=utf-8').send(STYLE);
  }

  @Get('robots.txt')
  @Open('says to crawlers what is not for them')
  async robots(@Res() reply: FastifyReply): Promise<void> {
    const text = 'User-agent: *\nDisallow: /o/\nDisallow: /partner/\nDisallow: /b/*/report\nDisallow: /report-received\n';
    await reply.header('cache-control', 'public, max-age=86400').type('text/plain; charset=utf-8').send(text);
  }

  /** Answers only while the register answers. */
  @Get('health')
  @Open('a balancer asks without session; tells nothing but that we live')
  async health(@Res() reply: FastifyReply): Promise<void> {
    try {
      await this.register.ping();
      await reply.header('cache-control', 'no-store').send({ status: 'ok' });
    } catch {
      await reply.status(503).header('retry-after', '10').header('cache-control', 'no-store').send({ status: 'register unreachable' });
    }
  }
}
