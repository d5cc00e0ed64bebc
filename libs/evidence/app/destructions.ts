import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import type { BlobStore } from '../../platform';
import { EvidenceProblem } from '../domain/problems';
import { DestructionBlobRow, DestructionRow, KeptSealRow } from '../store/destruction.entity';
import { AttachmentRow, EvidenceFileRow, ExportRow } from '../store/evidence.entity';

/** Stays when everything else goes: it holds digests only, and without it no time stamp could be checked any more. */
export const KEPT_FILE = 'MANIFEST.sig';

export interface Destruction {
  row: DestructionRow;
  blobs: DestructionBlobRow[];
  /** Numbers of the exports whose SEAL is kept. */
  seals: number[];
}

/** Whether a destruction took the blob, of whichever package. */
export const wentByOrder = (tx: EntityManager, sha256: string): Promise<boolean> =>
  tx.existsBy(DestructionBlobRow, { sha256, outcome: 'destroyed' });

export async function destructionOf(tx: EntityManager, packageId: string): Promise<Destruction | null> {
  const row = await tx.findOneBy(DestructionRow, { packageId });
  if (!row) return null;
  const blobs = await tx.find(DestructionBlobRow, { where: { packageId }, order: { sha256: 'ASC' } });
  const seals = await tx.find(KeptSealRow, { select: { n: true, packageId: true }, where: { packageId }, order: { n: 'ASC' } });
  return { row, blobs, seals: seals.map(({ n }) => n) };
}

/** Refuses with `destroyed` what is not kept any more: nobody is told that bytes are damaged which went by order. */
export async function refuseDestroyed(tx: EntityManager, packageId: string): Promise<void> {
  const row = await tx.findOneBy(DestructionRow, { packageId });
  if (row) throw EvidenceProblem.destroyed({ at: (row.finishedAt ?? row.begunAt).toISOString() });
}

/**
 * What is wrong with a package whose destruction has begun: bytes that were lost before (`LOST_BEFORE_DESTRUCTION`), files that are gone
 * and that no destruction speaks of (`FILE_DIGEST`), seals that should have been kept (`KEPT_SEAL`). What went by order is no fault.
 */
export async function faultsOfDestroyed(tx: EntityManager, blobs: BlobStore, packageId: string): Promise<string[]> {
  const done = (await destructionOf(tx, packageId))!;
  const spoken = new Set(done.blobs.map(({ sha256 }) => sha256));
  const faults = done.blobs
    .filter(({ outcome, lost }) => outcome === 'missing' || (outcome === null && lost))
    .flatMap(({ paths }) => paths.map((path) => `LOST_BEFORE_DESTRUCTION ${path}`));
  const named = [
    ...(await tx.findBy(EvidenceFileRow, { packageId })).filter(({ path }) => path !== KEPT_FILE),
    ...(await tx.findBy(AttachmentRow, { packageId })),
  ];
  for (const { path, sha256, size } of named)
    // A paper that came later may have gone with the attestation whose file it was.
    if (!spoken.has(sha256) && (await blobs.examine(sha256, size)).fault && !(await wentByOrder(tx, sha256)))
      faults.push(`FILE_DIGEST ${path}`);
  const seals = new Map((await tx.findBy(KeptSealRow, { packageId })).map((kept) => [kept.n, kept.seal]));
  for (const { n, sealSha256 } of await tx.findBy(ExportRow, { packageId, state: 'ready' })) {
    const seal = seals.get(n);
    if (!seal || createHash('sha256').update(seal).digest('hex') !== sealSha256) faults.push(`KEPT_SEAL export ${n}`);
  }
  return faults;
}
