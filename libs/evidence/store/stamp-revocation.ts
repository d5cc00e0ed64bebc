import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

export interface StampCertificate {
  /** Of its DER. */
  sha256: string;
  der: Buffer;
  /** Certificate of its issuer. */
  issuer: Buffer;
  notAfter: Date;
}

/** In which form an issuer says whom it revoked: a list of all, or an answer about one. */
export type RevocationKind = 'crl' | 'ocsp';

/** A certificate for which a list or an answer is wanted, and the latest moment of which it has to speak. */
export interface WantedList extends StampCertificate {
  moment: Date;
}

export interface KeptList {
  certificate: string;
  kind: RevocationKind;
  sha256: string;
  list: Buffer;
  source: string;
  thisUpdate: Date;
  nextUpdate: Date | null;
}

/** Where an export has it. */
export const trustPath = ({ kind, sha256 }: Pick<KeptList, 'kind' | 'sha256'>): string =>
  `trust/${kind}-${sha256.slice(0, 16)}.der`;

/** A list that does not say when the next one comes is taken for old after this long. */
const UNSAID_LIFE = `interval '1 day'`;
/** For so long after the end of a certificate its issuer is still asked. */
const AFTERWARDS = `interval '30 days'`;

/** What issuers said of the certificates behind time stamps. Insert-only, as the triggers see to. */
@Injectable()
export class StampRevocation {
  /** Tokens whose certificates are not known yet, oldest first. */
  unread(tx: EntityManager): Promise<{ sha256: string; token: Buffer }[]> {
    return tx.query(
      `WITH known AS (
         SELECT token_sha256 AS sha256, token, gen_time FROM evidence_stamp
         UNION ALL SELECT encode(sha256(token), 'hex'), token, gen_time FROM ledger_anchor
         UNION ALL SELECT encode(sha256(token), 'hex'), token, gen_time FROM ledger_renewal)
       SELECT DISTINCT ON (k.gen_time, k.sha256) k.sha256, k.token FROM known k
       WHERE NOT EXISTS (SELECT FROM stamp_chain c WHERE c.token_sha256 = k.sha256) ORDER BY k.gen_time, k.sha256 LIMIT 200`,
    );
  }

  async keepChain(tx: EntityManager, tokenSha256: string, genTime: Date, chain: StampCertificate[], now: Date): Promise<void> {
    for (const { sha256, der, issuer, notAfter } of chain)
      await tx.query('INSERT INTO stamp_certificate VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING', [
        sha256,
        der,
        issuer,
        notAfter,
        now,
      ]);
    const names = chain.map(({ sha256 }) => sha256);
    await tx.query('INSERT INTO stamp_chain VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [tokenSha256, genTime, names]);
  }

  /**
   * Certificates that want a list, or an answer: there is none, or the newest is over and was made before the last stamp that rests on the
   * certificate. A renewal wants one anew for every certificate that still lives: what was found out since stands in it.
   */
  wanted(tx: EntityManager, kind: RevocationKind, now: Date): Promise<WantedList[]> {
    return tx.query(
      `SELECT c.sha256, c.der, c.issuer, c.not_after AS "notAfter", need.moment
       FROM stamp_certificate c
       CROSS JOIN LATERAL (
         SELECT greatest((SELECT max(gen_time) FROM stamp_chain t WHERE c.sha256 = ANY (t.certificates)),
                         (SELECT max(gen_time) FROM ledger_renewal r WHERE r.gen_time BETWEEN c.seen_at AND c.not_after)) AS moment) need
       LEFT JOIN LATERAL (
         SELECT this_update, coalesce(next_update, received_at + ${UNSAID_LIFE}) AS until FROM stamp_revocation l
         WHERE l.certificate = c.sha256 AND l.kind = $2 ORDER BY this_update DESC LIMIT 1) newest ON true
       WHERE c.not_after > $1::timestamptz - ${AFTERWARDS}
         AND (newest.this_update IS NULL OR (newest.until <= $1 AND newest.this_update < need.moment))
       ORDER BY c.sha256`,
      [now, kind],
    );
  }

  async keepList(tx: EntityManager, row: KeptList, now: Date): Promise<void> {
    await tx.query('INSERT INTO stamp_revocation VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING', [
      row.certificate,
      row.sha256,
      row.list,
      row.source,
      row.thisUpdate,
      row.nextUpdate,
      now,
      row.kind,
    ]);
  }

  /** For each of the certificates the newest list and the newest answer from before its end: later ones may leave out what expired. */
  async newestLists(
    tx: EntityManager,
    certificates: readonly string[],
  ): Promise<{ kind: RevocationKind; sha256: string; list: Buffer }[]> {
    const rows = await tx.query<{ kind: RevocationKind; sha256: string; list: Buffer }[]>(
      `SELECT DISTINCT ON (l.certificate, l.kind) l.kind, l.sha256, l.list
       FROM stamp_revocation l JOIN stamp_certificate c ON c.sha256 = l.certificate
       WHERE l.certificate = ANY ($1) AND l.this_update <= c.not_after
       ORDER BY l.certificate, l.kind, l.this_update DESC, l.sha256`,
      [certificates],
    );
    return [...new Map(rows.map((row) => [row.sha256, row])).values()];
  }
}
