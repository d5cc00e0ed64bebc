import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { documentNumber } from '../domain/numbering';
import { DocumentNumberRow } from './document.entity';

export interface NumberFor {
  divisionCode: string;
  authorityWord: string;
  formWord: string;
  year: number;
  documentId: string;
  by: string;
  at: Date;
}

/** The register of document numbers: one sequence per authority, word and year. */
@Injectable()
export class NumberRegister {
  /**
   * Takes the next number. The counter's row stays locked until the transaction ends, so approvals of the same word wait for one
   * another, and one that fails gives its number back: no gap, no duplicate.
   */
  async take(tx: EntityManager, { divisionCode, authorityWord, formWord, year, documentId, by, at }: NumberFor): Promise<string> {
    const word = authorityWord + formWord;
    const [{ last }] = await tx.query<[{ last: number }]>(
      `INSERT INTO document_counter AS c (division_code, word, year, last) VALUES ($1, $2, $3, 1)
       ON CONFLICT (division_code, word, year) DO UPDATE SET last = c.last + 1 RETURNING last`,
      [divisionCode, word, year],
    );
    const number = documentNumber(authorityWord, formWord, year, last);
    await tx.insert(DocumentNumberRow, {
      divisionCode,
      word,
      year,
      sequence: last,
      number,
      documentId,
      assignedBy: by,
      assignedAt: at,
      voidedAt: null,
      voidReason: null,
    });
    return number;
  }

  /** The number stays in the register, with the reason; it is never given again. */
  async markVoid(tx: EntityManager, documentId: string, reason: string, at: Date): Promise<void> {
    await tx.update(DocumentNumberRow, { documentId }, { voidedAt: at, voidReason: reason });
  }
}
