import { Injectable } from '@nestjs/common';
import { Db, systemClaims } from '../../platform';
import { parseNote } from '../../proof';
import { PackageRow, StampRow } from '../store/evidence.entity';
import { ContentService } from './content.service';

export interface AffectedPackage {
  id: string;
  number: string;
  fixedAt: string;
}

/** What a stolen key takes along: packages that it signed and that no outside token dates before the day from which it is not believed. */
@Injectable()
export class AffectedPackages {
  constructor(
    private readonly db: Db,
    private readonly content: ContentService,
  ) {}

  /** In order of fixation. `invalidFrom` as in the trust bundle. */
  of(keyName: string, invalidFrom: Date): Promise<AffectedPackage[]> {
    return this.db.as(systemClaims('keys'), async (tx) => {
      const outside = this.content
        .trust()
        .tsa.filter(({ internal }) => !internal)
        .map(({ name }) => name);
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
