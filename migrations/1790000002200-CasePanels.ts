import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Collective discussion of a case (程序规定 art. 60, 行政处罚法 art. 57): the leaders who were called, what each of them said himself, and the
 * conclusion. What was held or called off, and an opinion that was given, are never written again.
 */
export class CasePanels1790000002200 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE case_file ADD COLUMN complex boolean NOT NULL DEFAULT false;

      CREATE TABLE case_panel (
        id uuid PRIMARY KEY, case_id uuid NOT NULL REFERENCES case_file, n int NOT NULL CHECK (n >= 1),
        ground text NOT NULL CHECK (ground IN ('complex', 'grave', 'extension', 'other')), question text NOT NULL CHECK (question <> ''),
        place text NOT NULL, planned_at timestamptz(3) NOT NULL, chair_id uuid NOT NULL, recorder text NOT NULL, listeners text[] NOT NULL DEFAULT '{}',
        convened_by text NOT NULL, convened_at timestamptz(3) NOT NULL, state text NOT NULL CHECK (state IN ('convened', 'held', 'cancelled')),
        held_at timestamptz(3), minutes text, conclusion text CHECK (conclusion IN ('agree', 'otherwise', 'supplement', 'none')), conclusion_text text,
        against_majority text, extended_until date, closed_by text, closed_at timestamptz(3), cancel_reason text,
        UNIQUE (case_id, n),
        CONSTRAINT case_panel_held CHECK ((state = 'held') = (held_at IS NOT NULL AND minutes IS NOT NULL AND conclusion IS NOT NULL AND conclusion_text IS NOT NULL)),
        CONSTRAINT case_panel_cancelled CHECK ((state = 'cancelled') = (cancel_reason IS NOT NULL)),
        CONSTRAINT case_panel_over CHECK ((state = 'convened') = (closed_at IS NULL)));
      CREATE UNIQUE INDEX case_panel_one ON case_panel (case_id) WHERE state = 'convened';
      CREATE TABLE case_panel_member (
        panel_id uuid NOT NULL REFERENCES case_panel, officer_id uuid NOT NULL, name text NOT NULL, let_in boolean NOT NULL,
        vote text CHECK (vote IN ('agree', 'disagree', 'abstain')), opinion text, said_at timestamptz(3), absence text,
        PRIMARY KEY (panel_id, officer_id),
        CONSTRAINT case_panel_member_said CHECK ((vote IS NULL) = (opinion IS NULL) AND (vote IS NULL) = (said_at IS NULL)),
        CONSTRAINT case_panel_member_one CHECK (vote IS NULL OR absence IS NULL));

      CREATE FUNCTION case_panel_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF OLD.state <> 'convened' OR (NEW.id, NEW.case_id, NEW.n, NEW.ground, NEW.question, NEW.chair_id, NEW.convened_by, NEW.convened_at)
          IS DISTINCT FROM (OLD.id, OLD.case_id, OLD.n, OLD.ground, OLD.question, OLD.chair_id, OLD.convened_by, OLD.convened_at) THEN
          RAISE EXCEPTION 'a discussion that is over stays as it was recorded' USING ERRCODE = 'insufficient_privilege'; END IF;
        RETURN NEW; END $$;
      CREATE TRIGGER case_panel_keep BEFORE UPDATE ON case_panel FOR EACH ROW EXECUTE FUNCTION case_panel_keep();
      CREATE FUNCTION case_panel_member_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF OLD.vote IS NOT NULL OR (NEW.panel_id, NEW.officer_id, NEW.name, NEW.let_in) IS DISTINCT FROM (OLD.panel_id, OLD.officer_id, OLD.name, OLD.let_in)
          OR NOT EXISTS (SELECT FROM case_panel p WHERE p.id = OLD.panel_id AND p.state = 'convened') THEN
          RAISE EXCEPTION 'an opinion stays as it was given' USING ERRCODE = 'insufficient_privilege'; END IF;
        RETURN NEW; END $$;
      CREATE TRIGGER case_panel_member_keep BEFORE UPDATE ON case_panel_member FOR EACH ROW EXECUTE FUNCTION case_panel_member_keep();
      CREATE TRIGGER case_panel_no_removal BEFORE DELETE OR TRUNCATE ON case_panel FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
      CREATE TRIGGER case_panel_member_no_removal BEFORE DELETE OR TRUNCATE ON case_panel_member FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

      ALTER TABLE case_panel ENABLE ROW LEVEL SECURITY;
      ALTER TABLE case_panel FORCE ROW LEVEL SECURITY;
      CREATE POLICY case_panel_with_case ON case_panel USING (EXISTS (SELECT FROM case_file c WHERE c.id = case_id));
      ALTER TABLE case_panel_member ENABLE ROW LEVEL SECURITY;
      ALTER TABLE case_panel_member FORCE ROW LEVEL SECURITY;
      CREATE POLICY case_panel_member_with_panel ON case_panel_member USING (EXISTS (SELECT FROM case_panel p WHERE p.id = panel_id));
      GRANT SELECT, INSERT, UPDATE ON case_panel, case_panel_member TO nms_api, nms_worker;
    `);
  }

  down(): Promise<void> {
    throw new Error('Migrations go forward only. Restore a backup instead.');
  }
}
