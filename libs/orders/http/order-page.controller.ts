import { Body, Controller, Get, Header, Param, Post, Query, Req, Res, StreamableFile, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Clock, Problem } from '../../kernel';
import { languageOf, Open, sendPage } from '../../platform';
import { PartnerActs } from '../app/partner-acts.service';
import { type Opened, PartnerService } from '../app/partner.service';
import { formOf } from './form-body';
import { doorPage, orderPage, type Place, type Refused } from './order-page';
import { PageProblemFilter } from './page-problem.filter';
import { T } from './page-words';
import { checked, CodeDto, PersonDto, reportOfForm } from './partner.dto';
import { VisitCookies } from './visit-cookies';

/**
 * The operator's page. Works without script; every GET only looks (AC-OPR-1.1); every act is a POST that leads back to the page, so that
 * reloading sends nothing twice.
 */
@ApiExcludeController()
@UseFilters(PageProblemFilter)
@Open('opened by a signed link; content only after a one-time code')
@Controller('o/:token')
export class OrderPageController {
  constructor(
    private readonly partners: PartnerService,
    private readonly acts: PartnerActs,
    private readonly visits: VisitCookies,
    private readonly clock: Clock,
  ) {}

  @Get()
  async show(
    @Param('token') token: string,
    @Query('told') told: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const opened = await this.partners.knock(token);
    await this.page(token, opened, request, reply, told === 'code' || told === 'link' ? told : null);
  }

  @Post('code')
  async askCode(@Param('token') token: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.act(token, request, reply, () => this.partners.askCode(token), '&told=code');
  }

  @Post('session')
  async enter(
    @Param('token') token: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.act(token, request, reply, async ({ link }) => {
      const { code } = checked(CodeDto, body as object);
      this.visits.keep(reply, link.id, await this.partners.enter(token, code));
    });
  }

  @Post('renewal')
  async askLink(@Param('token') token: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.act(token, request, reply, () => this.partners.askLink(token), '&told=link');
  }

  @Post('acknowledgement')
  async acknowledge(
    @Param('token') token: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.act(token, request, reply, async (opened) => {
      const { name, role } = checked(PersonDto, body as object);
      await this.acts.acknowledge(token, this.session(request, opened), { name: name.trim(), role: role.trim() });
    });
  }

  @Post('execution')
  async begin(@Param('token') token: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.act(token, request, reply, async (opened) => void (await this.acts.begin(token, this.session(request, opened))));
  }

  @Post('report')
  async report(@Param('token') token: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const form = await formOf(request);
    await this.act(
      token,
      request,
      reply,
      async (opened) => {
        const session = this.session(request, opened);
        const { addresses } = await this.partners.view(token, session);
        await this.acts.report(
          token,
          session,
          reportOfForm(
            form,
            addresses.map(({ no }) => no),
          ),
        );
      },
      '',
      form.fields,
    );
  }

  @Get('document.pdf')
  @Header('cache-control', 'no-store')
  @Header('referrer-policy', 'no-referrer')
  @Header('x-content-type-options', 'nosniff')
  document(@Param('token') token: string, @Req() request: FastifyRequest): Promise<StreamableFile> {
    return this.paper(token, request, 'order');
  }

  /** The penalty decision that a recommendation to close rests on. */
  @Get('decision.pdf')
  @Header('cache-control', 'no-store')
  @Header('referrer-policy', 'no-referrer')
  @Header('x-content-type-options', 'nosniff')
  decision(@Param('token') token: string, @Req() request: FastifyRequest): Promise<StreamableFile> {
    return this.paper(token, request, 'decision');
  }

  @Get('addresses.csv')
  @Header('cache-control', 'no-store')
  @Header('referrer-policy', 'no-referrer')
  async addresses(@Param('token') token: string, @Req() request: FastifyRequest): Promise<StreamableFile> {
    const { addresses } = await this.partners.view(token, this.session(request, await this.partners.knock(token)));
    const lines = addresses.map(({ no, url }) => `${no},${csv(url)}`);
    // The byte order mark makes spreadsheet programs read the Chinese as UTF-8.
    const bytes = Buffer.from(`\ufeffno,url\r\n${lines.join('\r\n')}\r\n`);
    return new StreamableFile(bytes, {
      type: 'text/csv; charset=utf-8',
      disposition: 'attachment; filename="addresses.csv"',
      length: bytes.length,
    });
  }

  /** Does the act and leads back to the page; a refusal is shown on the page, above the form it belongs to, with what was typed. */
  private async act(
    token: string,
    request: FastifyRequest,
    reply: FastifyReply,
    work: (opened: Opened) => Promise<void>,
    told = '',
    fields: Record<string, string> = (request.body ?? {}) as Record<string, string>,
  ): Promise<void> {
    const opened = await this.partners.knock(token);
    try {
      await work(opened);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      return this.page(token, await this.partners.knock(token), request, reply, null, { problem, fields });
    }
    await reply
      .status(303)
      .header('location', `/o/${token}?lang=${languageOf(request)}${told}`)
      .header('referrer-policy', 'no-referrer')
      .header('cache-control', 'no-store')
      .send();
  }

  private async page(
    token: string,
    opened: Opened & { expired: boolean },
    request: FastifyRequest,
    reply: FastifyReply,
    told: 'code' | 'link' | null,
    refused?: Refused,
  ): Promise<void> {
    const place: Place = { language: languageOf(request), path: `/o/${token}` };
    const session = opened.expired ? undefined : this.session(request, opened);
    const view = session ? await this.partners.view(token, session).catch(asNull) : null;
    const body = view
      ? orderPage({ ...view, sealIntact: await this.sealIntact(token, session), now: this.clock.now() }, place, refused)
      : doorPage(opened, place, told, opened.expired, refused);
    const parts = { language: place.language, title: T.title[place.language], office: opened.order.authority, body };
    sendPage(
      reply,
      { ...parts, otherLanguage: `${place.path}?lang=${place.language === 'zh' ? 'en' : 'zh'}` },
      refused?.problem.status ?? 200,
    );
  }

  private async paper(token: string, request: FastifyRequest, part: 'order' | 'decision'): Promise<StreamableFile> {
    const { name, bytes } = await this.partners.paper(token, this.session(request, await this.partners.knock(token)), part);
    return new StreamableFile(bytes, {
      type: 'application/pdf',
      disposition: `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
      length: bytes.length,
    });
  }

  private sealIntact(token: string, session: string | undefined): Promise<boolean | null> {
    return this.partners.paper(token, session).then(({ intact }) => intact, asNull);
  }

  private session(request: FastifyRequest, { link }: Opened): string | undefined {
    return this.visits.of(request, link.id);
  }
}

/** A refusal means "not (yet) allowed to see it"; any other fault is one. */
function asNull(fault: unknown): null {
  if (fault instanceof Problem) return null;
  throw fault;
}

/** Quoted, and never a formula to the spreadsheet that opens it. */
function csv(text: string): string {
  return `"${text.replace(/^[=+\-@\t\r]/, "'$&").replaceAll('"', '""')}"`;
}
