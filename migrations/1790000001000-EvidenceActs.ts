import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What officers do with fixed evidence: acts, attached papers, disposal orders, files received from others; and exhibits that are
 * things. All insert-only: a mistake is corrected by a further act.
 */
export class EvidenceActs1790000001000 implements MigrationInterface {
  name = 'EvidenceActs1790000001000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(TABLES);
    await db.query(RULES);
    await db.query(ROW_SECURITY);
    await db.query(EXHIBITS);
  }

  down(): Promise<void> {
    throw new Error('Evidence is never dropped. Restore a backup instead.');
  }
}

const TABLES = `
  ALTER TABLE evidence_package DROP CONSTRAINT evidence_package_profile_check;
  ALTER TABLE evidence_package ADD CONSTRAINT evidence_package_profile_check
    CHECK (CASE kind WHEN 'web_capture' THEN profile IN ('desktop', 'mobile') ELSE profile = 'file' END);
  -- An attestation is somebody's statement about another package, in one of the ways of seed rules art. 22.
  ALTER TABLE evidence_package ADD COLUMN about_id text REFERENCES evidence_package,
    ADD COLUMN way text CHECK (way IN ('partyConfirmation', 'partyRefusal', 'notary', 'appraisal', 'provider', 'other')),
    ADD COLUMN withdrawn_at timestamptz(3), ADD COLUMN corrected_by text REFERENCES evidence_package,
    ADD CONSTRAINT evidence_package_about CHECK ((kind = 'attestation') = (about_id IS NOT NULL) AND (about_id IS NULL) = (way IS NULL) AND about_id <> id);
  CREATE INDEX evidence_package_of ON evidence_package (about_id) WHERE about_id IS NOT NULL;
  CREATE INDEX evidence_package_imports ON evidence_package (requested_at) WHERE kind <> 'web_capture' AND state IN ('requested', 'capturing');

  -- Bytes that a person has sent and that belong to nothing yet; the name is what the sender's machine called them, never a path of ours.
  CREATE TABLE evidence_upload (
    id uuid PRIMARY KEY, by text NOT NULL, at timestamptz(3) NOT NULL, name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200), media_type text NOT NULL,
    size bigint NOT NULL CHECK (size > 0), sha256 char(64) NOT NULL, sm3 char(64) NOT NULL);
  CREATE TABLE evidence_original (
    package_id text NOT NULL REFERENCES evidence_package, path text NOT NULL CHECK (path ~ '^content/original/[0-9]{3}[.][a-z0-9]{1,8}$'), name text NOT NULL,
    media_type text NOT NULL, size bigint NOT NULL, sha256 char(64) NOT NULL, sm3 char(64) NOT NULL, PRIMARY KEY (package_id, path));
  CREATE TABLE evidence_act (
    id uuid PRIMARY KEY, package_id text NOT NULL REFERENCES evidence_package, action text NOT NULL CHECK (action IN ('review', 'confirm', 'noteRefusal',
      'seal', 'transfer', 'giveBack', 'dispose', 'withdraw', 'hold', 'release')),
    at timestamptz(3) NOT NULL, by text NOT NULL, second text CHECK (second <> by), data jsonb NOT NULL, entry_sha256 char(64));
  CREATE INDEX evidence_act_of ON evidence_act (package_id, at);
  CREATE UNIQUE INDEX evidence_act_once ON evidence_act (package_id, action) WHERE action NOT IN ('review', 'hold', 'release');
  CREATE UNIQUE INDEX evidence_act_review ON evidence_act (package_id, by) WHERE action = 'review';
  CREATE TABLE evidence_attachment (
    package_id text NOT NULL REFERENCES evidence_package, n int NOT NULL CHECK (n BETWEEN 1 AND 999),
    role text NOT NULL CHECK (role IN ('confirmation', 'refusal', 'receipt', 'partyConfirmation', 'partyRefusal', 'notary', 'appraisal', 'provider', 'other')),
    path text NOT NULL CHECK (path ~ '^attachments/[0-9]{3}[.][a-z0-9]{1,8}$'), title text NOT NULL, media_type text NOT NULL, size bigint NOT NULL,
    sha256 char(64) NOT NULL, sm3 char(64) NOT NULL, attestation_id text REFERENCES evidence_package, by text NOT NULL, at timestamptz(3) NOT NULL,
    PRIMARY KEY (package_id, n));
  CREATE TABLE evidence_disposal (
    id uuid PRIMARY KEY, package_id text NOT NULL REFERENCES evidence_package, what text NOT NULL CHECK (what IN ('returned', 'destroyed')),
    reason text NOT NULL, legal_basis text NOT NULL, asked_by text NOT NULL, asked_at timestamptz(3) NOT NULL, UNIQUE (package_id, what));
  CREATE TABLE evidence_disposal_approval (
    disposal_id uuid NOT NULL REFERENCES evidence_disposal, by text NOT NULL, at timestamptz(3) NOT NULL, opinion text NOT NULL, PRIMARY KEY (disposal_id, by));
  DO $$ DECLARE t text; BEGIN
    FOREACH t IN ARRAY ARRAY['evidence_upload', 'evidence_original', 'evidence_act', 'evidence_attachment', 'evidence_disposal', 'evidence_disposal_approval'] LOOP
      EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', t || '_insert_only', t);
    END LOOP;
  END $$;
`;

const RULES = `
  -- Nobody approves the disposal that he asked for.
  CREATE FUNCTION evidence_disposal_apart() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF EXISTS (SELECT FROM evidence_disposal d WHERE d.id = NEW.disposal_id AND d.asked_by = NEW."by") THEN
      RAISE EXCEPTION 'whoever asked for a disposal does not approve it' USING ERRCODE = 'insufficient_privilege'; END IF;
    RETURN NEW; END $$;
  CREATE TRIGGER evidence_disposal_apart BEFORE INSERT ON evidence_disposal_approval FOR EACH ROW EXECUTE FUNCTION evidence_disposal_apart();

  -- The moves of persons, once more beneath the service; and no disposal, by whomever, without an order that two have approved.
  CREATE FUNCTION evidence_package_moves() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF current_user = 'nms_api' AND NOT (OLD.state || '>' || NEW.state) = ANY (
        ARRAY['stamped>confirmed', 'confirmed>sealed', 'sealed>transferred', 'sealed>disposed', 'transferred>disposed']) THEN
      RAISE EXCEPTION 'evidence does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'insufficient_privilege'; END IF;
    IF NEW.state = 'disposed' AND NOT EXISTS (SELECT FROM evidence_disposal d WHERE d.package_id = NEW.id
        AND (SELECT count(*) FROM evidence_disposal_approval a WHERE a.disposal_id = d.id) >= 2) THEN
      RAISE EXCEPTION 'evidence % is disposed of by order only', NEW.id USING ERRCODE = 'insufficient_privilege'; END IF;
    RETURN NEW; END $$;
  CREATE TRIGGER evidence_package_moves BEFORE UPDATE ON evidence_package FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state)
    EXECUTE FUNCTION evidence_package_moves();

  CREATE OR REPLACE FUNCTION evidence_package_fixed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF OLD.fixed_at IS NOT NULL AND (NEW.id, NEW.number, NEW.kind, NEW.url, NEW.purpose, NEW.fact_to_prove, NEW.place, NEW.request, NEW.entry_sha256,
         NEW.manifest_sha256, NEW.manifest_sm3, NEW.sig_sha256, NEW.fixed_at, NEW.requested_at, NEW.requested_by, NEW.about_id, NEW.way)
       IS DISTINCT FROM (OLD.id, OLD.number, OLD.kind, OLD.url, OLD.purpose, OLD.fact_to_prove, OLD.place, OLD.request, OLD.entry_sha256,
         OLD.manifest_sha256, OLD.manifest_sm3, OLD.sig_sha256, OLD.fixed_at, OLD.requested_at, OLD.requested_by, OLD.about_id, OLD.way)
    THEN RAISE EXCEPTION 'evidence % is fixed', OLD.id USING ERRCODE = 'insufficient_privilege'; END IF;
    IF OLD.withdrawn_at IS NOT NULL AND (NEW.withdrawn_at, NEW.corrected_by) IS DISTINCT FROM (OLD.withdrawn_at, OLD.corrected_by)
    THEN RAISE EXCEPTION 'evidence % is withdrawn', OLD.id USING ERRCODE = 'insufficient_privilege'; END IF;
    RETURN NEW; END $$;
`;

const ROW_SECURITY = `
  DO $$ DECLARE t text; BEGIN
    FOREACH t IN ARRAY ARRAY['evidence_original', 'evidence_act', 'evidence_attachment', 'evidence_disposal'] LOOP
      EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
      EXECUTE format('CREATE POLICY %I ON %I USING (EXISTS (SELECT FROM evidence_package p WHERE p.id = package_id))
        WITH CHECK (EXISTS (SELECT FROM evidence_package p WHERE p.id = package_id))', t || '_with_package', t);
    END LOOP;
  END $$;
  ALTER TABLE evidence_disposal_approval ENABLE ROW LEVEL SECURITY;
  CREATE POLICY evidence_disposal_approval_own ON evidence_disposal_approval USING (EXISTS (SELECT FROM evidence_disposal d WHERE d.id = disposal_id))
    WITH CHECK (by = nms_claim('actor') AND EXISTS (SELECT FROM evidence_disposal d WHERE d.id = disposal_id));
  -- What somebody sent is his alone until he makes it part of something.
  ALTER TABLE evidence_upload ENABLE ROW LEVEL SECURITY;
  CREATE POLICY evidence_upload_own ON evidence_upload USING (by = nms_claim('actor')) WITH CHECK (by = nms_claim('actor'));

  GRANT UPDATE (state, version, withdrawn_at, corrected_by) ON evidence_package TO nms_api;
  GRANT SELECT, INSERT ON evidence_upload, evidence_original, evidence_act, evidence_attachment, evidence_disposal, evidence_disposal_approval TO nms_api, nms_worker;
`;

const EXHIBITS = `
  -- A thing is an exhibit too: described, counted, and kept somewhere by somebody.
  ALTER TABLE case_exhibit ALTER COLUMN capture_id DROP NOT NULL, ALTER COLUMN package DROP NOT NULL, ADD COLUMN thing jsonb,
    ADD CONSTRAINT case_exhibit_one CHECK ((capture_id IS NULL) = (package IS NULL) AND (capture_id IS NULL) = (thing IS NOT NULL));
  CREATE TABLE case_exhibit_handover (
    exhibit_id uuid NOT NULL REFERENCES case_exhibit, n int NOT NULL CHECK (n >= 1), case_id uuid NOT NULL REFERENCES case_file,
    from_holder text NOT NULL, to_holder text NOT NULL CHECK (to_holder <> from_holder), place text NOT NULL, receipt text NOT NULL, reason text NOT NULL,
    happened_at timestamptz(3) NOT NULL, by text NOT NULL, at timestamptz(3) NOT NULL, PRIMARY KEY (exhibit_id, n));
  CREATE INDEX case_exhibit_handover_case ON case_exhibit_handover (case_id);
  CREATE TRIGGER case_exhibit_handover_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON case_exhibit_handover
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
  ALTER TABLE case_exhibit_handover ENABLE ROW LEVEL SECURITY;
  ALTER TABLE case_exhibit_handover FORCE ROW LEVEL SECURITY;
  CREATE POLICY case_exhibit_handover_with_case ON case_exhibit_handover USING (EXISTS (SELECT FROM case_file c WHERE c.id = case_id));
  GRANT SELECT, INSERT ON case_exhibit_handover TO nms_api, nms_worker;

  -- How long the cases that hold a package keep it, whether or not the asker may see them: it is kept for all of them.
  CREATE FUNCTION evidence_kept_by_cases(kept_id text, OUT cases int, OUT running int, OUT for_ever int, OUT until date)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT count(*)::int, count(*) FILTER (WHERE c.closed_at IS NULL OR c.retention_class IS NULL)::int,
      count(*) FILTER (WHERE c.retention_class IS NOT NULL AND c.retention_until IS NULL)::int, max(c.retention_until)
    FROM case_file c WHERE nms_claim('actor') IS NOT NULL AND (c.id = (SELECT p.case_id FROM evidence_package p WHERE p.id = kept_id)
      OR c.id IN (SELECT e.case_id FROM case_exhibit e WHERE e.capture_id = kept_id)) $$;
  REVOKE ALL ON FUNCTION evidence_kept_by_cases(text) FROM PUBLIC;
  GRANT EXECUTE ON FUNCTION evidence_kept_by_cases(text) TO nms_api, nms_worker;
`;
