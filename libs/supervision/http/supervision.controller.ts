import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Reads } from '../../audit';
import { Problem } from '../../kernel';
import { CurrentOfficer, Db, type Page, PageQuery, pageOf, Refuses, Requires, type SessionOfficer } from '../../platform';
import { FindingsService } from '../app/findings.service';
import { SupervisionProblem } from '../domain/problems';
import { RULES } from '../domain/rules';
import { FindingRow } from '../store/finding.entity';
import {
  BulkFindingsDto,
  BulkResultDto,
  FindingDto,
  FindingPageDto,
  FindingQuery,
  FindingTransitionDto,
  RecordedFindingDto,
  RecordFindingDto,
  RuleDto,
  RulePageDto,
  toFindingDto,
  toRuleDto,
} from './supervision.dto';

@ApiTags('supervision')
@Controller()
export class SupervisionController {
  constructor(
    private readonly db: Db,
    private readonly findings: FindingsService,
  ) {}

  /** The rule library, whole: it is short, and the console searches it by itself. */
  @Get('rules')
  @Requires('rule:read')
  @ApiOkResponse({ type: RulePageDto })
  rules(@Query() { q }: PageQuery): Page<RuleDto> {
    const items = RULES.filter(
      (rule) => !q || [rule.id, rule.zh, rule.en, ...rule.keywords].some((text) => text.toLowerCase().includes(q.toLowerCase())),
    );
    return { items: items.map(toRuleDto), nextCursor: null, total: items.length };
  }

  @Get('rules/:id')
  @Requires('rule:read')
  @Refuses(SupervisionProblem.unknownRule)
  @ApiOkResponse({ type: RuleDto })
  rule(@Param('id') id: string): RuleDto {
    const rule = RULES.find((each) => each.id === id);
    if (!rule) throw SupervisionProblem.unknownRule({ rule: id });
    return toRuleDto(rule);
  }

  @Get('findings')
  @Requires('finding:read')
  @ApiOkResponse({ type: FindingPageDto })
  list(@Query() query: FindingQuery, @CurrentOfficer() officer: SessionOfficer): Promise<Page<FindingDto>> {
    return this.db.tx(async (tx) => {
      const rows = tx.createQueryBuilder(FindingRow, 'f');
      if (query.state) rows.andWhere('f.state = :state', query);
      if (query.rule) rows.andWhere('f.ruleId = :rule', query);
      if (query.kind) rows.andWhere('f.kind = :kind', query);
      if (query.outletId) rows.andWhere('f.outletId = :outletId', query);
      if (query.subjectId) rows.andWhere('f.subjectId = :subjectId', query);
      if (query.captureId) rows.andWhere('f.captureId = :captureId', query);
      const sortable = { foundAt: 'f.foundAt', severity: 'f.severity', state: 'f.state', rule: 'f.ruleId' };
      const page = await pageOf(rows, query, { sortable, defaultSort: 'foundAt', id: 'f.id' });
      return { ...page, items: page.items.map((row) => toFindingDto(row, officer.permissions)) };
    });
  }

  /** Scans the capture, or with `manual` takes the inspector's word. Answers the heaviest finding; the others stand in `alsoFound`. */
  @Post('findings')
  @Requires('finding:create')
  @Refuses(
    SupervisionProblem.nothingFound,
    SupervisionProblem.unknownRule,
    SupervisionProblem.captureOfOtherOutlet,
    SupervisionProblem.noteMissing,
  )
  @ApiCreatedResponse({ type: RecordedFindingDto })
  record(@Body() body: RecordFindingDto, @CurrentOfficer() officer: SessionOfficer): Promise<RecordedFindingDto> {
    return this.db.tx(async (tx) => {
      const [first, ...others] = (await this.findings.record(tx, body, officer)).map((row) =>
        toFindingDto(row, officer.permissions),
      );
      return { ...first!, alsoFound: others };
    });
  }

  @Get('findings/:id')
  @Requires('finding:read')
  @Reads('finding')
  @Refuses(SupervisionProblem.findingNotFound)
  @ApiOkResponse({ type: FindingDto })
  one(@Param('id', ParseUUIDPipe) id: string, @CurrentOfficer() officer: SessionOfficer): Promise<FindingDto> {
    return this.db.tx(async (tx) => toFindingDto(await this.findings.byId(tx, id), officer.permissions));
  }

  /** Confirming makes a clue; dismissing needs a reason. */
  @Post('findings/:id/transitions')
  @HttpCode(200)
  @Requires('finding:decide')
  @Refuses(SupervisionProblem.findingNotFound, SupervisionProblem.reasonMissing, SupervisionProblem.illegalTransition)
  @ApiOkResponse({ type: FindingDto })
  decide(
    @Param('id', ParseUUIDPipe) id: string,
    @Body() { action, reason }: FindingTransitionDto,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<FindingDto> {
    return this.db.tx(async (tx) =>
      toFindingDto(await this.findings.decide(tx, id, action, reason, officer), officer.permissions),
    );
  }

  /** The same decision for many, each by itself: one that was decided meanwhile does not hold up the others. */
  @Post('findings/bulk')
  @HttpCode(200)
  @Requires('finding:decide')
  @Refuses(SupervisionProblem.reasonMissing)
  @ApiOkResponse({ type: [BulkResultDto] })
  async decideMany(
    @Body() { ids, action, reason }: BulkFindingsDto,
    @CurrentOfficer() officer: SessionOfficer,
  ): Promise<BulkResultDto[]> {
    if (action === 'dismiss' && !reason?.trim()) throw SupervisionProblem.reasonMissing();
    const results: BulkResultDto[] = [];
    for (const id of new Set(ids)) {
      const code = await this.db
        .tx((tx) => this.findings.decide(tx, id, action, reason, officer))
        .then(
          () => null,
          (fault: unknown) => {
            if (fault instanceof Problem) return fault.code;
            throw fault;
          },
        );
      results.push({ id, ok: code === null, code });
    }
    return results;
  }
}
