import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Object stores keep several versions under one name: which of them is ours, and what the store was told about how long it has to keep
 * the blobs of a package. Empty where blobs are files.
 */
export class ObjectLocks1790000002110 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE blob_version (
        sha256 char(64) NOT NULL, version text NOT NULL CHECK (version <> ''), put_at timestamptz(3) NOT NULL,
        gone text CHECK (gone IN ('destroyed', 'lost')), gone_at timestamptz(3), PRIMARY KEY (sha256, version), CHECK ((gone IS NULL) = (gone_at IS NULL)));
      -- One version is read as the blob, and no other.
      CREATE UNIQUE INDEX blob_version_read ON blob_version (sha256) WHERE gone IS NULL;
      CREATE FUNCTION blob_version_said() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF OLD.gone IS NOT NULL OR (NEW.sha256, NEW.version, NEW.put_at) IS DISTINCT FROM (OLD.sha256, OLD.version, OLD.put_at)
        THEN RAISE EXCEPTION 'a version is told once' USING ERRCODE = 'insufficient_privilege'; END IF;
        RETURN NEW; END $$;
      CREATE TRIGGER blob_version_said BEFORE UPDATE ON blob_version FOR EACH ROW EXECUTE FUNCTION blob_version_said();
      CREATE TRIGGER blob_version_kept BEFORE DELETE OR TRUNCATE ON blob_version FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
      ALTER TABLE blob_version ENABLE ROW LEVEL SECURITY;
      CREATE POLICY blob_version_all ON blob_version USING (nms_claim('actor') IS NOT NULL) WITH CHECK (nms_claim('actor') IS NOT NULL);
      GRANT SELECT, INSERT ON blob_version TO nms_api, nms_worker;
      GRANT UPDATE (gone, gone_at) ON blob_version TO nms_api, nms_worker;

      -- What the store was last told about the blobs of a package, and when it is looked at again: at once after whatever changes it.
      CREATE TABLE evidence_lock (
        package_id text PRIMARY KEY REFERENCES evidence_package, until timestamptz(3), on_hold boolean NOT NULL DEFAULT false,
        told_at timestamptz(3), next_at timestamptz(3) NOT NULL);
      CREATE INDEX evidence_lock_next ON evidence_lock (next_at);
      CREATE FUNCTION evidence_lock_due() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$ DECLARE due text; BEGIN
        IF TG_TABLE_NAME = 'evidence_package' THEN due := NEW.id; ELSE due := NEW.package_id; END IF;
        INSERT INTO evidence_lock (package_id, next_at) VALUES (due, '-infinity') ON CONFLICT (package_id) DO UPDATE SET next_at = '-infinity';
        RETURN NULL; END $$;
      CREATE TRIGGER evidence_lock_due AFTER UPDATE ON evidence_package FOR EACH ROW
        WHEN (NEW.fixed_at IS NOT NULL AND (OLD.fixed_at IS NULL OR NEW.case_id IS DISTINCT FROM OLD.case_id)) EXECUTE FUNCTION evidence_lock_due();
      CREATE TRIGGER evidence_lock_due AFTER INSERT ON evidence_act FOR EACH ROW WHEN (NEW.action IN ('hold', 'release')) EXECUTE FUNCTION evidence_lock_due();
      CREATE TRIGGER evidence_lock_due AFTER INSERT ON evidence_attachment FOR EACH ROW EXECUTE FUNCTION evidence_lock_due();
      CREATE TRIGGER evidence_lock_due AFTER UPDATE ON evidence_export FOR EACH ROW WHEN (NEW.state = 'ready' AND OLD.state <> 'ready')
        EXECUTE FUNCTION evidence_lock_due();
      INSERT INTO evidence_lock (package_id, next_at) SELECT id, '-infinity' FROM evidence_package WHERE fixed_at IS NOT NULL;
      ALTER TABLE evidence_lock ENABLE ROW LEVEL SECURITY;
      CREATE POLICY evidence_lock_all ON evidence_lock USING (nms_is_system()) WITH CHECK (nms_is_system());
      GRANT SELECT ON evidence_lock TO nms_worker;
      GRANT UPDATE (until, on_hold, told_at, next_at) ON evidence_lock TO nms_worker;
    `);
  }

  down(): Promise<void> {
    throw new Error('Evidence is never dropped. Restore a backup instead.');
  }
}
