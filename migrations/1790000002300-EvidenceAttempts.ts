import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What was tried is countable: requests of a case are numbered without a gap and without two of the same number, and a package never
 * leaves the case that asked for it. Besides, whose time stamps date a package stands beside its state.
 */
export class EvidenceAttempts1790000002300 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE evidence_package
        ADD COLUMN case_seq int CHECK (case_seq >= 1),
        ADD COLUMN dated_by text CHECK (dated_by IN ('outside', 'internal'));
      -- What was logged with the request. Where two at once were given the same number, the first keeps it.
      UPDATE evidence_package p SET case_seq = q.n FROM (
        SELECT DISTINCT ON (case_id, n) id, n FROM (
          SELECT r.id, r.case_id, r.requested_at, (b.json::jsonb ->> 'caseSeq')::int AS n FROM evidence_package r
          JOIN ledger_entry e ON e.subject = r.id AND e.seq = 0 JOIN ledger_body b ON b.entry_id = e.id) AS logged
        WHERE case_id IS NOT NULL AND n >= 1 ORDER BY case_id, n, requested_at) AS q WHERE q.id = p.id;
      CREATE UNIQUE INDEX evidence_package_case_seq ON evidence_package (case_id, case_seq) WHERE case_seq IS NOT NULL;

      CREATE TABLE evidence_case_number (case_id uuid PRIMARY KEY, last int NOT NULL CHECK (last >= 1));
      INSERT INTO evidence_case_number SELECT case_id, max(case_seq) FROM evidence_package
        WHERE case_id IS NOT NULL AND case_seq IS NOT NULL GROUP BY case_id;
      ALTER TABLE evidence_case_number ENABLE ROW LEVEL SECURITY;
      CREATE POLICY evidence_case_number_read ON evidence_case_number FOR SELECT
        USING (nms_claim('actor') IS NOT NULL AND NOT case_hidden(case_id::text));
      GRANT SELECT ON evidence_case_number TO nms_api, nms_worker;

      -- Each caller holds the row of the case until he commits, so the next one waits; what is rolled back was never given. Run as the
      -- owner: who asks sees only packages in his scope, and numbers count those of all.
      CREATE FUNCTION evidence_next_in_case(it uuid) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
      DECLARE given int; BEGIN
        IF nms_claim('actor') IS NULL OR case_hidden(it::text) THEN
          RAISE EXCEPTION 'case % is out of scope', it USING ERRCODE = 'insufficient_privilege'; END IF;
        INSERT INTO evidence_case_number AS n VALUES (it, 1)
          ON CONFLICT (case_id) DO UPDATE SET last = n.last + 1 RETURNING last INTO given;
        RETURN given; END $$;
      REVOKE ALL ON FUNCTION evidence_next_in_case(uuid) FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION evidence_next_in_case(uuid) TO nms_api, nms_worker;

      CREATE FUNCTION evidence_package_in_case() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.case_seq IS DISTINCT FROM OLD.case_seq OR (OLD.case_id IS NOT NULL AND NEW.case_id IS DISTINCT FROM OLD.case_id)
        THEN RAISE EXCEPTION 'evidence % stays where its case counted it', OLD.id USING ERRCODE = 'insufficient_privilege'; END IF;
        RETURN NEW; END $$;
      CREATE TRIGGER evidence_package_in_case BEFORE UPDATE ON evidence_package FOR EACH ROW EXECUTE FUNCTION evidence_package_in_case();
    `);
  }

  down(): Promise<void> {
    throw new Error('Evidence is never dropped. Restore a backup instead.');
  }
}
