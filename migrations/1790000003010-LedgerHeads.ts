import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The head of a chain is looked for behind the one that is believed, not among all its entries: a planner that knows nothing yet of how long
 * chains are had every append read its whole chain.
 */
export class LedgerHeads1790000003010 implements MigrationInterface {
  name = 'LedgerHeads1790000003010';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- Who believes nothing asks for the last one of all; only the index of the chain, from its end, may answer that.
      ALTER FUNCTION ledger_head SET enable_bitmapscan = off SET enable_seqscan = off SET enable_sort = off;
      ALTER FUNCTION ledger_heads SET enable_bitmapscan = off SET enable_seqscan = off SET enable_sort = off;

      CREATE OR REPLACE FUNCTION ledger_append(believed text, a_subject text, a_seq int, a_type text, an_at timestamptz, a_key text, an_entry bytea,
        a_sha256 text, a_leaf bytea, a_leaf_sm3 bytea, a_body text, OUT done boolean, OUT known text, OUT last_seq int, OUT last_sha256 text)
        LANGUAGE plpgsql AS $$
      DECLARE taken text; BEGIN
        taken := pg_advisory_xact_lock(hashtextextended('ledger:' || a_subject, 0))::text || pg_current_xact_id()::text;
        SELECT e.entry_sha256 INTO known FROM ledger_entry e WHERE e.key = a_key;
        IF known IS NULL THEN
          SELECT e.seq, e.entry_sha256 INTO last_seq, last_sha256 FROM ledger_entry e
            WHERE e.subject = a_subject AND e.seq >= a_seq - 1 ORDER BY e.seq DESC LIMIT 1;
          -- What is believed is not there any more (a restored backup).
          IF last_seq IS NULL AND a_seq > 0 THEN
            SELECT h.last_seq, h.last_sha256 INTO last_seq, last_sha256 FROM ledger_head(a_subject, a_key) AS h;
          END IF;
        END IF;
        done := known IS NULL AND coalesce(last_sha256, '') = believed;
        IF done THEN
          INSERT INTO ledger_entry (subject, seq, type, at, key, entry, entry_sha256, leaf, leaf_sm3)
            VALUES (a_subject, a_seq, a_type, an_at, a_key, an_entry, a_sha256, a_leaf, a_leaf_sm3);
          INSERT INTO ledger_body (entry_id, json) VALUES (currval('ledger_entry_id_seq'), a_body);
        END IF;
      END $$;

      -- As before, with the number of each head that is believed, -1 before the first entry.
      DROP FUNCTION ledger_put_group;
      CREATE FUNCTION ledger_put_group(claimed text, an_at timestamptz, of_subjects text[], believed text[], behind int[], subjects text[], seqs int[],
        types text[], keys text[], entries bytea[], digests text[], leaves bytea[], leaves_sm3 bytea[], bodies text[])
        RETURNS TABLE (known_key text, of_subject text, last_seq int, last_sha256 text) LANGUAGE plpgsql AS $$ BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended('ledger:' || s, 0)) FROM unnest(of_subjects) AS s;
        IF EXISTS (SELECT FROM unnest(keys) AS k WHERE (SELECT f.id FROM ledger_entry f WHERE f.key = k) IS NOT NULL)
          OR EXISTS (SELECT FROM unnest(of_subjects, believed, behind) AS b (subject, sha256, seq) WHERE b.sha256 <> coalesce((
            SELECT f.entry_sha256::text FROM ledger_entry f WHERE f.subject = b.subject AND f.seq >= b.seq ORDER BY f.seq DESC LIMIT 1), ''))
        THEN
          RETURN QUERY WITH h AS MATERIALIZED (SELECT * FROM ledger_heads(of_subjects, keys))
            SELECT h.known_key, NULL::text, h.last_seq, h.last_sha256 FROM h WHERE h.known_key IS NOT NULL
            UNION ALL
            SELECT NULL, b.subject, coalesce(h.last_seq, -1), coalesce(h.last_sha256, '') FROM unnest(of_subjects, believed) AS b (subject, sha256)
              LEFT JOIN h ON h.of_subject = b.subject WHERE coalesce(h.last_sha256, '') <> b.sha256;
        ELSE
          PERFORM ledger_put_all(an_at, subjects, seqs, types, keys, entries, digests, leaves, leaves_sm3, bodies);
        END IF;
      END $$;
    `);
  }

  down(): Promise<void> {
    throw new Error('Evidence is never dropped. Restore a backup instead.');
  }
}
