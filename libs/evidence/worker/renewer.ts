import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel';
import { BlobStore, Db, Log } from '../../platform';
import {
  digestsOf,
  type Digests,
  hexDigest,
  jsonBytes,
  readCheckpoint,
  toBase64,
  type TrustBundle,
  utf8,
  verifyToken,
} from '../../proof';
import { ContentService } from '../app/content.service';
import { evidenceLedgerConfig, type EvidenceLedgerConfig } from '../evidence-ledger.config';
import { evidenceWorkerConfig, type EvidenceWorkerConfig } from '../evidence-worker.config';
import { Ledger } from '../store/ledger';
import { LedgerAnchors, type RenewalRow } from '../store/ledger-anchors';
import { LedgerTrees, type StoredCheckpoint } from '../store/ledger-trees';
import { askAuthority, authoritiesOf, type StampAuthority } from './authorities';
import { RetryLater } from './retry-later';

const DAY_MS = 86_400_000;
/** What a reader of evidence accepts as one JSON file (specification, section 5). */
const STATEMENT_LIMIT = 16 * 1024 * 1024;

/** A token that has to stay good: over a manifest, over a checkpoint, or over an earlier statement. */
interface LivingToken {
  packageId: string | null;
  algorithm: string;
  genTime: Date;
  /** End of the signer's certificate. */
  signerNotAfter: Date;
  bytes: Buffer;
  /** Of a package whose bytes went by order: nothing is left that could get new digests. */
  isDestroyed?: boolean;
}

/**
 * Keeps stamps alive after RFC 4998: one token over a statement that names every earlier token renews every package of the log.
 * Yearly, and ahead of the end of any certificate or digest behind a token, by every configured authority. Before a digest ends, all content gets new digests
 * first: a new stamp over old digests would prove nothing (evidence specification, section 13).
 */
@Injectable()
export class Renewer {
  constructor(
    private readonly db: Db,
    private readonly clock: Clock,
    private readonly blobs: BlobStore,
    private readonly content: ContentService,
    private readonly ledger: Ledger,
    private readonly trees: LedgerTrees,
    private readonly anchors: LedgerAnchors,
    private readonly later: RetryLater,
    private readonly log: Log,
    @Inject(evidenceWorkerConfig.provide) private readonly config: EvidenceWorkerConfig,
    @Inject(evidenceLedgerConfig.provide) private readonly ledgerConfig: EvidenceLedgerConfig,
  ) {}

  /** One look at every log that is not closed; what cannot be done now is tried again, for ever. One authority that is away holds up no other. */
  async look(): Promise<void> {
    const authorities = authoritiesOf(this.config.tsaUrls);
    if (!authorities.length) return;
    const lasting = this.lasting(this.content.trust(), authorities);
    const origins = await this.db.tx((tx) => this.trees.openOrigins(tx));
    for (const origin of origins) {
      if (!lasting.length) await this.later.attempt(`renew ${origin}`, () => this.miss(origin));
      for (const authority of lasting)
        await this.later.attempt(`renew ${origin} ${authority.name}`, () => this.renew(origin, authority));
    }
  }

  /** Somebody has to hear of it before the digests end. */
  private async miss(origin: string): Promise<void> {
    const { tokens, renewals } = await this.db.tx((tx) => this.stateOf(tx, origin));
    if (this.isDue(this.content.trust(), tokens, renewals.at(-1)))
      throw new Error('no authority is configured whose digest lasts');
  }

  /** As with stamps every authority is asked, each with a statement of its own, so that none of them alone has to be believed or to last. */
  private async renew(origin: string, authority: StampAuthority): Promise<void> {
    const trust = this.content.trust();
    const { checkpoint, tokens, renewals } = await this.db.tx((tx) => this.stateOf(tx, origin));
    const own = renewals.filter(({ tsa }) => tsa === authority.name);
    if (!this.isDue(trust, tokens, own.at(-1))) return;
    const isRehashed = await this.rehash(
      tokens.filter(({ algorithm, isDestroyed }) => !isDestroyed && this.endsSoon(trust, algorithm)),
      authority.algorithm,
      checkpoint,
    );
    if (!isRehashed) return; // the new digests have to stand in the tree that is renewed: the next look finds them there
    const statement = statementOf(origin, renewals.length + 1, checkpoint, tokens, renewals, authority.algorithm);
    const { bytes, token } = await askAuthority(authority, statement, { tsa: trust.tsa, timeoutMs: this.config.tsaTimeoutMs });
    const n = renewals.length + 1;
    await this.db.tx(async (tx) => {
      await this.anchors.keepRenewal(tx, {
        origin,
        n,
        statement: Buffer.from(statement),
        token: Buffer.from(bytes),
        tsa: authority.name,
        algorithm: authority.algorithm,
        genTime: new Date(token.genTime),
        signerNotAfter: new Date(token.signerNotAfter),
        size: checkpoint.size,
      });
      const facts = { n, statementSha256: hexDigest('sha256', statement), tokenSha256: hexDigest('sha256', bytes) };
      await this.ledger.append(tx, { subject: origin, type: 'evidence.renewed', facts }, `${origin}:renewed:${n}`);
    });
    this.log.info('ledger.renewed', { origin, n, tsa: authority.name, tokens: tokens.length });
  }

  private async stateOf(
    tx: EntityManager,
    origin: string,
  ): Promise<{ checkpoint: StoredCheckpoint; tokens: LivingToken[]; renewals: RenewalRow[] }> {
    const checkpoint = (await this.trees.newestCheckpoint(tx, origin))!;
    const stamps = await tx.query<(LivingToken & { signerNotAfter: Date | null })[]>(
      `SELECT s.package_id AS "packageId", s.algorithm, s.gen_time AS "genTime", s.signer_not_after AS "signerNotAfter", s.token AS bytes,
         EXISTS (SELECT FROM evidence_destruction d WHERE d.package_id = s.package_id) AS "isDestroyed"
       FROM evidence_stamp s JOIN ledger_entry e ON e.subject = s.package_id AND e.type = 'evidence.fixed' JOIN ledger_place p ON p.entry_id = e.id
       WHERE p.origin = $1 AND p.idx < $2 ORDER BY s.gen_time, s.package_id, s.tsa`,
      [origin, checkpoint.size],
    );
    const tokens: LivingToken[] = [];
    for (const stamp of stamps) tokens.push({ ...stamp, signerNotAfter: stamp.signerNotAfter ?? (await this.endOf(tx, stamp)) });
    for (const { algorithm, genTime, signerNotAfter, token } of await this.anchors.anchors(tx, origin))
      tokens.push({ packageId: null, algorithm, genTime, signerNotAfter, bytes: token });
    return { checkpoint, tokens, renewals: await this.anchors.renewals(tx, origin) };
  }

  /** Stamps from before renewals were kept say nothing of their certificate: the token itself does. */
  private async endOf(tx: EntityManager, { packageId, bytes }: Pick<LivingToken, 'packageId' | 'bytes'>): Promise<Date> {
    const sig = await this.content.bytes(await this.content.file(tx, packageId!, 'MANIFEST.sig'));
    const token = verifyToken(new Uint8Array(bytes), { stamped: new Uint8Array(sig), tsa: this.content.trust().tsa });
    return new Date(token.signerNotAfter);
  }

  /** What holds the proof now, as far as this authority keeps it alive: its last renewal, and every token that came after that. */
  private isDue(trust: TrustBundle, tokens: LivingToken[], last: RenewalRow | undefined): boolean {
    const holding = [...(last ? [last] : []), ...tokens.filter(({ genTime }) => !last || genTime > last.genTime)];
    const now = this.clock.now().getTime();
    return holding.some(({ algorithm, genTime, signerNotAfter }) => {
      const algorithmEnd = trust.algorithms[algorithm];
      const end = Math.min(signerNotAfter.getTime(), algorithmEnd === undefined ? Infinity : Date.parse(algorithmEnd));
      // What lives shorter than twice the lead is renewed at half its life, not at every look.
      const lead = Math.min(this.ledgerConfig.renewAheadDays * DAY_MS, (end - genTime.getTime()) / 2);
      return now >= end - lead || now - genTime.getTime() >= this.ledgerConfig.renewEveryDays * DAY_MS;
    });
  }

  private endsSoon(trust: TrustBundle, algorithm: string): boolean {
    const end = trust.algorithms[algorithm];
    return end !== undefined && this.clock.now().getTime() >= Date.parse(end) - this.ledgerConfig.renewAheadDays * DAY_MS;
  }

  /** Those whose digest lasts: outside authorities before the agency's own, the digest that lasts longest first. */
  private lasting(trust: TrustBundle, authorities: StampAuthority[]): StampAuthority[] {
    const isInternal = ({ name }: StampAuthority): number => (trust.tsa.find((tsa) => tsa.name === name)?.internal ? 1 : 0);
    const endOf = ({ algorithm }: StampAuthority): string => trust.algorithms[algorithm] ?? '9999';
    return authorities
      .filter(({ algorithm }) => !this.endsSoon(trust, algorithm))
      .sort((a, b) => isInternal(a) - isInternal(b) || endOf(b).localeCompare(endOf(a)));
  }

  /** New digests of all content that rests on a digest that ends; true when all of them stand in the checkpoint. */
  private async rehash(
    weak: LivingToken[],
    algorithm: StampAuthority['algorithm'],
    checkpoint: StoredCheckpoint,
  ): Promise<boolean> {
    let isReady = true;
    for (const packageId of new Set(weak.flatMap((token) => token.packageId ?? []))) {
      const key = `${packageId}:rehashed:${algorithm}`;
      const [known] = await this.db.tx((tx) =>
        tx.query<{ idx: string | null }[]>(
          'SELECT p.idx FROM ledger_entry e LEFT JOIN ledger_place p ON p.entry_id = e.id WHERE e.key = $1',
          [key],
        ),
      );
      if (!known) await this.rehashPackage(packageId, algorithm, key);
      if (!known?.idx || Number(known.idx) >= checkpoint.size) isReady = false;
    }
    return isReady;
  }

  /** Reads every byte again; content that is not what the manifest says gets no new digests. */
  private async rehashPackage(packageId: string, algorithm: StampAuthority['algorithm'], key: string): Promise<void> {
    const files = await this.db.tx((tx) => this.content.files(tx, packageId));
    const digests: Record<string, string> = {};
    for (const { path, sha256, sm3 } of files) {
      const found = await this.digestsOfBlob(sha256);
      if (found.sha256 !== sha256 || found.sm3 !== sm3) throw new Error(`${packageId}: ${path} is damaged`);
      digests[path] = found[algorithm];
    }
    const { 'MANIFEST.json': manifest, ...rest } = digests;
    const facts = { algorithm, manifest, files: Object.entries(rest).map(([path, digest]) => ({ path, digest })) };
    await this.db.tx((tx) => this.ledger.append(tx, { subject: packageId, type: 'evidence.rehashed', facts }, key));
  }

  private async digestsOfBlob(sha256: string): Promise<Digests> {
    const chunks: Buffer[] = [];
    for await (const chunk of await this.blobs.get(sha256)) chunks.push(chunk as Buffer);
    return digestsOf(new Uint8Array(Buffer.concat(chunks)));
  }
}

function statementOf(
  origin: string,
  n: number,
  { size, note, noteSm3 }: StoredCheckpoint,
  tokens: LivingToken[],
  renewals: RenewalRow[],
  algorithm: string,
): Uint8Array {
  const [root, rootSm3] = [note, noteSm3].map((text) => toBase64(readCheckpoint(utf8(text)).root));
  const earlier = [...tokens.map(({ bytes }) => bytes), ...renewals.flatMap(({ statement, token }) => [statement, token])];
  const covers = earlier.map((bytes) => digestsOf(new Uint8Array(bytes)));
  const bytes = jsonBytes({ v: 1, n, origin, checkpoint: { size, root, rootSm3 }, covers, algorithm });
  if (bytes.length > STATEMENT_LIMIT) throw new Error(`a statement over ${tokens.length} tokens is too long`);
  return bytes;
}
