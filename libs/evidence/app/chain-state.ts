import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { digestsOf, parseEntry, readCheckpoint, toHex, utf8, parseNote } from '../../proof';
import { type PackageRow, StampRow } from '../store/evidence.entity';
import { type CustodyRow, Ledger } from '../store/ledger';
import { LedgerAnchors } from '../store/ledger-anchors';
import { LedgerTrees } from '../store/ledger-trees';
import { ContentService } from './content.service';
import { EvidenceService } from './evidence.service';

/** What is still to come; none of it can be hurried by an officer, and none is lost by a crash. */
export type Pending = 'place' | 'checkpoint' | 'stamp' | 'checkpointStamp';

export interface ChainState {
  origin: string;
  entries: number;
  /** Number of the first entry whose bytes, digest, number or predecessor are not what they must be; null when there is none. */
  brokenAt: number | null;
  lastEntrySha256: string | null;
  /** Place of the last placed entry in the log, and how many entries have none yet. */
  lastIndex: number | null;
  unplaced: number;
  logSize: number;
  checkpoint: { size: number; at: string; rootSha256: string; signers: string[]; witnesses: string[]; covers: boolean } | null;
  /** Tokens over the signature of the manifest. */
  stamps: StampState[];
  stampTries: number;
  stampNextAt: string | null;
  /** The newest token over a checkpoint that covers the whole chain. */
  checkpointStamp: { tsa: string; algorithm: string; size: number; genTime: string } | null;
  renewals: { n: number; tsa: string; algorithm: string; genTime: string; goodUntil: string }[];
  /** Until then at least one stamp is good, by itself or by a renewal; null without any. */
  goodUntil: string | null;
  pending: Pending[];
}

interface StampState {
  tsa: string;
  algorithm: string;
  genTime: string;
  serial: string;
  goodUntil: string | null;
  /** Made by the agency's own authority: worth less than one from outside. */
  internal: boolean;
}

/** Where a package's chain stands in the ledger of the agency, and who outside has attested to it. Reads only. */
@Injectable()
export class ChainStates {
  constructor(
    private readonly evidence: EvidenceService,
    private readonly content: ContentService,
    private readonly ledger: Ledger,
    private readonly trees: LedgerTrees,
    private readonly anchors: LedgerAnchors,
  ) {}

  async of(tx: EntityManager, row: PackageRow): Promise<ChainState> {
    const origin = this.evidence.logOrigin(row.requestedAt);
    const custody = await this.ledger.custodyOf(tx, row.id);
    const last = custody.reduce<number | null>((most, { idx }) => (idx === null ? most : Math.max(most ?? 0, Number(idx))), null);
    const unplaced = custody.filter(({ idx }) => idx === null).length;
    const newest = await this.trees.newestCheckpoint(tx, origin);
    const covers = newest !== null && last !== null && unplaced === 0 && newest.size > last;
    const stamped = last === null || unplaced ? null : await this.anchors.newestStamped(tx, origin, last + 1);
    const stamps = await this.stamps(tx, row.id);
    const renewals = (await this.anchors.renewals(tx, origin)).map(({ n, tsa, algorithm, genTime, signerNotAfter }) => ({
      n,
      tsa,
      algorithm,
      genTime: genTime.toISOString(),
      goodUntil: signerNotAfter.toISOString(),
    }));
    return {
      origin,
      entries: custody.length,
      brokenAt: firstBreak(custody, row.id),
      lastEntrySha256: custody.at(-1)?.entrySha256 ?? null,
      lastIndex: last,
      unplaced,
      logSize: await this.trees.size(tx, origin),
      checkpoint: newest && {
        size: newest.size,
        at: newest.at.toISOString(),
        rootSha256: toHex(readCheckpoint(utf8(newest.note)).root),
        signers: parseNote(utf8(newest.note)).signatures.map(({ name }) => name),
        witnesses: (await this.anchors.cosignatures(tx, origin, newest.size)).map(({ witness }) => witness),
        covers,
      },
      stamps,
      stampTries: row.stampTries,
      stampNextAt: row.stampNextAt?.toISOString() ?? null,
      checkpointStamp: stamped && {
        tsa: stamped.tsa,
        algorithm: stamped.algorithm,
        size: stamped.size,
        genTime: stamped.genTime.toISOString(),
      },
      renewals,
      goodUntil: goodUntil(stamps, renewals, row.fixedAt),
      pending: [
        ...(unplaced ? (['place'] as const) : []),
        ...(covers ? [] : (['checkpoint'] as const)),
        ...(stamps.length ? [] : (['stamp'] as const)),
        ...(stamped ? [] : (['checkpointStamp'] as const)),
      ],
    };
  }

  private async stamps(tx: EntityManager, packageId: string): Promise<StampState[]> {
    const internal = new Set(this.content.trust().tsa.flatMap((tsa) => (tsa.internal ? [tsa.name] : [])));
    const rows = await tx.find(StampRow, { where: { packageId }, order: { genTime: 'ASC' } });
    return rows.map(({ tsa, algorithm, genTime, serial, signerNotAfter }) => ({
      tsa,
      algorithm,
      genTime: genTime.toISOString(),
      serial,
      goodUntil: signerNotAfter?.toISOString() ?? null,
      internal: internal.has(tsa),
    }));
  }
}

/** The same that `nms fsck` and the verifier ask of a chain: each entry is the bytes of its digest, numbered, and names the one before. */
function firstBreak(custody: readonly CustodyRow[], subject: string): number | null {
  let before = '';
  for (const [n, { entry, entrySha256 }] of custody.entries()) {
    const bytes = new Uint8Array(entry);
    try {
      const said = parseEntry(bytes);
      if (digestsOf(bytes).sha256 !== entrySha256 || said.seq !== n || said.prev !== before || said.subject !== subject) return n;
    } catch {
      return n;
    }
    before = entrySha256;
  }
  return null;
}

/** A renewal covers every stamp that was made before it. */
function goodUntil(
  stamps: readonly StampState[],
  renewals: readonly { genTime: string; goodUntil: string }[],
  fixedAt: Date | null,
): string | null {
  const covering = renewals.filter(({ genTime }) => fixedAt !== null && genTime > fixedAt.toISOString());
  const ends = [...stamps, ...covering].flatMap((one) => one.goodUntil ?? []);
  return ends.length && stamps.length ? ends.reduce((a, b) => (a > b ? a : b)) : null;
}
