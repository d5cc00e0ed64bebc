import { Inject, Injectable, Optional } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel';
import { type ContainerFile, parseManifest } from '../../proof';
import { ContentService } from '../app/content.service';
import { EvidenceService } from '../app/evidence.service';
import { type EvidenceFileRow, PackageRow } from '../store/evidence.entity';
import { LedgerTrees } from '../store/ledger-trees';
import { type ReportInput, ReportPrinter } from './report-printer';

interface EnvironmentRecord {
  before: ReportInput['checks'];
  after: ReportInput['checks'];
}

/** Words of the report, which is an official paper and always Chinese. */
const OUTCOMES: Record<string, string> = {
  complete: '完整',
  partial: '部分',
  refused: '被拒绝',
  failed: '失败',
  requested: '待采集',
  capturing: '采集中',
};

/** The tangible form of a package (S002 art. 21), as `report/report.pdf` of an export. */
@Injectable()
export class ExportReport {
  constructor(
    private readonly clock: Clock,
    private readonly content: ContentService,
    private readonly evidence: EvidenceService,
    private readonly trees: LedgerTrees,
    @Optional() @Inject(ReportPrinter) private readonly printer: ReportPrinter | null = null,
  ) {}

  /** No file where no printer is composed in, as in the tests of this room. */
  async of(tx: EntityManager, row: PackageRow, files: readonly EvidenceFileRow[], stamped: boolean): Promise<ContainerFile[]> {
    if (!this.printer) return [];
    const manifestBytes = await this.content.bytes(files.find(({ path }) => path === 'MANIFEST.json')!);
    const manifest = parseManifest(new Uint8Array(manifestBytes));
    const checkpoint = (await this.trees.checkpoints(tx, this.evidence.logOrigin(row.requestedAt))).at(-1);
    const environment = (await this.content.json<EnvironmentRecord>(tx, row.id, 'record/environment.json')) ?? {
      before: [],
      after: [],
    };
    const report = await this.printer.print({
      manifest,
      manifestBytes,
      manifestSha256: row.manifestSha256!,
      manifestSm3: row.manifestSm3!,
      checks: [...environment.before, ...environment.after],
      attempts: await this.attempts(tx, row),
      screens: await this.screens(files),
      checkpoint: checkpoint?.note ?? null,
      stamped,
      logged: checkpoint !== undefined,
      at: this.clock.now(),
    });
    return [{ path: 'report/report.pdf', source: new Uint8Array(report) }];
  }

  private async attempts(tx: EntityManager, row: PackageRow): Promise<ReportInput['attempts']> {
    const found = tx
      .createQueryBuilder(PackageRow, 'p')
      .where('p.url = :url AND p.divisionCode = :division', { url: row.url, division: row.divisionCode });
    if (row.caseId) found.andWhere('p.caseId = :caseId', { caseId: row.caseId });
    else found.andWhere('p.id = :id', { id: row.id });
    const rows = await found.orderBy('p.requestedAt').getMany();
    return rows.map(({ requestedAt, number, state, completeness, reason }) => ({
      at: requestedAt.toISOString(),
      number,
      outcome: OUTCOMES[completeness ?? state] ?? state,
      reason,
    }));
  }

  private screens(files: readonly EvidenceFileRow[]): Promise<ReportInput['screens']> {
    const screens = files.filter(({ path }) => path.startsWith('content/screen/'));
    return Promise.all(
      screens.map(async (file) => ({
        path: file.path,
        title: file.title,
        sha256: file.sha256,
        png: await this.content.bytes(file),
      })),
    );
  }
}
