import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditTrail } from '../../audit';
import { Clock, localDate, startOfMinute } from '../../kernel';
import { PlatformProblem, type SessionOfficer } from '../../platform';
import { CasesProblem, requiredField } from '../domain/problems';
import { type TransferKind, transferSpec } from '../domain/transfer';
import { type TransferAct, transferStates } from '../domain/transfer.states';
import type { CaseRow } from '../store/case.entity';
import { CaseTransferRow } from '../store/transfer.entity';
import { CaseReader } from './case-reader';
import { Journal } from './journal';
import { Tasks } from './tasks';

export interface TransferAnswers {
  action: TransferAct;
  /** When it happened. */
  at: Date;
  documentNumber?: string;
  delivery?: string;
  receipt?: string;
  receivedBy?: string;
  answerNumber?: string;
  reason?: string;
}

const DAY_MS = 86_400_000;
const WORDS: Record<TransferAct, { zh: string; en: string }> = {
  send: { zh: '已发出', en: 'sent' },
  receive: { zh: '对方已签收', en: 'received' },
  accept: { zh: '对方决定受理', en: 'accepted' },
  return: { zh: '对方退回', en: 'returned' },
};

/** What happens to a case after it was decided to hand it over (程序规定 art. 14, 17): paper, receipt, answer. */
@Injectable()
export class Transfers {
  constructor(
    private readonly reader: CaseReader,
    private readonly tasks: Tasks,
    private readonly journal: Journal,
    private readonly trail: AuditTrail,
    private readonly clock: Clock,
  ) {}

  of(tx: EntityManager, caseId: string): Promise<CaseTransferRow[]> {
    return tx.find(CaseTransferRow, { where: { caseId }, order: { n: 'ASC' } });
  }

  /** With the move of the case, in its transaction. A crime is sent within the hours of its rule. */
  async decide(
    tx: EntityManager,
    file: CaseRow,
    said: { kind: TransferKind; receiver: string; reason: string; materials: string[] },
    by: string,
    at: Date,
  ): Promise<void> {
    const spec = transferSpec(said.kind);
    const sendUntil = spec.sendHours ? new Date(at.getTime() + spec.sendHours.n * 3_600_000) : null;
    const id = randomUUID();
    const n = (await tx.countBy(CaseTransferRow, { caseId: file.id })) + 1;
    await tx.insert(CaseTransferRow, {
      ...said,
      id,
      caseId: file.id,
      n,
      state: 'decided',
      decidedBy: by,
      decidedAt: at,
      sendUntil,
    });
    await this.owe(
      tx,
      file,
      id,
      'send',
      `送达移送文书：${said.receiver}`,
      `Send the papers to ${said.receiver}`,
      localDate(sendUntil ?? at),
    );
  }

  /** Refuses with `transferIllegal`, `forbidden`, `fieldsMissing`, and with `transferTooEarly` for what cannot have happened then. */
  async carryOut(tx: EntityManager, caseId: string, id: string, input: TransferAnswers, by: SessionOfficer): Promise<void> {
    const file = await this.reader.lock(tx, caseId);
    const row = await tx.findOneBy(CaseTransferRow, { id, caseId });
    if (!row) throw CasesProblem.notFound();
    const move = transferStates.move(row.state, input.action);
    if (!move) throw CasesProblem.transferIllegal({ state: row.state, action: input.action, allowed: allowedFrom(row) });
    if (!by.permissions.includes(move.requires)) throw PlatformProblem.forbidden({ permission: move.requires });
    const after = row.receivedAt ?? row.sentAt ?? row.decidedAt;
    if (input.at < startOfMinute(after) || input.at > this.clock.now())
      throw CasesProblem.transferTooEarly({ after: after.toISOString() });
    await tx.update(CaseTransferRow, { id }, { ...changesOf(row, input), state: move.to, recordedBy: by.id });
    await this.follow(tx, file, row, input);
    const { zh, en } = WORDS[input.action];
    const why = input.reason ? `：${input.reason}` : '';
    await this.journal.append(tx, file, {
      kind: `transfer.${input.action}`,
      zh: `移送${row.receiver}：${zh}${why}`,
      en: `Transfer to ${row.receiver}: ${en}${why}`,
      data: { transferId: id, receipt: input.receipt, documentNumber: input.documentNumber },
      happenedAt: input.at,
    });
    await this.trail.record(tx, {
      act: `case.transfer.${input.action}`,
      kind: 'case',
      id: caseId,
      caseId,
      details: { transferId: id },
    });
  }

  /** What is owed next, and by when. */
  private async follow(tx: EntityManager, file: CaseRow, row: CaseTransferRow, { action, at }: TransferAnswers): Promise<void> {
    await this.tasks.endOnce(tx, `${row.id}:send`);
    if (action === 'send') {
      await this.owe(
        tx,
        file,
        row.id,
        'receive',
        `催收移送回执：${row.receiver}`,
        `Get the receipt of ${row.receiver}`,
        localDate(at),
      );
      return;
    }
    await this.tasks.endOnce(tx, `${row.id}:receive`);
    if (action === 'receive')
      return this.owe(
        tx,
        file,
        row.id,
        'answer',
        `跟进受理结果：${row.receiver}`,
        `Follow the answer of ${row.receiver}`,
        answerUntil(row, at),
      );
    await this.tasks.endOnce(tx, `${row.id}:answer`);
  }

  private async owe(
    tx: EntityManager,
    file: CaseRow,
    id: string,
    what: string,
    zh: string,
    en: string,
    due: string | null,
  ): Promise<void> {
    const assignees = (await this.reader.people(tx, file.id, 'handler')).map(({ officerId }) => officerId);
    await this.tasks.open(tx, file, {
      kind: `transfer.${what}`,
      zh,
      en,
      requires: 'case:handle',
      assignees,
      due,
      once: `${id}:${what}`,
    });
  }
}

export const allowedFrom = (row: CaseTransferRow): TransferAct[] =>
  transferStates.actionsFrom(row.state).map(({ action }) => action);

const answerUntil = (row: CaseTransferRow, receivedAt: Date): string | null => {
  const limit = transferSpec(row.kind).answerDays;
  return limit ? localDate(new Date(receivedAt.getTime() + limit.n * DAY_MS)) : null;
};

/** Fields that the act sets. Refuses with the names of all that it needs and has not got. */
function changesOf(row: CaseTransferRow, input: TransferAnswers): Partial<CaseTransferRow> {
  const need = (...names: ('documentNumber' | 'delivery' | 'receipt' | 'receivedBy' | 'reason')[]) => {
    const errors = names.filter((name) => !input[name]?.trim()).map((name) => requiredField(name));
    if (errors.length) throw CasesProblem.fieldsMissing({ errors });
  };
  switch (input.action) {
    case 'send':
      need('documentNumber', 'delivery');
      return { documentNumber: input.documentNumber!, delivery: input.delivery!, sentAt: input.at };
    case 'receive':
      need('receipt', 'receivedBy');
      return {
        receipt: input.receipt!,
        receivedBy: input.receivedBy!,
        receivedAt: input.at,
        answerUntil: answerUntil(row, input.at),
      };
    case 'accept':
      return { answerNumber: input.answerNumber ?? null, answerReason: input.reason ?? null, answeredAt: input.at };
    case 'return':
      need('reason');
      return { answerNumber: input.answerNumber ?? null, answerReason: input.reason!, answeredAt: input.at };
  }
}
