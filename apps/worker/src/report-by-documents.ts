import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { openSealKey, renderEvidenceReport } from '../../../libs/documents';
import { type ReportInput, ReportPrinter } from '../../../libs/evidence/evidence-worker.module';
import { Clock } from '../../../libs/kernel';
import { workerConfig, type WorkerConfig } from './worker.config';

/** The evidence report, laid out by documents and signed with the agency's seal for papers. The two rooms meet only here. */
@Injectable()
export class ReportByDocuments extends ReportPrinter {
  constructor(
    private readonly clock: Clock,
    @Inject(workerConfig.provide) private readonly config: WorkerConfig,
  ) {
    super();
  }

  print(input: ReportInput, timeStamp: (signature: Buffer) => Promise<Buffer | null>): Promise<Buffer> {
    const files = {
      keyFile: join(this.config.keyDir, 'paper-seal.pem'),
      certificateFile: join(this.config.keyDir, 'paper-seal.crt'),
      passphrase: this.config.keyPassphrase,
    };
    const signer = openSealKey(files, input.manifest.agency.name, '电子数据证据固定报告', this.clock.now());
    return renderEvidenceReport(input, { ...signer, sign: (bytes) => signer.sign(bytes), timeStamp });
  }
}
