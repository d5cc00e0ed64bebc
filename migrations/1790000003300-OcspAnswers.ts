import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Beside revocation lists, the answers of OCSP responders about the certificates behind time stamps (evidence specification, section 3). */
export class OcspAnswers1790000003300 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE stamp_revocation ADD COLUMN kind text NOT NULL DEFAULT 'crl' CHECK (kind IN ('crl', 'ocsp'));
      DROP INDEX stamp_revocation_newest;
      CREATE INDEX stamp_revocation_newest ON stamp_revocation (certificate, kind, this_update DESC);
    `);
  }

  down(): Promise<void> {
    throw new Error('Evidence is never dropped. Restore a backup instead.');
  }
}
