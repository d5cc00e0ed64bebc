import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sessions under an officer's hand: who may drive which page now, and every opening of its picture. */
export class EvidenceSessions1790000001500 implements MigrationInterface {
  name = 'EvidenceSessions1790000001500';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE evidence_session (
        package_id text PRIMARY KEY REFERENCES evidence_package, secret char(64) CHECK (secret ~ '^[0-9a-f]{64}$'), begun_at timestamptz(3) NOT NULL,
        ended_at timestamptz(3), driver_view uuid, driver_until timestamptz(3),
        -- A session that is over opens no door any more.
        CHECK (ended_at IS NULL OR (secret IS NULL AND driver_view IS NULL)), CHECK ((driver_view IS NULL) = (driver_until IS NULL)));
      CREATE TABLE evidence_session_view (
        id uuid PRIMARY KEY, package_id text NOT NULL REFERENCES evidence_session, officer_id text NOT NULL, at timestamptz(3) NOT NULL);
      CREATE INDEX evidence_session_view_of ON evidence_session_view (package_id);
      CREATE TRIGGER evidence_session_view_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON evidence_session_view
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
      ALTER TABLE evidence_session ENABLE ROW LEVEL SECURITY;
      ALTER TABLE evidence_session_view ENABLE ROW LEVEL SECURITY;
      CREATE POLICY evidence_session_all ON evidence_session USING (EXISTS (SELECT FROM evidence_package p WHERE p.id = package_id))
        WITH CHECK (EXISTS (SELECT FROM evidence_package p WHERE p.id = package_id));
      CREATE POLICY evidence_session_view_all ON evidence_session_view USING (EXISTS (SELECT FROM evidence_package p WHERE p.id = package_id))
        WITH CHECK (EXISTS (SELECT FROM evidence_package p WHERE p.id = package_id));
      GRANT SELECT ON evidence_session TO nms_api, nms_worker;
      GRANT INSERT, UPDATE ON evidence_session TO nms_worker;
      GRANT UPDATE (driver_view, driver_until) ON evidence_session TO nms_api;
      GRANT SELECT, INSERT ON evidence_session_view TO nms_api;
    `);
  }

  down(): Promise<void> {
    throw new Error('Evidence is never dropped. Restore a backup instead.');
  }
}
