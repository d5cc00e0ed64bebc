import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * To whom a copy goes, and what it leaves out. What is left out is left out on a stated ground, and of a copy for somebody else only:
 * the agency's own copy withholds nothing (evidence specification, section 7).
 */
export class ExportsWithheld1790000001900 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE evidence_export
        ADD COLUMN recipient text CHECK (length(recipient) BETWEEN 2 AND 200),
        ADD COLUMN ground text CHECK (length(ground) BETWEEN 2 AND 300),
        ADD COLUMN withheld text[] NOT NULL DEFAULT '{}',
        ADD CONSTRAINT evidence_export_withheld CHECK (cardinality(withheld) = 0 OR (recipient IS NOT NULL AND ground IS NOT NULL));
    `);
  }

  down(): Promise<void> {
    throw new Error('Evidence is never dropped. Restore a backup instead.');
  }
}
