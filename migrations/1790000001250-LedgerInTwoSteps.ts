import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Appending to the ledger took six statements; these two functions make it two. Both run with the caller's rights, so row security is what it
 * was. VOLATILE on purpose: each statement inside sees what the last holder of the lock committed (READ COMMITTED).
 */
export class LedgerInTwoSteps1790000001250 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE FUNCTION ledger_head(a_subject text, a_key text, OUT known char(64), OUT next_seq int, OUT prev char(64)) LANGUAGE plpgsql VOLATILE AS $$ BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended('ledger:' || a_subject, 0));
        SELECT e.entry_sha256 INTO known FROM ledger_entry e WHERE e.key = a_key;
        IF known IS NULL THEN
          SELECT e.seq + 1, e.entry_sha256 INTO next_seq, prev FROM ledger_entry e WHERE e.subject = a_subject ORDER BY e.seq DESC LIMIT 1;
        END IF;
      END $$;
      -- No RETURNING: the first entry of a package comes before its row, and until then nobody may read it.
      CREATE FUNCTION ledger_put(a_subject text, a_seq int, a_type text, an_at timestamptz, a_key text, an_entry bytea, an_entry_sha256 text,
          a_leaf bytea, a_leaf_sm3 bytea, a_body text) RETURNS void LANGUAGE plpgsql VOLATILE AS $$ BEGIN
        INSERT INTO ledger_entry (subject, seq, type, at, key, entry, entry_sha256, leaf, leaf_sm3)
          VALUES (a_subject, a_seq, a_type, an_at, a_key, an_entry, an_entry_sha256, a_leaf, a_leaf_sm3);
        INSERT INTO ledger_body (entry_id, json) VALUES (currval('ledger_entry_id_seq'), a_body);
      END $$;
    `);
  }

  down(): Promise<void> {
    throw new Error('The ledger only moves forward.');
  }
}
