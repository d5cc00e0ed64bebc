import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditTrail } from '../../audit';
import { Clock } from '../../kernel';
import { BlobStore, currentClaims, Db } from '../../platform';
import { endingOf, fileNameOf, HEAD_BYTES, type MediaKind, mediaKindOf } from '../domain/media-type';
import { EvidenceProblem } from '../domain/problems';
import { evidenceConfig, type EvidenceConfig } from '../evidence.config';
import { lockBlob } from '../store/blob-lock';
import { UploadRow } from '../store/evidence.entity';

/**
 * Files that people send. They go to the blob store while they come, are measured and told apart by their bytes, and belong to
 * nothing until an act names them. The bytes are never opened, run or unpacked.
 */
@Injectable()
export class Uploads {
  constructor(
    private readonly db: Db,
    private readonly clock: Clock,
    private readonly blobs: BlobStore,
    private readonly trail: AuditTrail,
    @Inject(evidenceConfig.provide) private readonly config: EvidenceConfig,
  ) {}

  /** Refuses with `uploadTooLarge` what says itself that it is; what says nothing, or the untruth, is measured by `put`. */
  refuseDeclared(bytes: number): void {
    const { uploadLimitBytes: limitBytes } = this.config;
    if (bytes > limitBytes) throw EvidenceProblem.uploadTooLarge({ limitBytes });
  }

  /**
   * Stores one file under an id that the caller chose; the same file under the same id again changes nothing. Refuses with
   * `uploadTooLarge` as soon as the limit is passed, whatever length was announced, and then keeps nothing.
   */
  async put(id: string, name: string, body: Readable): Promise<UploadRow> {
    const fit = fileNameOf(name);
    if (fit === null) throw EvidenceProblem.uploadNameUnfit();
    const head = new Head(this.config.uploadLimitBytes);
    const ref = await this.blobs.putOnce(Readable.from(head.of(body), { objectMode: false }));
    if (!ref.size) throw EvidenceProblem.uploadEmpty();
    return this.db.tx(async (tx) => {
      const row = { id, by: currentClaims()!.actor, at: this.clock.now(), name: fit, mediaType: head.kind().mediaType, ...ref };
      const known = await tx.findOneBy(UploadRow, { id });
      if (!known) await tx.createQueryBuilder().insert().into(UploadRow).values(row).orIgnore().execute();
      const kept = known ?? (await tx.findOneBy(UploadRow, { id })); // null when another person holds the id
      if (kept?.sha256 !== ref.sha256 || kept.name !== fit) throw EvidenceProblem.uploadChanged();
      if (known) return known;
      await this.trail.record(tx, {
        act: 'upload.add',
        kind: 'upload',
        id,
        details: { sha256: ref.sha256, size: ref.size, mediaType: row.mediaType },
      });
      return kept;
    });
  }

  /** The caller's own uploads, in the order asked for. Refuses with `uploadNotFound` what is not there or is another's. */
  async own(tx: EntityManager, ids: readonly string[]): Promise<(UploadRow & MediaKind)[]> {
    const rows: (UploadRow & MediaKind)[] = [];
    for (const id of ids) {
      const row = await tx.findOneBy(UploadRow, { id });
      if (!row) throw EvidenceProblem.uploadNotFound({ id });
      // What was made of it before may have been destroyed by order since; from here until the commit it stays.
      await lockBlob(tx, row.sha256, 'shared');
      if (!(await this.blobs.stat(row.sha256))) throw EvidenceProblem.uploadNotFound({ id });
      rows.push({ ...row, ending: endingOf(row.mediaType) });
    }
    return rows;
  }
}

/** Passes bytes on as they are asked for, keeps the first few, and breaks off at the limit. */
class Head {
  private head = Buffer.alloc(0);
  private size = 0;

  constructor(private readonly limitBytes: number) {}

  async *of(body: Readable): AsyncGenerator<Buffer> {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      this.size += chunk.length;
      if (this.size > this.limitBytes) throw EvidenceProblem.uploadTooLarge({ limitBytes: this.limitBytes });
      if (this.head.length < HEAD_BYTES) this.head = Buffer.concat([this.head, chunk.subarray(0, HEAD_BYTES - this.head.length)]);
      yield chunk;
    }
  }

  kind(): MediaKind {
    return mediaKindOf(this.head, this.size <= HEAD_BYTES);
  }
}
