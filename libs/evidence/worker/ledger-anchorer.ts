import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel';
import { Db } from '../../platform';
import {
  consistencyBytes,
  consistencyRanges,
  hashesOf,
  openNote,
  parseCount,
  parseNote,
  textOf,
  utf8,
  verifierOf,
} from '../../proof';
import { ContentService } from '../app/content.service';
import { evidenceLedgerConfig, type EvidenceLedgerConfig } from '../evidence-ledger.config';
import { evidenceWorkerConfig, type EvidenceWorkerConfig } from '../evidence-worker.config';
import { LedgerAnchors } from '../store/ledger-anchors';
import { LedgerTrees, type StoredCheckpoint } from '../store/ledger-trees';
import { askAuthority, authoritiesOf, limitedBody, stampingOf, type StampAuthority } from './authorities';
import { RetryLater } from './retry-later';

interface Witness {
  name: string;
  url: string;
}

const ANSWER_LIMIT = 16 * 1024;

/**
 * Makes checkpoints known outside: tokens over those that hold new evidence, cosignatures of witnesses over the newest. What was
 * told to somebody else can no longer be told differently (evidence specification, section 9).
 */
@Injectable()
export class LedgerAnchorer {
  constructor(
    private readonly db: Db,
    private readonly clock: Clock,
    private readonly content: ContentService,
    private readonly trees: LedgerTrees,
    private readonly anchors: LedgerAnchors,
    private readonly later: RetryLater,
    @Inject(evidenceWorkerConfig.provide) private readonly config: EvidenceWorkerConfig,
    @Inject(evidenceLedgerConfig.provide) private readonly ledgerConfig: EvidenceLedgerConfig,
  ) {}

  /** One look at every log. What fails is tried again later; one that is away holds up no other. */
  async look(): Promise<void> {
    const origins = await this.db.tx((tx) => this.trees.origins(tx));
    for (const origin of origins) {
      for (const witness of this.witnesses()) await this.witness(origin, witness);
      for (const authority of authoritiesOf(this.config.tsaUrls)) {
        await this.stampNew(origin, authority);
        await this.stampAgain(origin, authority);
      }
    }
  }

  private witnesses(): Witness[] {
    return this.ledgerConfig.witnessUrls.map((line) => {
      const [name = '', url = ''] = line.split('|');
      return { name, url: url.replace(/\/$/, '') };
    });
  }

  /** The newest checkpoint, when it holds evidence that no token of this authority dates yet: in batches, or at once for an export. */
  private async stampNew(origin: string, authority: StampAuthority): Promise<void> {
    const checkpoint = await this.db.tx((tx) => this.dueForStamp(tx, origin, authority.name));
    if (!checkpoint) return;
    await this.later.attempt(stampingOf(origin, authority.name), () => this.stamp(checkpoint, authority, 0));
  }

  private async dueForStamp(tx: EntityManager, origin: string, tsa: string): Promise<StoredCheckpoint | null> {
    const newest = (await this.trees.newestCheckpoint(tx, origin))!;
    const [last] = await tx.query<{ size: number; at: Date }[]>(
      `SELECT size::float8 AS size, received_at AS at FROM ledger_anchor WHERE origin = $1 AND tsa = $2 AND round = 0 ORDER BY size DESC LIMIT 1`,
      [origin, tsa],
    );
    if (last && last.size >= newest.size) return null;
    const [fresh] = await tx.query<unknown[]>(
      `SELECT FROM ledger_place p JOIN ledger_entry e ON e.id = p.entry_id
       WHERE p.origin = $1 AND p.idx >= $2 AND p.idx < $3 AND e.type = 'evidence.fixed' LIMIT 1`,
      [origin, last?.size ?? 0, newest.size],
    );
    const [waiting] = await tx.query<unknown[]>(`SELECT FROM evidence_export WHERE state = 'requested' LIMIT 1`);
    const isTime = !last || this.clock.now().getTime() - last.at.getTime() >= this.ledgerConfig.anchorEveryS * 1000;
    return waiting || (fresh && isTime) ? newest : null;
  }

  /** After a key was revoked: every checkpoint from before that moment gets a token of after it. */
  private async stampAgain(origin: string, authority: StampAuthority): Promise<void> {
    const [due, round] = await this.db.tx(async (tx) => {
      const [revoked] = await tx.query<{ n: number; at: Date | null }[]>(
        `SELECT count(*)::int AS n, max(at) AS at FROM ledger_entry WHERE type = 'key.revoked'`,
      );
      if (!revoked?.at) return [[], 0] as const;
      const have = (await this.anchors.anchors(tx, origin)).filter(
        (row) => row.tsa === authority.name && row.round === revoked.n,
      );
      const all = await this.trees.checkpoints(tx, origin);
      const missing = all.filter(
        ({ size, at }, i) =>
          at <= revoked.at! && all.findIndex((other) => other.size === size) === i && !have.some((row) => row.size === size),
      );
      return [missing, revoked.n] as const;
    });
    await this.later.attempt(`stamp again ${origin} ${authority.name}`, async () => {
      for (const checkpoint of due) await this.stamp(checkpoint, authority, round);
    });
  }

  private async stamp({ origin, size, note }: StoredCheckpoint, authority: StampAuthority, round: number): Promise<void> {
    const { bytes, token } = await askAuthority(authority, utf8(note), {
      tsa: this.content.trust().tsa,
      timeoutMs: this.config.tsaTimeoutMs,
    });
    const { name: tsa, algorithm } = authority;
    const [genTime, signerNotAfter] = [new Date(token.genTime), new Date(token.signerNotAfter)];
    const row = { origin, size, tsa, round, algorithm, note, token: Buffer.from(bytes), genTime, signerNotAfter };
    await this.db.tx((tx) => this.anchors.keepAnchor(tx, row, this.clock.now()));
  }

  private async witness(origin: string, witness: Witness): Promise<void> {
    const { newest, known } = await this.db.tx(async (tx) => ({
      newest: (await this.trees.newestCheckpoint(tx, origin))!,
      known: await this.anchors.witnessed(tx, origin, witness.name),
    }));
    if (newest.size <= known) return;
    await this.later.attempt(`witness ${origin} ${witness.name}`, async () => {
      const first = await this.submit(newest, witness, known);
      // A witness knows better what it signed last: an answer of it may have been lost on the way to us.
      const answer = first.status === 409 ? await this.submit(newest, witness, parseCount(first.text.trim())) : first;
      if (answer.status !== 200) throw new Error(`answered ${answer.status}`);
      const line = this.cosignatureOf(newest, witness.name, answer.text);
      await this.db.tx((tx) =>
        this.anchors.keepCosignature(tx, { origin, size: newest.size, witness: witness.name, line }, this.clock.now()),
      );
    });
  }

  /** C2SP tlog-witness, `add-checkpoint`. */
  private async submit(
    { origin, size, note }: StoredCheckpoint,
    { url }: Witness,
    old: number,
  ): Promise<{ status: number; text: string }> {
    if (old > size) throw new Error(`the witness has signed ${old} entries, we have ${size}`);
    const hashes = await this.db.tx(async (tx) => {
      const ranges = consistencyRanges(old, size);
      return hashesOf('sha256', ranges, await this.trees.reader(tx, origin, 'sha256', ranges));
    });
    const answer = await fetch(`${url}/add-checkpoint`, {
      method: 'POST',
      body: Buffer.from(consistencyBytes([{ old, hashes, checkpoint: utf8(note) }])),
      signal: AbortSignal.timeout(this.config.tsaTimeoutMs),
      redirect: 'error',
    });
    return { status: answer.status, text: textOf(await limitedBody(answer, ANSWER_LIMIT)) };
  }

  /** The line of this witness in the answer; anything that does not verify by the trust bundle is refused. */
  private cosignatureOf({ note }: StoredCheckpoint, name: string, answer: string): string {
    const keys = this.content
      .trust()
      .witnesses.filter((known) => known.name === name)
      .map(({ vkey }) => verifierOf(vkey));
    const line = answer.split('\n').find((candidate) => candidate.startsWith(`— ${name} `));
    if (!line) throw new Error('the answer has no line of the witness');
    openNote(utf8(`${parseNote(utf8(note)).text}\n${line}\n`), keys);
    return `${line}\n`;
  }
}
