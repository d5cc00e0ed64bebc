import { Body, Controller, Get, HttpCode, type MessageEvent, Param, ParseUUIDPipe, Post, Query, Sse } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Observable } from 'rxjs';
import { Reads } from '../../audit';
import { Clock } from '../../kernel';
import {
  type Claims,
  currentClaims,
  CurrentOfficer,
  Db,
  type Page,
  pageOf,
  PlatformProblem,
  Refuses,
  Requires,
  type SessionOfficer,
} from '../../platform';
import { attemptsAt, requestsOf } from '../app/attempts';
import { Cancellations } from '../app/cancellations';
import { EvidenceActs } from '../app/evidence-acts';
import { EvidenceService } from '../app/evidence.service';
import { VerificationService } from '../app/verification.service';
import { EvidenceProblem } from '../domain/problems';
import { EvidenceStepRow, PackageRow, PreviewRow } from '../store/evidence.entity';
import {
  CaptureDto,
  CapturePageDto,
  CaptureQuery,
  CaseRequestsDto,
  CustodyDto,
  IncidentDto,
  RequestCaptureDto,
  StepDto,
  toCaptureDto,
  toCustodyDto,
  toIncidentDto,
  toPreviewDto,
  toStepDto,
  VantagesDto,
  VerificationDto,
} from './evidence.dto';

const RUNNING = new Set(['requested', 'capturing']);
const POLL_MS = 400;

@ApiTags('captures')
@Controller('captures')
export class CaptureController {
  constructor(
    private readonly db: Db,
    private readonly clock: Clock,
    private readonly evidence: EvidenceService,
    private readonly verifications: VerificationService,
    private readonly acts: EvidenceActs,
    private readonly cancellations: Cancellations,
  ) {}

  /** 202, not 201: the page is captured later, and `state` tells when. */
  @Post()
  @HttpCode(202)
  @Requires('evidence:capture')
  @Refuses(EvidenceProblem.urlNotCapturable, EvidenceProblem.vantageUnfit, EvidenceProblem.statementIncomplete)
  @ApiAcceptedResponse({ type: CaptureDto })
  request(@Body() body: RequestCaptureDto, @CurrentOfficer() officer: SessionOfficer): Promise<CaptureDto> {
    const { secondOfficerId, secondVantage, ...input } = body;
    return this.db.tx(async (tx) =>
      toCaptureDto(
        await this.evidence.requestCapture(tx, {
          ...input,
          secondVantage: secondVantage ?? undefined,
          divisionCode: officer.division,
          officerIds: [officer.id, secondOfficerId],
        }),
      ),
    );
  }

  @Get()
  @Requires('evidence:read')
  @ApiOkResponse({ type: CapturePageDto })
  list(@Query() query: CaptureQuery): Promise<Page<CaptureDto>> {
    return this.db.tx(async (tx) => {
      const found = tx.createQueryBuilder(PackageRow, 'p');
      for (const field of ['caseId', 'outletId', 'orderId', 'state', 'kind', 'aboutId', 'secondOf'] as const)
        if (query[field]) found.andWhere(`p.${field} = :${field}`, { [field]: query[field] });
      if (query.q)
        found.andWhere('(p.url ILIKE :like OR p.number ILIKE :like)', { like: `%${query.q.replace(/[\\%_]/g, '\\$&')}%` });
      const page = await pageOf(found, query, {
        sortable: { requestedAt: 'p.requestedAt', number: 'p.number', state: 'p.state' },
        defaultSort: 'requestedAt',
        id: 'p.id',
      });
      return { ...page, items: page.items.map((row) => toCaptureDto(row)) };
    });
  }

  /** From where can be captured. */
  @Get('vantages')
  @Requires('evidence:read')
  @ApiOkResponse({ type: VantagesDto })
  vantages(): VantagesDto {
    return { names: this.evidence.vantages() };
  }

  /** What a case has asked for, by its running numbers, and what became of each. A number that nobody can show is named. */
  @Get('of-case/:caseId')
  @Requires('evidence:read')
  @ApiOkResponse({ type: CaseRequestsDto })
  ofCase(@Param('caseId', ParseUUIDPipe) caseId: string): Promise<CaseRequestsDto> {
    return this.db.tx(async (tx) => {
      const { last, missing, rows } = await requestsOf(tx, caseId);
      return { last, missing, items: rows.map((row) => toCaptureDto(row)) };
    });
  }

  /** Opening evidence leaves an entry in its custody chain, besides the audit event. */
  @Get(':id')
  @Requires('evidence:read')
  @Reads('exhibit')
  @ApiOkResponse({ type: CaptureDto })
  show(@Param('id') id: string, @CurrentOfficer() officer: SessionOfficer): Promise<CaptureDto> {
    return this.db.tx(async (tx) => {
      const row = await this.evidence.get(tx, id);
      await this.evidence.noteView(row);
      return toCaptureDto(row, await this.acts.available(tx, row, officer));
    });
  }

  /** Steps and small pictures as they come (server-sent events), then the record itself, then the end. */
  @Sse(':id/progress')
  @Requires('evidence:read')
  progress(@Param('id') id: string): Observable<MessageEvent> {
    const claims = currentClaims()!;
    return new Observable((listener) => {
      let stopped = false;
      const follow = async (): Promise<void> => {
        let last = '0';
        let shown = 0;
        for (;;) {
          const { steps, preview, row } = await this.look(claims, id, last);
          for (const step of steps) listener.next({ type: 'step', id: step.id, data: toStepDto(step) });
          last = steps.at(-1)?.id ?? last;
          if (preview && preview.at.getTime() !== shown) listener.next({ type: 'preview', data: toPreviewDto(preview) });
          shown = preview?.at.getTime() ?? 0;
          if (!RUNNING.has(row.state)) {
            listener.next({ type: 'end', data: toCaptureDto(row) });
            return listener.complete();
          }
          if (stopped) return;
          await new Promise((resolve) => setTimeout(resolve, POLL_MS));
        }
      };
      follow().catch((fault: unknown) => listener.error(fault));
      return () => (stopped = true);
    });
  }

  /** Takes back a capture that is not fixed yet. 202: the worker ends it, and `state` tells when. */
  @Post(':id/cancellation')
  @HttpCode(202)
  @Requires('evidence:capture')
  @Refuses(EvidenceProblem.notFound, EvidenceProblem.notRunning, PlatformProblem.forbidden)
  @ApiAcceptedResponse({ type: CaptureDto })
  cancel(@Param('id') id: string, @CurrentOfficer() officer: SessionOfficer): Promise<CaptureDto> {
    return this.db.tx(async (tx) => toCaptureDto(await this.cancellations.cancel(tx, id, officer)));
  }

  /** Every attempt at this address that counts for this package, failures included, oldest first: what its report lists. */
  @Get(':id/attempts')
  @Requires('evidence:read')
  @ApiOkResponse({ type: [CaptureDto] })
  attempts(@Param('id') id: string): Promise<CaptureDto[]> {
    return this.db.tx(async (tx) => (await attemptsAt(tx, await this.evidence.get(tx, id))).map((row) => toCaptureDto(row)));
  }

  @Get(':id/steps')
  @Requires('evidence:read')
  @ApiOkResponse({ type: [StepDto] })
  async steps(@Param('id') id: string): Promise<StepDto[]> {
    return (await this.look(currentClaims()!, id, '0')).steps.map(toStepDto);
  }

  @Get(':id/custody')
  @Requires('evidence:read')
  @Reads('custody')
  @ApiOkResponse({ type: [CustodyDto] })
  custody(@Param('id') id: string): Promise<CustodyDto[]> {
    return this.db.tx(async (tx) => {
      await this.evidence.get(tx, id);
      return (await this.evidence.custodyOf(tx, id)).map(toCustodyDto);
    });
  }

  /** What re-hashing found wrong with the stored files; empty while all is well. */
  @Get(':id/incidents')
  @Requires('evidence:read')
  @ApiOkResponse({ type: [IncidentDto] })
  incidents(@Param('id') id: string): Promise<IncidentDto[]> {
    return this.db.tx(async (tx) => {
      await this.evidence.get(tx, id);
      return (await this.evidence.incidentsOf(tx, id)).map(toIncidentDto);
    });
  }

  /** Verifies the stored package now, as anybody would verify an export of it, and records the answer in the custody chain. */
  @Post(':id/verifications')
  @HttpCode(200)
  @Requires('evidence:verify')
  @Refuses(EvidenceProblem.notFixed, EvidenceProblem.destroyed)
  @ApiOkResponse({ type: VerificationDto })
  verify(@Param('id') id: string): Promise<VerificationDto> {
    return this.db.tx(async (tx) => {
      const row = await this.evidence.getFixed(tx, id);
      const found = await this.verifications.run(tx, row);
      return { ...found, at: this.clock.now().toISOString() };
    });
  }

  private look(
    claims: Claims,
    id: string,
    after: string,
  ): Promise<{ steps: EvidenceStepRow[]; preview: PreviewRow | null; row: PackageRow }> {
    return this.db.as(claims, async (tx) => ({
      row: await this.evidence.get(tx, id),
      preview: await tx.findOneBy(PreviewRow, { packageId: id }),
      steps: await tx
        .createQueryBuilder(EvidenceStepRow, 's')
        .where('s.packageId = :id AND s.id > :after', { id, after })
        .orderBy('s.id')
        .take(500)
        .getMany(),
    }));
  }
}
