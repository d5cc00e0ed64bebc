import { Readable } from 'node:stream';
import { Body, Controller, HttpCode, Param, ParseUUIDPipe, Post, Put, Query, Req } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBody, ApiConsumes, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { OfficersProblem } from '../../officers';
import { CurrentOfficer, Db, PlatformProblem, Refuses, Requires, type SessionOfficer } from '../../platform';
import { Receipts } from '../app/receipts';
import { Uploads } from '../app/uploads';
import { EvidenceProblem } from '../domain/problems';
import { AttestationDto, ImportDto, UploadDto, UploadQuery } from './acts.dto';
import { CaptureDto, toCaptureDto } from './evidence.dto';

/** The type under which bytes of any sort are sent; what they are is told by themselves. */
export const UPLOAD_TYPE = 'application/octet-stream';

/** What others hand over: bytes first, then what they are. */
@ApiTags('captures')
@Controller()
export class ReceiptController {
  constructor(
    private readonly db: Db,
    private readonly uploads: Uploads,
    private readonly receipts: Receipts,
  ) {}

  /** One file under an id of your choice; sending the same again changes nothing. Streamed: no size is held in memory. */
  @Put('evidence-uploads/:id')
  @Requires('evidence:accept')
  @ApiConsumes(UPLOAD_TYPE)
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @Refuses(
    EvidenceProblem.uploadTooLarge,
    EvidenceProblem.uploadEmpty,
    EvidenceProblem.uploadNameUnfit,
    EvidenceProblem.uploadChanged,
    PlatformProblem.unsupportedType,
  )
  @ApiOkResponse({ type: UploadDto })
  async upload(
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { name }: UploadQuery,
    @Req() request: FastifyRequest,
  ): Promise<UploadDto> {
    if (!(request.body instanceof Readable))
      throw PlatformProblem.unsupportedType({ type: request.headers['content-type'] ?? '' });
    // Before a byte is read: who breaks off in the middle of it is heard by no browser, which then tells its user of a lost connection.
    this.uploads.refuseDeclared(Number(request.headers['content-length'] ?? 0));
    const row = await this.uploads.put(id, name, request.body);
    return { id: row.id, name: row.name, mediaType: row.mediaType, size: row.size, sha256: row.sha256, sm3: row.sm3 };
  }

  /** Files that somebody handed over, as a package of their own. 202: it is fixed later, and `state` tells when. */
  @Post('evidence-imports')
  @HttpCode(202)
  @Requires('evidence:accept')
  @Refuses(
    OfficersProblem.pairRequired,
    EvidenceProblem.statementIncomplete,
    EvidenceProblem.uploadNotFound,
    EvidenceProblem.receivedLater,
  )
  @ApiAcceptedResponse({ type: CaptureDto })
  import(@Body() body: ImportDto, @CurrentOfficer() officer: SessionOfficer): Promise<CaptureDto> {
    const { secondOfficerId, ...input } = body;
    return this.db.tx(async (tx) =>
      toCaptureDto(
        await this.receipts.take(tx, { ...input, divisionCode: officer.division, officerIds: [officer.id, secondOfficerId] }),
      ),
    );
  }

  /** Somebody's statement about a package: the party's confirmation or refusal, a notary's, an appraisal, a provider's certificate. */
  @Post('captures/:id/attestations')
  @HttpCode(202)
  @Requires('evidence:accept')
  @Refuses(
    OfficersProblem.pairRequired,
    EvidenceProblem.notFound,
    EvidenceProblem.notFixed,
    EvidenceProblem.statementIncomplete,
    EvidenceProblem.uploadNotFound,
    EvidenceProblem.receivedLater,
  )
  @ApiAcceptedResponse({ type: CaptureDto })
  attest(@Param('id') id: string, @Body() body: AttestationDto, @CurrentOfficer() officer: SessionOfficer): Promise<CaptureDto> {
    const { secondOfficerId, way, ...input } = body;
    return this.db.tx(async (tx) =>
      toCaptureDto(
        await this.receipts.take(tx, {
          ...input,
          divisionCode: officer.division,
          officerIds: [officer.id, secondOfficerId],
          about: { id, way },
        }),
      ),
    );
  }
}
