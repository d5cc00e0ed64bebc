import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the screen of a running capture shows: one small picture a package, replaced by the next, gone when the capture ends. Not evidence. */
export class CapturePreview1790000001100 implements MigrationInterface {
  name = 'CapturePreview1790000001100';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE evidence_preview (
        package_id text PRIMARY KEY REFERENCES evidence_package, at timestamptz(3) NOT NULL,
        jpeg bytea NOT NULL CHECK (octet_length(jpeg) <= 40000));
      ALTER TABLE evidence_preview ENABLE ROW LEVEL SECURITY;
      CREATE POLICY evidence_preview_all ON evidence_preview USING (EXISTS (SELECT FROM evidence_package p WHERE p.id = package_id))
        WITH CHECK (nms_is_system());
      GRANT SELECT ON evidence_preview TO nms_api;
      GRANT SELECT, INSERT, UPDATE, DELETE ON evidence_preview TO nms_worker;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE evidence_preview');
  }
}
