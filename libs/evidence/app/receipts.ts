import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditTrail } from '../../audit';
import type { FixationStatement, Maker } from '../../capture/capture.contract';
import { canonicalJson, Clock } from '../../kernel';
import { OfficerDirectory } from '../../officers';
import { currentClaims, Jobs } from '../../platform';
import { EvidenceProblem } from '../domain/problems';
import { originalPath, type Received, type ReceiptRecord, type Way } from '../domain/receipt';
import { packageId } from '../domain/ulid';
import { evidenceJobs } from '../queue/evidence.contract';
import { OriginalRow, PackageRow } from '../store/evidence.entity';
import { Ledger } from '../store/ledger';
import { EvidenceService } from './evidence.service';
import { Uploads } from './uploads';
import { wholeStatement } from './whole-statement';

export interface Receipt extends Received {
  uploadIds: readonly string[];
  purpose: string;
  factToProve: string;
  place: string;
  statement?: FixationStatement;
  /** May contain personal data; true unless the officers say that there can be none. */
  personalData?: boolean;
  divisionCode: string;
  /** The two officers who received it together. */
  officerIds: readonly string[];
  caseId?: string | null;
  caseRef?: string | null;
  outletId?: string | null;
  /** For an attestation: the package about which it speaks, and in which way. */
  about?: { id: string; way: Way };
}

const MOST_FILES = 100;

/**
 * Takes in what others hand over: files as `import`, statements about evidence as `attestation` (seed rules art. 20-22). As with
 * captures the ledger knows the request first; the worker, who alone holds the key for received files, fixes it.
 */
@Injectable()
export class Receipts {
  constructor(
    private readonly clock: Clock,
    private readonly ledger: Ledger,
    private readonly officers: OfficerDirectory,
    private readonly evidence: EvidenceService,
    private readonly uploads: Uploads,
    private readonly trail: AuditTrail,
    private readonly jobs: Jobs,
  ) {}

  /** Refuses with `officers.pairRequired`, `statementIncomplete`, `uploadNotFound`, `receivedLater`, or `notFixed` for an attestation about nothing fixed. */
  async take(tx: EntityManager, input: Receipt): Promise<PackageRow> {
    const statement = wholeStatement(input.statement, 'received');
    const pair = await this.officers.pair(tx, input.officerIds);
    const about = input.about ? await this.evidence.getFixed(tx, input.about.id) : null;
    const files = await this.uploads.own(tx, [...new Set(input.uploadIds)].slice(0, MOST_FILES));
    if (!files.length) throw EvidenceProblem.answersMissing({ missing: ['uploadIds'] });
    const at = this.clock.now();
    if (Date.parse(input.receivedAt) > at.getTime() + 60_000) throw EvidenceProblem.receivedLater();
    const id = packageId(at);
    const number = await this.evidence.nextNumber(tx, input.divisionCode, at);
    const originals = files.map((file, index) => ({ ...file, path: originalPath(index + 1, file.ending) }));
    const caseId = input.caseId ?? about?.caseId ?? null;
    const caseRef = input.caseRef ?? about?.request.caseRef ?? null;
    const request: ReceiptRecord = {
      v: 1,
      id,
      jobId: randomUUID(),
      kind: about ? 'attestation' : 'import',
      sender: input.sender,
      receivedAt: new Date(input.receivedAt).toISOString(),
      ground: input.ground,
      purpose: input.purpose,
      caseRef,
      clue: caseRef ? null : (about?.number ?? number),
      factToProve: input.factToProve,
      makers: pair.map(({ name, certificate, account }): Maker => ({
        name,
        certificate: certificate!,
        role: 'officer',
        account,
      })),
      place: input.place,
      personalData: input.personalData ?? true,
      requestedAt: at.toISOString(),
      nonce: randomBytes(16).toString('hex'),
      about: about && input.about ? { id: about.id, manifestSha256: about.manifestSha256!, way: input.about.way } : null,
      ...(statement && { statement }),
      originals: originals.map(({ path, size, sha256 }) => ({ path, size, sha256 })),
    };
    await this.insert(tx, { ...input, caseId }, request, number, about, at);
    await tx.insert(
      OriginalRow,
      originals.map(({ path, name, mediaType, size, sha256, sm3 }) => ({
        packageId: id,
        path,
        name,
        mediaType,
        size,
        sha256,
        sm3,
      })),
    );
    await this.trail.record(tx, {
      act: about ? 'exhibit.attest' : 'exhibit.import',
      kind: 'exhibit',
      id,
      caseId,
      details: { files: originals.length, sender: input.sender, about: about?.id ?? null, way: input.about?.way ?? null },
    });
    await this.jobs.add(evidenceJobs, 'fixReceived', { packageId: id });
    return this.evidence.get(tx, id);
  }

  /** Statements about a package, oldest first. */
  about(tx: EntityManager, packageId: string): Promise<PackageRow[]> {
    return tx.find(PackageRow, { where: { aboutId: packageId }, order: { requestedAt: 'ASC' } });
  }

  private async insert(
    tx: EntityManager,
    input: Receipt,
    request: ReceiptRecord,
    number: string,
    about: PackageRow | null,
    at: Date,
  ): Promise<void> {
    const { id, kind, purpose, factToProve, place, makers, caseRef } = request;
    const caseId = input.caseId ?? null;
    const caseSeq = await this.evidence.nextInCase(tx, caseId);
    const facts = {
      requestSha256: createHash('sha256').update(canonicalJson(request)).digest('hex'),
      caseRef,
      caseSeq: caseSeq ?? 0,
      address: null,
      sender: input.sender,
      makers,
      purpose,
    };
    const entrySha256 = await this.ledger.append(tx, { subject: id, type: 'job.requested', facts }, `${id}:job.requested`);
    await tx.insert(
      PackageRow,
      Object.assign(new PackageRow(), {
        id,
        number,
        kind,
        divisionCode: input.divisionCode,
        url: '',
        profile: 'file',
        purpose,
        factToProve,
        place,
        outletId: input.outletId ?? about?.outletId ?? null,
        caseId,
        caseSeq,
        request,
        requestedBy: currentClaims()!.actor,
        requestedAt: at,
        entrySha256,
        state: 'requested',
        attempt: 0,
        limits: [],
        artefacts: [],
        aboutId: about?.id ?? null,
        way: input.about?.way ?? null,
        version: 1,
      } satisfies Partial<PackageRow>),
    );
  }
}
