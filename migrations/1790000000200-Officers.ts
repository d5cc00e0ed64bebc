import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Units, people, roles, sessions. Secrets lie in tables of their own, which only the sign-in itself reads. */
export class Officers1790000000200 implements MigrationInterface {
  name = 'Officers1790000000200';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE unit (
        id uuid PRIMARY KEY, name text NOT NULL, division_code char(6) NOT NULL, agency_name text NOT NULL,
        document_word text NOT NULL, telephone text, UNIQUE (name, division_code));
      CREATE TABLE officer (
        id uuid PRIMARY KEY, account text NOT NULL UNIQUE CHECK (account ~ '^[a-z][a-z0-9._-]{2,39}$'), name text NOT NULL,
        certificate text UNIQUE, unit_id uuid NOT NULL REFERENCES unit, division_code char(6) NOT NULL,
        state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'disabled')), version int NOT NULL DEFAULT 1,
        created_by text NOT NULL, created_at timestamptz(3) NOT NULL);
      CREATE TABLE officer_role (
        officer_id uuid NOT NULL REFERENCES officer, role text NOT NULL CHECK (role IN
          ('officer', 'inspector', 'legalReviewer', 'head', 'liaison', 'auditor', 'systemAdmin', 'securityAdmin')),
        scope text NOT NULL CHECK (scope IN ('self', 'unit', 'below', 'all', 'none')), granted_by text NOT NULL,
        granted_at timestamptz(3) NOT NULL, PRIMARY KEY (officer_id, role));
      -- System, security and audit administration are never in one hand, nor mixed with business.
      CREATE FUNCTION officer_role_separation() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF EXISTS (SELECT FROM officer_role r WHERE r.officer_id = NEW.officer_id AND r.role <> NEW.role
          AND (r.role IN ('systemAdmin', 'securityAdmin', 'auditor') OR NEW.role IN ('systemAdmin', 'securityAdmin', 'auditor')))
        THEN RAISE EXCEPTION 'administrators and auditors hold one role only' USING ERRCODE = 'check_violation', CONSTRAINT = 'officer_role_separation'; END IF;
        RETURN NEW; END $$;
      CREATE TRIGGER officer_role_separation BEFORE INSERT OR UPDATE ON officer_role FOR EACH ROW EXECUTE FUNCTION officer_role_separation();
      CREATE TABLE officer_secret (
        officer_id uuid PRIMARY KEY REFERENCES officer, password_hash text NOT NULL, totp_secret text, totp_last_step bigint,
        failures int NOT NULL DEFAULT 0, locked_until timestamptz(3), password_set_at timestamptz(3) NOT NULL);
      CREATE TABLE session (
        token_sha256 char(64) PRIMARY KEY, officer_id uuid NOT NULL REFERENCES officer, csrf_token text NOT NULL,
        started_at timestamptz(3) NOT NULL, seen_at timestamptz(3) NOT NULL, second_factor_at timestamptz(3),
        ended_at timestamptz(3), origin text);
      CREATE INDEX session_of_officer ON session (officer_id) WHERE ended_at IS NULL;

      ALTER TABLE unit ENABLE ROW LEVEL SECURITY;
      ALTER TABLE officer ENABLE ROW LEVEL SECURITY;
      ALTER TABLE officer_role ENABLE ROW LEVEL SECURITY;
      ALTER TABLE officer_secret ENABLE ROW LEVEL SECURITY;
      ALTER TABLE session ENABLE ROW LEVEL SECURITY;
      -- Colleagues' names and units are known inside the house; the public sees none of them.
      CREATE POLICY unit_read ON unit FOR SELECT USING (nms_claim('scope') <> 'public');
      CREATE POLICY unit_write ON unit FOR INSERT WITH CHECK (nms_is_system() OR nms_has_role('systemAdmin'));
      CREATE POLICY officer_read ON officer FOR SELECT USING (nms_claim('scope') <> 'public');
      CREATE POLICY officer_insert ON officer FOR INSERT WITH CHECK (nms_is_system() OR nms_has_role('systemAdmin'));
      CREATE POLICY officer_update ON officer FOR UPDATE USING (nms_is_system() OR nms_has_role('systemAdmin'));
      CREATE POLICY officer_role_read ON officer_role FOR SELECT USING (nms_claim('scope') <> 'public');
      CREATE POLICY officer_role_grant ON officer_role FOR INSERT WITH CHECK (nms_is_system() OR nms_has_role('securityAdmin'));
      CREATE POLICY officer_role_revoke ON officer_role FOR DELETE USING (nms_is_system() OR nms_has_role('securityAdmin'));
      CREATE POLICY officer_secret_system ON officer_secret USING (nms_is_system()) WITH CHECK (nms_is_system());
      CREATE POLICY session_system ON session USING (nms_is_system()) WITH CHECK (nms_is_system());

      GRANT SELECT ON unit, officer, officer_role TO nms_api, nms_worker;
      GRANT INSERT ON unit, officer, officer_role TO nms_api;
      GRANT UPDATE (name, certificate, unit_id, division_code, state, version) ON officer TO nms_api;
      GRANT DELETE ON officer_role TO nms_api;
      GRANT SELECT, INSERT, UPDATE ON officer_secret, session TO nms_api;
    `);
  }

  down(): Promise<void> {
    throw new Error('Migrations go forward only. Restore a backup instead.');
  }
}
