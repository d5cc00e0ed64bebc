import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel';
import { BlobStore } from '../../platform';
import {
  bytesSource,
  type ByteSource,
  digestsOf,
  chainOfToken,
  generateKey,
  hexDigest,
  type Level,
  type Report,
  sealText,
  signNote,
  type TrustBundle,
  trustBundleBytes,
  verifyPackage,
} from '../../proof';
import { custodyLines } from '../domain/custody-lines';
import { packageReadme } from '../domain/package-readme';
import { AttachmentRow, type PackageRow, StampRow } from '../store/evidence.entity';
import { type CustodyRow, Ledger } from '../store/ledger';
import { LedgerAnchors } from '../store/ledger-anchors';
import { LedgerTrees, type StoredCheckpoint } from '../store/ledger-trees';
import { StampRevocation, trustPath } from '../store/stamp-revocation';
import { ContentService } from './content.service';
import { EvidenceService } from './evidence.service';
import { PackageProofs } from './package-proofs';

export interface Verification extends Pick<Report, 'verdict' | 'level' | 'requiredLevel' | 'trustSha256'> {
  tool: string;
  /** `CODE subject`, as the verifier says them. */
  reasons: string[];
  /** What is missing for higher levels. */
  beyond: string[];
  findings: string[];
  /** Stored files that were read. */
  files: number;
}

/**
 * What a look at our own package asks for: that it is whole and signed. Stamps and ledger are looked at all the same, and what is wrong
 * there fails it; what is still to come there is said by the level.
 */
const REQUIRED: Level = 2;
/** The verifier of this very build; `/downloads/verify-package.mjs` is the same code. */
const TOOL = 'verify-package';
const TOKEN_LIMIT = 256 * 1024;

interface SealedSource {
  size: number;
  sha256: string;
  sm3: string;
  source: ByteSource | null;
}

/**
 * Verifies a stored package now, with the verifier that everybody else has. It reads the folder form of the export that could be made at
 * this moment: the stored bytes, held against the digests that are on record, with stamps, custody chain and proofs. The seal of this
 * folder is by a key that lives for the look alone; whoever asks holds no key of the agency.
 */
@Injectable()
export class VerificationService {
  /** One at a time in a process: it reads every byte of a package. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly clock: Clock,
    private readonly blobs: BlobStore,
    private readonly content: ContentService,
    private readonly evidence: EvidenceService,
    private readonly ledger: Ledger,
    private readonly trees: LedgerTrees,
    private readonly anchors: LedgerAnchors,
    private readonly proofs: PackageProofs,
    private readonly revocation: StampRevocation,
  ) {}

  /** Runs the verifier and notes in the custody chain what it said. */
  async run(tx: EntityManager, row: PackageRow): Promise<Verification> {
    const turn = this.last.then(() => this.look(tx, row));
    this.last = turn.catch(() => undefined);
    const found = await turn;
    await this.evidence.noteVerification(tx, row, found);
    return found;
  }

  private async look(tx: EntityManager, row: PackageRow): Promise<Verification> {
    const now = this.clock.now();
    const { sources, custody, stored } = await this.exportForm(tx, row);
    const key = generateKey('look.invalid/seal-1');
    const files = [...sources].map(([path, { size, sha256, sm3 }]) => ({ path, size, sha256, sm3 }));
    const text = sealText({
      id: row.id,
      export: 1,
      at: now.toISOString(),
      manifestSha256: row.manifestSha256!,
      custody: { events: custody.length, lastEntrySha256: custody.at(-1)?.entrySha256 ?? '0'.repeat(64) },
      signers: [key.name],
      files,
      withheld: [],
    });
    const seal = bytesSource(await signNote(text, [key]));
    const there = [...sources].flatMap(([path, { source }]) => (source ? [[path, source] as const] : []));
    const trust = this.content.trust();
    const report = await verifyPackage(
      { form: 'folder', files: new Map([...there, ['SEAL', seal]]), odd: [] },
      withKey(trust, key.name, key.vkey, now),
      { at: now, level: REQUIRED, checkpoints: [] },
    );
    const told = (list: readonly { code: string; subject: string }[]) => list.map(({ code, subject }) => `${code} ${subject}`);
    const { verdict, level, requiredLevel } = report;
    return {
      tool: TOOL,
      verdict,
      level,
      requiredLevel,
      // Of the published bundle: the key of the look is nobody's.
      trustSha256: hexDigest('sha256', trustBundleBytes(trust)),
      reasons: told(report.reasons),
      beyond: told(report.beyond),
      findings: told(report.findings),
      files: stored,
    };
  }

  /** Everything that an export would hold but its paper, each file with the digests that are on record for it. */
  private async exportForm(
    tx: EntityManager,
    row: PackageRow,
  ): Promise<{ sources: Map<string, SealedSource>; custody: CustodyRow[]; stored: number }> {
    const sources = new Map<string, SealedSource>();
    const kept = [...(await this.content.files(tx, row.id)), ...(await tx.findBy(AttachmentRow, { packageId: row.id }))];
    for (const { path, size, sha256, sm3 } of kept)
      sources.set(path, { size, sha256, sm3, source: await this.blobs.source(sha256).catch(() => null) });
    const put = (path: string, bytes: Uint8Array): void =>
      void sources.set(path, { size: bytes.length, ...digestsOf(bytes), source: bytesSource(bytes) });
    put('README.txt', packageReadme(row.number, row.id, row.kind));
    const stamps = await tx.find(StampRow, { where: { packageId: row.id }, order: { genTime: 'ASC' } });
    const { tsa } = this.content.trust();
    const isInternal = (name: string): number => (tsa.find((entry) => entry.name === name)?.internal === false ? 0 : 1);
    stamps.sort((a, b) => isInternal(a.tsa) - isInternal(b.tsa));
    for (const { algorithm, token } of stamps)
      if (!sources.has(`proofs/manifest.${algorithm}.tsr`)) put(`proofs/manifest.${algorithm}.tsr`, new Uint8Array(token));
    const custody = await this.ofLog(tx, row, put);
    const certificates = await this.certificatesOf(sources);
    for (const row of await this.revocation.newestLists(tx, certificates)) put(trustPath(row), new Uint8Array(row.list));
    return { sources, custody, stored: kept.length };
  }

  /** SHA-256 of the certificates behind the tokens, roots apart. What is no token, the verifier says. */
  private async certificatesOf(sources: ReadonlyMap<string, SealedSource>): Promise<string[]> {
    const { tsa } = this.content.trust();
    const found = new Set<string>();
    for (const [path, { source }] of sources) {
      if (!path.endsWith('.tsr') || !source || source.size > TOKEN_LIMIT) continue;
      try {
        const { chain } = chainOfToken(await source.read(0, source.size), tsa);
        for (const { der } of chain.slice(0, -1)) found.add(hexDigest('sha256', der));
      } catch {
        continue;
      }
    }
    return [...found];
  }

  /** The chain as far as the newest checkpoint holds it, with its proofs; nothing while that one does not hold the fixation. */
  private async ofLog(tx: EntityManager, row: PackageRow, put: (path: string, bytes: Uint8Array) => void): Promise<CustodyRow[]> {
    const origin = this.evidence.logOrigin(row.requestedAt);
    const newest = await this.trees.newestCheckpoint(tx, origin);
    const all = await this.ledger.custodyOf(tx, row.id);
    const beyond = all.findIndex(({ idx }) => idx === null || Number(idx) >= (newest?.size ?? 0));
    const custody = beyond < 0 ? all : all.slice(0, beyond);
    if (!newest || !custody.some(({ type }) => type === 'evidence.fixed')) return all;
    const stamped = await this.anchors.newestStamped(tx, origin, newest.size, this.content.trust().algorithms);
    const checkpoint: StoredCheckpoint = stamped ? { ...newest, note: stamped.note } : newest;
    put('proofs/custody.jsonl', custodyLines(custody));
    for (const { path, source } of await this.proofs.at(tx, { row, custody, checkpoint, token: stamped?.token ?? null }))
      if (source instanceof Uint8Array) put(path, source);
    return custody;
  }
}

function withKey(trust: TrustBundle, name: string, vkey: string, now: Date): TrustBundle {
  const [from, to] = [-1, 1].map((days) => new Date(now.getTime() + days * 86_400_000).toISOString()) as [string, string];
  return { ...trust, signers: [...trust.signers, { name, vkey, roles: ['seal'], from, to, revoked: null }] };
}
