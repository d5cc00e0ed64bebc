import { createHash, randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel';
import { PlatformProblem } from '../../platform';
import { proofTypeOf } from '../domain/file-kind';
import { OrdersProblem } from '../domain/problems';
import { dueOfRound } from '../domain/recheck-schedule';
import { faultsOfReport, outcomeOf, type ReportLine, reportDigest, type ReportOutcome } from '../domain/report';
import { ordersConfig, type OrdersConfig } from '../orders.config';
import { stopClocks } from '../store/clocks';
import { AddressRow, OrderRow } from '../store/order.entity';
import { ReportFileRow, ReportLineRow, ReportRow } from '../store/partner.entity';
import { OrderMoves, partnerMover } from './order-moves';
import { PartnerService } from './partner.service';

export interface Person {
  name: string;
  role: string;
}

export interface ReportInput {
  by: Person;
  ticket: string | null;
  lines: ReportLine[];
  files: { name: string; bytes: Buffer }[];
}

export interface ReportAnswer {
  reportId: string;
  seq: number;
  outcome: ReportOutcome;
  state: OrderRow['state'];
  at: Date;
}

/** What the operator does: each act is a POST by a named person who has entered with a code, and none happens twice. */
@Injectable()
export class PartnerActs {
  constructor(
    private readonly partners: PartnerService,
    private readonly moves: OrderMoves,
    private readonly clock: Clock,
    @Inject(ordersConfig.provide) private readonly config: OrdersConfig,
  ) {}

  /** Names the person and stops `order_ack` (AC-OPR-1.2). Said twice by the same person, it is said once. */
  acknowledge(token: string, session: string | undefined, by: Person): Promise<OrderRow> {
    return this.partners.inside(token, session, async (tx, opened) => {
      const order = await this.moves.lock(tx, opened.order.id);
      if (order.ackAt && order.ackName === by.name && order.ackRole === by.role) return order;
      const ack = { ackName: by.name, ackRole: by.role, ackAt: this.clock.now() };
      await this.moves.move(tx, order, 'acknowledge', partnerMover(opened.link.id), ack, by);
      await stopClocks(tx, order.id, ['order_ack'], this.clock.now());
      return order;
    });
  }

  begin(token: string, session: string | undefined): Promise<OrderRow> {
    return this.partners.inside(token, session, async (tx, opened) => {
      const order = await this.moves.lock(tx, opened.order.id);
      if (order.state !== 'executing') await this.moves.move(tx, order, 'begin', partnerMover(opened.link.id));
      return order;
    });
  }

  /** Reports per address. The same report sent again is answered like the first and entered once (AC-OPR-2.2). */
  report(token: string, session: string | undefined, input: ReportInput): Promise<ReportAnswer> {
    return this.partners.inside(token, session, async (tx, opened) => {
      const order = await this.moves.lock(tx, opened.order.id);
      const files = this.proofs(input.files);
      const digest = reportDigest(
        `${input.by.name}\n${input.by.role}\n${input.ticket ?? ''}`,
        input.lines,
        files.map(({ sha256 }) => sha256),
      );
      const last = await tx.findOne(ReportRow, { where: { orderId: order.id }, order: { seq: 'DESC' } });
      if (last?.digest === digest && last.at.getTime() === order.recheckFrom?.getTime()) return answerOf(last, order);
      const mover = partnerMover(opened.link.id);
      this.moves.require(order, 'report', mover);
      const addresses = await tx.find(AddressRow, { where: { orderId: order.id }, order: { no: 'ASC' } });
      this.refuseFaults(addresses, input.lines);
      const report = await this.enter(tx, order, addresses, input, files, digest, (last?.seq ?? 0) + 1);
      await this.moves.move(
        tx, order, 'report', mover,
        { reportOutcome: report.outcome, recheckFrom: report.at, recheckRound: 0, recheckDue: report.outcome === 'refused' ? null : this.firstLook(report.at) },
        { ...input.by, outcome: report.outcome, seq: report.seq },
      ); // prettier-ignore
      if (report.outcome === 'full') await stopClocks(tx, order.id, ['order_exec', 'restore_exec'], this.clock.now());
      return answerOf(report, order);
    });
  }

  private refuseFaults(addresses: readonly AddressRow[], lines: readonly ReportLine[]): void {
    const faults = faultsOfReport(
      addresses.map(({ no }) => no),
      lines,
      this.clock.now(),
    );
    if (!lines.length)
      throw OrdersProblem.reportFaulty({ errors: [{ pointer: '/lines', detail: 'at least one address', zh: '至少一个网址' }] });
    if (faults.length)
      throw OrdersProblem.reportFaulty({
        errors: faults.map(({ addressNo, field }) => ({ pointer: `/lines/${addressNo}/${field}`, ...FAULTS[field] })),
      });
  }

  private proofs(files: ReportInput['files']): { name: string; bytes: Buffer; mediaType: string; sha256: string }[] {
    if (files.length > this.config.proofFiles)
      throw OrdersProblem.reportFaulty({
        errors: [
          { pointer: '/files', detail: `at most ${this.config.proofFiles} files`, zh: `最多 ${this.config.proofFiles} 个文件` },
        ],
      });
    return files.map(({ name, bytes }) => {
      if (bytes.length > this.config.proofFileBytes) throw PlatformProblem.tooLarge({ limitBytes: this.config.proofFileBytes });
      const mediaType = proofTypeOf(bytes);
      if (!mediaType) throw OrdersProblem.proofTypeNotAccepted({ name, accepted: ['PNG', 'JPEG', 'PDF', 'UTF-8 text'] });
      return { name: safeName(name), bytes, mediaType, sha256: createHash('sha256').update(bytes).digest('hex') };
    });
  }

  /** The report, its lines and proofs; `outcome` counts the last word about every address, this report's and earlier ones'. */
  private async enter(
    tx: EntityManager,
    order: OrderRow,
    addresses: readonly AddressRow[],
    input: ReportInput,
    files: ReturnType<PartnerActs['proofs']>,
    digest: string,
    seq: number,
  ): Promise<ReportRow> {
    // prettier-ignore
    const words = [...addresses.flatMap(({ no, result }) => (result ? [{ addressNo: no, result }] : [])), ...input.lines];
    const report: ReportRow = {
      id: randomUUID(), orderId: order.id, seq, digest, outcome: outcomeOf(addresses.length, words), byName: input.by.name, byRole: input.by.role,
      ticket: input.ticket, at: this.clock.now(), receiptDocumentId: null,
    }; // prettier-ignore
    await tx.insert(ReportRow, report);
    for (const line of input.lines) {
      await tx.insert(ReportLineRow, { reportId: report.id, ...line });
      await tx.update(AddressRow, { orderId: order.id, no: line.addressNo }, { result: line.result });
    }
    for (const { name, bytes, mediaType, sha256 } of files)
      await tx.insert(ReportFileRow, {
        id: randomUUID(),
        reportId: report.id,
        name,
        mediaType,
        sizeBytes: bytes.length,
        sha256,
        bytes,
        storedAt: null,
      });
    return report;
  }

  private firstLook(reportedAt: Date): Date {
    const schedule = {
      afterReportMin: this.config.recheckAfterMin.map(Number),
      spanMs: this.config.confirmHours * 3_600_000,
      thenEveryDays: this.config.recheckEveryDays,
    };
    return dueOfRound(0, reportedAt, null, schedule);
  }
}

const FAULTS = {
  addressNo: { detail: 'an address of this order, named once', zh: '须为本通知中的网址，且只写一次' },
  measure: { detail: 'say what was done', zh: '须写明采取的措施' },
  doneAt: { detail: 'say when it was done; not in the future', zh: '须写明完成时间，不得晚于当前时间' },
  reason: { detail: 'give the reason', zh: '须写明理由' },
} as const;

const answerOf = ({ id, seq, outcome, at }: ReportRow, order: OrderRow): ReportAnswer => ({
  reportId: id,
  seq,
  outcome,
  state: order.state,
  at,
});

/** A name for reading and for saving; never used as a path. */
function safeName(name: string): string {
  return (
    name
      .replace(/^.*[/\\]/s, '')
      .replace(/[^\p{L}\p{N}._ -]/gu, '_')
      .slice(-120) || 'file'
  );
}
