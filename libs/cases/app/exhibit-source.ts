import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { EvidenceService, FIXED_STATES, PackagePapers, VerificationService } from '../../evidence';

/** An evidence package as a case keeps it: what it was when it became an exhibit. */
export interface PackageView {
  number: string;
  /** The page, or who handed the files over. */
  url: string;
  fixedAt: string;
  manifestSha256: string;
  /** Null in files older than lists of exhibits. */
  manifestSm3: string | null;
  completeness: string | null;
}

/** Papers of the acts, by the way that they stand for. */
const WAY_OF_PAPER: Record<string, string> = { confirmation: 'partyConfirmation', refusal: 'partyRefusal' };

/** The evidence room as cases use it. */
@Injectable()
export class ExhibitSource {
  constructor(
    private readonly evidence: EvidenceService,
    private readonly papers: PackagePapers,
    private readonly verifications: VerificationService,
  ) {}

  /** Refuses with the evidence room's own problems what is unknown, out of scope or not fixed. */
  async fixed(tx: EntityManager, captureId: string): Promise<PackageView> {
    const { number, url, request, fixedAt, manifestSha256, manifestSm3, completeness } = await this.evidence.getFixed(
      tx,
      captureId,
    );
    const from = 'sender' in request ? request.sender : url;
    return { number, url: from, fixedAt: fixedAt!.toISOString(), manifestSha256: manifestSha256!, manifestSm3, completeness };
  }

  /** A package belongs to the case that took it first; a second one only refers to it. */
  async join(tx: EntityManager, captureId: string, caseId: string): Promise<void> {
    const { caseId: present } = await this.evidence.get(tx, captureId);
    if (!present) await this.evidence.joinCase(tx, captureId, caseId);
  }

  /** On what its authenticity rests so far: ways of seed rules art. 20 and 22, each once. */
  async authenticity(tx: EntityManager, captureId: string): Promise<string[]> {
    const roles = (await this.papers.of(tx, captureId)).map(({ role }) => WAY_OF_PAPER[role] ?? role);
    return [...new Set(roles)].filter((role) => role !== 'receipt');
  }

  /** Why the package cannot be relied on, or null: withdrawn, not fixed, another manifest than the one taken into the file, last verification failed. */
  async fault(tx: EntityManager, captureId: string, manifestSha256: string): Promise<string | null> {
    const { state, withdrawnAt, manifestSha256: present } = await this.evidence.get(tx, captureId);
    if (withdrawnAt) return 'withdrawn';
    if (!FIXED_STATES.includes(state)) return state;
    if (present !== manifestSha256) return 'manifestChanged';
    const verified = (await this.evidence.custodyOf(tx, captureId)).filter(({ type }) => type === 'evidence.verified').at(-1);
    return verified?.body && verdictIn(verified.body) === 'FAILED' ? 'verificationFailed' : null;
  }

  /** Verifies the stored package again and notes the result in its custody chain; why it fails, or null. */
  async recheck(tx: EntityManager, captureId: string): Promise<string | null> {
    const row = await this.evidence.get(tx, captureId);
    if (!FIXED_STATES.includes(row.state)) return row.state;
    const { verdict, reasons } = await this.verifications.run(tx, row);
    return verdict === 'PASSED' ? null : reasons.join('; ');
  }
}

const verdictIn = (body: string): unknown => (JSON.parse(body) as { verdict?: unknown }).verdict;
