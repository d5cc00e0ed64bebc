import { Inject, Injectable, Optional } from '@nestjs/common';
import { type EntityManager, In, Not } from 'typeorm';
import { Clock } from '../../kernel';
import { type ContainerFile, parseManifest, tokenOf } from '../../proof';
import { attemptsAt } from '../app/attempts';
import { Checklists } from '../app/checklists';
import { ContentService } from '../app/content.service';
import { EvidenceService } from '../app/evidence.service';
import type { Way } from '../domain/receipt';
import { ActRow, AttachmentRow, type EvidenceFileRow, PackageRow, type StampRow } from '../store/evidence.entity';
import type { CustodyRow } from '../store/ledger';
import { LedgerTrees } from '../store/ledger-trees';
import type { ReceivedToken } from './authorities';
import { LastingReport } from './lasting-report';
import { type ReportAttestation, type ReportInput, ReportPrinter } from './report-printer';
import { SignatureStamper } from './signature-stamper';

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
    private readonly stamper: SignatureStamper,
    private readonly lasting: LastingReport,
    private readonly checklists: Checklists,
    @Optional() @Inject(ReportPrinter) private readonly printer: ReportPrinter | null = null,
  ) {}

  /** No file where no printer is composed in, as in the tests of this room. */
  async of(
    tx: EntityManager,
    row: PackageRow,
    files: readonly EvidenceFileRow[],
    custody: readonly CustodyRow[],
    stamps: readonly StampRow[],
  ): Promise<ContainerFile[]> {
    if (!this.printer) return [];
    const manifestBytes = await this.content.bytes(files.find(({ path }) => path === 'MANIFEST.json')!);
    const manifest = parseManifest(new Uint8Array(manifestBytes));
    const environment = (await this.content.json<EnvironmentRecord>(tx, row.id, 'record/environment.json')) ?? {
      before: [],
      after: [],
    };
    const input: ReportInput = {
      manifest,
      manifestBytes,
      manifestSha256: row.manifestSha256!,
      manifestSm3: row.manifestSm3!,
      checks: [...environment.before, ...environment.after],
      attempts: await this.attempts(tx, row),
      screens: await this.screens(files),
      attestations: await this.attestations(tx, row),
      vantage: ('url' in row.request && row.request.vantage) || null,
      statement: row.request.statement ?? null,
      checklist: await this.checklists.of(tx, row),
      received: 'sender' in row.request ? row.request : null,
      certificateErrors: this.certificateErrors(row),
      withdrawn: await this.withdrawal(tx, row),
      checkpoint: await this.checkpoint(tx, row, custody),
      stamps: this.stamps(stamps),
      at: this.clock.now(),
    };
    return [{ path: 'report/report.pdf', source: await this.printed(tx, this.printer, input) }];
  }

  /** Signed, dated where somebody dates it, and made to last where the material for that is there. */
  private async printed(tx: EntityManager, printer: ReportPrinter, input: ReportInput): Promise<Uint8Array> {
    const dated: { signature: Uint8Array; token: ReceivedToken }[] = [];
    const report = await printer.print(input, async (signature) => {
      const token = await this.stamper.ask(signature);
      if (token) dated.push({ signature, token });
      return token && Buffer.from(tokenOf(token.bytes));
    });
    const [last] = dated;
    const bytes = new Uint8Array(report);
    return last ? this.lasting.of(tx, bytes, last.signature, last.token) : bytes;
  }

  /** The export proves the chain to a checkpoint that holds its last entry; a newer one proves no less, an older one nothing of it. */
  private async checkpoint(
    tx: EntityManager,
    row: PackageRow,
    custody: readonly CustodyRow[],
  ): Promise<ReportInput['checkpoint']> {
    const newest = await this.trees.newestCheckpoint(tx, this.evidence.logOrigin(row.requestedAt));
    if (!newest) return null;
    const last = custody.at(-1)?.idx ?? null;
    return { note: newest.note, at: newest.at.toISOString(), holds: last !== null && newest.size > Number(last) };
  }

  /** Whose stamp proves a time to others is said by the published trust bundle, as for the verifier. */
  private stamps(rows: readonly StampRow[]): ReportInput['stamps'] {
    const { tsa } = this.content.trust();
    return rows
      .map((row) => ({
        tsa: row.tsa,
        at: row.genTime.toISOString(),
        isInternal: tsa.find(({ name }) => name === row.tsa)?.internal !== false,
      }))
      .sort((a, b) => a.at.localeCompare(b.at));
  }

  /** The party's word and the statements of others, each with its paper. */
  private async attestations(tx: EntityManager, row: PackageRow): Promise<ReportAttestation[]> {
    const papers = await tx.find(AttachmentRow, { where: { packageId: row.id, role: Not('receipt') }, order: { n: 'ASC' } });
    const acts = await tx.find(ActRow, { where: { packageId: row.id, action: In(['confirm', 'noteRefusal']) } });
    const about = new Map((await tx.findBy(PackageRow, { aboutId: row.id })).map((one) => [one.id, one]));
    return papers.map(({ role, title, sha256, at, attestationId }) => {
      const attestation = attestationId ? about.get(attestationId) : undefined;
      const { personName, personRole } = acts[0]?.data ?? {};
      const said = [personName, personRole && `（${String(personRole)}）`].filter(Boolean).join('');
      return {
        way: role === 'confirmation' ? 'partyConfirmation' : role === 'refusal' ? 'partyRefusal' : (role as Way),
        by: attestation && 'sender' in attestation.request ? attestation.request.sender : said,
        at: at.toISOString(),
        number: attestation?.number ?? null,
        title,
        sha256,
      };
    });
  }

  /** The officer's decision, and what of certificates was passed over by it. */
  private certificateErrors({ request, navigation }: PackageRow): ReportInput['certificateErrors'] {
    const decision = 'tlsOverride' in request ? request.tlsOverride : undefined;
    return decision ? { by: decision.by, reason: decision.reason, errors: navigation?.tlsErrors ?? [] } : null;
  }

  private async withdrawal(tx: EntityManager, row: PackageRow): Promise<ReportInput['withdrawn']> {
    if (!row.withdrawnAt) return null;
    const act = await tx.findOneBy(ActRow, { packageId: row.id, action: 'withdraw' });
    const correct = row.correctedBy ? await tx.findOneBy(PackageRow, { id: row.correctedBy }) : null;
    return {
      at: row.withdrawnAt.toISOString(),
      reason: String(act?.data['reason'] ?? ''),
      correctedBy: correct?.number ?? null,
    };
  }

  private async attempts(tx: EntityManager, row: PackageRow): Promise<ReportInput['attempts']> {
    const rows = await attemptsAt(tx, row);
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
