import { Injectable } from '@nestjs/common';
import { Clock } from '../../kernel';
import { BlobReplica, BlobStore, Db, Log } from '../../platform';
import { lockBlob } from '../store/blob-lock';

const BATCH = 200;

/** Copies blobs to the second medium after they got their names, and reads each copy back before it counts as one. */
@Injectable()
export class Replicator {
  constructor(
    private readonly db: Db,
    private readonly clock: Clock,
    private readonly blobs: BlobStore,
    private readonly replica: BlobReplica,
    private readonly log: Log,
  ) {}

  /** Returns how many blobs were copied. A damaged original is not copied: that is for the scrub to tell. */
  async copy(): Promise<number> {
    const { store } = this.replica;
    if (!store) return 0;
    const waiting = await this.db.tx((tx) =>
      tx.query<{ sha256: string; size: string }[]>(
        `SELECT DISTINCT r.sha256, r.size FROM blob_reference r LEFT JOIN blob_check c ON c.sha256 = r.sha256
         WHERE c.fault IS NULL AND NOT EXISTS (SELECT FROM blob_replica b WHERE b.sha256 = r.sha256) LIMIT ${BATCH}`,
      ),
    );
    let copied = 0;
    for (const { sha256, size } of waiting) {
      try {
        if (await this.copyOne(store, sha256, Number(size))) copied += 1;
      } catch (fault) {
        this.log.error('evidence.replica.failed', { sha256 }, fault);
      }
    }
    return copied;
  }

  /** While it is copied it is not destroyed; false when that was decided since it was looked up. */
  private copyOne(store: BlobStore, sha256: string, size: number): Promise<boolean> {
    return this.db.tx(async (tx) => {
      await lockBlob(tx, sha256, 'shared');
      if (!(await tx.query<unknown[]>('SELECT FROM blob_reference WHERE sha256 = $1 LIMIT 1', [sha256])).length) return false;
      const staged = await store.stage(await this.blobs.get(sha256));
      try {
        if (staged.ref.sha256 !== sha256) throw new Error('the original no longer has its digest');
        await staged.settle();
      } finally {
        await staged.drop();
      }
      const { fault } = await store.examine(sha256, size);
      if (fault) throw new Error(`the copy is ${fault}`);
      await tx.query('INSERT INTO blob_replica VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [sha256, size, this.clock.now()]);
      return true;
    });
  }
}
