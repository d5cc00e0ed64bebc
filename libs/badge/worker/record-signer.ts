import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../kernel';
import { Db } from '../../platform';
import { badgeWorkerConfig, type BadgeWorkerConfig } from '../badge.config';
import { type BadgeRecord, badgeRecordBytes } from '../domain/badge-record';
import { loadRecordKey, type RecordKey } from '../signing/record-key';
import { BadgeRow } from '../store/badge.entity';

/** Signs the present record of a badge. The worker alone has the key; api and portal only show what it signed. */
@Injectable()
export class RecordSigner {
  private key: RecordKey | null = null;

  constructor(
    private readonly db: Db,
    private readonly clock: Clock,
    @Inject(badgeWorkerConfig.provide) private readonly config: BadgeWorkerConfig,
  ) {}

  async sign(badgeId: string): Promise<void> {
    const key = (this.key ??= loadRecordKey(this.config.keyDir));
    await this.db.tx(async (tx) => {
      const row = await tx.findOne(BadgeRow, { where: { id: badgeId }, relations: { subject: true, outlet: true } });
      if (!row?.subject || !row.outlet || row.signedVersion === row.version) return;
      const bytes = badgeRecordBytes(recordOf(row));
      await tx.query('INSERT INTO badge_key (key_id, public_key, since) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
        key.keyId,
        key.publicKey,
        this.clock.now(),
      ]);
      // A change that committed meanwhile raised the version: then this signature finds no row, and the next job signs that one.
      await tx.query(
        'UPDATE badge SET record = $3, signature = $4, key_id = $5, signed_version = $2 WHERE id = $1 AND version = $2',
        [row.id, row.version, bytes.toString('utf8'), key.sign(bytes), key.keyId],
      );
    });
  }
}

function recordOf(row: BadgeRow): BadgeRecord {
  const person = row.subject!.kind === 'natural-person-shop';
  return {
    v: 1,
    type: 'nms.badge',
    code: row.code,
    version: row.version,
    state: row.state,
    since: row.stateSince.toISOString(),
    subject: { name: person ? `${row.subject!.name.slice(0, 1)}＊＊` : row.subject!.name, uscc: row.subject!.uscc },
    outlet: { siteName: row.outlet!.siteName, host: row.outlet!.domain, url: row.outlet!.url },
    division: row.divisionCode,
    office: row.office,
    issuedAt: row.issuedAt.toISOString(),
    provedUntil: row.provedUntil?.toISOString() ?? null,
  };
}
