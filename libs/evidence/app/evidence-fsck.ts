import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Db, systemClaims } from '../../platform';
import { digestsOf, endsLog, leafHash, readCheckpoint, toHex, type TreeHash } from '../../proof';
import { FIXED_STATES, type PackageState } from '../domain/package.states';
import { DestructionRow } from '../store/destruction.entity';
import { PackageRow } from '../store/evidence.entity';
import { firstOther, GrowingTiles, type Tile } from '../store/growing-tiles';
import { closingKey, LedgerTrees, type StoredCheckpoint } from '../store/ledger-trees';
import { ContentService } from './content.service';
import { observationFaults } from './observation-check';

export interface FsckReport {
  packages: number;
  entries: number;
  files: number;
  /** `LEDGER_LINK ev_… 3` and the like; empty when everything re-derives. */
  faults: string[];
}

interface StoredEntry {
  id: string;
  subject: string;
  seq: number;
  type: string;
  entry: Buffer;
  entry_sha256: string;
  leaf: Buffer;
  leaf_sm3: Buffer;
  body: string | null;
}

type MadeTiles = Record<TreeHash, Tile[]>;

interface ParsedEntry {
  body: { sha256: string; sm3: string };
  prev: string;
  seq: number;
  subject: string;
  type: string;
}

const BATCH = 2_000;
const HASHES: readonly TreeHash[] = ['sha256', 'sm3'];

/** Re-derives from stored bytes everything that evidence rests on: chains, entries, events, blobs, manifests, states. */
@Injectable()
export class EvidenceFsck {
  constructor(
    private readonly db: Db,
    private readonly content: ContentService,
    private readonly trees: LedgerTrees,
  ) {}

  run(): Promise<FsckReport> {
    return this.db.as(systemClaims('fsck'), async (tx) => {
      const report: FsckReport = { packages: 0, entries: 0, files: 0, faults: [] };
      await this.checkLedger(tx, report);
      await this.checkPlaces(tx, report);
      await this.checkPackages(tx, report);
      return report;
    });
  }

  private async checkLedger(tx: EntityManager, report: FsckReport): Promise<void> {
    let after: [string, number] = ['', -1];
    let last: StoredEntry | null = null;
    for (;;) {
      const batch = await tx.query<StoredEntry[]>(
        `SELECT e.id, e.subject, e.seq, e.type, e.entry, e.entry_sha256, e.leaf, e.leaf_sm3, b.json AS body FROM ledger_entry e
         LEFT JOIN ledger_body b ON b.entry_id = e.id WHERE (e.subject, e.seq) > ($1, $2) ORDER BY e.subject, e.seq LIMIT ${BATCH}`,
        after,
      );
      for (const stored of batch) {
        const before: StoredEntry | null = last?.subject === stored.subject ? last : null;
        for (const fault of faultsOfEntry(stored, before)) report.faults.push(`${fault} ${stored.subject} ${stored.seq}`);
        last = stored;
      }
      report.entries += batch.length;
      if (batch.length < BATCH) return;
      after = [last!.subject, last!.seq];
    }
  }

  private async checkPlaces(tx: EntityManager, report: FsckReport): Promise<void> {
    const gaps = await tx.query<{ origin: string }[]>(
      'SELECT origin FROM ledger_place GROUP BY origin HAVING count(*) <> max(idx) + 1 OR min(idx) <> 0',
    );
    for (const { origin } of gaps) report.faults.push(`LEDGER_GAP ${origin}`);
    if (gaps.length) return;
    const origins = await tx.query<{ origin: string }[]>('SELECT DISTINCT origin FROM ledger_place');
    for (const { origin } of origins) await this.checkTrees(tx, origin, report);
  }

  /**
   * Folds both trees from entry bytes and compares every root that was signed, and every node that is stored. Holds one batch and one
   * unfinished tile a band, whatever the size of the log.
   */
  private async checkTrees(tx: EntityManager, origin: string, report: FsckReport): Promise<void> {
    const size = await this.trees.size(tx, origin);
    const checkpoints = await this.trees.checkpoints(tx, origin);
    const at = new Map<number, StoredCheckpoint[]>();
    for (const checkpoint of checkpoints) at.set(checkpoint.size, [...(at.get(checkpoint.size) ?? []), checkpoint]);
    const found = { sha256: new GrowingTiles('sha256'), sm3: new GrowingTiles('sm3') };
    const compare = (n: number): void => {
      for (const checkpoint of at.get(n) ?? [])
        for (const hash of HASHES) {
          const signed = readCheckpoint(Buffer.from(hash === 'sha256' ? checkpoint.note : checkpoint.noteSm3));
          if (signed.size !== n || !Buffer.from(found[hash].root()).equals(signed.root))
            report.faults.push(`CHECKPOINT ${origin} ${n} ${hash}`);
        }
    };
    let end: number | null = null;
    for (let from = 0; from < size; from += BATCH) {
      const made: MadeTiles = { sha256: [], sm3: [] };
      let n = from;
      for (const { entry } of await this.trees.entries(tx, origin, from, from + BATCH)) {
        if (endsLog(entry, origin)) {
          end = n;
          if (!(await this.namesWhatIsBefore(tx, origin, found.sha256))) report.faults.push(`LEDGER_CLOSED ${origin} ${n}`);
        }
        // The leaves stand in the entries and were looked at there.
        for (const hash of HASHES) made[hash].push(...found[hash].append(leafHash(hash, entry)));
        n += 1;
        compare(n);
      }
      for (const fault of await this.nodeFaults(tx, origin, made)) report.faults.push(fault);
    }
    if (end !== null && end < size - 1) report.faults.push(`LEDGER_BEHIND_END ${origin} ${end + 1}`);
    for (const n of at.keys()) if (n > size) for (const hash of HASHES) report.faults.push(`CHECKPOINT ${origin} ${n} ${hash}`);
  }

  /** Whether the entry that ends the log names everything before it; what was erased says nothing. */
  private async namesWhatIsBefore(tx: EntityManager, origin: string, before: GrowingTiles): Promise<boolean> {
    const [row] = await tx.query<{ json: string }[]>(
      'SELECT b.json FROM ledger_entry e JOIN ledger_body b ON b.entry_id = e.id WHERE e.key = $1',
      [closingKey(origin)],
    );
    if (!row) return true;
    const { previous } = JSON.parse(row.json) as { previous: { origin: string; size: number; root: string } };
    return previous.origin === origin && previous.size === before.size && previous.root === toHex(before.root());
  }

  /** `LEDGER_NODE` for the first node of the batch, in each tree, that is not what the entries say. */
  private async nodeFaults(tx: EntityManager, origin: string, made: MadeTiles): Promise<string[]> {
    const rows = await tx.query<{ band: number; idx: string; sha256: Buffer; sm3: Buffer }[]>(
      `SELECT n.band, n.idx, n.sha256, n.sm3 FROM unnest($2::int[], $3::bigint[]) AS w (b, i) CROSS JOIN LATERAL
         (SELECT * FROM ledger_node m WHERE m.origin = $1 AND m.band = w.b AND m.idx = w.i OFFSET 0) n`,
      [origin, made.sha256.map(({ band }) => band), made.sha256.map(({ index }) => index)],
    );
    const stored = new Map(rows.map((row) => [`${row.band}/${row.idx}`, row]));
    return HASHES.flatMap((hash) => {
      for (const tile of made[hash]) {
        const wrong = firstOther(tile, stored.get(`${tile.band}/${tile.index}`)?.[hash]);
        if (wrong) return [`LEDGER_ROOT ${origin} ${hash}`, `LEDGER_NODE ${origin} ${hash} ${wrong.level}/${wrong.index}`];
      }
      return [];
    });
  }

  private async checkPackages(tx: EntityManager, report: FsckReport): Promise<void> {
    const packages = await tx.find(PackageRow, { order: { id: 'ASC' } });
    report.packages = packages.length;
    for (const row of packages) {
      const types = await tx.query<{ type: string; seq: number }[]>(
        'SELECT type, seq FROM ledger_entry WHERE subject = $1 ORDER BY seq',
        [row.id],
      );
      if (types[0]?.type !== 'job.requested') report.faults.push(`NO_REQUEST ${row.id}`);
      const fixed = FIXED_STATES.includes(row.state);
      if (!PROVED_BY[row.state](new Set(types.map(({ type }) => type))))
        report.faults.push(`STATE_WITHOUT_PROOF ${row.id} ${row.state}`);
      report.faults.push(...(await observationFaults(tx, this.content, row)).map((fault) => `${fault} ${row.id}`));
      // Given back, or to be destroyed and not begun: the bytes are still here, and have to be whole.
      const isKept = fixed || row.state === 'disposed';
      if (!isKept) continue;
      const isDestroyed = !fixed && (await tx.existsBy(DestructionRow, { packageId: row.id }));
      const { reasons, files } = await (isDestroyed ? this.content.recheckDestroyed(tx, row) : this.content.recheck(tx, row));
      report.files += files;
      for (const reason of reasons) report.faults.push(`${reason} ${row.id}`);
    }
  }
}

const FIXED = 'evidence.fixed';
const STAMPED = 'evidence.stamped';
const has =
  (...needed: string[]) =>
  (types: Set<string>): boolean =>
    types.has(FIXED) && needed.every((type) => types.has(type));
const said = (types: Set<string>): boolean => types.has('evidence.confirmed') || types.has('evidence.refused');
const sealed = (types: Set<string>): boolean => has(STAMPED, 'evidence.sealed')(types) && said(types);
const never = (types: Set<string>): boolean => !types.has(FIXED);

/** The entries without which a package cannot stand in that state. */
const PROVED_BY: Record<PackageState, (types: Set<string>) => boolean> = {
  requested: never,
  capturing: never,
  refused: never,
  failed: never,
  fixed: has(),
  stamped: has(STAMPED),
  confirmed: (types) => has(STAMPED)(types) && said(types),
  sealed,
  transferred: (types) => sealed(types) && types.has('evidence.transferred'),
  disposed: (types) => sealed(types) && types.has('evidence.disposed'),
};

function faultsOfEntry(stored: StoredEntry, before: StoredEntry | null): string[] {
  const entry = JSON.parse(stored.entry.toString()) as ParsedEntry;
  const faults: string[] = [];
  const sha256 = createHash('sha256').update(stored.entry).digest('hex');
  if (
    sha256 !== stored.entry_sha256 ||
    !stored.leaf.equals(leafHash('sha256', stored.entry)) ||
    !stored.leaf_sm3.equals(leafHash('sm3', stored.entry))
  )
    faults.push('LEDGER_DIGEST');
  if (entry.subject !== stored.subject || entry.seq !== stored.seq || entry.type !== stored.type) faults.push('LEDGER_COLUMNS');
  if (entry.seq !== (before ? before.seq + 1 : 0) || entry.prev !== (before?.entry_sha256 ?? '')) faults.push('LEDGER_LINK');
  if (stored.body !== null) {
    const body = digestsOf(Buffer.from(stored.body));
    if (body.sha256 !== entry.body.sha256 || body.sm3 !== entry.body.sm3) faults.push('LEDGER_BODY');
  }
  return faults;
}
