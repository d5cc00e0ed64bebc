import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { badgeConfig, type BadgeConfig } from '../../../../libs/badge';
import { Open, PlatformProblem } from '../../../../libs/platform';
import { readerOf } from '../page/request';
import { PublishedVerifier, type PublishedFile } from './published';
import { PROGRAM_PATH, SCRIPT_PATH, TRUST_PATH, verifyPackagePage } from './verify-package-page';

const WHY = 'anybody may verify an evidence package; nothing is uploaded and nobody is recorded';

/** The only page of the portal with a script: one file of ours, which may ask us for the trust bundle and nobody for anything else. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join(';');

@Controller()
export class VerifyPackageController {
  private readonly portal: string;

  constructor(
    private readonly published: PublishedVerifier,
    @Inject(badgeConfig.provide) { publicOrigin }: BadgeConfig,
  ) {
    this.portal = publicOrigin.replace(/\/$/, '');
  }

  @Get('verify-package')
  @Open(WHY)
  async page(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { program, script } = this.published;
    const text = verifyPackagePage({ program, script, trust: this.published.trust() }, readerOf(request), this.portal);
    await reply
      .header('content-security-policy', POLICY)
      .header('cache-control', 'no-store')
      .header('vary', 'Accept-Language')
      .type('text/html; charset=utf-8')
      .send(text);
  }

  @Get(SCRIPT_PATH)
  @Open(WHY)
  async script(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { bytes, sha256 } = found(this.published.script);
    const asked = (request.query as Record<string, unknown>).v;
    await reply
      .header('cache-control', asked === sha256 ? 'public, max-age=31536000, immutable' : 'no-cache')
      // For the worker that runs the same file: it reads what the page hands it and reaches nobody.
      .header('content-security-policy', "default-src 'none'")
      .type('text/javascript; charset=utf-8')
      .send(bytes);
  }

  @Get(PROGRAM_PATH)
  @Open(WHY)
  async program(@Res() reply: FastifyReply): Promise<void> {
    const { bytes, sha256 } = found(this.published.program);
    await reply
      .header('cache-control', 'no-cache')
      .header('etag', `"${sha256}"`)
      .header('content-disposition', 'attachment; filename="verify-package.mjs"')
      .type('text/javascript; charset=utf-8')
      .send(bytes);
  }

  @Get(TRUST_PATH)
  @Open(WHY)
  async trust(@Res() reply: FastifyReply): Promise<void> {
    const { bytes, sha256 } = found(this.published.trust());
    await reply
      .header('cache-control', 'no-cache')
      .header('etag', `"${sha256}"`)
      .type('application/json; charset=utf-8')
      .send(bytes);
  }
}

function found(file: PublishedFile | null): PublishedFile {
  if (!file) throw PlatformProblem.notFound();
  return file;
}
