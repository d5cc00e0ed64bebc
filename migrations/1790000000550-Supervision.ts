import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Findings: what a scan or an inspector saw on a captured page, and what a person decided about it. */
export class Supervision1790000000550 implements MigrationInterface {
  name = 'Supervision1790000000550';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE finding (
        id uuid PRIMARY KEY, division_code char(6) NOT NULL, outlet_id uuid NOT NULL REFERENCES outlet, subject_id uuid NOT NULL REFERENCES subject,
        capture_id text NOT NULL, kind text NOT NULL CHECK (kind IN ('badgeMissing', 'word')), rule_id text NOT NULL, severity int NOT NULL,
        origin text NOT NULL CHECK (origin IN ('scan', 'manual')), hits jsonb NOT NULL DEFAULT '[]', excluded jsonb NOT NULL DEFAULT '[]',
        display jsonb, note text, state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'confirmed', 'dismissed')),
        version int NOT NULL DEFAULT 1, found_by text NOT NULL, found_at timestamptz(3) NOT NULL,
        decided_by text, decided_at timestamptz(3), reason text,
        CHECK ((state = 'open') = (decided_by IS NULL)), CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
        CONSTRAINT finding_dismissed_with_reason CHECK (state <> 'dismissed' OR coalesce(length(trim(reason)), 0) > 0),
        CONSTRAINT finding_manual_with_note CHECK (origin <> 'manual' OR coalesce(length(trim(note)), 0) > 0));
      CREATE UNIQUE INDEX finding_once ON finding (capture_id, rule_id) WHERE origin = 'scan';
      CREATE INDEX finding_queue ON finding (division_code, state, found_at DESC);
      CREATE INDEX finding_by_outlet ON finding (outlet_id, found_at DESC);

      -- What was found is never rewritten, and a decision is taken once.
      CREATE FUNCTION finding_decided_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF OLD.state <> 'open' OR (NEW.outlet_id, NEW.capture_id, NEW.rule_id, NEW.hits, NEW.found_by, NEW.found_at)
          IS DISTINCT FROM (OLD.outlet_id, OLD.capture_id, OLD.rule_id, OLD.hits, OLD.found_by, OLD.found_at)
        THEN RAISE EXCEPTION 'a finding is decided once' USING ERRCODE = 'insufficient_privilege'; END IF;
        RETURN NEW; END $$;
      CREATE TRIGGER finding_decided_once BEFORE UPDATE ON finding FOR EACH ROW EXECUTE FUNCTION finding_decided_once();
      CREATE TRIGGER finding_kept BEFORE DELETE OR TRUNCATE ON finding FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

      ALTER TABLE finding ENABLE ROW LEVEL SECURITY; ALTER TABLE finding FORCE ROW LEVEL SECURITY;
      CREATE POLICY finding_scope ON finding USING (nms_in_scope(division_code) OR (nms_claim('scope') = 'self' AND found_by = nms_claim('actor')))
        WITH CHECK (nms_in_scope(division_code) OR (nms_claim('scope') = 'self' AND found_by = nms_claim('actor') AND division_code = nms_claim('division')));
      GRANT SELECT, INSERT ON finding TO nms_api, nms_worker;
      GRANT UPDATE (state, version, decided_by, decided_at, reason) ON finding TO nms_api;
    `);
  }

  down(): Promise<void> {
    throw new Error('Migrations go forward only. Restore a backup instead.');
  }
}
