import type { EntityManager } from 'typeorm';

/** A row that names a blob, and the package it belongs to, if it is one of a package. */
export interface BlobReference {
  sha256: string;
  size: number;
  packageId: string | null;
  path: string;
}

const EVERY_DAYS = 90;
const DAILY_PERCENT = 1;
const DAY_MS = 86_400_000;

interface Row {
  sha256: string;
  size: string;
  package_id: string | null;
  path: string;
}

const toReference = ({ sha256, size, package_id, path }: Row): BlobReference => ({
  sha256,
  size: Number(size),
  packageId: package_id,
  path,
});

/**
 * What has to be re-hashed at `began`: what was not looked at for 90 days, and today's draw of 1 %. The draw is a hash of blob and
 * day, so it is another one each day, the same after a restart, and nobody keeps a list of it.
 */
export async function dueReferences(tx: EntityManager, began: Date, limit: number): Promise<BlobReference[]> {
  const day = began.toISOString().slice(0, 10);
  const rows = await tx.query<Row[]>(
    `SELECT r.sha256, r.size, r.package_id, r.path FROM blob_reference r LEFT JOIN blob_check c ON c.sha256 = r.sha256
     WHERE coalesce(c.checked_at, r.since) < $1 OR (coalesce(c.checked_at, r.since) < $2
       AND mod(hashtextextended(r.sha256 || $3, 0) & 9223372036854775807, 100) < $4) ORDER BY r.package_id, r.path LIMIT $5`,
    [new Date(began.getTime() - EVERY_DAYS * DAY_MS), new Date(`${day}T00:00:00.000Z`), day, DAILY_PERCENT, limit],
  );
  return rows.map(toReference);
}

/** Everything, in order, behind `last`: whatever stands about earlier looks, since after a restore that may be older than the bytes. */
export async function referencesBehind(tx: EntityManager, last: BlobReference | null, limit: number): Promise<BlobReference[]> {
  const rows = await tx.query<Row[]>(
    `SELECT sha256, size, package_id, path FROM blob_reference WHERE (coalesce(package_id, ''), path) > ($1, $2)
     ORDER BY coalesce(package_id, ''), path LIMIT $3`,
    [last?.packageId ?? '', last?.path ?? '', limit],
  );
  return rows.map(toReference);
}

export async function referencesOf(tx: EntityManager, packageId: string): Promise<BlobReference[]> {
  const rows = await tx.query<Row[]>(
    'SELECT sha256, size, package_id, path FROM blob_reference WHERE package_id = $1 ORDER BY path',
    [packageId],
  );
  return rows.map(toReference);
}

export async function referencesTo(tx: EntityManager, sha256s: readonly string[]): Promise<BlobReference[]> {
  const rows = await tx.query<Row[]>(
    'SELECT sha256, size, package_id, path FROM blob_reference WHERE sha256 = ANY ($1) ORDER BY package_id, path',
    [sha256s],
  );
  return rows.map(toReference);
}

/** Every digest that a row needs (as `blob_holder` says of one), or whose destruction is under way: what the store holds besides is an orphan. */
export async function namedBlobs(tx: EntityManager, sha256s: readonly string[]): Promise<Set<string>> {
  const rows = await tx.query<{ sha256: string }[]>(
    `SELECT sha256 FROM blob_reference WHERE sha256 = ANY ($1::bpchar[])
     UNION SELECT x.blob_sha256 FROM evidence_export x WHERE x.blob_sha256 = ANY ($1::bpchar[])
       AND NOT EXISTS (SELECT FROM evidence_destruction e WHERE e.package_id = x.package_id)
     UNION SELECT sha256 FROM order_report_file WHERE sha256 = ANY ($1::bpchar[])
     UNION SELECT sha256 FROM evidence_destruction_blob WHERE sha256 = ANY ($1::bpchar[]) AND outcome IS NULL`,
    [sha256s],
  );
  return new Set(rows.map(({ sha256 }) => sha256));
}
