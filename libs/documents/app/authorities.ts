import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { OfficerDirectory } from '../../officers';
import type { IssuingAuthority } from '../rendering/form-input';
import { IssuingAuthorityRow } from '../store/document.entity';

/** In whose name documents of a division are issued: its own entry, else what the directory of units says. */
@Injectable()
export class Authorities {
  constructor(private readonly officers: OfficerDirectory) {}

  async of(tx: EntityManager, divisionCode: string): Promise<IssuingAuthority> {
    const own = await tx.findOneBy(IssuingAuthorityRow, { divisionCode });
    if (own) return own;
    const { agencyName, documentWord, telephone } = await this.officers.agencyOf(tx, divisionCode);
    return { name: agencyName, word: documentWord, phone: telephone };
  }

  /** Enters or corrects a division's authority. For set-up: row security lets only the system write it. */
  async enter(
    tx: EntityManager,
    entry: Omit<IssuingAuthorityRow, 'address' | 'phone' | 'reconsideration' | 'court'> & Partial<IssuingAuthorityRow>,
  ): Promise<void> {
    await tx.upsert(IssuingAuthorityRow, { address: null, phone: null, reconsideration: null, court: null, ...entry }, [
      'divisionCode',
    ]);
  }
}
