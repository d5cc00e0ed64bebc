import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Stored bytes are re-hashed for as long as they are kept: when, what was wrong, which package is frozen by it, what has a replica. */
export class EvidenceScrub1790000001300 implements MigrationInterface {
  name = 'EvidenceScrub1790000001300';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE evidence_package ADD frozen_at timestamptz(3);
      CREATE TABLE evidence_incident (
        id uuid PRIMARY KEY, package_id text REFERENCES evidence_package, path text NOT NULL, sha256 char(64) NOT NULL,
        what text NOT NULL CHECK (what IN ('changed', 'shortened', 'lengthened', 'missing', 'unreadable', 'permission', 'deleteMarker')),
        observed text, replica text NOT NULL CHECK (replica IN ('none', 'whole', 'damaged')), found_at timestamptz(3) NOT NULL, found_by text NOT NULL);
      CREATE INDEX evidence_incident_of ON evidence_incident (package_id, found_at);
      CREATE TRIGGER evidence_incident_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON evidence_incident
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
      CREATE TABLE blob_check (
        sha256 char(64) PRIMARY KEY, checked_at timestamptz(3) NOT NULL, fault text);
      CREATE TABLE blob_replica (sha256 char(64) PRIMARY KEY, size bigint NOT NULL, copied_at timestamptz(3) NOT NULL);

      -- Every row that names a blob. A room that begins to keep blobs adds its line in a migration of its own.
      CREATE VIEW blob_reference WITH (security_invoker = true) AS
        SELECT f.sha256, f.size, p.id AS package_id, f.path, coalesce(p.fixed_at, p.requested_at) AS since
          FROM evidence_file f JOIN evidence_package p ON p.id = f.package_id
        UNION ALL SELECT x.blob_sha256, x.size, x.package_id, 'export ' || x.n, x.finished_at FROM evidence_export x
          WHERE x.blob_sha256 IS NOT NULL AND x.state = 'ready'
        UNION ALL SELECT d.sha256, d.size, NULL, 'document ' || d.document_id || ' ' || d.version, d.made_at FROM document_paper d
        UNION ALL SELECT r.sha256, r.size_bytes, NULL, 'order report ' || r.id, r.stored_at FROM order_report_file r WHERE r.stored_at IS NOT NULL;

      -- No act but reading on a frozen package, whoever asks: its state stays, and no export of it begins.
      CREATE FUNCTION evidence_package_frozen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF OLD.frozen_at IS NOT NULL AND NEW.frozen_at IS NOT NULL AND NEW.state <> OLD.state
        THEN RAISE EXCEPTION 'evidence % is frozen', OLD.id USING ERRCODE = 'insufficient_privilege'; END IF;
        RETURN NEW; END $$;
      CREATE TRIGGER evidence_package_frozen BEFORE UPDATE ON evidence_package FOR EACH ROW EXECUTE FUNCTION evidence_package_frozen();
      CREATE FUNCTION evidence_export_frozen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.state <> 'failed' AND EXISTS (SELECT FROM evidence_package p WHERE p.id = NEW.package_id AND p.frozen_at IS NOT NULL)
        THEN RAISE EXCEPTION 'evidence % is frozen', NEW.package_id USING ERRCODE = 'insufficient_privilege'; END IF;
        RETURN NEW; END $$;
      CREATE TRIGGER evidence_export_frozen BEFORE INSERT OR UPDATE ON evidence_export FOR EACH ROW EXECUTE FUNCTION evidence_export_frozen();

      ALTER TABLE evidence_incident ENABLE ROW LEVEL SECURITY;
      ALTER TABLE blob_check ENABLE ROW LEVEL SECURITY;
      ALTER TABLE blob_replica ENABLE ROW LEVEL SECURITY;
      CREATE POLICY evidence_incident_all ON evidence_incident
        USING (nms_is_system() OR EXISTS (SELECT FROM evidence_package p WHERE p.id = package_id)) WITH CHECK (nms_is_system());
      CREATE POLICY blob_check_all ON blob_check USING (nms_is_system()) WITH CHECK (nms_is_system());
      CREATE POLICY blob_replica_all ON blob_replica USING (nms_is_system()) WITH CHECK (nms_is_system());
      GRANT SELECT ON evidence_incident TO nms_api, nms_worker;
      GRANT INSERT ON evidence_incident TO nms_worker;
      GRANT SELECT, INSERT, UPDATE ON blob_check TO nms_worker;
      GRANT SELECT, INSERT ON blob_replica TO nms_worker;
      GRANT SELECT ON blob_reference TO nms_worker;
    `);
  }

  down(): Promise<void> {
    throw new Error('Evidence is never dropped. Restore a backup instead.');
  }
}
