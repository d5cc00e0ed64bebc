import { Brackets, type EntityManager } from 'typeorm';
import type { RelatedPackage } from '../../capture/capture.contract';
import { PackageRow } from '../store/evidence.entity';

/** A page that is looked at every day for years has more; the newest say enough, and the rest stand in them. */
const MOST_REPEATS = 50;

const atAddress = (tx: EntityManager, { url, divisionCode }: PackageRow) =>
  tx
    .createQueryBuilder(PackageRow, 'p')
    .where(`p.kind = 'web_capture' AND p.url = :url AND p.divisionCode = :divisionCode`, { url, divisionCode });

/**
 * Every attempt at the address of a package that counts for it, failures included, oldest first (evidence specification, section 14):
 * those of its case. What was captured outside of a case and joined to one later is told together with everything that was tried
 * outside of a case as well, so that nobody can try often and join the one that suits. Empty for what was not captured.
 */
export function attemptsAt(tx: EntityManager, row: PackageRow): Promise<PackageRow[]> {
  if (row.kind !== 'web_capture') return Promise.resolve([]);
  const found = atAddress(tx, row).andWhere(
    new Brackets((which) => {
      if (row.caseId) which.where('p.caseId = :caseId', { caseId: row.caseId });
      if (row.caseSeq === null) which.orWhere('p.caseId IS NULL');
    }),
  );
  return found.orderBy('p.requestedAt').addOrderBy('p.number').getMany();
}

/**
 * Evidence of the same address and case that was fixed before: `repeats` of a manifest, at most the 50 newest. The package that this one repeats
 * from another vantage point is another relation.
 */
export async function repeatsOf(tx: EntityManager, row: PackageRow): Promise<RelatedPackage[]> {
  const found = await atAddress(tx, row)
    .andWhere(
      'p.caseId IS NOT DISTINCT FROM :caseId AND p.manifestSha256 IS NOT NULL AND p.id <> :id AND p.id IS DISTINCT FROM :secondOf',
      row,
    )
    .orderBy('p.fixedAt', 'DESC')
    .take(MOST_REPEATS)
    .getMany();
  return found.map(({ id, manifestSha256 }) => ({ rel: 'repeats', id, manifestSha256: manifestSha256! }));
}

export interface CaseRequests {
  /** Numbers 1 to `last` were given. */
  last: number;
  /** Numbers whose package the caller cannot see, or that no package bears. */
  missing: number[];
  /** By number; then what was joined to the case later, which has none. */
  rows: PackageRow[];
}

/** What a case has asked for and what became of each, so that a gap shows (evidence specification, claim C4). */
export async function requestsOf(tx: EntityManager, caseId: string): Promise<CaseRequests> {
  const [counted] = await tx.query<{ last: number }[]>('SELECT last FROM evidence_case_number WHERE case_id = $1', [caseId]);
  const rows = await tx
    .createQueryBuilder(PackageRow, 'p')
    .where('p.caseId = :caseId', { caseId })
    .orderBy('p.caseSeq', 'ASC', 'NULLS LAST')
    .addOrderBy('p.requestedAt')
    .getMany();
  const last = counted?.last ?? 0;
  const seen = new Set(rows.map(({ caseSeq }) => caseSeq));
  return { last, missing: Array.from({ length: last }, (_, n) => n + 1).filter((n) => !seen.has(n)), rows };
}
