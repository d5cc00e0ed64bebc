import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Cases with everything that hangs on them. Who sees a case is said once, on `case_file`; every child asks whether its case is
 * seen. Events, exhibits, notes and recusals are insert-only.
 */
export class Cases1790000000800 implements MigrationInterface {
  name = 'Cases1790000000800';

  async up(db: QueryRunner): Promise<void> {
    await db.query(TABLES);
    await db.query(TRIGGERS);
    await db.query(ROW_SECURITY);
    await db.query(GRANTS);
  }

  down(): Promise<void> {
    throw new Error('Migrations go forward only. Restore a backup instead.');
  }
}

const TABLES = `
  CREATE TABLE case_file (
    id uuid PRIMARY KEY, version int NOT NULL DEFAULT 1 CHECK (version >= 1), number text NOT NULL UNIQUE,
    division_code char(6) NOT NULL CHECK (division_code ~ '^[0-9]{6}$'),
    definition_key text NOT NULL, definition_version int NOT NULL, state text NOT NULL, entered_by text NOT NULL, entered_at timestamptz(3) NOT NULL,
    visibility text NOT NULL DEFAULT 'normal' CHECK (visibility IN ('normal', 'restricted', 'sealed')), visibility_reason text, visibility_review date,
    CHECK (visibility = 'normal' OR visibility_reason IS NOT NULL),
    source text NOT NULL, matter text NOT NULL, finding_id uuid UNIQUE, subject_id uuid, outlet_id uuid, party_name text, outlet_name text,
    facts text, articles jsonb NOT NULL DEFAULT '[]', report text, outcome text, penalty jsonb, statement text, execution text,
    opened_at timestamptz(3) NOT NULL, filed_at timestamptz(3), decided_at timestamptz(3), served_at timestamptz(3), closed_at timestamptz(3),
    archived_at timestamptz(3), retention_class text, retention_until date, merged_into uuid REFERENCES case_file,
    created_by text NOT NULL, updated_at timestamptz(3) NOT NULL,
    -- Kept by triggers from case_officer and case_recusal, so that row security needs no second table.
    named text[] NOT NULL DEFAULT '{}', recused text[] NOT NULL DEFAULT '{}');
  CREATE INDEX case_file_list ON case_file (division_code, opened_at DESC);
  CREATE INDEX case_file_state ON case_file (state, division_code);
  CREATE INDEX case_file_outlet ON case_file (outlet_id) WHERE closed_at IS NULL;
  CREATE INDEX case_file_subject ON case_file (subject_id);
  CREATE INDEX case_file_named ON case_file USING gin (named);
  CREATE INDEX case_file_search ON case_file USING gin (bigrams(lower(number || ' ' || matter || ' ' || coalesce(party_name, '') || ' ' || coalesce(outlet_name, ''))));

  -- Numbers are taken, never given back: a discarded case keeps its own.
  CREATE TABLE case_number (division_code char(6) NOT NULL, year int NOT NULL, last int NOT NULL, PRIMARY KEY (division_code, year));

  CREATE TABLE case_officer (
    case_id uuid NOT NULL REFERENCES case_file, officer_id uuid NOT NULL, role text NOT NULL CHECK (role IN ('handler', 'reviewer', 'member')),
    since timestamptz(3) NOT NULL, until timestamptz(3), name text NOT NULL, certificate text, named_by text NOT NULL,
    PRIMARY KEY (case_id, officer_id, role, since));
  CREATE UNIQUE INDEX case_officer_once ON case_officer (case_id, officer_id, role) WHERE until IS NULL;
  CREATE TABLE case_recusal (
    case_id uuid NOT NULL REFERENCES case_file, officer_id uuid NOT NULL, reason text NOT NULL, decided_by text NOT NULL,
    at timestamptz(3) NOT NULL, PRIMARY KEY (case_id, officer_id));

  CREATE TABLE case_event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_id uuid NOT NULL REFERENCES case_file, kind text NOT NULL,
    happened_at timestamptz(3) NOT NULL, recorded_at timestamptz(3) NOT NULL, actor text NOT NULL, zh text NOT NULL, en text NOT NULL,
    data jsonb NOT NULL DEFAULT '{}', after_close boolean NOT NULL DEFAULT false);
  CREATE INDEX case_event_case ON case_event (case_id, id);

  CREATE TABLE case_clock (
    id uuid PRIMARY KEY, case_id uuid NOT NULL REFERENCES case_file, key text NOT NULL, n int NOT NULL, unit text NOT NULL, policy text NOT NULL,
    basis jsonb NOT NULL, informs boolean NOT NULL, blocks_closing boolean NOT NULL, started_at timestamptz(3) NOT NULL, started_by text NOT NULL,
    pauses jsonb NOT NULL DEFAULT '[]', extensions jsonb NOT NULL DEFAULT '[]',
    state text NOT NULL CHECK (state IN ('running', 'paused', 'stopped')), stopped_at timestamptz(3),
    due date NOT NULL, due_at timestamptz(3) NOT NULL, provisional boolean NOT NULL, told text, seq bigint GENERATED ALWAYS AS IDENTITY);
  CREATE INDEX case_clock_case ON case_clock (case_id, seq);
  CREATE INDEX case_clock_running ON case_clock (due_at) WHERE state <> 'stopped' AND NOT informs;
  CREATE UNIQUE INDEX case_clock_one ON case_clock (case_id, key) WHERE state <> 'stopped' AND NOT informs;

  CREATE TABLE case_task (
    id uuid PRIMARY KEY, case_id uuid NOT NULL REFERENCES case_file, division_code char(6) NOT NULL, kind text NOT NULL, zh text NOT NULL, en text NOT NULL,
    requires text NOT NULL, assignees text[] NOT NULL DEFAULT '{}', of_state boolean NOT NULL, blocks boolean NOT NULL DEFAULT false,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done')), due date, held_until date, seen_by text[] NOT NULL DEFAULT '{}',
    created_at timestamptz(3) NOT NULL, created_by text NOT NULL, done_at timestamptz(3), done_by text, note text, once text UNIQUE);
  CREATE INDEX case_task_open ON case_task (division_code, due) WHERE state = 'open';
  CREATE INDEX case_task_case ON case_task (case_id);
  CREATE INDEX case_task_assignees ON case_task USING gin (assignees);

  CREATE TABLE case_party (
    id uuid PRIMARY KEY, case_id uuid NOT NULL REFERENCES case_file, role text NOT NULL CHECK (role IN ('party', 'agent', 'thirdParty')),
    subject_id uuid, snapshot jsonb NOT NULL, taken_at timestamptz(3) NOT NULL, taken_by text NOT NULL);
  CREATE INDEX case_party_case ON case_party (case_id);
  CREATE TABLE case_exhibit (
    id uuid PRIMARY KEY, case_id uuid NOT NULL REFERENCES case_file, number int NOT NULL, capture_id text NOT NULL, fact_to_prove text NOT NULL,
    package jsonb NOT NULL, added_by text NOT NULL, added_at timestamptz(3) NOT NULL, UNIQUE (case_id, number), UNIQUE (case_id, capture_id));
  CREATE TABLE case_note (
    id uuid PRIMARY KEY, case_id uuid NOT NULL REFERENCES case_file, text text NOT NULL, corrects uuid REFERENCES case_note,
    by text NOT NULL, at timestamptz(3) NOT NULL, after_close boolean NOT NULL);
  CREATE INDEX case_note_case ON case_note (case_id, at);
  CREATE TABLE case_remark (
    id uuid PRIMARY KEY, case_id uuid NOT NULL REFERENCES case_file, round int NOT NULL, field text, text text NOT NULL, by text NOT NULL,
    at timestamptz(3) NOT NULL, answer text, answered_by text, answered_at timestamptz(3));
  CREATE INDEX case_remark_case ON case_remark (case_id, at);
  CREATE TABLE case_blocker (
    case_id uuid NOT NULL REFERENCES case_file, kind text NOT NULL, ref text NOT NULL, text text NOT NULL, at timestamptz(3) NOT NULL,
    PRIMARY KEY (case_id, kind, ref));
  CREATE TABLE case_link (
    case_id uuid NOT NULL REFERENCES case_file, other_id uuid NOT NULL REFERENCES case_file, reason text NOT NULL, by text NOT NULL, at timestamptz(3) NOT NULL,
    PRIMARY KEY (case_id, other_id), CHECK (case_id <> other_id));

  -- Official notices, newest version of a year in force; those that ship with the product lie in the code as data.
  CREATE TABLE working_calendar_year (
    year int NOT NULL CHECK (year BETWEEN 2000 AND 2100), version int NOT NULL, body jsonb NOT NULL, imported_by text NOT NULL,
    imported_at timestamptz(3) NOT NULL, PRIMARY KEY (year, version));
`;

const TRIGGERS = `
  DO $$ DECLARE t text; BEGIN
    FOREACH t IN ARRAY ARRAY['case_event', 'case_exhibit', 'case_note', 'case_recusal', 'working_calendar_year'] LOOP
      EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', t || '_insert_only', t);
    END LOOP;
  END $$;

  CREATE FUNCTION case_file_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF (NEW.number, NEW.definition_key, NEW.definition_version, NEW.opened_at, NEW.created_by, NEW.finding_id)
       IS DISTINCT FROM (OLD.number, OLD.definition_key, OLD.definition_version, OLD.opened_at, OLD.created_by, OLD.finding_id) THEN
      RAISE EXCEPTION 'a case keeps its number, its origin and its definition' USING ERRCODE = 'insufficient_privilege'; END IF;
    RETURN NEW; END $$;
  CREATE TRIGGER case_file_keep BEFORE UPDATE ON case_file FOR EACH ROW EXECUTE FUNCTION case_file_keep();

  -- Run as the owner: whoever is recused by this very statement could not write the row that hides the case from him.
  CREATE FUNCTION case_file_people() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
  DECLARE it uuid := coalesce(NEW.case_id, OLD.case_id); BEGIN
    UPDATE case_file SET
      named = ARRAY(SELECT DISTINCT officer_id::text FROM case_officer WHERE case_id = it AND until IS NULL),
      recused = ARRAY(SELECT officer_id::text FROM case_recusal WHERE case_id = it)
    WHERE id = it;
    RETURN NULL; END $$;
  CREATE TRIGGER case_officer_people AFTER INSERT OR UPDATE ON case_officer FOR EACH ROW EXECUTE FUNCTION case_file_people();
  CREATE TRIGGER case_recusal_people AFTER INSERT ON case_recusal FOR EACH ROW EXECUTE FUNCTION case_file_people();

  -- Each caller waits for the one before him; a number that was handed out is never handed out again.
  CREATE FUNCTION next_case_number(division text, in_year int) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
  DECLARE seq int; BEGIN
    IF NOT (nms_in_scope(division) OR nms_claim('scope') = 'self') THEN
      RAISE EXCEPTION 'division % is out of scope', division USING ERRCODE = 'insufficient_privilege'; END IF;
    INSERT INTO case_number AS n VALUES (division, in_year, 1)
      ON CONFLICT (division_code, year) DO UPDATE SET last = n.last + 1 RETURNING last INTO seq;
    RETURN division || '-' || in_year || '-' || lpad(seq::text, 5, '0'); END $$;
  REVOKE ALL ON FUNCTION next_case_number(text, int) FROM PUBLIC;
`;

const ROW_SECURITY = `
  -- Normal: scope decides. Restricted: the named, and heads and auditors in scope. Sealed: the named and heads in scope. Recused: never.
  CREATE FUNCTION case_seen(division text, visibility text, named text[], recused text[], created_by text) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nms_is_system() OR coalesce(
      nms_claim('scope') IN ('all', 'below', 'unit', 'self') AND NOT nms_claim('actor') = ANY (recused) AND (
        nms_claim('actor') = ANY (named) OR CASE visibility
          WHEN 'normal' THEN nms_in_scope(division) OR (nms_claim('scope') = 'self' AND created_by = nms_claim('actor'))
          WHEN 'restricted' THEN nms_in_scope(division) AND (nms_has_role('head') OR nms_has_role('auditor'))
          WHEN 'sealed' THEN nms_in_scope(division) AND nms_has_role('head')
        END), false) $$;
  ALTER TABLE case_file ENABLE ROW LEVEL SECURITY;
  ALTER TABLE case_file FORCE ROW LEVEL SECURITY;
  CREATE POLICY case_file_seen ON case_file USING (case_seen(division_code, visibility, named, recused, created_by));

  -- Whether a case of this id exists and is hidden from the caller. What hangs on a case in other rooms is hidden with it.
  CREATE FUNCTION case_hidden(it text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT NOT nms_is_system() AND EXISTS (
      SELECT FROM case_file c WHERE c.id = CASE WHEN it ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN it::uuid END
        AND NOT case_seen(c.division_code, c.visibility, c.named, c.recused, c.created_by)) $$;
  CREATE POLICY document_with_case ON document AS RESTRICTIVE USING (NOT case_hidden(case_id));
  CREATE POLICY evidence_package_with_case ON evidence_package AS RESTRICTIVE USING (NOT case_hidden(case_id::text));

  DO $$ DECLARE t text; BEGIN
    FOREACH t IN ARRAY ARRAY['case_officer', 'case_recusal', 'case_event', 'case_clock', 'case_task', 'case_party', 'case_exhibit', 'case_note',
        'case_remark', 'case_blocker', 'case_link'] LOOP
      EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
      EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
      EXECUTE format('CREATE POLICY %I ON %I USING (EXISTS (SELECT FROM case_file c WHERE c.id = case_id))', t || '_with_case', t);
    END LOOP;
  END $$;
  ALTER TABLE case_number ENABLE ROW LEVEL SECURITY;
  ALTER TABLE case_number FORCE ROW LEVEL SECURITY;
  ALTER TABLE working_calendar_year ENABLE ROW LEVEL SECURITY;
  ALTER TABLE working_calendar_year FORCE ROW LEVEL SECURITY;
  CREATE POLICY working_calendar_read ON working_calendar_year FOR SELECT USING (nms_claim('actor') IS NOT NULL);
  CREATE POLICY working_calendar_import ON working_calendar_year FOR INSERT WITH CHECK (nms_is_system() OR nms_has_role('systemAdmin'));

  -- Whoever opens work on an outlet is told that there is more than he sees, and whom to ask; nothing else of it.
  CREATE FUNCTION case_elsewhere(outlet uuid, OUT offices text[], OUT n int) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT array_agg(DISTINCT u.name), count(DISTINCT c.id)::int FROM case_file c LEFT JOIN unit u ON u.division_code = c.division_code
    WHERE c.outlet_id = outlet AND c.closed_at IS NULL AND c.visibility <> 'sealed' AND nms_claim('scope') IN ('all', 'below', 'unit', 'self') $$;
  REVOKE ALL ON FUNCTION case_elsewhere(uuid) FROM PUBLIC;
`;

const GRANTS = `
  GRANT SELECT, INSERT, UPDATE ON case_file, case_officer, case_clock, case_task, case_remark TO nms_api, nms_worker;
  GRANT SELECT, INSERT ON case_recusal, case_event, case_party, case_exhibit, case_note, case_link TO nms_api, nms_worker;
  GRANT SELECT, INSERT, UPDATE, DELETE ON case_blocker TO nms_api, nms_worker;
  GRANT SELECT ON working_calendar_year TO nms_api, nms_worker;
  GRANT INSERT ON working_calendar_year TO nms_api;
  GRANT EXECUTE ON FUNCTION next_case_number(text, int), case_elsewhere(uuid) TO nms_api, nms_worker;
`;
