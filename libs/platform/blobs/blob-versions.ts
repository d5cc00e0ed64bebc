import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../kernel';
import { currentClaims, systemClaims } from '../database/claims';
import { Db } from '../database/db';

/** Which version in an object store is the blob: written down when it was put, so that nobody can lay another over it. */
export abstract class BlobVersions {
  /** The version that was put; null when none is known. */
  abstract of(sha256: string): Promise<string | null>;
  /**
   * From now on this version is the blob, unless another is already: two that put the same bytes at once leave two versions, and one of them
   * is read. `lost` is the one that was known and is not there any more.
   */
  abstract keep(sha256: string, version: string, lost: string | null): Promise<void>;
  /** The version was removed by order. */
  abstract destroyed(sha256: string, version: string): Promise<void>;
}

/** In the table `blob_version`. What was put is written down at once, whatever becomes of the transaction for which it was put. */
@Injectable()
export class StoredBlobVersions extends BlobVersions {
  constructor(
    private readonly db: Db,
    private readonly clock: Clock,
  ) {
    super();
  }

  async of(sha256: string): Promise<string | null> {
    const read = async (tx: EntityManager) => {
      const [row] = await tx.query<{ version: string }[]>('SELECT version FROM blob_version WHERE sha256 = $1 AND gone IS NULL', [
        sha256,
      ]);
      return row?.version ?? null;
    };
    return currentClaims() ? this.db.tx(read) : this.db.as(systemClaims('blobs'), read);
  }

  async keep(sha256: string, version: string, lost: string | null): Promise<void> {
    await this.db.as(systemClaims('blobs'), async (tx) => {
      if (lost) await this.say(tx, sha256, lost, 'lost');
      await tx.query('INSERT INTO blob_version VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [sha256, version, this.clock.now()]);
    });
  }

  async destroyed(sha256: string, version: string): Promise<void> {
    await this.db.as(systemClaims('blobs'), (tx) => this.say(tx, sha256, version, 'destroyed'));
  }

  private async say(tx: EntityManager, sha256: string, version: string, gone: 'destroyed' | 'lost'): Promise<void> {
    await tx.query('UPDATE blob_version SET gone = $3, gone_at = $4 WHERE sha256 = $1 AND version = $2 AND gone IS NULL', [
      sha256,
      version,
      gone,
      this.clock.now(),
    ]);
  }
}
