import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type EntityManager, In, IsNull } from 'typeorm';
import { Clock, localDate } from '../../kernel';
import type { SessionOfficer } from '../../platform';
import { type GuardContext, type NamedOfficer, servedAt } from '../domain/guards';
import { CasesProblem } from '../domain/problems';
import { retentionOf } from '../domain/retention';
import { CaseOfficerRow, CaseRow } from '../store/case.entity';
import { CaseLinkRow, CaseRemarkRow } from '../store/case-parts.entity';
import { Transfers } from './transfers';

type Effect = (tx: EntityManager, file: CaseRow, context: GuardContext) => Partial<CaseRow> | Promise<Partial<CaseRow>>;

/** What single moves change in the file besides its state. Moves without a line here change nothing more. */
@Injectable()
export class MoveEffects {
  constructor(
    private readonly transfers: Transfers,
    private readonly clock: Clock,
  ) {}

  async of(
    tx: EntityManager,
    file: CaseRow,
    context: GuardContext,
    _officer: Pick<SessionOfficer, 'id'>,
  ): Promise<Partial<CaseRow>> {
    return (await this.byAction[context.row.action]?.(tx, file, context)) ?? {};
  }

  private readonly byAction: Readonly<Record<string, Effect>> = {
    proposeFiling: async (tx, file, context) => {
      await this.setHandlers(tx, file, context.named, context.actor, context.now);
      return { facts: context.input!.facts!, articles: context.input!.articles! };
    },
    approveFiling: (_tx, _file, { now }) => ({ filedAt: now }),
    declineFiling: (_tx, _file, { now }) => ({ outcome: 'notFiled', closedAt: now }),
    discard: async (tx, file, { input, actor, now }) => {
      const otherId = input!.mergedInto;
      if (otherId) await this.link(tx, file, otherId, input!.reason!, actor);
      return { outcome: 'notFiled', closedAt: now, mergedInto: otherId ?? null };
    },
    conclude: (_tx, _file, { input }) => ({ report: input!.report! }),
    endHearing: (_tx, file, { input }) => ({ report: [file.report, input!.report].filter(Boolean).join('\n\n') }),
    submitForReview: async (tx, file, { input, actor, now }) => {
      for (const { remarkId, text } of input!.answers ?? [])
        await tx.update(
          CaseRemarkRow,
          { id: remarkId, caseId: file.id, answer: IsNull() },
          { answer: text, answeredBy: actor, answeredAt: now },
        );
      return {};
    },
    returnForWork: (tx, file, context) => this.addRemarks(tx, file, context),
    returnForCorrection: (tx, file, context) => this.addRemarks(tx, file, context),
    terminate: () => ({ outcome: 'terminated' }),
    transfer: async (tx, file, { input, actor, now }) => {
      const { transferKind: kind = 'authority', receiver, reason, materials = [] } = input!;
      await this.transfers.decide(tx, file, { kind, receiver: receiver!, reason: reason!, materials }, actor, now);
      return {};
    },
    proposeDecision: (_tx, _file, { input }) => ({
      outcome: input!.outcome!,
      complex: input!.complex ?? false,
      penalty: input!.penalty!,
      articles: input!.articles!,
      statement: input!.statement ?? null,
    }),
    decide: (_tx, _file, { now }) => ({ decidedAt: now }),
    serve: (_tx, _file, { documents, now }) => ({ servedAt: servedAt(documents, '45') ?? now }),
    proposeClosing: (_tx, _file, { input }) => ({ execution: input!.execution! }),
    close: (_tx, file, { input, now }) => ({ closedAt: now, outcome: input!.outcome ?? file.outcome }),
    archive: (_tx, file, { now, input }) => {
      const outcome = input?.outcome ?? file.outcome;
      if (!outcome) throw CasesProblem.outcomeMissing();
      const { until } = retentionOf(outcome, localDate(file.closedAt ?? now));
      return { archivedAt: now, outcome, retentionClass: outcome, retentionUntil: until };
    },
    /** Archive dates fall, the history stays. */
    reopen: () => ({ closedAt: null, archivedAt: null, retentionClass: null, retentionUntil: null }),
  };

  /** The named officers take the place of those before them, who stay in the record. */
  async setHandlers(
    tx: EntityManager,
    file: Pick<CaseRow, 'id'>,
    named: readonly NamedOfficer[],
    actor: string,
    at: Date,
  ): Promise<void> {
    const present = await tx.findBy(CaseOfficerRow, { caseId: file.id, role: 'handler', until: IsNull() });
    const leaving = present.map(({ officerId }) => officerId).filter((id) => !named.some((one) => one.id === id));
    if (leaving.length)
      await tx.update(
        CaseOfficerRow,
        { caseId: file.id, role: 'handler', officerId: In(leaving), until: IsNull() },
        { until: at },
      );
    for (const { id, name, certificate } of named)
      if (!present.some(({ officerId }) => officerId === id))
        await tx.insert(CaseOfficerRow, {
          caseId: file.id,
          officerId: id,
          role: 'handler',
          since: at,
          until: null,
          name,
          certificate,
          namedBy: actor,
        });
  }

  private async addRemarks(tx: EntityManager, file: CaseRow, { input, actor, now }: GuardContext): Promise<Partial<CaseRow>> {
    const [last] = await tx.query<{ round: number | null }[]>('SELECT max(round) AS round FROM case_remark WHERE case_id = $1', [
      file.id,
    ]);
    const round = (last?.round ?? 0) + 1;
    for (const { field = null, text } of input!.remarks!)
      await tx.insert(CaseRemarkRow, {
        id: randomUUID(),
        caseId: file.id,
        round,
        field,
        text,
        by: actor,
        at: now,
        answer: null,
        answeredBy: null,
        answeredAt: null,
      });
    return {};
  }

  async link(tx: EntityManager, file: Pick<CaseRow, 'id'>, otherId: string, reason: string, by: string): Promise<void> {
    if (otherId === file.id || !(await tx.existsBy(CaseRow, { id: otherId }))) throw CasesProblem.notFound();
    const known = await tx.existsBy(CaseLinkRow, { caseId: file.id, otherId });
    if (!known) await tx.insert(CaseLinkRow, { caseId: file.id, otherId, reason, by, at: this.clock.now() });
  }
}
