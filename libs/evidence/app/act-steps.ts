import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel';
import { OfficerDirectory, type OfficerRow } from '../../officers';
import { parseManifest } from '../../proof';
import { blockersOf, checklistOf, type ChecklistLine, type ChecklistView } from '../domain/checklist';
import type { OfficerAct } from '../domain/package.states';
import { EvidenceProblem } from '../domain/problems';
import type { Way } from '../domain/receipt';
import { type ActRow, type AttachmentRole, ExportRow, PackageRow, StampRow } from '../store/evidence.entity';
import { Ledger } from '../store/ledger';
import { ContentService } from './content.service';
import { Disposals } from './disposals';
import { PackagePapers } from './package-papers';
import { Uploads } from './uploads';

/** The officer as the session shows him. */
export interface Actor {
  id: string;
  name: string;
  certificate: string | null;
  permissions: readonly string[];
}

/** Answers to an act; which of them an act needs is said by its step. */
export interface ActInput {
  action: OfficerAct;
  secondOfficerId?: string;
  /** Who confirmed or refused, who received. */
  personRole?: string;
  personName?: string;
  witness?: string;
  ways?: Way[];
  paperUploadId?: string;
  medium?: string;
  copies?: number;
  sealNumber?: string;
  legalBasis?: string;
  correctedById?: string;
  reason?: string;
}

export interface Step {
  /** What the entry commits to (specification, Appendix A). */
  facts: Record<string, unknown>;
  patch?: Partial<Pick<PackageRow, 'withdrawnAt' | 'correctedBy'>>;
}

interface Acting {
  tx: EntityManager;
  row: PackageRow;
  acts: readonly ActRow[];
  input: ActInput;
  officer: Actor;
}

const signs = ({ name, certificate }: OfficerRow) => ({ name, certificate });

/** The guards of each act, and the facts that its entry keeps. */
@Injectable()
export class ActSteps {
  constructor(
    private readonly clock: Clock,
    private readonly officers: OfficerDirectory,
    private readonly ledger: Ledger,
    private readonly content: ContentService,
    private readonly uploads: Uploads,
    private readonly papers: PackagePapers,
    private readonly disposals: Disposals,
  ) {}

  prepare(tx: EntityManager, row: PackageRow, acts: readonly ActRow[], input: ActInput, officer: Actor): Promise<Step> {
    const acting: Acting = { tx, row, acts, input, officer };
    switch (input.action) {
      case 'review':
        return this.review(acting);
      case 'confirm':
        return this.said(acting, 'confirmation');
      case 'noteRefusal':
        return this.said(acting, 'refusal');
      case 'seal':
        return this.seal(acting);
      case 'transfer':
        return this.transfer(acting);
      case 'giveBack':
        return this.giveBack(acting);
      case 'dispose':
        return this.dispose(acting);
      case 'withdraw':
        return this.withdraw(acting);
      case 'hold':
        return this.hold(acting);
      case 'release':
        return this.hold(acting);
    }
  }

  /** Every line of the checklist as it stands now: on what medium it is kept is known once it is sealed. */
  async checklist(tx: EntityManager, row: PackageRow, acts: readonly ActRow[]): Promise<ChecklistLine[]> {
    const sealed = acts.findLast(({ action }) => action === 'seal');
    return checklistOf(await this.view(tx, row, acts, (sealed?.data ?? {}) as Partial<ActInput>));
  }

  private async review({ acts, officer }: Acting): Promise<Step> {
    if (!officer.certificate) throw EvidenceProblem.certificateMissing();
    if (acts.some(({ action, by }) => action === 'review' && by === officer.id)) throw EvidenceProblem.reviewedAlready();
    return { facts: { who: officer.id, purpose: 'review', name: officer.name, certificate: officer.certificate } };
  }

  /** The party has confirmed or refused: on a signed paper, before two officers who have both reviewed the evidence. */
  private async said(acting: Acting, role: 'confirmation' | 'refusal'): Promise<Step> {
    const { tx, row, input } = acting;
    need(input, ['personName', 'personRole', ...(role === 'refusal' ? (['reason'] as const) : [])]);
    const officers = await this.together(acting, true);
    const form = await this.paper(acting, role, 'form');
    const ways: Way[] = input.ways?.length ? input.ways : [role === 'confirmation' ? 'partyConfirmation' : 'partyRefusal'];
    const attestations = await tx.findBy(PackageRow, { aboutId: row.id });
    return {
      facts: {
        by: { role: input.personRole, name: input.personName },
        form,
        ways,
        witness: input.witness ?? null,
        reason: input.reason ?? null,
        officers: officers.map(signs),
        attestations: attestations.filter(({ manifestSha256 }) => manifestSha256).map(({ id, way }) => ({ id, way })),
      },
    };
  }

  /** Refuses with `checklistIncomplete` while an M item is missing; another officer seals than the one who recorded the confirmation. */
  private async seal(acting: Acting): Promise<Step> {
    const { tx, row, acts, input, officer } = acting;
    need(input, ['medium', 'copies', 'sealNumber']);
    const officers = await this.together(acting, true);
    if (acts.some(({ action, by }) => (action === 'confirm' || action === 'noteRefusal') && by === officer.id))
      throw EvidenceProblem.secondOfficerSame();
    const missing = blockersOf(await this.view(tx, row, acts, input));
    if (missing.length) throw EvidenceProblem.checklistIncomplete({ missing: missing.map(({ id, zh, en }) => ({ id, zh, en })) });
    const { medium, copies, sealNumber } = input;
    return { facts: { medium, copies, sealNumber, officers: officers.map(signs) } };
  }

  private async transfer(acting: Acting): Promise<Step> {
    const { tx, row, input } = acting;
    need(input, ['personName', 'reason', 'legalBasis']);
    const officers = await this.together(acting, false);
    const receipt = await this.paper(acting, 'receipt', 'receipt');
    const [last] = await tx.find(ExportRow, { where: { packageId: row.id, state: 'ready' }, order: { n: 'DESC' }, take: 1 });
    const { personName: to, reason: purpose, legalBasis } = input;
    return {
      facts: {
        n: last?.n ?? null,
        sealSha256: last?.sealSha256 ?? null,
        to,
        purpose,
        legalBasis,
        receipt,
        officers: officers.map(signs),
      },
    };
  }

  private async giveBack(acting: Acting): Promise<Step> {
    const { tx, row, input } = acting;
    need(input, ['personName', 'reason']);
    const { disposal, approvals } = await this.disposals.required(tx, row, 'returned');
    const receipt = await this.paper(acting, 'receipt', 'receipt');
    return {
      facts: {
        what: 'returned',
        to: input.personName,
        receipt,
        reason: input.reason,
        legalBasis: disposal.legalBasis,
        approvals: approvals.map(({ by, at }) => ({ by, at: at.toISOString() })),
      },
    };
  }

  private async dispose({ tx, row, input }: Acting): Promise<Step> {
    need(input, ['reason']);
    const { disposal, approvals } = await this.disposals.required(tx, row, 'destroyed');
    return {
      facts: {
        what: 'destroyed',
        reason: input.reason,
        legalBasis: disposal.legalBasis,
        approvals: approvals.map(({ by, at }) => ({ by, at: at.toISOString() })),
      },
    };
  }

  /** Withdrawn evidence stays as it is and is no longer relied on; what corrects it is another, fixed package. */
  private async withdraw(acting: Acting): Promise<Step> {
    const { tx, row, input } = acting;
    need(input, ['reason']);
    const officers = await this.together(acting, false);
    const correct = input.correctedById ? await tx.findOneBy(PackageRow, { id: input.correctedById }) : null;
    if (input.correctedById && (!correct?.manifestSha256 || correct.id === row.id))
      throw EvidenceProblem.notFixed({ state: correct?.state ?? 'unknown' });
    return {
      facts: {
        what: 'withdrawn',
        reason: input.reason,
        correctedBy: correct && { id: correct.id, manifestSha256: correct.manifestSha256 },
        officers: officers.map(signs),
      },
      patch: { withdrawnAt: this.clock.now(), correctedBy: correct?.id ?? null },
    };
  }

  private async hold({ input, acts }: Acting): Promise<Step> {
    need(input, ['reason']);
    const held = acts.filter(({ action }) => action === 'hold' || action === 'release').at(-1)?.action === 'hold';
    if (input.action === 'release' && !held) throw EvidenceProblem.notOnHold();
    return { facts: {} };
  }

  /** Two different officers with certificates; where it matters the second has looked at the evidence himself. */
  private async together({ tx, acts, input, officer }: Acting, reviewed: boolean): Promise<OfficerRow[]> {
    if (!input.secondOfficerId || input.secondOfficerId === officer.id) throw EvidenceProblem.secondOfficerSame();
    const pair = await this.officers.pair(tx, [officer.id, input.secondOfficerId]);
    const reviewers = new Set(acts.filter(({ action }) => action === 'review').map(({ by }) => by));
    const fresh = pair.filter(({ id }) => !reviewers.has(id));
    if (reviewed && fresh.length) throw EvidenceProblem.notReviewed({ officers: fresh.map(({ name }) => name) });
    return pair;
  }

  private async paper({ tx, row, input }: Acting, role: AttachmentRole, paper: 'form' | 'receipt'): Promise<string> {
    if (!input.paperUploadId) throw EvidenceProblem.paperMissing({ paper });
    const [upload] = await this.uploads.own(tx, [input.paperUploadId]);
    const { name: title, mediaType, ending, size, sha256, sm3 } = upload!;
    await this.papers.add(tx, row.id, { role, title, mediaType, ending, size, sha256, sm3 });
    return sha256;
  }

  private async view(
    tx: EntityManager,
    row: PackageRow,
    acts: readonly ActRow[],
    { medium, copies, sealNumber }: Pick<ActInput, 'medium' | 'copies' | 'sealNumber'>,
  ): Promise<ChecklistView> {
    const manifest = parseManifest(
      new Uint8Array(await this.content.bytes(await this.content.file(tx, row.id, 'MANIFEST.json'))),
    );
    const custody = (await this.ledger.custodyOf(tx, row.id)).map(({ type, body }) => ({
      type,
      verdict: type === 'evidence.verified' && body ? (JSON.parse(body) as { verdict?: string }).verdict : undefined,
    }));
    const said = acts.find(({ action }) => action === 'confirm' || action === 'noteRefusal');
    return {
      manifest,
      stamped: await tx.existsBy(StampRow, { packageId: row.id }),
      custody,
      holderSaid: said !== undefined,
      witnessSaid: Boolean(said?.data['witness']),
      reviewers: new Set(acts.filter(({ action }) => action === 'review').map(({ by }) => by)).size,
      attestations: await tx.countBy(PackageRow, { aboutId: row.id }),
      medium,
      copies,
      sealNumber,
    };
  }
}

/** Refuses with the names of all answers that the act needs and has not got. */
function need(input: ActInput, names: readonly (keyof ActInput)[]): void {
  const missing = names.filter((name) => input[name] === undefined || String(input[name]).trim() === '');
  if (missing.length) throw EvidenceProblem.answersMissing({ missing });
}
