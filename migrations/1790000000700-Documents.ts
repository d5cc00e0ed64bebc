import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Official documents, their papers, the number register and service. Numbers and papers are never changed nor removed. */
export class Documents1790000000700 implements MigrationInterface {
  name = 'Documents1790000000700';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE issuing_authority (
        division_code char(6) PRIMARY KEY, name text NOT NULL, word text NOT NULL CHECK (word ~ '^[\u4e00-\u9fa5]{2,8}$'),
        address text, phone text, reconsideration text, court text);

      CREATE TABLE document (
        id uuid PRIMARY KEY, division_code char(6) NOT NULL, ref_kind text NOT NULL CHECK (ref_kind IN ('case', 'order')),
        ref_id text NOT NULL, case_id text, form text NOT NULL, template_version int NOT NULL, title text NOT NULL,
        state text NOT NULL CHECK (state IN ('draft', 'submitted', 'approved', 'sealed', 'served', 'finished', 'void')),
        data jsonb NOT NULL, number text, issued_on date, paper int NOT NULL DEFAULT 0, version int NOT NULL DEFAULT 1,
        drafted_by text NOT NULL, drafted_at timestamptz(3) NOT NULL,
        submission jsonb, submitted_by text, approval jsonb, approved_by text, void_reason text,
        CHECK ((approved_by IS NULL) = (approval IS NULL)),
        CHECK ((submitted_by IS NULL) = (submission IS NULL)),
        CONSTRAINT document_approver_apart CHECK (approved_by IS NULL OR (approved_by <> submitted_by AND approved_by <> drafted_by)),
        CHECK (state NOT IN ('approved', 'sealed', 'served') OR (number IS NOT NULL AND approved_by IS NOT NULL)),
        CHECK ((state IN ('sealed', 'served', 'finished')) <= (paper >= 1)),
        CHECK (state <> 'void' OR void_reason IS NOT NULL));
      CREATE INDEX document_of_ref ON document (ref_kind, ref_id, drafted_at);
      CREATE INDEX document_of_case ON document (case_id, drafted_at) WHERE case_id IS NOT NULL;
      CREATE INDEX document_by_state ON document (division_code, state, drafted_at);

      CREATE TABLE document_paper (
        document_id uuid NOT NULL REFERENCES document, version int NOT NULL CHECK (version >= 1), sha256 char(64) NOT NULL,
        size int NOT NULL, data jsonb NOT NULL, made_by text NOT NULL, made_by_name text NOT NULL, made_at timestamptz(3) NOT NULL,
        reason text, PRIMARY KEY (document_id, version), CHECK (version = 1 OR reason IS NOT NULL));

      CREATE TABLE document_counter (
        division_code char(6) NOT NULL, word text NOT NULL, year int NOT NULL, last int NOT NULL CHECK (last >= 1),
        PRIMARY KEY (division_code, word, year));
      CREATE TABLE document_number (
        division_code char(6) NOT NULL, word text NOT NULL, year int NOT NULL, sequence int NOT NULL CHECK (sequence >= 1),
        number text NOT NULL, document_id uuid NOT NULL UNIQUE REFERENCES document, assigned_by text NOT NULL,
        assigned_at timestamptz(3) NOT NULL, voided_at timestamptz(3), void_reason text,
        PRIMARY KEY (division_code, word, year, sequence), UNIQUE (division_code, number),
        CHECK ((voided_at IS NULL) = (void_reason IS NULL)));

      CREATE TABLE document_service (
        document_id uuid PRIMARY KEY REFERENCES document, method text NOT NULL CHECK (method IN
          ('direct', 'left', 'electronic', 'post', 'entrusted', 'forwarded', 'announced')),
        recipient text NOT NULL, place text NOT NULL, served_at timestamptz(3) NOT NULL, receiver text, refused text, witness text,
        media jsonb NOT NULL DEFAULT '[]', agreement text, recorded_by text NOT NULL, recorded_at timestamptz(3) NOT NULL,
        CHECK (method <> 'electronic' OR agreement IS NOT NULL));

      CREATE TRIGGER document_paper_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON document_paper FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
      CREATE TRIGGER document_service_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON document_service FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
      CREATE TRIGGER document_number_kept BEFORE DELETE OR TRUNCATE ON document_number FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
      CREATE TRIGGER document_kept BEFORE DELETE OR TRUNCATE ON document FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
      -- A register line changes once, from valid to void; a document never loses or changes its number, and never leaves a final state.
      CREATE FUNCTION document_number_void_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF OLD.voided_at IS NOT NULL OR (NEW.division_code, NEW.word, NEW.year, NEW.sequence, NEW.number, NEW.document_id, NEW.assigned_by, NEW.assigned_at)
          IS DISTINCT FROM (OLD.division_code, OLD.word, OLD.year, OLD.sequence, OLD.number, OLD.document_id, OLD.assigned_by, OLD.assigned_at)
        THEN RAISE EXCEPTION 'a number is assigned once and voided once' USING ERRCODE = 'insufficient_privilege'; END IF;
        RETURN NEW; END $$;
      CREATE TRIGGER document_number_void_once BEFORE UPDATE ON document_number FOR EACH ROW EXECUTE FUNCTION document_number_void_once();
      CREATE FUNCTION document_settled() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF OLD.state IN ('served', 'finished', 'void') OR (OLD.number IS NOT NULL AND NEW.number IS DISTINCT FROM OLD.number)
          OR NEW.paper < OLD.paper OR (NEW.form, NEW.ref_kind, NEW.ref_id, NEW.division_code) IS DISTINCT FROM (OLD.form, OLD.ref_kind, OLD.ref_id, OLD.division_code)
        THEN RAISE EXCEPTION 'a settled document does not change' USING ERRCODE = 'insufficient_privilege'; END IF;
        RETURN NEW; END $$;
      CREATE TRIGGER document_settled BEFORE UPDATE ON document FOR EACH ROW EXECUTE FUNCTION document_settled();

      ALTER TABLE issuing_authority ENABLE ROW LEVEL SECURITY; ALTER TABLE issuing_authority FORCE ROW LEVEL SECURITY;
      ALTER TABLE document ENABLE ROW LEVEL SECURITY; ALTER TABLE document FORCE ROW LEVEL SECURITY;
      ALTER TABLE document_paper ENABLE ROW LEVEL SECURITY; ALTER TABLE document_paper FORCE ROW LEVEL SECURITY;
      ALTER TABLE document_counter ENABLE ROW LEVEL SECURITY; ALTER TABLE document_counter FORCE ROW LEVEL SECURITY;
      ALTER TABLE document_number ENABLE ROW LEVEL SECURITY; ALTER TABLE document_number FORCE ROW LEVEL SECURITY;
      ALTER TABLE document_service ENABLE ROW LEVEL SECURITY; ALTER TABLE document_service FORCE ROW LEVEL SECURITY;
      CREATE POLICY issuing_authority_read ON issuing_authority FOR SELECT USING (nms_is_system() OR nms_claim('scope') IN ('all', 'below', 'unit', 'self'));
      CREATE POLICY issuing_authority_write ON issuing_authority USING (nms_is_system()) WITH CHECK (nms_is_system());
      CREATE POLICY document_scope ON document USING (nms_in_scope(division_code) OR (nms_claim('scope') = 'self' AND drafted_by = nms_claim('actor')))
        WITH CHECK (nms_in_scope(division_code) OR (nms_claim('scope') = 'self' AND drafted_by = nms_claim('actor') AND division_code = nms_claim('division')));
      CREATE POLICY document_paper_scope ON document_paper USING (EXISTS (SELECT FROM document d WHERE d.id = document_id))
        WITH CHECK (EXISTS (SELECT FROM document d WHERE d.id = document_id));
      CREATE POLICY document_counter_scope ON document_counter USING (nms_in_scope(division_code)) WITH CHECK (nms_in_scope(division_code));
      CREATE POLICY document_number_scope ON document_number USING (nms_in_scope(division_code)) WITH CHECK (nms_in_scope(division_code));
      CREATE POLICY document_service_scope ON document_service USING (EXISTS (SELECT FROM document d WHERE d.id = document_id))
        WITH CHECK (EXISTS (SELECT FROM document d WHERE d.id = document_id));

      GRANT SELECT, INSERT, UPDATE ON issuing_authority TO nms_api, nms_worker;
      GRANT SELECT, INSERT ON document, document_paper, document_counter, document_number, document_service TO nms_api, nms_worker;
      GRANT UPDATE (state, data, number, issued_on, paper, version, submission, submitted_by, approval, approved_by, void_reason) ON document TO nms_api, nms_worker;
      GRANT UPDATE (last) ON document_counter TO nms_api, nms_worker;
      GRANT UPDATE (voided_at, void_reason) ON document_number TO nms_api, nms_worker;
    `);
  }

  down(): Promise<void> {
    throw new Error('Migrations go forward only. Restore a backup instead.');
  }
}
