import { Injectable } from '@nestjs/common';
import { Clock } from '../../kernel';
import { BlobStore, Db } from '../../platform';
import { namedBlobs } from './scrub-due';

const ORPHAN_AFTER_MS = 86_400_000;
const BATCH = 1_000;

export interface OrphanBlob {
  sha256: string;
  size: number;
  place: string;
}

/** Blobs older than 24 hours that no row names: listed for a person, never removed. Younger ones may be on their way into a row. */
@Injectable()
export class OrphanBlobs {
  constructor(
    private readonly db: Db,
    private readonly clock: Clock,
    private readonly blobs: BlobStore,
  ) {}

  async list(): Promise<OrphanBlob[]> {
    const before = this.clock.now().getTime() - ORPHAN_AFTER_MS;
    const orphans: OrphanBlob[] = [];
    let batch: { sha256: string; size: number }[] = [];
    for await (const { sha256, size, storedAt } of this.blobs.list()) {
      if (storedAt.getTime() < before) batch.push({ sha256, size });
      if (batch.length < BATCH) continue;
      orphans.push(...(await this.unnamed(batch)));
      batch = [];
    }
    return [...orphans, ...(await this.unnamed(batch))];
  }

  private async unnamed(batch: { sha256: string; size: number }[]): Promise<OrphanBlob[]> {
    const named = await this.db.tx((tx) =>
      namedBlobs(
        tx,
        batch.map(({ sha256 }) => sha256),
      ),
    );
    return batch
      .filter(({ sha256 }) => !named.has(sha256))
      .map(({ sha256, size }) => ({ sha256, size, place: this.blobs.placeOf(sha256) }));
  }
}
