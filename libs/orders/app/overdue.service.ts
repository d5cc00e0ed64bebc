import { Injectable } from '@nestjs/common';
import { Clock } from '../../kernel';
import { Db } from '../../platform';
import { runningStates } from '../domain/order.states';
import { OrderRow } from '../store/order.entity';
import { OrderMoves, systemMover } from './order-moves';
import { CaseFiles } from './outside';

const WHAT: Record<string, { zh: string; en: string }> = {
  order_ack: { zh: '逾期未签收', en: 'was not acknowledged in time' },
  order_exec: { zh: '逾期未报告执行', en: 'was not carried out in time' },
  restore_exec: { zh: '逾期未报告恢复', en: 'was not carried out in time' },
};

/** Says once, on the order and in its case, that a clock ran out. Whether to press or to escalate is for people. */
@Injectable()
export class OverdueService {
  constructor(
    private readonly db: Db,
    private readonly moves: OrderMoves,
    private readonly cases: CaseFiles,
    private readonly clock: Clock,
  ) {}

  tell(): Promise<void> {
    return this.db.tx(async (tx) => {
      const late = await tx.query<{ id: string; key: string }[]>(
        `UPDATE order_clock k SET overdue_told_at = $1 FROM orders o
         WHERE o.id = k.order_id AND k.due_at < $1 AND k.stopped_at IS NULL AND k.overdue_told_at IS NULL AND k.key <> 'order_lapse' AND o.state = ANY ($2)
         RETURNING k.order_id AS id, k.key`,
        [this.clock.now(), runningStates],
      );
      for (const { id, key } of rowsOf(late)) {
        const order = await tx.findOneByOrFail(OrderRow, { id });
        const number = order.number ?? '';
        await this.moves.note(tx, id, systemMover('clock'), 'overdue', { clock: key });
        await this.cases.tell(tx, order.caseId, {
          kind: 'order.overdue',
          orderId: id,
          zh: `${number}${WHAT[key]!.zh}`,
          en: `${number} ${WHAT[key]!.en}`,
          details: { clock: key },
        });
      }
    });
  }
}

/** For UPDATE … RETURNING TypeORM answers [rows, count]. */
function rowsOf<T>(answer: T[]): T[] {
  return Array.isArray(answer[0]) ? (answer[0] as unknown as T[]) : answer;
}
