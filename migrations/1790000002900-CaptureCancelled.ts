import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A maker takes back a capture that is not fixed yet. The worker, who alone moves such a package, ends it with this as the reason. */
export class CaptureCancelled1790000002900 implements MigrationInterface {
  name = 'CaptureCancelled1790000002900';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE evidence_cancellation (package_id text PRIMARY KEY REFERENCES evidence_package, by text NOT NULL, at timestamptz(3) NOT NULL);
      CREATE TRIGGER evidence_cancellation_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON evidence_cancellation
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
      -- What is fixed cannot be taken back, whoever asks.
      CREATE FUNCTION evidence_cancellation_in_time() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NOT EXISTS (SELECT FROM evidence_package p WHERE p.id = NEW.package_id AND p.state IN ('requested', 'capturing')) THEN
          RAISE EXCEPTION 'evidence % is not being captured', NEW.package_id USING ERRCODE = 'insufficient_privilege'; END IF;
        RETURN NEW; END $$;
      CREATE TRIGGER evidence_cancellation_in_time BEFORE INSERT ON evidence_cancellation FOR EACH ROW EXECUTE FUNCTION evidence_cancellation_in_time();
      ALTER TABLE evidence_cancellation ENABLE ROW LEVEL SECURITY;
      CREATE POLICY evidence_cancellation_with_package ON evidence_cancellation USING (EXISTS (SELECT FROM evidence_package p WHERE p.id = package_id))
        WITH CHECK (by = nms_claim('actor') AND EXISTS (SELECT FROM evidence_package p WHERE p.id = package_id));
      GRANT SELECT, INSERT ON evidence_cancellation TO nms_api;
      GRANT SELECT ON evidence_cancellation TO nms_worker;
    `);
  }

  down(): Promise<void> {
    throw new Error('Evidence is never dropped. Restore a backup instead.');
  }
}
