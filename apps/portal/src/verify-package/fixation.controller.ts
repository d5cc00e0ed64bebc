import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { badgeConfig, type BadgeConfig } from '../../../../libs/badge';
import { Open } from '../../../../libs/platform';
import { Limits } from '../limits';
import { readerOf } from '../page/request';
import { type AskedFixation, FIXATION_PATH, fixationPage } from './fixation-page';
import { Fixations } from './fixations';

const WHY =
  'whoever holds number and manifest digest of a package may ask whether our log holds its fixation; nobody is recorded';

/** A value may come with the spaces and the mark with which reports print it. */
const tidy = (value: unknown): string =>
  typeof value === 'string' ? value.normalize('NFKC').replace(/\s+/g, '').slice(0, 120) : '';

@Controller()
export class FixationController {
  private readonly portal: string;

  constructor(
    private readonly fixations: Fixations,
    private readonly limits: Limits,
    @Inject(badgeConfig.provide) { publicOrigin }: BadgeConfig,
  ) {
    this.portal = publicOrigin.replace(/\/$/, '');
  }

  @Get(FIXATION_PATH)
  @Open(WHY)
  async page(@Query() query: Record<string, unknown>, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const number = tidy(query.number).toUpperCase();
    const digest = tidy(query.digest)
      .toLowerCase()
      .replace(/^sha-?256:/, '');
    const answer = number || digest ? await this.answer(number, digest, request.ip) : null;
    await reply
      .header('cache-control', 'no-store')
      .header('vary', 'Accept-Language')
      .header('referrer-policy', 'no-referrer')
      .type('text/html; charset=utf-8')
      .send(fixationPage({ number, digest, answer }, readerOf(request), this.portal));
  }

  /** Every well-formed question counts against the limit and takes the same way, whether it hits or not. */
  private async answer(number: string, digest: string, address: string): Promise<AskedFixation['answer']> {
    if (!/^E-\d{6}-\d{4}-\d{6,}$/.test(number) || !/^[0-9a-f]{64}$/.test(digest)) return 'malformed';
    this.limits.fixation(address);
    return (await this.fixations.find(number, digest)) ?? 'none';
  }
}
