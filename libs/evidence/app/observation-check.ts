import type { EntityManager } from 'typeorm';
import { ENDED_WITHOUT, OBSERVED, OBSERVED_INDEX } from '../domain/observation';
import type { PackageRow } from '../store/evidence.entity';
import type { ContentService } from './content.service';

interface Listed {
  path: string;
  size: number;
  sha256: string;
  sm3: string;
}

/**
 * What is kept of a capture that came to nothing, re-derived: every file whole, the list exactly that of the rows, and its digest that
 * of the entry `job.failed`. Empty when all is as it was, and for what is or may become evidence.
 */
export async function observationFaults(tx: EntityManager, content: ContentService, row: PackageRow): Promise<string[]> {
  if (!(ENDED_WITHOUT as readonly string[]).includes(row.state)) return [];
  const files = (await content.files(tx, row.id)).filter(({ path }) => path.startsWith(OBSERVED));
  const faults: string[] = [];
  for (const file of files) if (!(await content.isWhole(file))) faults.push(`FILE_DIGEST ${file.path}`);
  if (faults.length) return faults;
  const [entry] = await tx.query<{ json: string | null }[]>(
    `SELECT b.json FROM ledger_entry e LEFT JOIN ledger_body b ON b.entry_id = e.id
     WHERE e.subject = $1 AND e.type = 'job.failed' ORDER BY e.seq DESC LIMIT 1`,
    [row.id],
  );
  // An event that was deleted by order says nothing any more; the files stand for themselves.
  const logged = entry?.json ? (JSON.parse(entry.json) as { observation: string | null }).observation : undefined;
  const index = files.find(({ path }) => path === OBSERVED_INDEX);
  if (logged !== undefined && (index?.sha256 ?? null) !== logged) return ['OBSERVATION'];
  if (!index) return files.length ? ['OBSERVATION'] : [];
  const { files: listed } = JSON.parse((await content.bytes(index)).toString()) as { files: Listed[] };
  const said = listed.map(({ path, size, sha256, sm3 }) => `${OBSERVED}${path} ${size} ${sha256} ${sm3}`).sort();
  const there = files.filter((file) => file !== index).map(({ path, size, sha256, sm3 }) => `${path} ${size} ${sha256} ${sm3}`);
  return said.join('\n') === there.sort().join('\n') ? [] : ['OBSERVATION'];
}
