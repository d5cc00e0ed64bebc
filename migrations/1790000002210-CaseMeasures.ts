import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Preservation by registration, sealing and seizure (程序规定 art. 33-42): what was taken, on which basis and by whom stays as it was proposed; a
 * measure that is over stays altogether.
 */
export class CaseMeasures1790000002210 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE case_measure (
        id uuid PRIMARY KEY, case_id uuid NOT NULL REFERENCES case_file, n int NOT NULL CHECK (n >= 1),
        kind text NOT NULL CHECK (kind IN ('preservation', 'sealing', 'seizure')),
        state text NOT NULL CHECK (state IN ('proposed', 'refused', 'urgent', 'inForce', 'lifted', 'lapsed', 'released')),
        reason text NOT NULL, basis jsonb NOT NULL, objects jsonb NOT NULL, place text NOT NULL, keeper text NOT NULL, document_number text,
        proposed_by text NOT NULL, proposed_at timestamptz(3) NOT NULL, approve_until timestamptz(3),
        approved_by text, approved_at timestamptz(3), opinion text, clock jsonb, due date, due_at timestamptz(3),
        lift_ground text, lift_reason text, disposal text, ended_at timestamptz(3), ended_by text,
        recheck_note text, rechecked_by text, rechecked_at timestamptz(3), told text,
        UNIQUE (case_id, n),
        CONSTRAINT case_measure_approver CHECK (approved_by IS NULL OR approved_by <> proposed_by),
        CONSTRAINT case_measure_clock CHECK ((state IN ('proposed', 'refused')) = (clock IS NULL) AND (clock IS NULL) = (due_at IS NULL)),
        CONSTRAINT case_measure_ended CHECK ((state IN ('lifted', 'lapsed', 'released')) = (ended_at IS NOT NULL)),
        CONSTRAINT case_measure_released CHECK ((state = 'released') = (rechecked_at IS NOT NULL)));
      CREATE INDEX case_measure_running ON case_measure (due_at) WHERE state IN ('urgent', 'inForce');
      CREATE FUNCTION case_measure_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF OLD.state IN ('refused', 'released') OR (NEW.id, NEW.case_id, NEW.n, NEW.kind, NEW.reason, NEW.basis, NEW.objects, NEW.place, NEW.proposed_by, NEW.proposed_at)
          IS DISTINCT FROM (OLD.id, OLD.case_id, OLD.n, OLD.kind, OLD.reason, OLD.basis, OLD.objects, OLD.place, OLD.proposed_by, OLD.proposed_at) THEN
          RAISE EXCEPTION 'a measure stays as it was taken' USING ERRCODE = 'insufficient_privilege'; END IF;
        RETURN NEW; END $$;
      CREATE TRIGGER case_measure_keep BEFORE UPDATE ON case_measure FOR EACH ROW EXECUTE FUNCTION case_measure_keep();
      CREATE TRIGGER case_measure_no_removal BEFORE DELETE OR TRUNCATE ON case_measure FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
      ALTER TABLE case_measure ENABLE ROW LEVEL SECURITY;
      ALTER TABLE case_measure FORCE ROW LEVEL SECURITY;
      CREATE POLICY case_measure_with_case ON case_measure USING (EXISTS (SELECT FROM case_file c WHERE c.id = case_id));
      GRANT SELECT, INSERT, UPDATE ON case_measure TO nms_api, nms_worker;
    `);
  }

  down(): Promise<void> {
    throw new Error('Migrations go forward only. Restore a backup instead.');
  }
}
