import { randomUUID } from 'node:crypto';
import { Injectable, Inject } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditTrail } from '../../audit';
import { Clock } from '../../kernel';
import { Facts, platformConfig, type PlatformConfig } from '../../platform';
import { OutletService } from '../../registry';
import { FINDING_CONFIRMED, type FindingConfirmed } from '../domain/facts';
import { type FindingAction, findingStates } from '../domain/finding.states';
import { licenceDisplayOf } from '../domain/licence-display';
import { SupervisionProblem } from '../domain/problems';
import { DISPLAY_RULE, isStructural, type Rule, ruleById, wordRules } from '../domain/rules';
import { textToScan } from '../domain/page-text';
import { matchWords } from '../domain/word-match';
import { FindingRow } from '../store/finding.entity';
import { type CapturedPage, CapturedPages } from './captured-pages';

export interface FindingRequest {
  outletId: string;
  captureId: string;
  /** Limits the scan to the absent display, or to words. */
  kind?: 'badgeMissing' | 'word';
  /** Limits the scan to one rule. */
  rule?: string;
  /** With `manual`: what the inspector saw that no rule looks for. */
  note?: string;
  /** Recorded on the inspector's word; the page is not scanned. Needs `rule` and `note`. */
  manual?: boolean;
}

type Found = Pick<FindingRow, 'kind' | 'hits' | 'excluded' | 'display'> & { rule: Rule };
type Person = { id: string };

/** Findings: what rules and inspectors see on captured pages, and what people decide. Basis: 程序规定 art. 18. */
@Injectable()
export class FindingsService {
  constructor(
    private readonly pages: CapturedPages,
    private readonly outlets: OutletService,
    private readonly facts: Facts,
    private readonly trail: AuditTrail,
    private readonly clock: Clock,
    @Inject(platformConfig.provide) private readonly config: Pick<PlatformConfig, 'publicOrigin'>,
  ) {}

  /**
   * Scans a fixed capture of the outlet and records one finding a rule, the heaviest first; a rule that found this capture before
   * is not recorded twice. Refuses with `nothingFound` when there is nothing to record.
   */
  async record(tx: EntityManager, request: FindingRequest, officer: Person): Promise<FindingRow[]> {
    const outlet = await this.outlets.byId(tx, request.outletId);
    const page = await this.pages.pageOf(tx, request.captureId);
    if (page.outletId && page.outletId !== outlet.id)
      throw SupervisionProblem.captureOfOtherOutlet({ captureId: request.captureId, outletId: outlet.id });
    const rule = request.rule === undefined ? null : ruleOf(request.rule);
    const found = request.manual ? [manually(rule, request)] : this.scan(page, outlet.subject?.uscc ?? null, request, rule);
    if (!found.length)
      throw SupervisionProblem.nothingFound({ captureId: request.captureId, rules: rule ? 1 : wordRules().length + 1 });
    const rows: FindingRow[] = [];
    for (const one of found) {
      const row = tx.create(FindingRow, {
        id: randomUUID(),
        divisionCode: outlet.divisionCode,
        outletId: outlet.id,
        subjectId: outlet.subjectId,
        captureId: request.captureId,
        kind: one.kind,
        ruleId: one.rule.id,
        severity: one.rule.severity,
        origin: request.manual ? 'manual' : 'scan',
        hits: one.hits,
        excluded: one.excluded,
        display: one.display,
        note: request.note?.trim() || null,
        state: 'open',
        version: 1,
        foundBy: officer.id,
        foundAt: this.clock.now(),
      });
      rows.push(await this.insertOnce(tx, row));
    }
    return rows;
  }

  async byId(tx: EntityManager, id: string): Promise<FindingRow> {
    const row = await tx.findOneBy(FindingRow, { id });
    if (!row) throw SupervisionProblem.findingNotFound();
    return row;
  }

  /** Confirms (and so makes a clue) or dismisses, which MUST have a reason (AC-INS-1.1). */
  async decide(
    tx: EntityManager,
    id: string,
    action: FindingAction,
    reason: string | undefined,
    officer: Person,
  ): Promise<FindingRow> {
    const row = await tx.findOne(FindingRow, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (!row) throw SupervisionProblem.findingNotFound();
    const move = findingStates.move(row.state, action);
    if (!move)
      throw SupervisionProblem.illegalTransition({
        state: row.state,
        action,
        allowed: findingStates.actionsFrom(row.state).map((each) => each.action),
      });
    const why = reason?.trim() || null;
    if (action === 'dismiss' && !why) throw SupervisionProblem.reasonMissing();
    const changes = { state: move.to, version: row.version + 1, decidedBy: officer.id, decidedAt: this.clock.now(), reason: why };
    await tx.update(FindingRow, { id }, changes);
    const decided = Object.assign(row, changes);
    await this.note(tx, decided, action);
    if (action === 'confirm') await this.facts.publish(tx, FINDING_CONFIRMED, id, factOf(decided));
    return decided;
  }

  private scan(page: CapturedPage, uscc: string | null, { kind }: FindingRequest, rule: Rule | null): Found[] {
    const found: Found[] = [];
    if (kind !== 'word' && (!rule || rule.id === DISPLAY_RULE)) {
      const display = licenceDisplayOf(page.dom, page.text, { portal: this.config.publicOrigin, uscc });
      if (display.verdict === 'missing')
        found.push({ kind: 'badgeMissing', rule: ruleOf(DISPLAY_RULE), hits: [], excluded: [], display });
    }
    if (kind !== 'badgeMissing' && (!rule || !isStructural(rule)))
      for (const { rule: matched, hits, excluded } of matchWords(textToScan(page), rule ? [rule] : wordRules()))
        found.push({ kind: 'word', rule: matched, hits, excluded, display: null });
    return found.sort((a, b) => b.rule.severity - a.rule.severity);
  }

  /** Two scans of one capture at once end with one finding a rule. */
  private async insertOnce(tx: EntityManager, row: FindingRow): Promise<FindingRow> {
    const { raw } = await tx
      .createQueryBuilder()
      .insert()
      .into(FindingRow)
      .values(row as object)
      .orIgnore()
      .returning('id')
      .execute();
    if ((raw as unknown[]).length === 0)
      return tx.findOneByOrFail(FindingRow, { captureId: row.captureId, ruleId: row.ruleId, origin: 'scan' });
    await this.note(tx, row, 'create');
    return row;
  }

  private note(tx: EntityManager, row: FindingRow, act: string): Promise<void> {
    return this.trail.record(tx, {
      act: `finding.${act}`,
      kind: 'finding',
      id: row.id,
      details: { rule: row.ruleId, captureId: row.captureId, outletId: row.outletId },
    });
  }
}

function ruleOf(id: string): Rule {
  const rule = ruleById(id);
  if (!rule) throw SupervisionProblem.unknownRule({ rule: id });
  return rule;
}

function manually(rule: Rule | null, { note }: FindingRequest): Found {
  if (!rule) throw SupervisionProblem.unknownRule({ rule: '' });
  if (!note?.trim()) throw SupervisionProblem.noteMissing();
  return { kind: rule.id === DISPLAY_RULE ? 'badgeMissing' : 'word', rule, hits: [], excluded: [], display: null };
}

/** One sentence for the clue: the rule, and the words or the note behind it. */
export function summaryOf(row: FindingRow): string {
  const words = [...new Set(row.hits.map((hit) => hit.word))].slice(0, 5).map((word) => `“${word}”`);
  const detail = words.length ? words.join('、') : (row.note ?? '');
  return [ruleOf(row.ruleId).zh, detail].filter(Boolean).join('：');
}

function factOf(row: FindingRow): FindingConfirmed {
  return {
    findingId: row.id,
    outletId: row.outletId,
    subjectId: row.subjectId,
    captureId: row.captureId,
    rule: row.ruleId,
    kind: row.kind,
    summary: summaryOf(row),
    division: row.divisionCode,
    confirmedBy: row.decidedBy!,
  };
}
