import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { statedItems } from '../../capture/capture.contract';
import { canonicalJson, Clock } from '../../kernel';
import { OfficerDirectory } from '../../officers';
import { BlobStore, Db, Log } from '../../platform';
import { digestsOf, loadKey, type Manifest, type ManifestFile, type NoteKey } from '../../proof';
import { ContentService } from '../app/content.service';
import { EvidenceService } from '../app/evidence.service';
import { PackagePapers } from '../app/package-papers';
import type { ReceiptRecord } from '../domain/receipt';
import { evidenceWorkerConfig, type EvidenceWorkerConfig } from '../evidence-worker.config';
import { OriginalRow, PackageRow } from '../store/evidence.entity';
import { Ledger } from '../store/ledger';
import { LedgerTrees, type StoredCheckpoint } from '../store/ledger-trees';
import { Fixation } from './fixation';
import { PRE_TOKEN, receiptManifest, signReceipt } from './receipt-manifest';
import { TokenBefore } from './token-before';

const LEASE_MS = 300_000;
const MAX_ATTEMPTS = 3;

interface Taken {
  row: PackageRow;
  request: ReceiptRecord;
  originals: OriginalRow[];
  before: StoredCheckpoint | null;
  agency: Manifest['agency'];
}

/**
 * Fixes what was received: every original is read and hashed again, the manifest is signed with the key for received files, and
 * from there it goes the way of a capture. This key signs no capture, and the capture's key signs nothing here (F15).
 */
@Injectable()
export class ReceiptFixer {
  constructor(
    private readonly db: Db,
    private readonly clock: Clock,
    private readonly blobs: BlobStore,
    private readonly ledger: Ledger,
    private readonly trees: LedgerTrees,
    private readonly evidence: EvidenceService,
    private readonly officers: OfficerDirectory,
    private readonly content: ContentService,
    private readonly papers: PackagePapers,
    private readonly fixation: Fixation,
    private readonly log: Log,
    @Inject(evidenceWorkerConfig.provide) private readonly config: EvidenceWorkerConfig,
    private readonly tokens: TokenBefore,
  ) {}

  /** Safe to run twice; a crash leaves a package that can be fixed again when its lease has ended. */
  async run(packageId: string): Promise<void> {
    const taken = await this.take(packageId);
    if (!taken) return;
    try {
      await this.fix(taken);
    } catch (fault) {
      this.log.error('evidence.receipt.failed', { packageId, attempt: taken.row.attempt }, fault);
      if (taken.row.attempt >= MAX_ATTEMPTS) return this.end(packageId, (fault as Error).message);
      await this.db.tx((tx) =>
        tx.update(PackageRow, { id: packageId, state: 'capturing' }, { leaseUntil: null, state: 'requested' }),
      );
      throw fault; // the queue tries again
    }
  }

  /** Kept with its reason, never as evidence. */
  private end(packageId: string, reason: string): Promise<void> {
    return this.db.tx(async (tx) => {
      const row = await tx.findOne(PackageRow, { where: { id: packageId }, lock: { mode: 'pessimistic_write' } });
      if (row?.state !== 'capturing') return;
      await tx.update(PackageRow, { id: packageId }, { state: 'failed', reason, leaseUntil: null, version: row.version + 1 });
      const facts = { reason, limits: [], observation: null };
      await this.ledger.append(tx, { subject: packageId, type: 'job.failed', facts }, `${packageId}:job.failed`);
    });
  }

  async waiting(): Promise<string[]> {
    const now = this.clock.now();
    return this.db.tx(async (tx) =>
      (
        await tx.query<{ id: string }[]>(
          `SELECT id FROM evidence_package WHERE kind <> 'web_capture' AND ((state = 'requested' AND requested_at < $1)
             OR (state = 'capturing' AND lease_until < $2)) ORDER BY requested_at LIMIT 50`,
          [new Date(now.getTime() - 5_000), now],
        )
      ).map(({ id }) => id),
    );
  }

  private take(packageId: string): Promise<Taken | null> {
    return this.db.tx(async (tx) => {
      const now = this.clock.now();
      const row = await tx.findOne(PackageRow, { where: { id: packageId }, lock: { mode: 'pessimistic_write' } });
      const free = row?.state === 'requested' || (row?.state === 'capturing' && (!row.leaseUntil || row.leaseUntil < now));
      if (!row || !free || row.kind === 'web_capture') return null;
      const attempt = row.attempt + 1;
      const log = this.evidence.logOrigin(row.requestedAt);
      const before = await this.trees.newestCheckpoint(tx, log);
      const leaseUntil = new Date(now.getTime() + LEASE_MS);
      const changes = {
        state: 'capturing',
        attempt,
        leaseUntil,
        beforeSize: before?.size ?? null,
        version: row.version + 1,
      } as const;
      await tx.update(PackageRow, { id: packageId }, changes);
      await this.ledger.append(
        tx,
        { subject: packageId, type: 'job.started', facts: { attempt, workerKey: this.key().name, imageSha256: null } },
        `${packageId}:job.started:${attempt}`,
      );
      return {
        row: { ...row, ...changes },
        request: row.request as ReceiptRecord,
        originals: await tx.find(OriginalRow, { where: { packageId }, order: { path: 'ASC' } }),
        before,
        agency: {
          division: row.divisionCode,
          name: (await this.officers.agencyOf(tx, row.divisionCode)).agencyName,
          ledger: log,
        },
      };
    });
  }

  private async fix(taken: Taken): Promise<void> {
    const { row, originals, request, before, agency } = taken;
    const { token } = await this.tokens.ask(request, before);
    const started = { at: this.clock.now(), mono: performance.now() };
    const files = [
      ...(await Promise.all(originals.map((original) => this.original(original, request)))),
      ...(before
        ? [
            await this.own(
              'record/before/checkpoint.txt',
              before.note,
              'checkpointBefore',
              'text/plain',
              '接收前的存证检查点',
              'when.clock',
            ),
          ]
        : []),
      ...(token ? [await this.preToken(token)] : []),
      await this.own(
        'record/request.json',
        canonicalJson(request),
        'request',
        'application/json',
        '接收记录',
        'link.case',
        ...statedItems(request.statement),
      ),
    ];
    const signed = await signReceipt(
      receiptManifest({
        number: row.number,
        entrySha256: row.entrySha256,
        request,
        agency,
        before,
        hasPreToken: token !== null,
        files,
        time: {
          startedAt: started.at,
          finishedAt: this.clock.now(),
          monotonicMs: Math.round(performance.now() - started.mono),
        },
      }),
      this.trustedKey(),
    );
    const list: Omit<ManifestFile, 'checklist'>[] = [...files];
    list.push(await this.fixation.putOwn('MANIFEST.json', signed.manifestBytes, 'application/json', '固定清单'));
    list.push(await this.fixation.putOwn('MANIFEST.sig', signed.sigBytes, 'text/plain', '固定清单签名'));
    const result = { outcome: 'complete' as const, limits: [], artefacts: [] };
    await this.fixation.commit(row.id, result, row.attempt, signed, list, (tx) =>
      this.join(tx, row, originals, signed.manifestBytes),
    );
  }

  /** The bytes as they lie in the store, read once more: what is signed is what is there. */
  private async original(
    { path, name, mediaType, size, sha256, sm3 }: OriginalRow,
    request: ReceiptRecord,
  ): Promise<ManifestFile> {
    const [hash, sm3Hash] = [createHash('sha256'), createHash('sm3')];
    let read = 0;
    for await (const chunk of await this.blobs.get(sha256)) {
      hash.update(chunk as Buffer);
      sm3Hash.update(chunk as Buffer);
      read += (chunk as Buffer).length;
    }
    const same = hash.digest('hex') === sha256 && sm3Hash.digest('hex') === sm3 && read === size;
    if (!same || !request.originals.some((known) => known.path === path && known.sha256 === sha256))
      throw new Error(`${path} is not what was received`);
    return { path, role: 'original', mediaType, size, sha256, sm3, title: name, checklist: [] };
  }

  private async own(
    path: string,
    text: string,
    role: string,
    mediaType: string,
    title: string,
    ...items: string[]
  ): Promise<ManifestFile> {
    return { path, role, mediaType, title, checklist: items, ...(await this.blobs.putOnce(Buffer.from(text))) };
  }

  private async preToken(token: Buffer): Promise<ManifestFile> {
    const stored = await this.blobs.putOnce(token);
    const mediaType = 'application/timestamp-reply';
    return { path: PRE_TOKEN, role: 'tokenBefore', mediaType, title: '接收前的时间戳', checklist: ['when.clock'], ...stored };
  }

  /** An attestation stands in the custody chain of the package about which it speaks, with its files. */
  private async join(tx: EntityManager, row: PackageRow, originals: readonly OriginalRow[], manifest: Buffer): Promise<void> {
    if (!row.aboutId || !row.way) return;
    await tx.findOneOrFail(PackageRow, { where: { id: row.aboutId }, lock: { mode: 'pessimistic_write' } });
    for (const { name, path, mediaType, size, sha256, sm3 } of originals)
      await this.papers.add(tx, row.aboutId, {
        role: row.way,
        title: name,
        mediaType,
        ending: path.split('.').at(-1)!,
        size,
        sha256,
        sm3,
        attestationId: row.id,
      });
    this.log.info('evidence.attested', {
      packageId: row.aboutId,
      by: row.id,
      manifestSha256: digestsOf(new Uint8Array(manifest)).sha256,
    });
  }

  private key(): NoteKey {
    return loadKey(this.config.importKeyFile, this.config.keyPassphrase);
  }

  /** Refuses to sign with a key that the published bundle does not name for received files: nobody could verify it. */
  private trustedKey(): NoteKey {
    const key = this.key();
    const named = this.content.trust().signers.find(({ vkey }) => vkey === key.vkey);
    if (!named?.roles.includes('import') || named.revoked) throw new Error(`${key.name} is not a key for received files`);
    return key;
  }
}
