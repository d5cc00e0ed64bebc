import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { parseNote, noteBytes, textOf, utf8 } from '../../proof';
import type { StoredCheckpoint } from './ledger-trees';

/** A token over a checkpoint. `note` are the exact bytes that were stamped. */
export interface AnchorRow {
  origin: string;
  size: number;
  tsa: string;
  /** 0, or the number of revocations before which the token was asked for. */
  round: number;
  algorithm: string;
  note: string;
  token: Buffer;
  genTime: Date;
  signerNotAfter: Date;
}

export interface CosignatureRow {
  origin: string;
  size: number;
  witness: string;
  /** One signature line of a C2SP note, its newline included. */
  line: string;
}

export interface RenewalRow {
  origin: string;
  n: number;
  statement: Buffer;
  token: Buffer;
  tsa: string;
  algorithm: string;
  genTime: Date;
  signerNotAfter: Date;
  size: number;
}

const ANCHOR = `origin, size::float8 AS size, tsa, round, algorithm, note, token, gen_time AS "genTime", signer_not_after AS "signerNotAfter"`;
const RENEWAL = `origin, n, statement, token, tsa, algorithm, gen_time AS "genTime", signer_not_after AS "signerNotAfter", size::float8 AS size`;

/** What others said about the agency's checkpoints, and the renewals of all stamps. Insert-only, as the triggers see to. */
@Injectable()
export class LedgerAnchors {
  /**
   * The newest stamped checkpoint of at least `size` entries, with the token that stays good for longest, as its certificate and
   * its digest do (`ends`: last instant of a digest by its name).
   */
  async newestStamped(
    tx: EntityManager,
    origin: string,
    size: number,
    ends: Record<string, string> = {},
  ): Promise<AnchorRow | null> {
    const rows = await tx.query<AnchorRow[]>(
      `SELECT ${ANCHOR} FROM ledger_anchor WHERE origin = $1
         AND size = (SELECT max(size) FROM ledger_anchor WHERE origin = $1 AND size >= $2) ORDER BY gen_time`,
      [origin, size],
    );
    const endOf = ({ algorithm, signerNotAfter }: AnchorRow) =>
      Math.min(signerNotAfter.getTime(), algorithm in ends ? Date.parse(ends[algorithm]!) : Infinity);
    return rows.reduce<AnchorRow | null>((best, row) => (best && endOf(best) >= endOf(row) ? best : row), null);
  }

  anchors(tx: EntityManager, origin: string): Promise<AnchorRow[]> {
    return tx.query<AnchorRow[]>(`SELECT ${ANCHOR} FROM ledger_anchor WHERE origin = $1 ORDER BY size, round, tsa`, [origin]);
  }

  /** The same token again changes nothing. */
  async keepAnchor(tx: EntityManager, row: AnchorRow, receivedAt: Date): Promise<void> {
    await tx.query(
      `INSERT INTO ledger_anchor (origin, size, tsa, round, algorithm, note, token, gen_time, signer_not_after, received_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
      [row.origin, row.size, row.tsa, row.round, row.algorithm, row.note, row.token, row.genTime, row.signerNotAfter, receivedAt],
    );
  }

  cosignatures(tx: EntityManager, origin: string, size: number): Promise<CosignatureRow[]> {
    return tx.query<CosignatureRow[]>(
      'SELECT origin, size::float8 AS size, witness, line FROM ledger_cosignature WHERE origin = $1 AND size = $2 ORDER BY witness',
      [origin, size],
    );
  }

  /** Size of the newest checkpoint that the witness signed; 0 before the first. */
  async witnessed(tx: EntityManager, origin: string, witness: string): Promise<number> {
    const [row] = await tx.query<{ size: number | null }[]>(
      'SELECT max(size)::float8 AS size FROM ledger_cosignature WHERE origin = $1 AND witness = $2',
      [origin, witness],
    );
    return row?.size ?? 0;
  }

  async keepCosignature(tx: EntityManager, { origin, size, witness, line }: CosignatureRow, receivedAt: Date): Promise<void> {
    await tx.query('INSERT INTO ledger_cosignature VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING', [
      origin,
      size,
      witness,
      line,
      receivedAt,
    ]);
  }

  /** The checkpoint's note with the lines of all witnesses that signed it. */
  async cosigned(tx: EntityManager, { origin, size, note }: StoredCheckpoint): Promise<string> {
    const rows = await this.cosignatures(tx, origin, size);
    const parsed = parseNote(utf8(note));
    const added = rows.flatMap(({ line }) => parseNote(utf8(`${parsed.text}\n${line}`)).signatures);
    return textOf(noteBytes({ ...parsed, signatures: [...parsed.signatures, ...added] }));
  }

  renewals(tx: EntityManager, origin: string): Promise<RenewalRow[]> {
    return tx.query<RenewalRow[]>(`SELECT ${RENEWAL} FROM ledger_renewal WHERE origin = $1 ORDER BY n`, [origin]);
  }

  async keepRenewal(tx: EntityManager, row: RenewalRow): Promise<void> {
    await tx.query(
      `INSERT INTO ledger_renewal (origin, n, statement, token, tsa, algorithm, gen_time, signer_not_after, size)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [row.origin, row.n, row.statement, row.token, row.tsa, row.algorithm, row.genTime, row.signerNotAfter, row.size],
    );
  }
}
