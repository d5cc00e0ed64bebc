import { randomInt } from 'node:crypto';
import { Body, Controller, Get, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { IsOptional, IsString } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { badgeConfig, type BadgeConfig, PublicRegister } from '../../../../libs/badge';
import { Clock, localDate } from '../../../../libs/kernel';
import { Open } from '../../../../libs/platform';
import { Limits } from '../limits';
import { readerOf } from '../page/request';
import { receivedPage, type ReportDraft, reportPage } from './report-page';

const WHY = 'report of a misused badge: anybody may send one, within a limit for each address';

/** Lengths are judged in the handler, which answers with the form and what was typed, not with a bare refusal. */
export class ReportBody {
  @IsOptional() @IsString() address?: string;
  @IsOptional() @IsString() what?: string;
  @IsOptional() @IsString() contact?: string;
}

@Controller()
export class ReportController {
  private readonly portal: string;

  constructor(
    private readonly register: PublicRegister,
    private readonly limits: Limits,
    private readonly clock: Clock,
    @Inject(badgeConfig.provide) { publicOrigin }: BadgeConfig,
  ) {
    this.portal = publicOrigin.replace(/\/$/, '');
  }

  @Get('b/:code/report')
  @Open(WHY)
  async form(@Param('code') code: string, @Query('from') from: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const draft = { code: codeOf(code), address: typeof from === 'string' ? from.slice(0, 253) : '', what: '', contact: '' };
    await send(reply, 200, reportPage(draft, [], readerOf(request), this.portal));
  }

  @Post('b/:code/report')
  @Open(WHY)
  async report(@Param('code') code: string, @Body() body: ReportBody, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const draft: ReportDraft = { code: codeOf(code), address: trim(body.address), what: trim(body.what), contact: trim(body.contact) };
    const faults = faultsOf(draft);
    const reader = readerOf(request);
    if (faults.length) return send(reply, 422, reportPage(draft, faults, reader, this.portal));
    this.limits.report(request.ip);
    const at = this.clock.now();
    const number = `JB${localDate(at).replaceAll('-', '')}-${String(randomInt(1e8)).padStart(8, '0')}`;
    await this.register.report({ number, ...draft, contact: draft.contact || null, at });
    await reply.redirect(reader.href('/report-received', { no: number }), 303);
  }

  @Get('report-received')
  @Open(WHY)
  async received(@Query('no') no: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const number = typeof no === 'string' && /^JB\d{8}-\d{8}$/.test(no) ? no : '—';
    await send(reply, 200, receivedPage(number, readerOf(request), this.portal));
  }
}

function faultsOf({ address, what, contact }: ReportDraft): ('address' | 'what' | 'contact')[] {
  return [
    ...(address && address.length <= 2000 ? [] : ['address' as const]),
    ...(what && what.length <= 2000 ? [] : ['what' as const]),
    ...(contact.length <= 200 ? [] : ['contact' as const]),
  ];
}

const trim = (value: string | undefined): string => (value ?? '').trim();
const codeOf = (typed: string): string => typed.slice(0, 40);

async function send(reply: FastifyReply, status: number, text: string): Promise<void> {
  await reply.status(status).header('cache-control', 'no-store').type('text/html; charset=utf-8').send(text);
}
