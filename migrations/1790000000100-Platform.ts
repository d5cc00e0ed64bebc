import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Roles, claims, outbox and idempotency keys. Raw SQL and no imports from libs/: a migration says what was true on its day.
 * Login roles are made here without password when they do not exist; provision gives them one.
 */
export class Platform1790000000100 implements MigrationInterface {
  name = 'Platform1790000000100';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      DO $$ DECLARE r text; BEGIN
        -- Roles belong to the server, not to the database: two databases migrated at once must not trip over each other.
        PERFORM pg_advisory_xact_lock(hashtextextended('nms:roles', 0));
        FOREACH r IN ARRAY ARRAY['nms_api', 'nms_portal', 'nms_worker', 'nms_ledger'] LOOP
          IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = r) THEN EXECUTE format('CREATE ROLE %I LOGIN NOINHERIT', r); END IF;
        END LOOP;
      END $$;
      REVOKE ALL ON SCHEMA public FROM PUBLIC;
      GRANT USAGE ON SCHEMA public TO nms_api, nms_portal, nms_worker, nms_ledger;
      CREATE EXTENSION IF NOT EXISTS pg_trgm;

      -- A claim of the running transaction; NULL when nobody made one, and then every policy below reads nothing.
      CREATE FUNCTION nms_claim(name text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
        $$ SELECT nullif(current_setting('nms.' || name, true), '') $$;
      CREATE FUNCTION nms_has_role(role text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
        $$ SELECT coalesce(role = ANY (string_to_array(nms_claim('roles'), ',')), false) $$;
      CREATE FUNCTION nms_is_system() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
        $$ SELECT coalesce(nms_claim('scope') = 'system', false) $$;
      -- Whether a record of this division lies within the claim. 'self' passes no division by itself: rooms add their own rule for it.
      CREATE FUNCTION nms_in_scope(division_code text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
        SELECT coalesce(CASE nms_claim('scope')
          WHEN 'system' THEN true
          WHEN 'all' THEN true
          WHEN 'below' THEN starts_with(division_code, nms_claim('prefix'))
          WHEN 'unit' THEN division_code = nms_claim('division')
          ELSE false END, false) $$;
      CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege'; END $$;
      -- The two-character pieces of a text, for a GIN index: most Chinese words are too short for trigrams.
      CREATE FUNCTION bigrams(value text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT coalesce(array_agg(DISTINCT substr(lower(value), i, 2)), '{}') FROM generate_series(1, greatest(length(value) - 1, 0)) AS i $$;

      CREATE TABLE outbox (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz(3) NOT NULL, type text NOT NULL, subject text NOT NULL,
        payload jsonb NOT NULL, delivered_at timestamptz(3), retry_at timestamptz(3), failures int NOT NULL DEFAULT 0);
      CREATE INDEX outbox_waiting ON outbox (id) WHERE delivered_at IS NULL;
      CREATE TABLE fact_handled (
        fact_id bigint NOT NULL REFERENCES outbox, handler text NOT NULL, at timestamptz(3) NOT NULL, PRIMARY KEY (fact_id, handler));
      CREATE TABLE idempotency_key (
        actor text NOT NULL, key text NOT NULL, request char(64) NOT NULL, at timestamptz(3) NOT NULL, status int, body jsonb,
        PRIMARY KEY (actor, key));

      ALTER TABLE outbox ENABLE ROW LEVEL SECURITY;
      CREATE POLICY outbox_write ON outbox FOR INSERT WITH CHECK (nms_claim('actor') IS NOT NULL);
      CREATE POLICY outbox_system ON outbox USING (nms_is_system());
      ALTER TABLE fact_handled ENABLE ROW LEVEL SECURITY;
      CREATE POLICY fact_handled_system ON fact_handled USING (nms_is_system()) WITH CHECK (nms_is_system());
      ALTER TABLE idempotency_key ENABLE ROW LEVEL SECURITY;
      CREATE POLICY idempotency_own ON idempotency_key USING (actor = nms_claim('actor')) WITH CHECK (actor = nms_claim('actor'));

      GRANT INSERT ON outbox TO nms_api, nms_portal, nms_worker;
      GRANT SELECT ON outbox TO nms_worker;
      GRANT UPDATE (delivered_at, retry_at, failures) ON outbox TO nms_worker;
      GRANT SELECT, INSERT ON fact_handled TO nms_worker;
      GRANT SELECT, INSERT, UPDATE ON idempotency_key TO nms_api, nms_portal, nms_worker;
    `);
  }

  down(): Promise<void> {
    throw new Error('Migrations go forward only. Restore a backup instead.');
  }
}
