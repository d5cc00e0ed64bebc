import { Body, Controller, Get, HttpCode, Param, ParseIntPipe, ParseUUIDPipe, Post, StreamableFile } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { AuditTrail, Reads } from '../../audit';
import { OfficersProblem } from '../../officers';
import { CurrentOfficer, Db, PlatformProblem, Refuses, Requires, type SessionOfficer } from '../../platform';
import { Checklists } from '../app/checklists';
import { ContentService } from '../app/content.service';
import { destructionOf, refuseDestroyed } from '../app/destructions';
import { Disposals } from '../app/disposals';
import { EvidenceActs, heldBy } from '../app/evidence-acts';
import { EvidenceService } from '../app/evidence.service';
import { PackagePapers } from '../app/package-papers';
import { Receipts } from '../app/receipts';
import { EvidenceProblem } from '../domain/problems';
import {
  DisposalApprovalDto,
  DisposalDto,
  DisposalOrderDto,
  EvidenceTransitionDto,
  PackageLifeDto,
  toActDto,
  toAttachmentDto,
  toDestructionDto,
  toDisposalDto,
  toLineDto,
} from './acts.dto';
import { CaptureDto, toCaptureDto } from './evidence.dto';

/** What officers do with fixed evidence, and what was done. */
@ApiTags('captures')
@Controller('captures/:id')
export class ActsController {
  constructor(
    private readonly db: Db,
    private readonly evidence: EvidenceService,
    private readonly content: ContentService,
    private readonly acts: EvidenceActs,
    private readonly checklists: Checklists,
    private readonly papers: PackagePapers,
    private readonly receipts: Receipts,
    private readonly disposals: Disposals,
    private readonly trail: AuditTrail,
  ) {}

  /** What each act demands is in the state table: its permission is asked there, `evidence:read` only opens the door. */
  @Post('transitions')
  @HttpCode(200)
  @Requires('evidence:read')
  @Refuses(
    EvidenceProblem.notFound,
    EvidenceProblem.illegalTransition,
    EvidenceProblem.withdrawn,
    EvidenceProblem.secondOfficerSame,
    EvidenceProblem.notReviewed,
    EvidenceProblem.reviewedAlready,
    EvidenceProblem.certificateMissing,
    EvidenceProblem.answersMissing,
    EvidenceProblem.paperMissing,
    EvidenceProblem.uploadNotFound,
    EvidenceProblem.checklistIncomplete,
    EvidenceProblem.disposalNotOrdered,
    EvidenceProblem.retentionRunning,
    EvidenceProblem.legalHold,
    EvidenceProblem.notOnHold,
    OfficersProblem.pairRequired,
    PlatformProblem.forbidden,
  )
  @ApiOkResponse({ type: CaptureDto })
  move(
    @Param('id') id: string,
    @Body() body: EvidenceTransitionDto,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<CaptureDto> {
    return this.db.tx(async (tx) => {
      const row = await this.acts.carryOut(tx, id, { ...body }, officer);
      return toCaptureDto(row, await this.acts.available(tx, row, officer));
    });
  }

  /** Acts, papers, statements of others, disposal orders, and the checklist as it stands. */
  @Get('life')
  @Requires('evidence:read')
  @Reads('exhibit')
  @Refuses(EvidenceProblem.notFound, EvidenceProblem.notFixed)
  @ApiOkResponse({ type: PackageLifeDto })
  life(@Param('id') id: string): Promise<PackageLifeDto> {
    return this.db.tx(async (tx) => {
      const row = await this.evidence.get(tx, id);
      if (!row.manifestSha256) throw EvidenceProblem.notFixed({ state: row.state });
      const acts = await this.acts.of(tx, id);
      const destruction = await destructionOf(tx, id);
      return {
        acts: acts.map(toActDto),
        // The checklist is read off the manifest, which goes with the rest.
        checklist: destruction ? [] : (await this.checklists.of(tx, row)).map(toLineDto),
        attachments: (await this.papers.of(tx, id)).map(toAttachmentDto),
        attestations: (await this.receipts.about(tx, id)).map((about) => toCaptureDto(about)),
        disposals: (await this.disposals.of(tx, id)).map(toDisposalDto),
        onHold: heldBy(acts),
        destruction: destruction && toDestructionDto(destruction),
      };
    });
  }

  /** One signed paper, re-hashed before it goes out; always a download, as it comes from outside. */
  @Get('attachments/:n')
  @Requires('evidence:read')
  @Refuses(EvidenceProblem.notFound, EvidenceProblem.blobDamaged, EvidenceProblem.destroyed)
  @ApiOkResponse({ description: 'the bytes' })
  async attachment(@Param('id') id: string, @Param('n', ParseIntPipe) n: number): Promise<StreamableFile> {
    const { bytes, path } = await this.db.tx(async (tx) => {
      const row = await this.evidence.get(tx, id);
      const paper = (await this.papers.of(tx, id)).find((one) => one.n === n);
      if (!paper) throw EvidenceProblem.fileNotFound();
      await refuseDestroyed(tx, id);
      await this.evidence.noteView(row);
      await this.trail.record(tx, {
        act: 'exhibit.read',
        kind: 'exhibit',
        id,
        caseId: row.caseId,
        details: { path: paper.path },
      });
      return { bytes: await this.content.bytes(paper), path: paper.path };
    });
    const name = path.split('/').at(-1)!;
    return new StreamableFile(bytes, {
      type: 'application/octet-stream',
      disposition: `attachment; filename="${name}"`,
      length: bytes.length,
    });
  }

  @Post('disposals')
  @Requires('evidence:dispose')
  @Refuses(EvidenceProblem.notFound, EvidenceProblem.illegalTransition, EvidenceProblem.disposalKnown)
  @ApiCreatedResponse({ type: DisposalOrderDto })
  askDisposal(
    @Param('id') id: string,
    @Body() body: DisposalDto,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<DisposalOrderDto> {
    return this.db.tx(async (tx) => toDisposalDto(await this.disposals.ask(tx, await this.acts.lock(tx, id), body, officer.id)));
  }

  /** Two of these, by different persons who are not the asker, make the order. */
  @Post('disposals/:disposalId/approvals')
  @Requires('evidence:approveDisposal')
  @Refuses(EvidenceProblem.notFound, EvidenceProblem.approverIsAsker, EvidenceProblem.approvedAlready)
  @ApiCreatedResponse({ type: DisposalOrderDto })
  approveDisposal(
    @Param('id') id: string,
    @Param('disposalId', ParseUUIDPipe) disposalId: string,
    @Body() { opinion }: DisposalApprovalDto,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<DisposalOrderDto> {
    return this.db.tx(async (tx) =>
      toDisposalDto(await this.disposals.approve(tx, await this.acts.lock(tx, id), disposalId, opinion, officer.id)),
    );
  }
}
