import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { Inject, Injectable, Optional } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { BlobStore, Jobs, systemClaims, withClaims } from '../../platform';
import { type Manifest, openNote, parseTrustBundle, verifierOf, type TrustBundle, type WarcMember } from '../../proof';
import { EvidenceProblem } from '../domain/problems';
import { evidenceConfig, type EvidenceConfig } from '../evidence.config';
import { evidenceJobs } from '../queue/evidence.contract';
import { AttachmentRow, EvidenceFileRow, type ExportRow, type PackageRow } from '../store/evidence.entity';
import { faultsOfDestroyed, KEPT_FILE, refuseDestroyed } from './destructions';
import { bodyIn, type RecordedLine, type Side } from './exchange-bodies';

const TEXT_LIMIT = 16 * 1024 * 1024;

export interface Recheck {
  verdict: 'PASSED' | 'FAILED';
  /** `FILE_DIGEST content/page.pdf` and the like. */
  reasons: string[];
  files: number;
}

/** The stored bytes of packages. Everything read here is hostile input: it goes out as picture, text or attachment, never as markup. */
@Injectable()
export class ContentService {
  constructor(
    private readonly blobs: BlobStore,
    @Inject(evidenceConfig.provide) private readonly config: EvidenceConfig,
    @Optional() private readonly jobs: Jobs | null = null,
  ) {}

  files(tx: EntityManager, packageId: string): Promise<EvidenceFileRow[]> {
    return tx.find(EvidenceFileRow, { where: { packageId }, order: { path: 'ASC' } });
  }

  /** Refuses with `destroyed` what went by order. */
  async file(tx: EntityManager, packageId: string, path: string): Promise<EvidenceFileRow> {
    if (path !== KEPT_FILE) await refuseDestroyed(tx, packageId);
    const row = await tx.findOneBy(EvidenceFileRow, { packageId, path });
    if (!row) throw EvidenceProblem.fileNotFound();
    return row;
  }

  /** The bytes of a file, re-hashed while they are read: a damaged file is refused, not shown, and looked into by the worker. */
  async bytes(file: Pick<EvidenceFileRow, 'packageId' | 'path' | 'sha256' | 'size'>): Promise<Buffer> {
    const chunks: Buffer[] = [];
    const found = await this.blobs.examine(file.sha256, file.size, (chunk) => chunks.push(chunk));
    if (found.fault) throw await this.damaged(file.packageId, file.path);
    return Buffer.concat(chunks);
  }

  /** Whether the stored bytes of a file are still what they were. */
  async isWhole({ sha256, size }: Pick<EvidenceFileRow, 'sha256' | 'size'>): Promise<boolean> {
    return (await this.blobs.examine(sha256, size)).fault === null;
  }

  /** An export's container, re-hashed before the first byte goes out. */
  async container({ packageId, n, blobSha256, size }: ExportRow): Promise<Readable> {
    const { fault } = await this.blobs.examine(blobSha256!, size!);
    if (fault) throw await this.damaged(packageId, `export ${n}`);
    return this.blobs.get(blobSha256!);
  }

  /** The refusal; the incident is made by the worker, since this transaction ends with nothing written. */
  private async damaged(packageId: string, path: string): Promise<Error> {
    await withClaims(systemClaims('evidence'), () => this.jobs?.add(evidenceJobs, 'scrubPackage', { packageId }));
    return EvidenceProblem.blobDamaged({ path });
  }

  /** A small text file of the package, or null when it has none of that name. */
  async text(tx: EntityManager, packageId: string, path: string): Promise<string | null> {
    const row = await tx.findOneBy(EvidenceFileRow, { packageId, path });
    if (!row || row.size > TEXT_LIMIT) return null;
    await refuseDestroyed(tx, packageId);
    return (await this.bytes(row)).toString('utf8');
  }

  /** The words that a visitor could read on the page. */
  async textOf(tx: EntityManager, packageId: string): Promise<string> {
    return (await this.text(tx, packageId, 'content/text.txt')) ?? '';
  }

  /** The page's document as it stood when it was captured. Hostile markup: to be searched, never to be shown. */
  async domOf(tx: EntityManager, packageId: string): Promise<string> {
    return (await this.text(tx, packageId, 'content/dom.html')) ?? '';
  }

  /** A small JSON file of the package, or null. */
  async json<T>(tx: EntityManager, packageId: string, path: string): Promise<T | null> {
    const text = await this.text(tx, packageId, path);
    return text === null ? null : (JSON.parse(text) as T);
  }

  async jsonLines<T>(tx: EntityManager, packageId: string, path: string): Promise<T[]> {
    const text = (await this.text(tx, packageId, path)) ?? '';
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as T);
  }

  /**
   * What was sent or answered in an exchange of the page, as the archive holds it and held against its digest. Refuses with
   * `bodyNotFound` what was not recorded: a blocked request has no answer, and most requests have no body.
   */
  async exchangeBody(
    tx: EntityManager,
    packageId: string,
    n: number,
    side: Side,
  ): Promise<{ line: RecordedLine; bytes: Uint8Array }> {
    const lines = await this.jsonLines<RecordedLine>(tx, packageId, 'record/exchanges.jsonl');
    const line = lines.find((one) => one.n === n);
    const archive = await tx.findOneBy(EvidenceFileRow, { packageId, path: 'content/capture.wacz' });
    if (!line || !archive) throw EvidenceProblem.bodyNotFound();
    const members = await this.jsonLines<WarcMember>(tx, packageId, 'record/warc-index.jsonl');
    const bytes = await bodyIn(await this.blobs.source(archive.sha256), members, line, side);
    if (!bytes) throw EvidenceProblem.bodyNotFound();
    return { line, bytes };
  }

  /**
   * What was destroyed by order: what had to be kept is there, and nothing is gone that no order took. `evidence.service` refuses to
   * verify such a package; `nms fsck` asks.
   */
  async recheckDestroyed(tx: EntityManager, row: PackageRow): Promise<Recheck> {
    const reasons = await faultsOfDestroyed(tx, this.blobs, row.id);
    const sig = await tx.findOneBy(EvidenceFileRow, { packageId: row.id, path: KEPT_FILE });
    if (!sig || sig.sha256 !== row.sigSha256) reasons.push(`MANIFEST_SET ${KEPT_FILE}`);
    else if ((await this.blobs.examine(sig.sha256, sig.size)).fault) reasons.push(`FILE_DIGEST ${KEPT_FILE}`);
    else if (!(await this.isSigned(sig, row.kind, row.manifestSha256!))) reasons.push(`MANIFEST_SIGNATURE ${KEPT_FILE}`);
    return { verdict: reasons.length ? 'FAILED' : 'PASSED', reasons, files: 1 };
  }

  /** Re-hashes every stored file against the manifest, the manifest against its signature, the signature against the trust bundle. */
  async recheck(tx: EntityManager, row: PackageRow): Promise<Recheck> {
    const reasons: string[] = [];
    const files = await this.files(tx, row.id);
    const byPath = new Map(files.map((file) => [file.path, file]));
    for (const file of files) {
      const { fault } = await this.blobs.examine(file.sha256, file.size);
      if (fault) reasons.push(`FILE_DIGEST ${file.path}`);
    }
    for (const { sha256, size, path } of await tx.findBy(AttachmentRow, { packageId: row.id }))
      if ((await this.blobs.examine(sha256, size)).fault) reasons.push(`FILE_DIGEST ${path}`);
    const manifestFile = byPath.get('MANIFEST.json');
    const sigFile = byPath.get('MANIFEST.sig');
    if (!manifestFile || !sigFile || manifestFile.sha256 !== row.manifestSha256 || sigFile.sha256 !== row.sigSha256)
      reasons.push('MANIFEST_SET MANIFEST.json');
    else if (!reasons.length) reasons.push(...(await this.manifestFaults(manifestFile, sigFile, byPath)));
    return { verdict: reasons.length ? 'FAILED' : 'PASSED', reasons, files: files.length };
  }

  private async manifestFaults(
    manifestFile: EvidenceFileRow,
    sigFile: EvidenceFileRow,
    byPath: Map<string, EvidenceFileRow>,
  ): Promise<string[]> {
    const manifest = JSON.parse((await this.bytes(manifestFile)).toString()) as Manifest;
    const reasons = manifest.files
      .filter(({ path, sha256 }) => byPath.get(path)?.sha256 !== sha256)
      .map(({ path }) => `FILE_MISSING ${path}`);
    if (!(await this.isSigned(sigFile, manifest.kind, manifestFile.sha256))) reasons.push(`MANIFEST_SIGNATURE ${KEPT_FILE}`);
    return reasons;
  }

  /** Whether a key of the trust bundle that may sign packages of that kind signed exactly this manifest. */
  private async isSigned(sigFile: EvidenceFileRow, kind: string, manifestSha256: string): Promise<boolean> {
    try {
      const role = kind === 'web_capture' ? 'worker' : 'import';
      const workers = this.trust().signers.filter(({ roles }) => roles.includes(role));
      const { text } = openNote(
        new Uint8Array(await this.bytes(sigFile)),
        workers.map(({ vkey }) => verifierOf(vkey)),
      );
      return text.includes(`sha256 ${manifestSha256}\n`);
    } catch {
      return false;
    }
  }

  trust(): TrustBundle {
    return parseTrustBundle(new Uint8Array(readFileSync(this.config.trustFile)));
  }
}
