import { Injectable } from '@nestjs/common';
import { Readable } from 'node:stream';
import { BlobStore, Db, PlatformProblem } from '../../platform';
import { OrderRow } from '../store/order.entity';
import { ReportFileRow, ReportRow } from '../store/partner.entity';
import { reportsOf, type WholeReport } from '../store/reports';

/** Operators' reports, as officers read them. */
@Injectable()
export class ReportReader {
  constructor(
    private readonly db: Db,
    private readonly blobs: BlobStore,
  ) {}

  of(orderId: string): Promise<WholeReport[]> {
    return this.db.tx(async (tx) => {
      if (!(await tx.existsBy(OrderRow, { id: orderId }))) throw PlatformProblem.notFound();
      return reportsOf(tx, orderId);
    });
  }

  /** The bytes of a proof, wherever they lie at the moment. */
  file(orderId: string, fileId: string): Promise<{ name: string; sizeBytes: number; stream: Readable }> {
    return this.db.tx(async (tx) => {
      const file = await tx
        .createQueryBuilder(ReportFileRow, 'f')
        .addSelect('f.bytes')
        .innerJoin(ReportRow, 'r', 'r.id = f.reportId AND r.orderId = :orderId', { orderId })
        .where('f.id = :fileId', { fileId })
        .getOne();
      if (!file) throw PlatformProblem.notFound();
      return {
        name: file.name,
        sizeBytes: file.sizeBytes,
        stream: file.bytes ? Readable.from([file.bytes]) : await this.blobs.get(file.sha256),
      };
    });
  }
}
