import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditTrail } from '../../audit';
import type { FixationStatement, Maker, RequestRecord } from '../../capture/capture.contract';
import { canonicalJson, Clock, localDate } from '../../kernel';
import { OfficerDirectory } from '../../officers';
import { afterCommit, currentClaims, Jobs } from '../../platform';
import { readCheckpoint } from '../../proof';
import { FIXED_STATES } from '../domain/package.states';
import { isWithholdable, showingTheSame } from '../domain/withheld';
import { EvidenceProblem, urlFault, type VantageFault } from '../domain/problems';
import { packageId } from '../domain/ulid';
import { wholeStatement } from './whole-statement';
import { evidenceConfig, type EvidenceConfig } from '../evidence.config';
import { evidenceJobs, sessionJobs } from '../queue/evidence.contract';
import { EvidenceFileRow, ExportRow, PackageRow } from '../store/evidence.entity';
import { IncidentRow } from '../store/incident.entity';
import { type CustodyRow, Ledger } from '../store/ledger';
import { LedgerGroup } from '../store/ledger-group';
import { closingKey, type StoredCheckpoint } from '../store/ledger-trees';
import { refuseDestroyed } from './destructions';

/** To whom a copy goes and what it leaves out. Nothing is left out without recipient and ground. */
export interface CopyRequest {
  recipient?: string;
  withheld?: string[];
  ground?: string;
}

export interface CaptureRequest {
  url: string;
  profile: 'desktop' | 'mobile';
  /** Name of the vantage point; the first one when it is left out. */
  vantage?: string;
  /** Name of another vantage point from which the system repeats this capture once it is fixed. */
  secondVantage?: string;
  /** `interactive`: an officer drives the page before it is taken. */
  mode?: 'automatic' | 'interactive';
  /** Why a failed mandatory environment check shall not stop this capture; stands on the first page of the report. */
  overrideReason?: string;
  /** Why a certificate that the browser refuses shall not stop this capture; stands on the first page of the report. */
  tlsOverrideReason?: string;
  /** What the officers say of the fixation; what the machine cannot know. */
  statement?: FixationStatement;
  purpose: string;
  factToProve: string;
  place: string;
  /** May contain personal data; true unless the officers say that there can be none. It stands in the signed manifest. */
  personalData?: boolean;
  divisionCode: string;
  /** The two officers who take the evidence together, first the one who asks. */
  officerIds: readonly string[];
  outletId?: string | null;
  findingId?: string | null;
  caseId?: string | null;
  /** Official number of the case or clue, as it stands in the package. */
  caseRef?: string | null;
  clueRef?: string | null;
  orderId?: string | null;
  /** The package that the system repeats from another vantage point: on behalf of its makers, as they stand in its request. */
  first?: PackageRow;
}

/** What officers ask of evidence: take it, look at it, hand it out. The bytes are made and fixed by the worker. */
/** What the custody chain keeps of a verification. */
export interface VerificationNote {
  verdict: string;
  level: number;
  requiredLevel: number;
  reasons: string[];
  findings: string[];
  trustSha256: string;
  /** Program and version that verified. */
  tool: string;
}

@Injectable()
export class EvidenceService {
  constructor(
    private readonly clock: Clock,
    private readonly ledger: Ledger,
    private readonly group: LedgerGroup,
    private readonly officers: OfficerDirectory,
    private readonly trail: AuditTrail,
    private readonly jobs: Jobs,
    @Inject(evidenceConfig.provide) private readonly config: EvidenceConfig,
  ) {}

  /**
   * Allots the package and logs `job.requested` before any browser starts (I-09); the worker does the rest. Refuses with
   * `urlNotCapturable`, `vantageUnfit`, `statementIncomplete` or `officers.pairRequired`, and then nothing is written.
   */
  async requestCapture(tx: EntityManager, input: CaptureRequest): Promise<PackageRow> {
    const reason = urlFault(input.url);
    if (reason) throw EvidenceProblem.urlNotCapturable({ reason });
    const vantage = this.vantageFor(input);
    const statement = wholeStatement(input.statement, input.mode ?? 'automatic');
    const { first } = input;
    const makers = first ? (first.request as RequestRecord).makers : await this.makers(tx, input.officerIds);
    const at = this.clock.now();
    const id = packageId(at);
    const caseRef = input.caseRef ?? null;
    const number = await this.nextNumber(tx, input.divisionCode, at);
    const request: RequestRecord = {
      v: 1,
      id,
      jobId: randomUUID(),
      url: input.url,
      purpose: input.purpose,
      profile: input.profile,
      vantage,
      ...(input.secondVantage !== undefined && { secondVantage: input.secondVantage }),
      ...(first && { secondOf: first.id }),
      ...(input.mode === 'interactive' && { mode: 'interactive' }),
      ...(input.overrideReason && { override: { by: makers[0]!.name, reason: input.overrideReason } }),
      ...(input.tlsOverrideReason && { tlsOverride: { by: makers[0]!.name, reason: input.tlsOverrideReason } }),
      ...(statement && { statement }),
      caseRef,
      // The manifest names a case or a clue; evidence taken before there is either stands under its own number.
      clue: input.clueRef ?? (caseRef ? null : number),
      factToProve: input.factToProve,
      makers,
      place: input.place,
      personalData: input.personalData ?? true,
      requestedAt: at.toISOString(),
      nonce: randomBytes(16).toString('hex'),
    };
    const requestSha256 = createHash('sha256').update(canonicalJson(request)).digest('hex');
    const caseSeq = await this.nextInCase(tx, input.caseId ?? null);
    const facts = { requestSha256, caseRef, caseSeq: caseSeq ?? 0, address: input.url, makers, purpose: input.purpose };
    const row: PackageRow = Object.assign(new PackageRow(), {
      id,
      number,
      kind: 'web_capture',
      divisionCode: input.divisionCode,
      url: input.url,
      profile: input.profile,
      purpose: input.purpose,
      outletId: input.outletId ?? null,
      findingId: input.findingId ?? null,
      caseId: input.caseId ?? null,
      caseSeq,
      orderId: input.orderId ?? null,
      factToProve: input.factToProve,
      place: input.place,
      request,
      requestedBy: first?.requestedBy ?? currentClaims()!.actor,
      secondOf: first?.id ?? null,
      requestedAt: at,
      state: 'requested',
      attempt: 0,
      limits: [],
      artefacts: [],
      version: 1,
    } satisfies Partial<PackageRow>);
    // The entry is made first: the row carries its digest. The row must be there for the entry's readers, so both commit together.
    row.entrySha256 = await this.ledger.append(tx, { subject: id, type: 'job.requested', facts }, `${id}:job.requested`);
    await tx.insert(PackageRow, row);
    await this.trail.record(tx, {
      act: 'exhibit.request',
      kind: 'exhibit',
      id,
      caseId: input.caseId,
      details: { url: input.url, purpose: input.purpose },
    });
    if (request.mode === 'interactive') await this.jobs.add(sessionJobs, 'captureUnderHand', { packageId: id });
    else await this.jobs.add(evidenceJobs, 'capturePage', { packageId: id });
    return this.get(tx, id);
  }

  async get(tx: EntityManager, id: string): Promise<PackageRow> {
    const row = await tx.findOneBy(PackageRow, { id });
    if (!row) throw EvidenceProblem.notFound();
    return row;
  }

  /** Refuses with `notFixed` what is not evidence yet, or was disposed of, and with `destroyed` what is not there any more. */
  async getFixed(tx: EntityManager, id: string): Promise<PackageRow> {
    const row = await this.get(tx, id);
    if (row.state === 'disposed') await refuseDestroyed(tx, id);
    if (!FIXED_STATES.includes(row.state)) throw EvidenceProblem.notFixed({ state: row.state });
    return row;
  }

  /** For every act but reading: refuses with `notFixed`, and with `frozen` while a stored file is damaged. */
  async getActable(tx: EntityManager, id: string): Promise<PackageRow> {
    const row = await this.getFixed(tx, id);
    if (row.frozenAt) throw EvidenceProblem.frozen();
    return row;
  }

  /** What re-hashing found wrong with the stored files of a package, newest first. */
  incidentsOf(tx: EntityManager, packageId: string): Promise<IncidentRow[]> {
    return tx.find(IncidentRow, { where: { packageId }, order: { foundAt: 'DESC', path: 'ASC' } });
  }

  /**
   * Joins a package to a case; what was fixed in the package itself stays as it is. It was no request of the case, so it gets none of
   * its numbers: `caseSeq` stays null, and 0 in its entries. What else was tried at its address outside of a case is told with it.
   */
  async joinCase(tx: EntityManager, id: string, caseId: string): Promise<void> {
    await tx.update(PackageRow, { id }, { caseId });
  }

  /**
   * Notes in the custody chain that somebody looked, once an hour and person (AC-OFF-2.4): behind the running transaction, which found
   * that he may, and before it answers. Many readers share one commit.
   */
  async noteView(row: PackageRow): Promise<void> {
    if (!FIXED_STATES.includes(row.state)) return;
    const claims = currentClaims()!;
    const hour = this.clock.now().toISOString().slice(0, 13);
    const facts = { who: claims.actor, purpose: claims.purpose ?? 'case work' };
    const key = `${row.id}:viewed:${claims.actor}:${hour}`;
    await afterCommit(async () => void (await this.group.append({ subject: row.id, type: 'evidence.viewed', facts }, key)));
  }

  custodyOf(tx: EntityManager, id: string): Promise<CustodyRow[]> {
    return this.ledger.custodyOf(tx, id);
  }

  /** Notes what a verifier said of the package, with the trust bundle by which it said so. */
  async noteVerification(tx: EntityManager, row: PackageRow, said: VerificationNote): Promise<void> {
    const { verdict, level, requiredLevel, reasons, findings, trustSha256, tool } = said;
    const facts = { verdict, level, requiredLevel, reasons, findings, trustSha256, tool, who: currentClaims()!.actor };
    await this.ledger.append(tx, { subject: row.id, type: 'evidence.verified', facts }, `${row.id}:verified:${randomUUID()}`);
  }

  /**
   * Asks for an export; the worker, who alone holds the seal key, builds it. Refuses with `withholdNeedsGround` to leave files out
   * for nobody or on no ground, with `notWithholdable` what is not a captured file, and with `withholdShowsSame` to leave screens out and
   * hand the same picture out in another file (evidence specification, section 7).
   */
  async requestExport(
    tx: EntityManager,
    id: string,
    purpose: string,
    { recipient, withheld = [], ground }: CopyRequest = {},
  ): Promise<ExportRow> {
    await this.getActable(tx, id);
    await this.refuseUnfitCopy(tx, id, { recipient, withheld, ground });
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('export:' || $1, 0))`, [id]);
    const [last] = await tx.query<{ n: number | null }[]>('SELECT max(n) AS n FROM evidence_export WHERE package_id = $1', [id]);
    const row = Object.assign(new ExportRow(), {
      id: randomUUID(),
      packageId: id,
      n: (last?.n ?? 0) + 1,
      state: 'requested',
      purpose,
      recipient: recipient ?? null,
      ground: ground ?? null,
      withheld: [...withheld].sort(),
      requestedBy: currentClaims()!.actor,
      requestedAt: this.clock.now(),
    } satisfies Partial<ExportRow>);
    await tx.insert(ExportRow, row);
    await this.trail.record(tx, {
      act: 'exhibit.export',
      kind: 'exhibit',
      id,
      purpose,
      details: { export: row.n, recipient, ground, withheld },
    });
    await this.jobs.add(evidenceJobs, 'buildExport', { exportId: row.id });
    return tx.findOneByOrFail(ExportRow, { id: row.id });
  }

  private async refuseUnfitCopy(
    tx: EntityManager,
    packageId: string,
    { recipient, withheld = [], ground }: CopyRequest,
  ): Promise<void> {
    if (!withheld.length) return;
    if (!recipient || !ground) throw EvidenceProblem.withholdNeedsGround();
    const all = (await tx.findBy(EvidenceFileRow, { packageId })).map(({ path }) => path);
    const unfit = withheld.find((path) => !all.includes(path) || !isWithholdable(path));
    if (unfit) throw EvidenceProblem.notWithholdable({ path: unfit });
    const missing = showingTheSame(withheld, all);
    if (missing.length) throw EvidenceProblem.withholdShowsSame({ missing });
  }

  /**
   * Notes that a copy for a named receiver left the house: once, when its bytes are fetched for the first time. The agency's own
   * exports leave no such entry. `receipt` is null; a receipt comes with the act of transfer.
   */
  async noteCopy(
    tx: EntityManager,
    { packageId, n, recipient, sealSha256, purpose, ground, withheld }: ExportRow,
  ): Promise<void> {
    if (!recipient) return;
    const who = currentClaims()!.actor;
    const facts = { n, sealSha256, to: recipient, purpose, legalBasis: ground, withheld, who, receipt: null };
    await this.ledger.append(tx, { subject: packageId, type: 'evidence.copied', facts }, `${packageId}:copied:${n}`);
  }

  async export(tx: EntityManager, exportId: string): Promise<ExportRow> {
    const row = await tx.findOneBy(ExportRow, { id: exportId });
    if (!row) throw EvidenceProblem.notFound();
    return row;
  }

  private async makers(tx: EntityManager, officerIds: readonly string[]): Promise<Maker[]> {
    const pair = await this.officers.pair(tx, officerIds);
    return pair.map(({ name, certificate, account }) => ({ name, certificate: certificate!, role: 'officer', account }));
  }

  /** What was a vantage point when the first capture was asked for is not judged again: the capture process says if it is none any more. */
  private vantageFor({ vantage = this.vantages()[0], secondVantage, mode, first }: CaptureRequest): string {
    const refused = (reason: VantageFault) => EvidenceProblem.vantageUnfit({ reason });
    if (!first && ![vantage, secondVantage ?? vantage].every((name) => this.vantages().includes(name))) throw refused('unknown');
    if (secondVantage === vantage) throw refused('same');
    if (secondVantage !== undefined && mode === 'interactive') throw refused('underHand');
    return vantage;
  }

  /** Names of the vantage points from which can be captured; the first is our own way out. */
  vantages(): [string, ...string[]] {
    const [own = 'main', ...further] = this.config.vantages;
    return [own, ...further];
  }

  /** `<agency domain>/evidence/<year>`: the log that holds the agency's entries of a year. */
  logOrigin(at: Date): string {
    return `${this.config.agencyDomain}/evidence/${localDate(at).slice(0, 4)}`;
  }

  /** The log in which chains begin now. */
  currentLog(): string {
    return this.logOrigin(this.clock.now());
  }

  /** The entry with which a log begins, and its SHA-256 (evidence specification, section 9): the last checkpoint of the year before, or null. */
  noteLogOpened(tx: EntityManager, origin: string, before: StoredCheckpoint | null): Promise<string> {
    const facts = { previous: before && namedCheckpoint(before) };
    return this.ledger.append(tx, { subject: origin, type: 'ledger.opened', facts }, `${origin}:opened`);
  }

  /** The entry with which a log ends, and its SHA-256. It names the checkpoint of everything before it; nothing comes after it. */
  noteLogClosed(tx: EntityManager, origin: string, before: StoredCheckpoint): Promise<string> {
    const facts = { previous: namedCheckpoint(before) };
    return this.ledger.append(tx, { subject: origin, type: 'ledger.closed', facts }, closingKey(origin));
  }

  /** The next official number of evidence in a division and year; taken, never given back. */
  async nextNumber(tx: EntityManager, divisionCode: string, at: Date): Promise<string> {
    const year = Number(localDate(at).slice(0, 4));
    const [row] = await tx.query<{ last: number }[]>(
      `INSERT INTO evidence_number VALUES ($1, $2, 1) ON CONFLICT (division_code, year) DO UPDATE SET last = evidence_number.last + 1 RETURNING last`,
      [divisionCode, year],
    );
    return `E-${divisionCode}-${year}-${String(row!.last).padStart(6, '0')}`;
  }

  /**
   * Which request in the case this one is, from 1; null outside of a case. The number is held until the transaction ends: two requests
   * at once never get the same, and one that is rolled back leaves no gap. Refuses a case that is hidden from the caller.
   */
  async nextInCase(tx: EntityManager, caseId: string | null): Promise<number | null> {
    if (!caseId) return null;
    const [row] = await tx.query<{ n: number }[]>('SELECT evidence_next_in_case($1) AS n', [caseId]);
    return row!.n;
  }
}

function namedCheckpoint({ origin, size, note }: StoredCheckpoint): Record<string, unknown> {
  return {
    origin,
    size,
    root: Buffer.from(readCheckpoint(Buffer.from(note)).root).toString('hex'),
    noteSha256: createHash('sha256').update(note).digest('hex'),
  };
}
