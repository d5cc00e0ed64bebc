import { Injectable } from '@nestjs/common';
import { type Claims, Db } from '../../platform';
import type { BadgeState } from '../domain/badge.states';

/** A visitor without account; his transactions read public views and nothing else. */
const VISITOR: Claims = { actor: 'public', scope: 'public', division: '000000', roles: [] };

/** A row of the view `public_badge`: everything in it may be shown to anybody. */
export interface PublicBadge {
  code: string;
  state: BadgeState;
  state_since: Date;
  version: number;
  by_order: boolean;
  issued_at: Date;
  proved_until: Date | null;
  office: string;
  office_telephone: string | null;
  division_code: string;
  record: string | null;
  signature: string | null;
  key_id: string | null;
  subject_id: string;
  subject_name: string;
  used_names: string[];
  uscc: string | null;
  subject_kind: string;
  domicile: string | null;
  subject_status: string;
  subject_status_date: string | null;
  site_name: string;
  domain: string;
  domain_unicode: string;
  domain_skeleton: string;
  url: string;
  on_platform: boolean;
  platform_name: string | null;
}

export interface PublicSubject {
  id: string;
  name: string;
  used_names: string[];
  uscc: string | null;
  kind: string;
  domicile: string | null;
  division_code: string;
  status: string;
  status_date: string | null;
  established: string | null;
  registrar: string | null;
}

export interface PublicOutlet {
  subject_id: string;
  site_name: string;
  domain: string;
  domain_unicode: string;
  url: string;
  badge_code: string | null;
  badge_state: BadgeState | null;
}

export interface Report {
  number: string;
  code: string;
  address: string;
  what: string;
  contact: string | null;
  at: Date;
}

/** The register as the public sees it, and the little that the public may leave. The portal has no other way to the database. */
@Injectable()
export class PublicRegister {
  constructor(private readonly db: Db) {}

  async badge(code: string): Promise<PublicBadge | null> {
    const rows = await this.ask<PublicBadge>(
      `SELECT *, subject_status_date::text AS subject_status_date FROM public_badge WHERE code = $1`,
      [code],
    );
    return rows[0] ?? null;
  }

  /** Up to `most` + 1 subjects, so that the caller can tell "all" from "too many". */
  findSubjects(words: string, division: string, most: number): Promise<PublicSubject[]> {
    return this.ask<PublicSubject>(
      `SELECT s.*, s.established::text AS established, s.status_date::text AS status_date FROM public_find_subjects($1, $2, $3) AS found(id)
       JOIN public_subject s USING (id) ORDER BY s.name, s.id`,
      [words, division, most + 1],
    );
  }

  async subject(id: string): Promise<PublicSubject | null> {
    const rows = await this.ask<PublicSubject>(
      'SELECT *, established::text AS established, status_date::text AS status_date FROM public_subject WHERE id = $1',
      [id],
    );
    return rows[0] ?? null;
  }

  outletsOf(subjectIds: readonly string[]): Promise<PublicOutlet[]> {
    return this.ask<PublicOutlet>('SELECT * FROM public_outlet WHERE subject_id = ANY($1) ORDER BY site_name', [subjectIds]);
  }

  offices(): Promise<{ division_code: string; agency_name: string }[]> {
    return this.ask('SELECT division_code, agency_name FROM public_office ORDER BY division_code', []);
  }

  keys(): Promise<{ key_id: string; public_key: string; since: Date }[]> {
    return this.ask('SELECT key_id, public_key, since FROM badge_key ORDER BY since', []);
  }

  async countVisits(code: string, kind: 'page' | 'picture', origin: string, day: string, times: number): Promise<void> {
    await this.ask('SELECT public_count_visit($1, $2, $3, $4, $5)', [code, kind, origin, day, times]);
  }

  async noteForeignOrigin(code: string, origin: string, kind: 'copied' | 'lookalike', at: Date, day: string): Promise<void> {
    await this.ask('SELECT public_note_foreign_origin($1, $2, $3, $4, $5)', [code, origin, kind, at, day]);
  }

  async report({ number, code, address, what, contact, at }: Report): Promise<void> {
    await this.ask('SELECT public_report_badge($1, $2, $3, $4, $5, $6)', [number, code, address, what, contact, at]);
  }

  async ping(): Promise<void> {
    await this.ask('SELECT 1', []);
  }

  private ask<T>(sql: string, parameters: unknown[]): Promise<T[]> {
    return this.db.as(VISITOR, (tx) => tx.query<T[]>(sql, parameters));
  }
}
