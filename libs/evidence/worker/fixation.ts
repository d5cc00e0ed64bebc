import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { type CaptureResult, isStopping } from '../../capture/capture.contract';
import { BlobStore, Db, Facts, failpoint, type StagedBlob } from '../../platform';
import type { EntityManager } from 'typeorm';
import { canonicalJson, Clock } from '../../kernel';
import {
  digestsOf,
  type Manifest,
  type ManifestFile,
  openNote,
  parseManifest,
  parseManifestSig,
  utf8,
  verifierOf,
} from '../../proof';
import { fixationBlockersOf } from '../domain/checklist';
import { ContentService } from '../app/content.service';
import { evidenceWorkerConfig, type EvidenceWorkerConfig } from '../evidence-worker.config';
import { CancellationRow } from '../store/cancellation.entity';
import { EvidenceFileRow, PackageRow } from '../store/evidence.entity';
import { Ledger } from '../store/ledger';
import { StagedUnfit } from './staging-area';

/** A manifest that was signed, and the outcome of the work. */
export interface Signed {
  manifest: Manifest;
  manifestBytes: Buffer;
  sigBytes: Buffer;
}

/**
 * Staged files become evidence: each is put once, digests are recomputed on the way and compared with the signed manifest, and
 * then state, files and ledger entry change in one transaction. A crash anywhere leaves a package that can be fixed again.
 */
@Injectable()
export class Fixation {
  constructor(
    private readonly db: Db,
    private readonly clock: Clock,
    private readonly blobs: BlobStore,
    private readonly ledger: Ledger,
    private readonly content: ContentService,
    private readonly facts: Facts,
    @Inject(evidenceWorkerConfig.provide) private readonly config: EvidenceWorkerConfig,
  ) {}

  /**
   * `attempt` is the one under which the worker took the job: a worker that was thought lost and comes back late changes nothing.
   * Every file is written aside before the first gets its name, so a full disk or a wrong digest leaves no blob behind.
   */
  async fix(packageId: string, result: CaptureResult, attempt: number): Promise<void> {
    const root = join(this.config.stagingDir, packageId);
    const staged = await this.open(root, packageId);
    const aside: StagedBlob[] = [];
    try {
      for (const file of staged.manifest.files) aside.push(await this.stage(root, file));
      const own = [
        await this.stageOwn(aside, 'MANIFEST.json', staged.manifestBytes, 'application/json', '固定清单'),
        await this.stageOwn(aside, 'MANIFEST.sig', staged.sigBytes, 'text/plain', '固定清单签名'),
      ];
      for (const blob of aside) {
        await blob.settle();
        failpoint('fix.settled');
      }
      await this.commit(packageId, result, attempt, staged, [...staged.manifest.files, ...own]);
    } finally {
      for (const blob of aside) await blob.drop();
    }
  }

  private async open(root: string, packageId: string): Promise<Signed> {
    const manifestBytes = await readFile(join(root, 'MANIFEST.json'));
    const sigBytes = await readFile(join(root, 'MANIFEST.sig'));
    const manifest = unfitUnless(() => parseManifest(new Uint8Array(manifestBytes)));
    const workers = this.content.trust().signers.filter(({ roles, revoked }) => roles.includes('worker') && !revoked);
    const sig = unfitUnless(() => {
      const { text } = openNote(
        new Uint8Array(sigBytes),
        workers.map(({ vkey }) => verifierOf(vkey)),
      );
      return parseManifestSig(text);
    });
    const { sha256 } = digestsOf(new Uint8Array(manifestBytes));
    if (sig.sha256 !== sha256 || sig.id !== packageId || manifest.id !== packageId)
      throw new StagedUnfit('staged manifest and signature do not belong to this package');
    return { manifest, manifestBytes, sigBytes };
  }

  private async stage(root: string, file: ManifestFile): Promise<StagedBlob> {
    const path = join(root, file.path);
    if (!(await lstat(path)).isFile()) throw new StagedUnfit(`${file.path} is not a regular file`);
    const blob = await this.blobs.stage(path);
    const { sha256, sm3, size } = blob.ref;
    if (sha256 !== file.sha256 || sm3 !== file.sm3 || size !== file.size) {
      await blob.drop();
      throw new StagedUnfit(`${file.path} is not what the manifest says`);
    }
    failpoint('fix.staged');
    return blob;
  }

  private async stageOwn(
    aside: StagedBlob[],
    path: string,
    bytes: Buffer,
    mediaType: string,
    title: string,
  ): Promise<Omit<ManifestFile, 'checklist'>> {
    const blob = await this.blobs.stage(bytes);
    aside.push(blob);
    return { path, role: 'manifest', mediaType, title, ...blob.ref };
  }

  /** Manifest or signature, as a file of the package. */
  async putOwn(path: string, bytes: Buffer, mediaType: string, title: string): Promise<Omit<ManifestFile, 'checklist'>> {
    return { path, role: 'manifest', mediaType, title, ...(await this.blobs.putOnce(bytes)) };
  }

  /**
   * State, files, entry and fact in one transaction. Refuses a manifest whose kind or makers are not those that were asked for:
   * an officer who was taken out afterwards, or put in, makes it another piece of evidence (F29). Refuses another request than the
   * logged one, a comparison with another package than the one that this repeats, failed checks that nobody decided about, and missing M
   * items that a machine knows, by their ids. `also` runs in the same transaction.
   */
  async commit(
    packageId: string,
    result: Pick<CaptureResult, 'outcome' | 'limits' | 'artefacts' | 'navigation'>,
    attempt: number,
    { manifest, manifestBytes, sigBytes }: Signed,
    files: Omit<ManifestFile, 'checklist'>[],
    also: (tx: EntityManager, row: PackageRow) => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    const { sha256, sm3 } = digestsOf(new Uint8Array(manifestBytes));
    const sigSha256 = digestsOf(new Uint8Array(sigBytes)).sha256;
    const bytes = manifest.files.reduce((sum, { size }) => sum + size, 0);
    await this.db.tx(async (tx) => {
      const row = await tx.findOne(PackageRow, { where: { id: packageId }, lock: { mode: 'pessimistic_write' } });
      if (row?.state !== 'capturing' || row.attempt !== attempt) return; // another worker was first
      // Committed before this lock was had: the makers do not want it, and nothing is fixed against their word.
      if (await tx.existsBy(CancellationRow, { packageId })) throw new StagedUnfit('cancelled');
      if (manifest.kind !== row.kind)
        throw new StagedUnfit(`a manifest of kind ${manifest.kind} cannot fix a package of kind ${row.kind}`);
      // The capture process ends such a job itself; here nobody has to believe that it did.
      const stopping = manifest.environment?.failed.filter(isStopping) ?? [];
      if (stopping.length > 0 && !manifest.environment?.overrideBy)
        throw new StagedUnfit(`environment: ${stopping.join(' ')} failed and no officer decided to go on`);
      if (canonicalJson(manifest.makers) !== canonicalJson(row.request.makers))
        throw new StagedUnfit('the makers in the manifest are not those who asked for the evidence');
      if ((manifest.comparison?.id ?? null) !== row.secondOf)
        throw new StagedUnfit('the package that the manifest is compared with is not the one that this repeats');
      // What the officers stated stands in the request: signed must be what the ledger knew before.
      const request = manifest.files.find(({ path }) => path === 'record/request.json');
      if (request?.sha256 !== digestsOf(utf8(canonicalJson(row.request))).sha256)
        throw new StagedUnfit('the request in the package is not the one that was made');
      const missing = fixationBlockersOf(manifest).map(({ id }) => id);
      if (missing.length > 0) throw new StagedUnfit(`checklist: ${missing.join(' ')} missing`);
      await tx.insert(
        EvidenceFileRow,
        files.map(({ path, role, mediaType, title, size, sha256: s, sm3: m }) => ({
          packageId,
          path,
          role,
          mediaType,
          title,
          size,
          sha256: s,
          sm3: m,
        })),
      );
      failpoint('fix.filesInserted');
      await tx.update(
        PackageRow,
        { id: packageId },
        {
          state: 'fixed',
          completeness: result.outcome === 'partial' ? 'partial' : 'complete',
          limits: result.limits,
          artefacts: result.artefacts,
          navigation: result.navigation ?? null,
          environment: manifest.environment?.verdict ?? null,
          comparison: manifest.comparison,
          manifestSha256: sha256,
          manifestSm3: sm3,
          sigSha256,
          fixedAt: this.clock.now(),
          leaseUntil: null,
          version: row.version + 1,
        },
      );
      failpoint('fix.rowUpdated');
      const facts = {
        manifestSha256: sha256,
        manifestSm3: sm3,
        sigSha256,
        files: manifest.files.length,
        bytes,
        caseSeq: row.caseSeq ?? 0,
      };
      await this.ledger.append(tx, { subject: packageId, type: 'evidence.fixed', facts }, `${packageId}:evidence.fixed`);
      failpoint('fix.entryAppended');
      await this.facts.publish(tx, 'evidence.fixed', packageId, {
        packageId,
        captureId: packageId,
        outletId: row.outletId,
        orderId: row.orderId,
        caseId: row.caseId,
      });
      await also(tx, row);
      failpoint('fix.beforeCommit');
    });
    failpoint('fix.committed');
  }
}

function unfitUnless<T>(read: () => T): T {
  try {
    return read();
  } catch (fault) {
    throw new StagedUnfit((fault as Error).message);
  }
}
