import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Subject register: subjects, outlets, operators, conflicts and the history of every change. Row security is enabled and not
 * forced: the process roles own nothing, and the few functions that must look across divisions run as the owner and say why.
 */
export class Registry1790000000400 implements MigrationInterface {
  name = 'Registry1790000000400';

  async up(db: QueryRunner): Promise<void> {
    await db.query(TABLES);
    await db.query(HISTORY);
    await db.query(ROW_SECURITY);
    await db.query(ACROSS_DIVISIONS);
    await db.query(GRANTS);
  }

  down(): Promise<void> {
    throw new Error('Migrations go forward only. Restore a backup instead.');
  }
}

const TABLES = `
  CREATE TABLE subject (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), version int NOT NULL DEFAULT 1 CHECK (version >= 1),
    uscc text UNIQUE CHECK (uscc ~ '^[0-9A-Z]{18}$'), uscc_override_reason text, uscc_override_by text,
    uscc_warnings text[] NOT NULL DEFAULT '{}', reg_no15 text, name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    used_names text[] NOT NULL DEFAULT '{}', kind text NOT NULL, type_code text, legal_rep text, domicile text,
    division_code char(6) NOT NULL CHECK (division_code ~ '^[0-9]{6}$'), scope text, status text NOT NULL, status_date date,
    established date, registrar text, contact_phone text, exemption text,
    source text NOT NULL, provenance jsonb NOT NULL DEFAULT '{}', search text NOT NULL DEFAULT '',
    created_at timestamptz(3) NOT NULL, updated_at timestamptz(3) NOT NULL);
  CREATE INDEX subject_division ON subject (division_code, created_at DESC);
  CREATE INDEX subject_search ON subject USING gin (bigrams(search));

  CREATE TABLE operator (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), version int NOT NULL DEFAULT 1 CHECK (version >= 1),
    name text NOT NULL UNIQUE, kind text NOT NULL CHECK (kind IN ('platform', 'hosting', 'telecom')), uscc text,
    created_at timestamptz(3) NOT NULL, updated_at timestamptz(3) NOT NULL);
  CREATE TABLE operator_contact (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), operator_id uuid NOT NULL REFERENCES operator, position int NOT NULL,
    name text NOT NULL, role text NOT NULL CHECK (role IN ('reader', 'acknowledger', 'executor', 'integrator')),
    email text, phone text, purpose text NOT NULL, UNIQUE (operator_id, position));

  CREATE TABLE outlet (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), version int NOT NULL DEFAULT 1 CHECK (version >= 1),
    subject_id uuid NOT NULL REFERENCES subject, division_code char(6) NOT NULL CHECK (division_code ~ '^[0-9]{6}$'),
    site_name text NOT NULL, domain text NOT NULL, domain_unicode text NOT NULL, domain_skeleton text NOT NULL,
    mixed_scripts boolean NOT NULL, url text NOT NULL CHECK (length(url) <= 8192), ip inet, site_type text NOT NULL, icp_no text,
    isp text, idc_address text, contact text, other_filings text, carrier_kind text NOT NULL, on_platform boolean NOT NULL,
    operator_id uuid REFERENCES operator, pool text NOT NULL DEFAULT 'none', declaration text NOT NULL, declarant text,
    provenance jsonb NOT NULL DEFAULT '{}', search text NOT NULL DEFAULT '',
    created_at timestamptz(3) NOT NULL, updated_at timestamptz(3) NOT NULL);
  CREATE INDEX outlet_division ON outlet (division_code, created_at DESC);
  CREATE INDEX outlet_subject ON outlet (subject_id);
  CREATE INDEX outlet_domain ON outlet (domain);
  CREATE INDEX outlet_skeleton ON outlet (domain_skeleton);
  CREATE INDEX outlet_search ON outlet USING gin (bigrams(search));

  -- What people search by, kept by the database so that no writer can forget it.
  CREATE FUNCTION subject_search() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    NEW.search := lower(concat_ws(' ', NEW.name, NEW.uscc, NEW.reg_no15, array_to_string(NEW.used_names, ' '))); RETURN NEW; END $$;
  CREATE TRIGGER subject_search BEFORE INSERT OR UPDATE ON subject FOR EACH ROW EXECUTE FUNCTION subject_search();
  CREATE FUNCTION outlet_search() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    NEW.search := lower(concat_ws(' ', NEW.site_name, NEW.domain, nullif(NEW.domain_unicode, NEW.domain), NEW.icp_no, NEW.url)); RETURN NEW; END $$;
  CREATE TRIGGER outlet_search BEFORE INSERT OR UPDATE ON outlet FOR EACH ROW EXECUTE FUNCTION outlet_search();
`;

const HISTORY = `
  CREATE TABLE registry_history (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, entity text NOT NULL CHECK (entity IN ('subject', 'outlet', 'operator')),
    entity_id uuid NOT NULL, version int NOT NULL, at timestamptz(3) NOT NULL, actor text NOT NULL, source text NOT NULL, reason text,
    changes jsonb NOT NULL, division_code char(6), UNIQUE (entity, entity_id, version));
  CREATE TRIGGER registry_history_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON registry_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

  -- A second subject filed the address that another holds. Both stay as filed until an officer decides.
  CREATE TABLE registry_conflict (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), address text NOT NULL,
    outlet_id uuid NOT NULL REFERENCES outlet, other_outlet_id uuid NOT NULL REFERENCES outlet,
    division_code char(6) NOT NULL, other_division_code char(6) NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'decided')), decision text CHECK (decision IN ('keepExisting', 'keepClaimant', 'keepBoth')),
    reason text, opened_at timestamptz(3) NOT NULL, decided_at timestamptz(3), decided_by text,
    UNIQUE (outlet_id, other_outlet_id), CHECK ((state = 'open') = (decision IS NULL)));
`;

const ROW_SECURITY = `
  CREATE FUNCTION nms_is_staff() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT coalesce(nms_claim('scope') IN ('system', 'all', 'below', 'unit', 'self'), false) $$;
  ALTER TABLE subject ENABLE ROW LEVEL SECURITY;
  CREATE POLICY subject_scope ON subject USING (nms_in_scope(division_code)) WITH CHECK (nms_in_scope(division_code));
  ALTER TABLE outlet ENABLE ROW LEVEL SECURITY;
  CREATE POLICY outlet_scope ON outlet USING (nms_in_scope(division_code)) WITH CHECK (nms_in_scope(division_code));
  ALTER TABLE registry_history ENABLE ROW LEVEL SECURITY;
  CREATE POLICY registry_history_scope ON registry_history USING (nms_in_scope(division_code) OR (entity = 'operator' AND nms_is_staff()))
    WITH CHECK (nms_in_scope(division_code) OR (entity = 'operator' AND nms_is_staff()));
  ALTER TABLE registry_conflict ENABLE ROW LEVEL SECURITY;
  CREATE POLICY registry_conflict_scope ON registry_conflict USING (nms_in_scope(division_code) OR nms_in_scope(other_division_code))
    WITH CHECK (nms_in_scope(division_code) OR nms_in_scope(other_division_code));
  -- Operators belong to no division: everybody who handles business sees them.
  ALTER TABLE operator ENABLE ROW LEVEL SECURITY;
  CREATE POLICY operator_staff ON operator USING (nms_is_staff()) WITH CHECK (nms_is_staff());
  ALTER TABLE operator_contact ENABLE ROW LEVEL SECURITY;
  CREATE POLICY operator_contact_staff ON operator_contact USING (nms_is_staff()) WITH CHECK (nms_is_staff());
`;

/** Functions that run as the owner: each returns less than the table and says what for. */
const ACROSS_DIVISIONS = `
  -- Ids that match the words, within the caller's scope. The scope is asked here, inside, because under row security PostgreSQL
  -- would not use the index for a test that it does not know to be leak-proof.
  CREATE FUNCTION registry_find_subjects(words text) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT id FROM subject WHERE bigrams(search) @> bigrams(words) AND strpos(search, lower(words)) > 0 AND nms_in_scope(division_code)
    UNION
    SELECT s.id FROM outlet o JOIN subject s ON s.id = o.subject_id
      WHERE bigrams(o.search) @> bigrams(words) AND strpos(o.search, lower(words)) > 0 AND nms_in_scope(s.division_code) $$;
  CREATE FUNCTION registry_find_outlets(words text) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT id FROM outlet WHERE bigrams(search) @> bigrams(words) AND strpos(search, lower(words)) > 0 AND nms_in_scope(division_code)
    UNION
    SELECT o.id FROM subject s JOIN outlet o ON o.subject_id = s.id
      WHERE bigrams(s.search) @> bigrams(words) AND strpos(s.search, lower(words)) > 0 AND nms_in_scope(o.division_code) $$;

  -- A code is unique in the whole country, and anybody may look it up in public: the answer gives away yes or no, nothing else.
  CREATE FUNCTION registry_uscc_taken(code text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (SELECT FROM subject WHERE uscc = code) AND coalesce(nms_claim('scope'), 'none') NOT IN ('none', 'public') $$;
  -- Outlets of other subjects at the same address, in any division: a conflict must be found across borders. On a platform the
  -- shop's own address counts, elsewhere the host. Ids and divisions only.
  CREATE FUNCTION registry_rival_outlets(subject uuid, host text, shop_url text, platform boolean)
    RETURNS TABLE (outlet_id uuid, division_code text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT o.id, o.division_code::text FROM outlet o
    WHERE o.subject_id <> subject AND o.domain = host AND o.on_platform = platform AND (NOT platform OR o.url = shop_url)
      AND o.pool <> 'excluded' AND coalesce(nms_claim('scope'), 'none') NOT IN ('none', 'public') $$;
  -- Filed names that look the same as a new one but are not it: told to the registrar as a warning.
  CREATE FUNCTION registry_lookalikes(host text, skeleton text) RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT DISTINCT domain_unicode FROM outlet WHERE domain_skeleton = skeleton AND domain <> host
      AND coalesce(nms_claim('scope'), 'none') NOT IN ('none', 'public') LIMIT 10 $$;

  -- What the public may know of a subject. Natural persons appear under a masked name and are not found by it.
  CREATE VIEW public_subject AS
    SELECT id, CASE WHEN kind = 'natural-person-shop' THEN left(name, 1) || '＊＊' ELSE name END AS name,
      CASE WHEN kind = 'natural-person-shop' THEN '{}' ELSE used_names END AS used_names, uscc, kind,
      CASE WHEN kind = 'natural-person-shop' THEN NULL ELSE domicile END AS domicile,
      division_code, status, status_date, established, registrar, updated_at
    FROM subject WHERE kind NOT IN ('unregistered-suspect', 'unknown');
  CREATE FUNCTION public_find_subjects(words text, division text, most int) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT id FROM (
      SELECT s.id FROM subject s WHERE s.kind NOT IN ('natural-person-shop', 'unregistered-suspect', 'unknown')
        AND bigrams(s.search) @> bigrams(words) AND strpos(s.search, lower(words)) > 0 AND starts_with(s.division_code, division)
      UNION
      SELECT s.id FROM outlet o JOIN subject s ON s.id = o.subject_id
        WHERE s.kind NOT IN ('unregistered-suspect', 'unknown') AND o.domain IN (lower(words), 'www.' || lower(words))
          AND o.pool <> 'excluded' AND starts_with(s.division_code, division)) found LIMIT most $$;
`;

const GRANTS = `
  GRANT SELECT, INSERT, UPDATE ON subject, outlet, operator, registry_conflict TO nms_api, nms_worker;
  GRANT SELECT, INSERT, DELETE ON operator_contact TO nms_api, nms_worker;
  GRANT SELECT, INSERT ON registry_history TO nms_api, nms_worker;
  REVOKE EXECUTE ON FUNCTION registry_find_subjects, registry_find_outlets, registry_rival_outlets, registry_lookalikes, registry_uscc_taken, public_find_subjects FROM PUBLIC;
  GRANT EXECUTE ON FUNCTION registry_find_subjects, registry_find_outlets, registry_rival_outlets, registry_lookalikes, registry_uscc_taken TO nms_api, nms_worker;
  GRANT SELECT ON public_subject TO nms_portal;
  GRANT EXECUTE ON FUNCTION public_find_subjects TO nms_portal;
`;
