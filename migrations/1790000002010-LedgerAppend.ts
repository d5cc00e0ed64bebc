import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An entry in one round trip, for a writer who believes to know the head of its subject. */
export class LedgerAppend1790000002010 implements MigrationInterface {
  name = 'LedgerAppend1790000002010';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- Writes, unless the head is another one than believed or the key is known: then that is what comes back, and nothing is written. All in
      -- one function: each call of another one would cost as much as a look-up. The transaction has its number before its entry has one.
      CREATE FUNCTION ledger_append(believed text, a_subject text, a_seq int, a_type text, an_at timestamptz, a_key text, an_entry bytea,
        a_sha256 text, a_leaf bytea, a_leaf_sm3 bytea, a_body text, OUT done boolean, OUT known text, OUT last_seq int, OUT last_sha256 text)
        LANGUAGE plpgsql AS $$
      DECLARE taken text; BEGIN
        taken := pg_advisory_xact_lock(hashtextextended('ledger:' || a_subject, 0))::text || pg_current_xact_id()::text;
        SELECT e.entry_sha256 INTO known FROM ledger_entry e WHERE e.key = a_key;
        IF known IS NULL THEN
          SELECT e.seq, e.entry_sha256 INTO last_seq, last_sha256 FROM ledger_entry e WHERE e.subject = a_subject ORDER BY e.seq DESC LIMIT 1;
        END IF;
        done := known IS NULL AND coalesce(last_sha256, '') = believed;
        IF done THEN
          INSERT INTO ledger_entry (subject, seq, type, at, key, entry, entry_sha256, leaf, leaf_sm3)
            VALUES (a_subject, a_seq, a_type, an_at, a_key, an_entry, a_sha256, a_leaf, a_leaf_sm3);
          INSERT INTO ledger_body (entry_id, json) VALUES (currval('ledger_entry_id_seq'), a_body);
        END IF;
      END $$;
    `);
  }

  down(): Promise<void> {
    throw new Error('Evidence is never dropped. Restore a backup instead.');
  }
}
