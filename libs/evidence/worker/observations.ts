import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import type { CaptureResult } from '../../capture/capture.contract';
import { canonicalJson } from '../../kernel';
import { type BlobRef, BlobStore, type StagedBlob } from '../../platform';
import { evidenceWorkerConfig, type EvidenceWorkerConfig } from '../evidence-worker.config';
import { OBSERVED, OBSERVED_INDEX } from '../domain/observation';
import type { EvidenceFileRow } from '../store/evidence.entity';

const PATH = /^[a-z0-9][a-z0-9._-]*(\/[a-z0-9][a-z0-9._-]*)*$/;
const TYPES: Record<string, string> = { png: 'image/png', txt: 'text/plain', json: 'application/json', jsonl: 'text/plain' };

export interface StagedObservation {
  /** The list of the files with their digests: what the ledger's `job.failed` names. */
  index: BlobRef;
  rows: EvidenceFileRow[];
  settle(): Promise<void>;
  /** MUST be called, whether or not it was settled. */
  drop(): Promise<void>;
}

/**
 * What a capture saw that came to nothing: the files it left, put into the blob store like any other, and a list of their digests. No
 * manifest and no signature goes with them, so that nobody can take it for evidence (evidence specification, section 2).
 */
@Injectable()
export class Observations {
  constructor(
    private readonly blobs: BlobStore,
    @Inject(evidenceWorkerConfig.provide) private readonly config: EvidenceWorkerConfig,
  ) {}

  /** Writes everything aside, or nothing. Null when the capture left no file. */
  async stage(packageId: string, { outcome, reason, limits }: CaptureResult): Promise<StagedObservation | null> {
    const root = join(this.config.stagingDir, packageId);
    const paths = await filesBelow(root);
    if (!paths.length) return null;
    const staged: StagedBlob[] = [];
    const drop = async () => {
      for (const blob of staged) await blob.drop();
    };
    try {
      const rows: EvidenceFileRow[] = [];
      for (const path of paths) {
        const blob = await this.blobs.stage(join(root, path));
        staged.push(blob);
        rows.push(rowOf(packageId, `${OBSERVED}${path}`, blob.ref));
      }
      const files = rows.map(({ path, size, sha256, sm3 }) => ({ path: path.slice(OBSERVED.length), size, sha256, sm3 }));
      const index = await this.blobs.stage(
        Buffer.from(canonicalJson({ v: 1, id: packageId, outcome, reason: reason?.toWellFormed() ?? null, limits, files })),
      );
      staged.push(index);
      const settle = async () => {
        for (const blob of staged) await blob.settle();
      };
      return { index: index.ref, rows: [...rows, rowOf(packageId, OBSERVED_INDEX, index.ref)], settle, drop };
    } catch (fault) {
      await drop();
      throw fault;
    }
  }
}

function rowOf(packageId: string, path: string, { size, sha256, sm3 }: BlobRef): EvidenceFileRow {
  const mediaType = TYPES[path.split('.').at(-1)!] ?? 'application/octet-stream';
  return { packageId, path, role: 'observation', mediaType, title: '采集未成时所见', size, sha256, sm3 };
}

/** Regular files only, in order; the manifest and its signature, if the capture came so far, are left out by the form of their names. */
async function filesBelow(root: string): Promise<string[]> {
  const found = await readdir(root, { recursive: true, withFileTypes: true }).catch((fault: NodeJS.ErrnoException) => {
    if (fault.code === 'ENOENT') return [];
    throw fault;
  });
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => PATH.test(path) && path.length <= 200)
    .sort();
}
