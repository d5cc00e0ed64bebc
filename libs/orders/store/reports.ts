import type { EntityManager } from 'typeorm';
import { ReportFileRow, ReportLineRow, ReportRow } from './partner.entity';

export type WholeReport = ReportRow & { lines: ReportLineRow[]; files: ReportFileRow[] };

/** Every report of an order with its lines and proofs (without their bytes), in the order in which they came. */
export async function reportsOf(tx: EntityManager, orderId: string): Promise<WholeReport[]> {
  const whole: WholeReport[] = [];
  for (const report of await tx.find(ReportRow, { where: { orderId }, order: { seq: 'ASC' } })) {
    const where = { reportId: report.id };
    const lines = await tx.find(ReportLineRow, { where, order: { addressNo: 'ASC' } });
    whole.push({ ...report, lines, files: await tx.find(ReportFileRow, { where, order: { name: 'ASC' } }) });
  }
  return whole;
}
