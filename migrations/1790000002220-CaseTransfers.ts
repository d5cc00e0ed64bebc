import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The way of a case to another organ (程序规定 art. 14, 17): decided, sent, received, answered. What was decided and answered is never rewritten. */
export class CaseTransfers1790000002220 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE case_transfer (
        id uuid PRIMARY KEY, case_id uuid NOT NULL REFERENCES case_file, n int NOT NULL CHECK (n >= 1),
        kind text NOT NULL CHECK (kind IN ('authority', 'crime', 'judiciary')),
        state text NOT NULL CHECK (state IN ('decided', 'sent', 'received', 'accepted', 'returned')),
        receiver text NOT NULL CHECK (receiver <> ''), reason text NOT NULL, materials text[] NOT NULL, decided_by text NOT NULL, decided_at timestamptz(3) NOT NULL,
        send_until timestamptz(3), document_number text, sent_at timestamptz(3), delivery text, receipt text, received_by text, received_at timestamptz(3),
        answer_until date, answer_number text, answer_reason text, answered_at timestamptz(3), recorded_by text,
        UNIQUE (case_id, n),
        CONSTRAINT case_transfer_sent CHECK ((state = 'decided') = (sent_at IS NULL) AND (sent_at IS NULL) = (document_number IS NULL)),
        CONSTRAINT case_transfer_received CHECK ((received_at IS NULL) = (receipt IS NULL) AND (state <> 'accepted' OR received_at IS NOT NULL)),
        CONSTRAINT case_transfer_answered CHECK ((state IN ('accepted', 'returned')) = (answered_at IS NOT NULL) AND (state <> 'returned' OR answer_reason IS NOT NULL)));
      CREATE FUNCTION case_transfer_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF OLD.state IN ('accepted', 'returned') OR (NEW.id, NEW.case_id, NEW.n, NEW.kind, NEW.receiver, NEW.reason, NEW.materials, NEW.decided_by, NEW.decided_at, NEW.send_until)
          IS DISTINCT FROM (OLD.id, OLD.case_id, OLD.n, OLD.kind, OLD.receiver, OLD.reason, OLD.materials, OLD.decided_by, OLD.decided_at, OLD.send_until) THEN
          RAISE EXCEPTION 'a transfer stays as it was decided and answered' USING ERRCODE = 'insufficient_privilege'; END IF;
        RETURN NEW; END $$;
      CREATE TRIGGER case_transfer_keep BEFORE UPDATE ON case_transfer FOR EACH ROW EXECUTE FUNCTION case_transfer_keep();
      CREATE TRIGGER case_transfer_no_removal BEFORE DELETE OR TRUNCATE ON case_transfer FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
      ALTER TABLE case_transfer ENABLE ROW LEVEL SECURITY;
      ALTER TABLE case_transfer FORCE ROW LEVEL SECURITY;
      CREATE POLICY case_transfer_with_case ON case_transfer USING (EXISTS (SELECT FROM case_file c WHERE c.id = case_id));
      GRANT SELECT, INSERT, UPDATE ON case_transfer TO nms_api, nms_worker;
    `);
  }

  down(): Promise<void> {
    throw new Error('Migrations go forward only. Restore a backup instead.');
  }
}
