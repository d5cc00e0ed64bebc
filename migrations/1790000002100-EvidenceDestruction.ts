import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Destroying the bytes of evidence that was disposed of by order: what is going to go, written down before the first byte goes, what
 * became of each blob, and what is kept. A blob goes only when no row names it that still needs it.
 */
export class EvidenceDestruction1790000002100 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(TABLES);
    await db.query(REFERENCES);
    await db.query(RULES);
    await db.query(ROW_SECURITY);
  }

  down(): Promise<void> {
    throw new Error('Evidence is never dropped. Restore a backup instead.');
  }
}

const TABLES = `
  CREATE TABLE evidence_destruction (
    package_id text PRIMARY KEY REFERENCES evidence_package, entry_sha256 char(64) NOT NULL, begun_at timestamptz(3) NOT NULL,
    finished_at timestamptz(3) CHECK (finished_at >= begun_at));
  -- One row a blob of the package. 'shared': others need the bytes; 'missing': they were lost before, which stays a fault.
  CREATE TABLE evidence_destruction_blob (
    package_id text NOT NULL REFERENCES evidence_destruction, sha256 char(64) NOT NULL, size bigint NOT NULL, paths text[] NOT NULL,
    looked_at timestamptz(3), lost boolean NOT NULL DEFAULT false,
    waits text CHECK (waits IN ('recentlyPut', 'locked', 'legalHold')), waits_until timestamptz(3),
    outcome text CHECK (outcome IN ('destroyed', 'shared', 'missing')), holder text, versions text[], done_at timestamptz(3),
    PRIMARY KEY (package_id, sha256), CHECK ((outcome IS NULL) = (done_at IS NULL)), CHECK ((outcome IS NOT DISTINCT FROM 'shared') = (holder IS NOT NULL)));
  CREATE INDEX evidence_destruction_blob_of ON evidence_destruction_blob (sha256);
  -- The signed lists of every file with its digests, taken out of the exports before those go.
  CREATE TABLE evidence_kept_seal (
    package_id text NOT NULL REFERENCES evidence_package, n int NOT NULL, seal bytea NOT NULL CHECK (octet_length(seal) <= 8388608), PRIMARY KEY (package_id, n));
  CREATE TRIGGER evidence_kept_seal_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON evidence_kept_seal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
  CREATE INDEX evidence_file_blob ON evidence_file (sha256);
  CREATE INDEX evidence_original_blob ON evidence_original (sha256);
  CREATE INDEX evidence_attachment_blob ON evidence_attachment (sha256);
  CREATE INDEX evidence_upload_blob ON evidence_upload (sha256);
  CREATE INDEX evidence_export_blob ON evidence_export (blob_sha256);
  CREATE INDEX document_paper_blob ON document_paper (sha256);
  CREATE INDEX order_report_file_blob ON order_report_file (sha256);
`;

const REFERENCES = `
  -- Every row that names a blob which has to be there. A room that begins to keep blobs adds its line in a migration of its own, and then the
  -- bytes stay for as long as that row stands. Of a package whose destruction has begun the signature over the manifest stays.
  CREATE OR REPLACE VIEW blob_reference WITH (security_invoker = true) AS
    SELECT f.sha256, f.size, p.id AS package_id, f.path, coalesce(p.fixed_at, p.requested_at) AS since
      FROM evidence_file f JOIN evidence_package p ON p.id = f.package_id
      WHERE f.path = 'MANIFEST.sig' OR NOT EXISTS (SELECT FROM evidence_destruction e WHERE e.package_id = f.package_id)
    UNION ALL SELECT x.blob_sha256, x.size, x.package_id, 'export ' || x.n, x.finished_at FROM evidence_export x
      WHERE x.blob_sha256 IS NOT NULL AND x.state = 'ready' AND NOT EXISTS (SELECT FROM evidence_destruction e WHERE e.package_id = x.package_id)
    UNION ALL SELECT d.sha256, d.size, NULL, 'document ' || d.document_id || ' ' || d.version, d.made_at FROM document_paper d
    UNION ALL SELECT r.sha256, r.size_bytes, NULL, 'order report ' || r.id, r.stored_at FROM order_report_file r WHERE r.stored_at IS NOT NULL
    UNION ALL SELECT a.sha256, a.size, a.package_id, a.path, a.at FROM evidence_attachment a
      WHERE NOT EXISTS (SELECT FROM evidence_destruction e WHERE e.package_id = a.package_id)
    -- What was received and is not fixed yet: from then on the files of the package name it.
    UNION ALL SELECT o.sha256, o.size, NULL, 'original ' || o.package_id || ' ' || o.path, p.requested_at
      FROM evidence_original o JOIN evidence_package p ON p.id = o.package_id WHERE p.manifest_sha256 IS NULL
    -- An upload is needed until something was made of it; from then on what was made of it says how long.
    UNION ALL SELECT u.sha256, u.size, NULL, 'upload ' || u.id, u.at FROM evidence_upload u
      WHERE NOT EXISTS (SELECT FROM evidence_original o JOIN evidence_package p ON p.id = o.package_id WHERE o.sha256 = u.sha256 AND p.requested_at >= u.at)
        AND NOT EXISTS (SELECT FROM evidence_attachment a WHERE a.sha256 = u.sha256 AND a.at >= u.at);

  -- Whoever needs the blob, or is just about to: an export that is being put, a proof on its way into the store. NULL when nobody does.
  -- Of the type of the columns: compared as text it would read every table whole. namedBlobs in the code asks the same of many at once.
  CREATE FUNCTION blob_holder(of_sha256 bpchar) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(r.package_id || ' ', '') || r.path FROM blob_reference r WHERE r.sha256 = of_sha256
    UNION ALL SELECT x.package_id || ' export ' || x.n FROM evidence_export x WHERE x.blob_sha256 = of_sha256
      AND NOT EXISTS (SELECT FROM evidence_destruction e WHERE e.package_id = x.package_id)
    UNION ALL SELECT 'order report ' || f.id FROM order_report_file f WHERE f.sha256 = of_sha256
    LIMIT 1 $$;
`;

const RULES = `
  -- Nothing is destroyed but what was disposed of, by an act under an order to destroy that two others have approved.
  CREATE FUNCTION evidence_destruction_ordered() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NOT EXISTS (SELECT FROM evidence_package p JOIN evidence_act a ON a.package_id = p.id AND a.action = 'dispose' AND a.entry_sha256 = NEW.entry_sha256
        JOIN ledger_entry l ON l.subject = p.id AND l.entry_sha256 = NEW.entry_sha256 AND l.type = 'evidence.disposed'
        JOIN evidence_disposal d ON d.package_id = p.id AND d.what = 'destroyed'
        WHERE p.id = NEW.package_id AND p.state = 'disposed' AND (SELECT count(*) FROM evidence_disposal_approval v WHERE v.disposal_id = d.id) >= 2) THEN
      RAISE EXCEPTION 'evidence % is destroyed by order only', NEW.package_id USING ERRCODE = 'insufficient_privilege'; END IF;
    RETURN NEW; END $$;
  CREATE TRIGGER evidence_destruction_ordered BEFORE INSERT ON evidence_destruction FOR EACH ROW EXECUTE FUNCTION evidence_destruction_ordered();
  -- What became of it is said once.
  CREATE FUNCTION evidence_destruction_said() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_TABLE_NAME = 'evidence_destruction' THEN
      IF OLD.finished_at IS NOT NULL OR (NEW.package_id, NEW.entry_sha256, NEW.begun_at) IS DISTINCT FROM (OLD.package_id, OLD.entry_sha256, OLD.begun_at)
        OR EXISTS (SELECT FROM evidence_destruction_blob b WHERE b.package_id = NEW.package_id AND b.outcome IS NULL)
      THEN RAISE EXCEPTION 'a destruction is told once' USING ERRCODE = 'insufficient_privilege'; END IF;
    ELSIF OLD.outcome IS NOT NULL OR (NEW.package_id, NEW.sha256, NEW.size, NEW.paths) IS DISTINCT FROM (OLD.package_id, OLD.sha256, OLD.size, OLD.paths)
    THEN RAISE EXCEPTION 'a destruction is told once' USING ERRCODE = 'insufficient_privilege'; END IF;
    RETURN NEW; END $$;
  CREATE TRIGGER evidence_destruction_said BEFORE UPDATE ON evidence_destruction FOR EACH ROW EXECUTE FUNCTION evidence_destruction_said();
  CREATE TRIGGER evidence_destruction_blob_said BEFORE UPDATE ON evidence_destruction_blob FOR EACH ROW EXECUTE FUNCTION evidence_destruction_said();
  CREATE TRIGGER evidence_destruction_kept BEFORE DELETE OR TRUNCATE ON evidence_destruction FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
  CREATE TRIGGER evidence_destruction_blob_kept BEFORE DELETE OR TRUNCATE ON evidence_destruction_blob FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
  -- No export of what was disposed of, by whomever it was asked for before.
  CREATE FUNCTION evidence_export_disposed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.state <> 'failed' AND EXISTS (SELECT FROM evidence_package p WHERE p.id = NEW.package_id AND p.state = 'disposed')
    THEN RAISE EXCEPTION 'evidence % was disposed of', NEW.package_id USING ERRCODE = 'insufficient_privilege'; END IF;
    RETURN NEW; END $$;
  CREATE TRIGGER evidence_export_disposed BEFORE INSERT OR UPDATE ON evidence_export FOR EACH ROW EXECUTE FUNCTION evidence_export_disposed();
`;

const ROW_SECURITY = `
  DO $$ DECLARE t text; BEGIN
    FOREACH t IN ARRAY ARRAY['evidence_destruction', 'evidence_destruction_blob', 'evidence_kept_seal'] LOOP
      EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
      EXECUTE format('CREATE POLICY %I ON %I USING (EXISTS (SELECT FROM evidence_package p WHERE p.id = package_id)) WITH CHECK (nms_is_system())',
        t || '_with_package', t);
    END LOOP;
  END $$;
  -- Who cares for stored bytes has to see that a file somebody sent is still needed; before this it was taken for an orphan.
  CREATE POLICY evidence_upload_system ON evidence_upload FOR SELECT USING (nms_is_system());
  GRANT SELECT ON evidence_destruction, evidence_destruction_blob, evidence_kept_seal TO nms_api, nms_worker;
  GRANT INSERT ON evidence_destruction, evidence_destruction_blob, evidence_kept_seal TO nms_worker;
  GRANT UPDATE (finished_at) ON evidence_destruction TO nms_worker;
  GRANT UPDATE (looked_at, lost, waits, waits_until, outcome, holder, versions, done_at) ON evidence_destruction_blob TO nms_worker;
  -- A copy that is gone is copied again when the same bytes are put again.
  GRANT DELETE ON blob_replica, blob_check TO nms_worker;
`;
