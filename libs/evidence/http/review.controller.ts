import { Controller, Get, Param, ParseEnumPipe, ParseIntPipe, Res, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { EntityManager } from 'typeorm';
import { AuditTrail, Reads } from '../../audit';
import { Db, Refuses, Requires } from '../../platform';
import { certificateFacts, inChains } from '../app/certificates';
import { ChainStates } from '../app/chain-state';
import { ContentService } from '../app/content.service';
import { refuseDestroyed } from '../app/destructions';
import { EvidenceService } from '../app/evidence.service';
import { type RecordedLine, type Side, SIDES, viewOf } from '../app/exchange-bodies';
import { EvidenceProblem } from '../domain/problems';
import { BodyDto, CertificateDto, ChainDto } from './review.dto';

const side = () => new ParseEnumPipe(Object.fromEntries(SIDES.map((name) => [name, name])));
const typeSaid = (line: RecordedLine, of: Side) =>
  (of === 'request' ? line.requestHeaders : line.responseHeaders)?.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ??
  '';
const hostOf = (url: unknown) => (URL.canParse(String(url)) ? new URL(String(url)).host : '');

/** What an officer looks at when reviewing a capture. Nothing here is ever markup: bodies go out as characters, raster or download. */
@ApiTags('captures')
@Controller('captures/:id')
export class ReviewController {
  constructor(
    private readonly db: Db,
    private readonly evidence: EvidenceService,
    private readonly content: ContentService,
    private readonly chains: ChainStates,
    private readonly trail: AuditTrail,
  ) {}

  /** A body as it may be shown, checked against its recorded digest: text and hex cut at a stated size, pictures whole or not at all. */
  @Get('exchanges/:n/bodies/:side')
  @Requires('evidence:read')
  @Refuses(EvidenceProblem.notFixed, EvidenceProblem.destroyed, EvidenceProblem.bodyNotFound)
  @ApiParam({ name: 'side', enum: SIDES })
  @ApiOkResponse({ type: BodyDto })
  body(@Param('id') id: string, @Param('n', ParseIntPipe) n: number, @Param('side', side()) of: Side): Promise<BodyDto> {
    return this.db.tx(async (tx) => {
      const { line, bytes } = await this.read(tx, id, n, of);
      const sha256 = (of === 'request' ? line.requestBodySha256 : line.sha256)!;
      const truncated = of === 'response' ? (line.truncated ?? null) : null;
      return { side: of, ...viewOf(bytes, typeSaid(line, of)), sha256, truncated };
    });
  }

  /** The whole body, always as a download of no type. */
  @Get('exchanges/:n/bodies/:side/bytes')
  @Requires('evidence:read')
  @Refuses(EvidenceProblem.notFixed, EvidenceProblem.destroyed, EvidenceProblem.bodyNotFound)
  @ApiParam({ name: 'side', enum: SIDES })
  @ApiOkResponse({ description: 'the bytes' })
  async bytes(
    @Param('id') id: string,
    @Param('n', ParseIntPipe) n: number,
    @Param('side', side()) of: Side,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const { bytes } = await this.db.tx((tx) => this.read(tx, id, n, of));
    void reply.headers({ 'content-security-policy': "default-src 'none'; sandbox", 'x-content-type-options': 'nosniff' });
    return new StreamableFile(bytes, {
      type: 'application/octet-stream',
      disposition: `attachment; filename="${of}-${n}.bin"`,
      length: bytes.length,
    });
  }

  /** The certificates that the page's servers showed, taken apart, with the hosts that showed them; each before the one that issued it. */
  @Get('certificates')
  @Requires('evidence:read')
  @Reads('exhibit')
  @ApiOkResponse({ type: [CertificateDto] })
  certificates(@Param('id') id: string): Promise<CertificateDto[]> {
    return this.db.tx(async (tx) => {
      const row = await this.evidence.get(tx, id);
      await refuseDestroyed(tx, id);
      const files = (await this.content.files(tx, id)).filter(({ path }) => path.startsWith('record/tls/'));
      const lines = await this.content.jsonLines<{ url: string; tls?: { leafSha256?: string | null } | null }>(
        tx,
        id,
        'record/exchanges.jsonl',
      );
      const at = (row.fixedAt ?? row.requestedAt).toISOString();
      const certificates = await Promise.all(
        files.map(async (file): Promise<CertificateDto> => {
          const facts = certificateFacts(await this.content.bytes(file));
          const { path, sha256 } = file;
          const showing = lines.filter(({ tls }) => tls?.leafSha256 === sha256).map(({ url }) => hostOf(url));
          const hosts = [...new Set(showing)].filter(Boolean).sort();
          if (!facts) return { ...UNREADABLE, path, sha256, hosts };
          return { ...facts, path, hosts, readable: true, validAtCapture: facts.notBefore <= at && at <= facts.notAfter };
        }),
      );
      return inChains(certificates);
    });
  }

  /** Where the custody chain stands in the agency's ledger, who attested to it, and what is still to come. */
  @Get('chain')
  @Requires('evidence:read')
  @Reads('custody')
  @ApiOkResponse({ type: ChainDto })
  chain(@Param('id') id: string): Promise<ChainDto> {
    return this.db.tx(async (tx) => this.chains.of(tx, await this.evidence.get(tx, id)));
  }

  private async read(tx: EntityManager, id: string, n: number, of: Side): Promise<{ line: RecordedLine; bytes: Uint8Array }> {
    const found = await this.evidence.get(tx, id);
    // What was disposed of is shown to nobody any more, though the list of it stays.
    if (found.state === 'disposed') await refuseDestroyed(tx, id);
    if (found.state === 'disposed') throw EvidenceProblem.notFixed({ state: found.state });
    const body = await this.content.exchangeBody(tx, id, n, of);
    await this.evidence.noteView(found);
    const details = { path: `record/exchanges.jsonl#${n}`, side: of };
    await this.trail.record(tx, { act: 'exhibit.read', kind: 'exhibit', id, caseId: found.caseId, details });
    return body;
  }
}

const UNREADABLE = {
  readable: false,
  subject: '',
  issuer: '',
  names: [],
  namesTotal: 0,
  serial: '',
  notBefore: null,
  notAfter: null,
  validAtCapture: null,
  key: null,
  isCa: false,
  isSelfIssued: false,
};
