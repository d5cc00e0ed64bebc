import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Db, systemClaims } from '../../platform';
import { parseNote, verifierOf } from '../../proof';
import { PackageRow, StampRow } from '../store/evidence.entity';
import { ContentService } from './content.service';

export interface AffectedPackage {
  id: string;
  number: string;
  fixedAt: string;
}

/**
 * What a stolen key takes along: packages that it signed and that no outside token dates before the day from which it is not believed. Of a
 * key of the ledger: packages whose fixation stands in no checkpoint with such a token. Copies of those that are outside count no more; a
 * new export does, because the log has grown out of them under its next key.
 */
@Injectable()
export class AffectedPackages {
  constructor(
    private readonly db: Db,
    private readonly content: ContentService,
  ) {}

  /** In order of fixation. `invalidFrom` as in the trust bundle. */
  of(keyName: string, invalidFrom: Date): Promise<AffectedPackage[]> {
    return this.db.as(systemClaims('keys'), async (tx) => {
      const trust = this.content.trust();
      const outside = trust.tsa.filter(({ internal }) => !internal).map(({ name }) => name);
      if (trust.logs.some(({ vkey }) => verifierOf(vkey).name === keyName)) return unanchored(tx, invalidFrom, outside);
      const rows = await tx
        .createQueryBuilder(PackageRow, 'p')
        .where('p.fixedAt IS NOT NULL')
        .andWhere(
          `NOT EXISTS (SELECT FROM ${tx.getRepository(StampRow).metadata.tableName} s WHERE s.package_id = p.id AND s.gen_time < :invalidFrom AND s.tsa = ANY (:outside))`,
          { invalidFrom, outside },
        )
        .orderBy('p.fixedAt')
        .getMany();
      const affected: AffectedPackage[] = [];
      for (const { id, number, fixedAt } of rows) {
        const sig = await this.content.bytes(await this.content.file(tx, id, 'MANIFEST.sig'));
        if (parseNote(new Uint8Array(sig)).signatures.some(({ name }) => name === keyName))
          affected.push({ id, number, fixedAt: fixedAt!.toISOString() });
      }
      return affected;
    });
  }
}

async function unanchored(tx: EntityManager, before: Date, outside: readonly string[]): Promise<AffectedPackage[]> {
  const rows = await tx
    .createQueryBuilder(PackageRow, 'p')
    .where('p.fixedAt IS NOT NULL')
    .andWhere(
      `NOT EXISTS (SELECT FROM ledger_entry e JOIN ledger_place l ON l.entry_id = e.id
         JOIN ledger_anchor a ON a.origin = l.origin AND a.size > l.idx
         WHERE e.subject = p.id AND e.type = 'evidence.fixed' AND a.gen_time < :before AND a.tsa = ANY (:outside))`,
      { before, outside },
    )
    .orderBy('p.fixedAt')
    .getMany();
  return rows.map(({ id, number, fixedAt }) => ({ id, number, fixedAt: fixedAt!.toISOString() }));
}
