import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Db, systemClaims } from '../../platform';
import { digestsOf, leafHash, MemoryTree, readCheckpoint, rootOf, type TreeHash } from '../../proof';
import { FIXED_STATES, type PackageState } from '../domain/package.states';
import { PackageRow } from '../store/evidence.entity';
import { LedgerTrees } from '../store/ledger-trees';
import { ContentService } from './content.service';

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

interface ParsedEntry {
  body: { sha256: string; sm3: string };
  prev: string;
  seq: number;
  subject: string;
  type: string;
}

const BATCH = 1_000;

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

  /** Rebuilds both trees from entry bytes and compares every root that was signed, and the root that is stored now. */
  private async checkTrees(tx: EntityManager, origin: string, report: FsckReport): Promise<void> {
    const rebuilt = { sha256: new MemoryTree('sha256'), sm3: new MemoryTree('sm3') };
    const size = await this.trees.size(tx, origin);
    for (let from = 0; from < size; from += BATCH)
      for (const { entry } of await this.trees.entries(tx, origin, from, from + BATCH)) {
        rebuilt.sha256.append(entry);
        rebuilt.sm3.append(entry);
      }
    const checkpoints = await this.trees.checkpoints(tx, origin);
    for (const hash of ['sha256', 'sm3'] satisfies TreeHash[]) {
      const read = await this.trees.reader(tx, origin, hash, [{ from: 0, to: size }]);
      if (!Buffer.from(rootOf(hash, size, read)).equals(rebuilt[hash].root()))
        report.faults.push(`LEDGER_ROOT ${origin} ${hash}`);
      for (const { note, noteSm3 } of checkpoints) {
        const signed = readCheckpoint(Buffer.from(hash === 'sha256' ? note : noteSm3));
        const holds = signed.size <= size && Buffer.from(rebuilt[hash].root(signed.size)).equals(signed.root);
        if (!holds) report.faults.push(`CHECKPOINT ${origin} ${signed.size} ${hash}`);
      }
    }
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
      if (!fixed) continue;
      const { reasons, files } = await this.content.recheck(tx, row);
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
