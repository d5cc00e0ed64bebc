import { release, type as systemType } from 'node:os';
import {
  type Manifest,
  manifestBytes,
  type ManifestFile,
  manifestSigText,
  type NoteKey,
  readCheckpoint,
  signNote,
  toBase64,
  utf8,
} from '../../proof';
import type { ReceiptRecord } from '../domain/receipt';
import type { StoredCheckpoint } from '../store/ledger-trees';

export const PRE_TOKEN = 'record/before/pre.tsr';
const SOFTWARE = 'evidence-receipt';
const VERSION = '1';

export interface ReceivedPackage {
  number: string;
  /** SHA-256 of the entry `job.requested`. */
  entrySha256: string;
  request: ReceiptRecord;
  agency: Manifest['agency'];
  /** Newest checkpoint before the work began, whose note is among the files. */
  before: StoredCheckpoint | null;
  /** A token over the request, from before the work began, is among the files. */
  hasPreToken: boolean;
  files: readonly ManifestFile[];
  time: { startedAt: Date; finishedAt: Date; monotonicMs: number };
}

/** The statement of what was received: no browser, no environment, no address; the original names of files stand here alone. */
export function receiptManifest({
  number,
  entrySha256,
  request,
  agency,
  before,
  hasPreToken,
  files,
  time,
}: ReceivedPackage): Manifest {
  return {
    schema: 'evidence-manifest/1',
    id: request.id,
    number,
    kind: request.kind,
    agency,
    case: { ref: request.caseRef, clue: request.clue, factToProve: request.factToProve },
    makers: request.makers,
    place: request.place,
    request: {
      jobId: request.jobId,
      urlTyped: '',
      purpose: request.purpose,
      profile: 'file',
      entrySha256,
      requestedAt: request.requestedAt,
    },
    notBefore: before && {
      origin: before.origin,
      size: before.size,
      root: toBase64(readCheckpoint(utf8(before.note)).root),
      checkpoint: 'record/before/checkpoint.txt',
      preToken: hasPreToken ? PRE_TOKEN : null,
    },
    time: {
      startedAt: time.startedAt.toISOString(),
      finishedAt: time.finishedAt.toISOString(),
      monotonicMs: time.monotonicMs,
      clock: { status: 'unverified', source: [], offsetMs: null, uncertaintyMs: null, checkedAt: time.startedAt.toISOString() },
    },
    tool: {
      software: SOFTWARE,
      version: VERSION,
      commit: '',
      imageSha256: null,
      node: process.versions.node,
      browser: null,
      browserSha256: null,
      os: systemType(),
      kernel: release(),
      fontsSha256: null,
      flags: [],
      userAgent: null,
      viewport: null,
      locale: 'zh-CN',
      timezone: 'Asia/Shanghai',
    },
    environment: null,
    navigation: null,
    outcome: { completeness: 'complete', limits: [], blocked: 0, failed: 0, downloads: [], popups: [], fidelity: 'wire' },
    comparison: null,
    related: request.about ? [{ rel: 'answers', id: request.about.id, manifestSha256: request.about.manifestSha256 }] : [],
    personalData: request.personalData ?? true,
    files: files.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

/** Signs a manifest of received files. Refuses anything captured: that only the capture process signs, for what it saw itself (F15). */
export async function signReceipt(
  manifest: Manifest,
  key: NoteKey,
): Promise<{ manifest: Manifest; manifestBytes: Buffer; sigBytes: Buffer }> {
  const foreign = manifest.files.find(({ path }) => !/^(content\/original|record)\//.test(path));
  if (manifest.kind === 'web_capture' || foreign) throw new Error('a captured page is not signed as a received file');
  const bytes = manifestBytes(manifest);
  const sig = await signNote(manifestSigText(manifest.id, bytes, [key.name]), [key]);
  return { manifest, manifestBytes: Buffer.from(bytes), sigBytes: Buffer.from(sig) };
}
