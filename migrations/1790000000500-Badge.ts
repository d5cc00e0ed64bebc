import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Badges, proofs of control, their history, and what the portal may see and leave: one view and four functions, no table. */
export class Badge1790000000500 implements MigrationInterface {
  name = 'Badge1790000000500';

  async up(db: QueryRunner): Promise<void> {
    await db.query(TABLES);
    await db.query(INTAKE);
    await db.query(ROW_SECURITY);
    await db.query(PORTAL);
    await db.query(GRANTS);
  }

  down(): Promise<void> {
    throw new Error('Migrations go forward only. Restore a backup instead.');
  }
}

const TABLES = `
  CREATE TABLE control_proof (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), version int NOT NULL DEFAULT 1, outlet_id uuid NOT NULL REFERENCES outlet,
    division_code char(6) NOT NULL, method text NOT NULL CHECK (method IN ('wellKnown', 'dnsTxt', 'platformAttestation')),
    token text NOT NULL UNIQUE, location text NOT NULL, host text NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'checking', 'proved', 'failed', 'expired')),
    seen jsonb, attestation text, requested_at timestamptz(3) NOT NULL, wait_until timestamptz(3) NOT NULL, checked_at timestamptz(3),
    check_due timestamptz(3), proved_at timestamptz(3), valid_until timestamptz(3), requested_by text NOT NULL);
  CREATE INDEX control_proof_outlet ON control_proof (outlet_id, requested_at DESC);
  CREATE INDEX control_proof_due ON control_proof (check_due) WHERE check_due IS NOT NULL;

  CREATE TABLE badge (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), version int NOT NULL DEFAULT 1 CHECK (version >= 1), code text NOT NULL UNIQUE,
    subject_id uuid NOT NULL REFERENCES subject, outlet_id uuid NOT NULL REFERENCES outlet, division_code char(6) NOT NULL,
    office text NOT NULL, state text NOT NULL CHECK (state IN ('active', 'suspended', 'lapsed', 'revoked')),
    state_since timestamptz(3) NOT NULL, reason text, officer_hold boolean NOT NULL DEFAULT false, order_holds text[] NOT NULL DEFAULT '{}', issued_at timestamptz(3) NOT NULL,
    issued_by text NOT NULL, proved_until timestamptz(3),
    record text, signature text, key_id text, signed_version int);
  -- One badge an outlet that is not revoked; a race between two officers ends here.
  CREATE UNIQUE INDEX badge_one_per_outlet ON badge (outlet_id) WHERE state <> 'revoked';
  CREATE INDEX badge_division ON badge (division_code, issued_at DESC);
  CREATE INDEX badge_subject ON badge (subject_id);
  CREATE INDEX badge_proved_until ON badge (proved_until) WHERE state = 'active';
  CREATE INDEX badge_unsigned ON badge (id) WHERE signed_version IS DISTINCT FROM version;

  -- Public halves of the keys that signed badge records, so that the portal can publish them without holding any key.
  CREATE TABLE badge_key (key_id text PRIMARY KEY, public_key text NOT NULL, since timestamptz(3) NOT NULL);
  CREATE TRIGGER badge_key_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON badge_key FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

  CREATE TABLE badge_event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, badge_id uuid NOT NULL REFERENCES badge, at timestamptz(3) NOT NULL, actor text NOT NULL,
    action text NOT NULL, from_state text, to_state text NOT NULL, reason text, order_id text);
  CREATE INDEX badge_event_badge ON badge_event (badge_id, id);
  CREATE TRIGGER badge_event_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON badge_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
`;

const INTAKE = `
  -- Origin and day, never who: addresses of visitors are not kept.
  CREATE TABLE badge_visit (
    badge_id uuid NOT NULL REFERENCES badge, day date NOT NULL, kind text NOT NULL CHECK (kind IN ('page', 'picture')),
    origin text NOT NULL, visits bigint NOT NULL, PRIMARY KEY (badge_id, day, kind, origin));
  CREATE TABLE badge_foreign_origin (
    badge_id uuid NOT NULL REFERENCES badge, day date NOT NULL, origin text NOT NULL, kind text NOT NULL CHECK (kind IN ('copied', 'lookalike')),
    seen_at timestamptz(3) NOT NULL, queued_at timestamptz(3), PRIMARY KEY (badge_id, day, origin));
  CREATE INDEX badge_foreign_origin_waiting ON badge_foreign_origin (seen_at) WHERE queued_at IS NULL;
  CREATE TABLE badge_report (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), number text NOT NULL UNIQUE, code text NOT NULL, badge_id uuid REFERENCES badge,
    division_code char(6) NOT NULL, seen_at_address text NOT NULL, what text NOT NULL, contact text, received_at timestamptz(3) NOT NULL,
    state text NOT NULL DEFAULT 'received' CHECK (state IN ('received', 'handled')));
  CREATE INDEX badge_report_division ON badge_report (division_code, received_at DESC);
`;

const ROW_SECURITY = `
  ALTER TABLE control_proof ENABLE ROW LEVEL SECURITY;
  CREATE POLICY control_proof_scope ON control_proof USING (nms_in_scope(division_code)) WITH CHECK (nms_in_scope(division_code));
  ALTER TABLE badge ENABLE ROW LEVEL SECURITY;
  CREATE POLICY badge_scope ON badge USING (nms_in_scope(division_code)) WITH CHECK (nms_in_scope(division_code));
  ALTER TABLE badge_key ENABLE ROW LEVEL SECURITY;
  CREATE POLICY badge_key_read ON badge_key FOR SELECT USING (nms_claim('actor') IS NOT NULL);
  CREATE POLICY badge_key_write ON badge_key FOR INSERT WITH CHECK (nms_is_system());
  ALTER TABLE badge_event ENABLE ROW LEVEL SECURITY;
  CREATE POLICY badge_event_scope ON badge_event USING (EXISTS (SELECT FROM badge b WHERE b.id = badge_id))
    WITH CHECK (EXISTS (SELECT FROM badge b WHERE b.id = badge_id));
  ALTER TABLE badge_visit ENABLE ROW LEVEL SECURITY;
  CREATE POLICY badge_visit_scope ON badge_visit USING (EXISTS (SELECT FROM badge b WHERE b.id = badge_id));
  ALTER TABLE badge_foreign_origin ENABLE ROW LEVEL SECURITY;
  CREATE POLICY badge_foreign_origin_scope ON badge_foreign_origin USING (EXISTS (SELECT FROM badge b WHERE b.id = badge_id));
  ALTER TABLE badge_report ENABLE ROW LEVEL SECURITY;
  CREATE POLICY badge_report_scope ON badge_report USING (nms_in_scope(division_code));
`;

const PORTAL = `
  CREATE VIEW public_badge AS
    SELECT b.code, b.state, b.state_since, b.version, cardinality(b.order_holds) > 0 AS by_order, b.issued_at, b.proved_until, b.office,
      b.division_code, b.record, CASE WHEN b.signed_version = b.version THEN b.signature END AS signature, b.key_id,
      s.id AS subject_id, s.name AS subject_name, s.used_names, s.uscc, s.kind AS subject_kind, s.domicile, s.status AS subject_status,
      s.status_date AS subject_status_date,
      o.site_name, o.domain, o.domain_unicode, o.domain_skeleton, o.url, o.on_platform, p.name AS platform_name, f.telephone AS office_telephone
    FROM badge b JOIN public_subject s ON s.id = b.subject_id JOIN outlet o ON o.id = b.outlet_id LEFT JOIN operator p ON p.id = o.operator_id
      LEFT JOIN LATERAL (SELECT telephone FROM unit u WHERE u.division_code = b.division_code ORDER BY u.name LIMIT 1) f ON true;

  -- Outlets of a subject with their standing badge, for the subject's public page.
  CREATE VIEW public_outlet AS
    SELECT o.id, o.subject_id, o.site_name, o.domain, o.domain_unicode, o.url, b.code AS badge_code, b.state AS badge_state
    FROM outlet o LEFT JOIN badge b ON b.outlet_id = o.id AND b.state <> 'revoked' WHERE o.pool <> 'excluded';
  -- Who is in charge where, and how to reach them: printed on every verification page.
  CREATE VIEW public_office AS
    SELECT DISTINCT ON (division_code) division_code, agency_name, telephone FROM unit ORDER BY division_code, name;

  CREATE FUNCTION public_count_visit(badge_code text, what text, from_origin text, on_day date, times int) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    INSERT INTO badge_visit (badge_id, day, kind, origin, visits)
      SELECT b.id, on_day, what, left(from_origin, 253), times FROM badge b WHERE b.code = badge_code AND times > 0
        AND (EXISTS (SELECT FROM badge_visit v WHERE v.badge_id = b.id AND v.day = on_day AND v.kind = what AND v.origin = left(from_origin, 253))
          OR (SELECT count(*) FROM badge_visit v WHERE v.badge_id = b.id AND v.day = on_day AND v.kind = what) < 200)
      ON CONFLICT (badge_id, day, kind, origin) DO UPDATE SET visits = badge_visit.visits + excluded.visits $$;
  -- Once a badge, origin and day; at most 200 origins a badge and day, so that nobody can fill the table by inventing origins.
  CREATE FUNCTION public_note_foreign_origin(badge_code text, from_origin text, what text, seen timestamptz, on_day date) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    INSERT INTO badge_foreign_origin (badge_id, day, origin, kind, seen_at)
      SELECT b.id, on_day, left(from_origin, 253), what, seen FROM badge b WHERE b.code = badge_code
        AND (SELECT count(*) FROM badge_foreign_origin f WHERE f.badge_id = b.id AND f.day = on_day) < 200
      ON CONFLICT DO NOTHING $$;
  -- The report of a forged or copied badge. The division is that of the code, genuine or not, so that it reaches somebody.
  CREATE FUNCTION public_report_badge(report_number text, badge_code text, address text, what text, contact text, received timestamptz)
    RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    INSERT INTO badge_report (number, code, badge_id, division_code, seen_at_address, what, contact, received_at)
      SELECT report_number, left(badge_code, 40), (SELECT id FROM badge WHERE code = badge_code),
        CASE WHEN badge_code ~ '^[0-9]{6}' THEN left(badge_code, 6) ELSE '000000' END, left(address, 2000), left(what, 2000), left(contact, 200), received $$;
`;

const GRANTS = `
  GRANT SELECT, INSERT, UPDATE ON control_proof, badge TO nms_api, nms_worker;
  GRANT SELECT, INSERT ON badge_event TO nms_api, nms_worker;
  GRANT SELECT ON badge_key TO nms_api, nms_worker, nms_portal;
  GRANT INSERT ON badge_key TO nms_worker;
  GRANT SELECT ON badge_visit, badge_foreign_origin, badge_report TO nms_api, nms_worker;
  GRANT UPDATE (queued_at) ON badge_foreign_origin TO nms_worker;
  GRANT UPDATE (state) ON badge_report TO nms_api;
  REVOKE EXECUTE ON FUNCTION public_count_visit, public_note_foreign_origin, public_report_badge FROM PUBLIC;
  GRANT SELECT ON public_badge, public_outlet, public_office TO nms_portal;
  GRANT EXECUTE ON FUNCTION public_count_visit, public_note_foreign_origin, public_report_badge TO nms_portal;
`;
