import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Evidence packages, their files, live steps, exports, and the custody ledger with its insert-only entries. */
export class Evidence1790000000600 implements MigrationInterface {
  name = 'Evidence1790000000600';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE evidence_number (division_code char(6) NOT NULL, year int NOT NULL, last int NOT NULL, PRIMARY KEY (division_code, year));
      CREATE TABLE evidence_package (
        id text PRIMARY KEY CHECK (id ~ '^ev_[0-9A-HJKMNP-TV-Z]{26}$'), number text NOT NULL UNIQUE,
        kind text NOT NULL CHECK (kind IN ('web_capture', 'import', 'attestation')), division_code char(6) NOT NULL,
        url text NOT NULL CHECK (length(url) <= 8192), profile text NOT NULL CHECK (profile IN ('desktop', 'mobile')), purpose text NOT NULL,
        outlet_id uuid, finding_id uuid, case_id uuid, order_id uuid, fact_to_prove text NOT NULL CHECK (fact_to_prove <> ''), place text NOT NULL,
        request jsonb NOT NULL, requested_by text NOT NULL, requested_at timestamptz(3) NOT NULL, entry_sha256 char(64) NOT NULL, before_size bigint,
        state text NOT NULL CHECK (state IN ('requested', 'capturing', 'fixed', 'stamped', 'confirmed', 'sealed', 'transferred', 'disposed', 'refused', 'failed')),
        attempt int NOT NULL DEFAULT 0, lease_until timestamptz(3), completeness text CHECK (completeness IN ('complete', 'partial')),
        limits text[] NOT NULL DEFAULT '{}', reason text, navigation jsonb, artefacts jsonb NOT NULL DEFAULT '[]',
        manifest_sha256 char(64), manifest_sm3 char(64), sig_sha256 char(64), environment text, fixed_at timestamptz(3), stamp_tries int NOT NULL DEFAULT 0,
        stamp_next_at timestamptz(3), version int NOT NULL DEFAULT 1,
        CHECK ((fixed_at IS NULL) = (manifest_sha256 IS NULL)));
      CREATE INDEX evidence_package_waiting ON evidence_package (requested_at) WHERE state IN ('requested', 'capturing');
      CREATE INDEX evidence_package_by_case ON evidence_package (case_id);
      CREATE INDEX evidence_package_by_outlet ON evidence_package (outlet_id);
      CREATE TABLE evidence_file (
        package_id text NOT NULL REFERENCES evidence_package, path text NOT NULL, role text NOT NULL, media_type text NOT NULL, title text NOT NULL,
        size bigint NOT NULL, sha256 char(64) NOT NULL, sm3 char(64) NOT NULL, PRIMARY KEY (package_id, path));
      CREATE TABLE evidence_step (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, package_id text NOT NULL REFERENCES evidence_package, at timestamptz(3) NOT NULL,
        step text NOT NULL, detail text NOT NULL);
      CREATE INDEX evidence_step_of ON evidence_step (package_id, id);
      CREATE TABLE evidence_export (
        id uuid PRIMARY KEY, package_id text NOT NULL REFERENCES evidence_package, n int NOT NULL, state text NOT NULL
        CHECK (state IN ('requested', 'ready', 'failed')), purpose text NOT NULL, requested_by text NOT NULL, requested_at timestamptz(3) NOT NULL,
        blob_sha256 char(64), seal_sha256 char(64), size bigint, finished_at timestamptz(3), reason text, UNIQUE (package_id, n));

      -- RFC 3161 tokens over MANIFEST.sig: only what was accepted by the strict profile on receipt.
      CREATE TABLE evidence_stamp (
        package_id text NOT NULL REFERENCES evidence_package, tsa text NOT NULL, algorithm text NOT NULL CHECK (algorithm IN ('sha256', 'sm3')),
        token bytea NOT NULL CHECK (octet_length(token) <= 262144), token_sha256 char(64) NOT NULL, gen_time timestamptz(3) NOT NULL,
        serial text NOT NULL, received_at timestamptz(3) NOT NULL, PRIMARY KEY (package_id, tsa));

      CREATE TABLE ledger_entry (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, subject text NOT NULL, seq int NOT NULL CHECK (seq >= 0), type text NOT NULL,
        at timestamptz(3) NOT NULL, key text NOT NULL UNIQUE, entry bytea NOT NULL CHECK (octet_length(entry) <= 1024), entry_sha256 char(64) NOT NULL,
        leaf bytea NOT NULL CHECK (octet_length(leaf) = 32), leaf_sm3 bytea NOT NULL CHECK (octet_length(leaf_sm3) = 32), UNIQUE (subject, seq));
      CREATE TABLE ledger_body (entry_id bigint PRIMARY KEY REFERENCES ledger_entry, json text NOT NULL);
      -- The place of an entry in the log of its agency and year. Given by one sequencer, in groups, so that writers do not queue up.
      CREATE TABLE ledger_place (
        origin text NOT NULL, idx bigint NOT NULL CHECK (idx >= 0), entry_id bigint NOT NULL UNIQUE REFERENCES ledger_entry, PRIMARY KEY (origin, idx));
      -- Complete subtrees of both RFC 6962 trees; none of them ever changes.
      CREATE TABLE ledger_node (
        origin text NOT NULL, tree text NOT NULL CHECK (tree IN ('sha256', 'sm3')), level int NOT NULL CHECK (level >= 0), idx bigint NOT NULL CHECK (idx >= 0),
        hash bytea NOT NULL CHECK (octet_length(hash) = 32), PRIMARY KEY (origin, tree, level, idx));
      -- What the signer has signed: one root a size, for ever.
      CREATE TABLE ledger_checkpoint (
        origin text NOT NULL, size bigint NOT NULL CHECK (size >= 0), at timestamptz(3) NOT NULL, note text NOT NULL, note_sm3 text NOT NULL,
        PRIMARY KEY (origin, size));
      DO $$ DECLARE t text; BEGIN
        FOREACH t IN ARRAY ARRAY['evidence_file', 'evidence_step', 'evidence_stamp', 'ledger_entry', 'ledger_place', 'ledger_node', 'ledger_checkpoint'] LOOP
          EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', t || '_insert_only', t);
        END LOOP;
      END $$;
      -- What is fixed stays as it was fixed, whoever asks.
      CREATE FUNCTION evidence_package_fixed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF OLD.fixed_at IS NOT NULL AND (NEW.id, NEW.number, NEW.url, NEW.request, NEW.entry_sha256, NEW.manifest_sha256, NEW.manifest_sm3, NEW.sig_sha256,
             NEW.fixed_at, NEW.requested_at, NEW.requested_by) IS DISTINCT FROM (OLD.id, OLD.number, OLD.url, OLD.request, OLD.entry_sha256,
             OLD.manifest_sha256, OLD.manifest_sm3, OLD.sig_sha256, OLD.fixed_at, OLD.requested_at, OLD.requested_by)
        THEN RAISE EXCEPTION 'evidence % is fixed', OLD.id USING ERRCODE = 'insufficient_privilege'; END IF;
        RETURN NEW; END $$;
      CREATE TRIGGER evidence_package_fixed BEFORE UPDATE ON evidence_package FOR EACH ROW EXECUTE FUNCTION evidence_package_fixed();
      CREATE TRIGGER evidence_package_kept BEFORE DELETE OR TRUNCATE ON evidence_package FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

      ALTER TABLE evidence_number ENABLE ROW LEVEL SECURITY;
      ALTER TABLE evidence_package ENABLE ROW LEVEL SECURITY;
      ALTER TABLE evidence_file ENABLE ROW LEVEL SECURITY;
      ALTER TABLE evidence_step ENABLE ROW LEVEL SECURITY;
      ALTER TABLE evidence_export ENABLE ROW LEVEL SECURITY;
      ALTER TABLE evidence_stamp ENABLE ROW LEVEL SECURITY;
      ALTER TABLE ledger_entry ENABLE ROW LEVEL SECURITY;
      ALTER TABLE ledger_body ENABLE ROW LEVEL SECURITY;
      ALTER TABLE ledger_place ENABLE ROW LEVEL SECURITY;
      ALTER TABLE ledger_node ENABLE ROW LEVEL SECURITY;
      ALTER TABLE ledger_checkpoint ENABLE ROW LEVEL SECURITY;
      CREATE POLICY evidence_number_all ON evidence_number USING (nms_in_scope(division_code)) WITH CHECK (nms_in_scope(division_code));
      CREATE POLICY evidence_package_all ON evidence_package USING (nms_in_scope(division_code)) WITH CHECK (nms_in_scope(division_code));
      CREATE POLICY evidence_file_all ON evidence_file USING (EXISTS (SELECT FROM evidence_package p WHERE p.id = package_id))
        WITH CHECK (nms_is_system());
      CREATE POLICY evidence_step_all ON evidence_step USING (EXISTS (SELECT FROM evidence_package p WHERE p.id = package_id)) WITH CHECK (nms_is_system());
      CREATE POLICY evidence_stamp_all ON evidence_stamp USING (EXISTS (SELECT FROM evidence_package p WHERE p.id = package_id)) WITH CHECK (nms_is_system());
      CREATE POLICY evidence_export_all ON evidence_export USING (EXISTS (SELECT FROM evidence_package p WHERE p.id = package_id))
        WITH CHECK (EXISTS (SELECT FROM evidence_package p WHERE p.id = package_id));
      -- Entries hold digests only; who may see the package, or is the system, sees and adds its entries.
      CREATE POLICY ledger_entry_all ON ledger_entry TO nms_api, nms_worker USING (nms_is_system() OR EXISTS (SELECT FROM evidence_package p WHERE p.id = subject))
        WITH CHECK (nms_is_system() OR nms_claim('scope') IN ('self', 'unit', 'below', 'all'));
      CREATE POLICY ledger_body_all ON ledger_body USING (EXISTS (SELECT FROM ledger_entry e WHERE e.id = entry_id))
        WITH CHECK (nms_is_system() OR nms_claim('scope') IN ('self', 'unit', 'below', 'all'));
      CREATE POLICY ledger_place_all ON ledger_place TO nms_api, nms_worker USING (EXISTS (SELECT FROM ledger_entry e WHERE e.id = entry_id)) WITH CHECK (nms_is_system());

      -- Nodes and checkpoints hold digests of the whole agency and nothing else: whoever has a claim at all may read them.
      CREATE POLICY ledger_node_read ON ledger_node FOR SELECT TO nms_api, nms_worker USING (nms_claim('actor') IS NOT NULL);
      CREATE POLICY ledger_node_write ON ledger_node FOR INSERT TO nms_worker WITH CHECK (nms_is_system());
      CREATE POLICY ledger_checkpoint_read ON ledger_checkpoint FOR SELECT TO nms_api, nms_worker, nms_ledger USING (nms_claim('actor') IS NOT NULL);
      CREATE POLICY ledger_checkpoint_write ON ledger_checkpoint FOR INSERT TO nms_ledger WITH CHECK (nms_is_system());
      -- The signer of checkpoints sees digests and places, and no package.
      CREATE POLICY ledger_entry_signer ON ledger_entry FOR SELECT TO nms_ledger USING (nms_is_system());
      CREATE POLICY ledger_place_signer ON ledger_place FOR SELECT TO nms_ledger USING (nms_is_system());

      GRANT SELECT, INSERT, UPDATE ON evidence_number TO nms_api, nms_worker;
      GRANT SELECT, INSERT ON evidence_package, evidence_export TO nms_api, nms_worker;
      GRANT UPDATE ON evidence_package, evidence_export TO nms_worker;
      GRANT UPDATE (case_id) ON evidence_package TO nms_api;
      GRANT SELECT ON evidence_file, evidence_step, evidence_stamp, ledger_place TO nms_api, nms_worker;
      GRANT INSERT ON evidence_file, evidence_step, evidence_stamp, ledger_place TO nms_worker;
      GRANT SELECT, INSERT ON ledger_entry, ledger_body TO nms_api, nms_worker;
      GRANT USAGE ON SEQUENCE ledger_entry_id_seq TO nms_api, nms_worker;
      GRANT SELECT ON ledger_node, ledger_checkpoint TO nms_api, nms_worker;
      GRANT INSERT ON ledger_node TO nms_worker;
      GRANT SELECT ON ledger_entry, ledger_place, ledger_checkpoint TO nms_ledger;
      GRANT INSERT ON ledger_checkpoint TO nms_ledger;
    `);
  }

  down(): Promise<void> {
    throw new Error('Evidence is never dropped. Restore a backup instead.');
  }
}
