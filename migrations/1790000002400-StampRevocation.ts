import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Certificates behind time stamps, and what their issuers said of their revocation: kept beside the stamps for as long as these, because
 * ten years later nobody publishes it any more (evidence specification, sections 3 and 8).
 */
export class StampRevocation1790000002400 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE stamp_certificate (
        sha256 char(64) PRIMARY KEY, der bytea NOT NULL, issuer bytea NOT NULL, not_after timestamptz(3) NOT NULL, seen_at timestamptz(3) NOT NULL);
      -- The way of a token from its signer up to the last certificate below a root; empty for an authority of our own.
      CREATE TABLE stamp_chain (
        token_sha256 char(64) PRIMARY KEY, gen_time timestamptz(3) NOT NULL, certificates char(64)[] NOT NULL);
      CREATE TABLE stamp_revocation (
        certificate char(64) NOT NULL REFERENCES stamp_certificate, sha256 char(64) NOT NULL,
        list bytea NOT NULL CHECK (octet_length(list) <= 262144), source text NOT NULL,
        this_update timestamptz(3) NOT NULL, next_update timestamptz(3), received_at timestamptz(3) NOT NULL,
        PRIMARY KEY (certificate, sha256));
      CREATE INDEX stamp_revocation_newest ON stamp_revocation (certificate, this_update DESC);
      DO $$ DECLARE t text; BEGIN
        FOREACH t IN ARRAY ARRAY['stamp_certificate', 'stamp_chain', 'stamp_revocation'] LOOP
          EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', t || '_insert_only', t);
          EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
          EXECUTE format('CREATE POLICY %I ON %I FOR SELECT TO nms_api, nms_worker USING (nms_claim(''actor'') IS NOT NULL)', t || '_read', t);
          EXECUTE format('CREATE POLICY %I ON %I FOR INSERT TO nms_worker WITH CHECK (nms_is_system())', t || '_write', t);
          EXECUTE format('GRANT SELECT ON %I TO nms_api, nms_worker', t);
          EXECUTE format('GRANT INSERT ON %I TO nms_worker', t);
        END LOOP;
      END $$;
    `);
  }

  down(): Promise<void> {
    throw new Error('Evidence is never dropped. Restore a backup instead.');
  }
}
