import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { badgeConfig, type BadgeConfig, PublicRegister, readBadgeCode, VerificationService } from '../../../../libs/badge';
import { Open, PlatformProblem } from '../../../../libs/platform';
import { normaliseUscc, readDomain } from '../../../../libs/registry';
import { Limits } from '../limits';
import { readerOf } from '../page/request';
import { sendJson } from './badge.controller';
import { type Found, lookupPage, subjectPage } from './lookup-page';

const WHY = 'public look-up: only what is public by law';
const MOST = 20;

/** Read leniently: links to public pages get parameters hung on by messengers and search engines. */
function asked(query: Record<string, unknown>): { q: string; division: string } {
  const q = typeof query.q === 'string' ? query.q.trim().slice(0, 200) : '';
  const division = typeof query.division === 'string' && /^(\d{2}|\d{4}|\d{6})$/.test(query.division) ? query.division : '';
  return { q, division };
}

/** Look-up by hand: code, name, credit code or domain; as a page and as JSON. */
@Controller()
export class LookupController {
  private readonly portal: string;

  constructor(
    private readonly register: PublicRegister,
    private readonly verification: VerificationService,
    private readonly limits: Limits,
    @Inject(badgeConfig.provide) { publicOrigin }: BadgeConfig,
  ) {
    this.portal = publicOrigin.replace(/\/$/, '');
  }

  @Get('/')
  @Open(WHY)
  async home(@Res() reply: FastifyReply): Promise<void> {
    await reply.redirect('/lookup', 302);
  }

  @Get('lookup')
  @Open(WHY)
  async page(@Query() query: Record<string, unknown>, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const reader = readerOf(request);
    const { q, division } = asked(query);
    const code = readBadgeCode(q);
    if ('code' in code) return void (await reply.redirect(reader.href(`/b/${code.code}`), 303));
    const found = q ? await this.find(q, division, request.ip) : null;
    await sendPage(reply, lookupPage(found, reader, this.portal));
  }

  @Get('subjects/:id')
  @Open(WHY)
  async subject(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    this.limits.search(request.ip);
    const subject = UUID.test(id) ? await this.register.subject(id) : null;
    if (!subject) throw PlatformProblem.notFound();
    const outlets = await this.register.outletsOf([id]);
    await sendPage(reply, subjectPage(subject, outlets, readerOf(request), this.portal));
  }

  @Get('public/v1/badges/:code')
  @Open('public verification of a badge: anybody may ask, nobody is recorded')
  async badge(@Param('code') code: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await sendJson(await this.verification.standing(code), request, reply, this.limits);
  }

  @Get('public/v1/subjects')
  @Open(WHY)
  async subjects(@Query() query: Record<string, unknown>, @Req() request: FastifyRequest): Promise<object> {
    const { q, division } = asked(query);
    const { subjects, outlets, tooMany, tooShort } = await this.find(q, division, request.ip);
    const items = subjects.map(({ id, name, used_names, uscc, kind, domicile, division_code, status }) => ({
      id, name, formerNames: used_names, uscc, kind, domicile, division: division_code, status,
      outlets: outlets
        .filter(({ subject_id }) => subject_id === id)
        .map((o) => ({ siteName: o.site_name, host: o.domain, url: o.url, badge: o.badge_code && { code: o.badge_code, state: o.badge_state } })),
    })); // prettier-ignore
    return { items, tooMany, tooShort, narrowBy: tooMany ? 'division' : null };
  }

  @Get('public/v1/keys')
  @Open('public keys of the signatures over badge records')
  async keys(): Promise<object> {
    const keys = await this.register.keys();
    return { items: keys.map(({ key_id, public_key, since }) => ({ keyId: key_id, algorithm: 'Ed25519', publicKey: public_key, since })) };
  }

  private async find(q: string, division: string, address: string): Promise<Found> {
    this.limits.search(address);
    const words = wordsOf(q);
    const tooShort = words.length < 2;
    const prefix = division.replace(/(00){1,2}$/, '');
    const found = tooShort ? [] : await this.register.findSubjects(words, prefix, MOST);
    const tooMany = found.length > MOST;
    const subjects = tooMany ? [] : found;
    const outlets = subjects.length ? await this.register.outletsOf(subjects.map(({ id }) => id)) : [];
    const offices = tooMany || division ? await this.register.offices() : [];
    return { q, division, subjects, outlets, tooMany, tooShort, offices };
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A domain in the form that is stored, a code as it is stored, anything else as typed. */
function wordsOf(q: string): string {
  const bare = q.replace(/^https?:\/\//i, '').replace(/[/?#].*$/, '').replace(/^www\./i, '');
  const host = bare.includes('.') || bare.includes('。') ? readDomain(bare) : 'notADomain';
  if (typeof host !== 'string') return host.ascii;
  const code = normaliseUscc(q);
  return /^[0-9A-Z]{15,18}$/.test(code) ? code : q.normalize('NFKC');
}

async function sendPage(reply: FastifyReply, text: string): Promise<void> {
  await reply.header('cache-control', 'no-store').header('vary', 'Accept-Language').type('text/html; charset=utf-8').send(text);
}
