import { Controller, Get, Header, Inject, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { badgeConfig, type BadgeConfig, BadgeProblem, badgePicture, PublicNotes, qrPng, readBadgeCode, type Standing, type Verification, VerificationService } from '../../../../libs/badge'; // prettier-ignore
import { Open } from '../../../../libs/platform';
import { isActiveStatus } from '../../../../libs/registry';
import { Limits } from '../limits';
import { readerOf } from '../page/request';
import { portalConfig, type PortalConfig } from '../portal.config';
import { verificationPage } from './verification-page';

const WHY = 'public verification of a badge: anybody may ask, nobody is recorded';
const RETRY_S = '30';

/** The badge in its three forms: page, picture and JSON; and its QR code. GET changes nothing but anonymous counts. */
@Controller('b')
export class PublicBadgeController {
  private readonly portal: string;
  private readonly neutral: ReadonlySet<string>;

  constructor(
    private readonly verification: VerificationService,
    private readonly notes: PublicNotes,
    private readonly limits: Limits,
    @Inject(badgeConfig.provide) { publicOrigin }: BadgeConfig,
    @Inject(portalConfig.provide) { neutralOrigins }: PortalConfig,
  ) {
    this.portal = publicOrigin.replace(/\/$/, '');
    this.neutral = new Set([new URL(publicOrigin).hostname, ...neutralOrigins]);
  }

  @Get(':name')
  @Open(WHY)
  async show(@Param('name') name: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const [, code = name, form] = /^(.*)\.(svg|json)$/.exec(name) ?? [];
    if (form === 'svg') return this.picture(code, request, reply);
    if (form === 'json') return sendJson(await this.verification.standing(code), request, reply, this.limits);
    await this.page(code, request, reply);
  }

  @Get(':code/qr.png')
  @Open(WHY)
  @Header('cache-control', 'public, max-age=86400')
  async qr(@Param('code') typed: string, @Res() reply: FastifyReply): Promise<void> {
    const reading = readBadgeCode(typed);
    if (!('code' in reading)) throw BadgeProblem.notFound();
    await reply.type('image/png').send(await qrPng(`${this.portal}/b/${reading.code}`));
  }

  private async page(code: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const checked = await this.verification.verify(code, request.headers.referer, (host) => this.neutral.has(host));
    if (checked.verdict === 'unknown') this.limits.unknownCode(request.ip);
    this.note(checked, request);
    const status = checked.verdict === 'unreachable' ? 503 : checked.verdict === 'unknown' ? 404 : 200;
    if (status === 503) reply.header('retry-after', RETRY_S);
    await reply
      .status(status)
      .header('cache-control', 'no-store')
      .header('vary', 'Accept-Language, Referer')
      .type('text/html; charset=utf-8')
      .send(verificationPage(checked, code, readerOf(request), this.portal));
  }

  /** Five minutes old at most, wherever it is cached; the only answer of ours that other sites may embed. */
  private async picture(code: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const standing = await this.verification.standing(code);
    const badge = standing?.badge;
    if (badge && request.method === 'GET') this.notes.visit(badge.code, 'picture', hostOf(request.headers.referer));
    if (standing && !badge) this.limits.unknownCode(request.ip);
    const state = !badge ? 'unknown' : isActiveStatus(badge.subject_status) ? badge.state : 'inactive';
    if (!standing) reply.status(503).header('retry-after', RETRY_S);
    await reply
      .header('cache-control', standing ? 'public, max-age=300' : 'no-store')
      .header('cross-origin-resource-policy', 'cross-origin')
      .type('image/svg+xml; charset=utf-8')
      .send(badgePicture(state, badge?.code ?? code.slice(0, 20).replace(/[^0-9A-Za-z-]/g, '')));
  }

  private note({ verdict, origin, standing }: Verification, request: FastifyRequest): void {
    const code = standing?.badge?.code;
    if (!code || request.method !== 'GET') return;
    this.notes.visit(code, 'page', origin?.ascii ?? '');
    if (origin && (verdict === 'copied' || verdict === 'lookalike')) this.notes.foreignOrigin(code, origin.ascii, verdict);
  }
}

/** The public JSON. Its bytes were made when the register was asked, so a cached answer is only sent. */
export async function sendJson(standing: Standing | null, request: FastifyRequest, reply: FastifyReply, limits: Limits): Promise<void> {
  const status = !standing || standing.stale ? 503 : standing.badge ? 200 : 404;
  if (status === 404) limits.unknownCode(request.ip);
  if (status === 503) reply.header('retry-after', RETRY_S);
  await reply
    .status(status)
    .header('cache-control', 'no-cache')
    .header('access-control-allow-origin', '*')
    .header('cross-origin-resource-policy', 'cross-origin')
    .type(status === 200 ? 'application/json; charset=utf-8' : 'application/problem+json; charset=utf-8')
    .send(standing?.json ?? UNREACHABLE);
}

const UNREACHABLE = Buffer.from(
  JSON.stringify({ type: 'urn:nms:problem:badge.unreachable', title: 'The register cannot be reached', status: 503, code: 'badge.unreachable' }),
);

function hostOf(referer: string | undefined): string {
  return referer && URL.canParse(referer) ? new URL(referer).hostname : '';
}
