import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Many entries of the ledger in two round trips, as one group commits them; and both trees in one row a subtree, without the leaves, which
 * stand in the entries already: a quarter of the rows.
 */
export class LedgerGroups1790000002000 implements MigrationInterface {
  name = 'LedgerGroups1790000002000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- Subjects come sorted, so that two groups never wait for each other. As a function: the heads are to be read after the locks are held.
      CREATE FUNCTION ledger_heads(of_subjects text[], of_keys text[])
        RETURNS TABLE (known_key text, of_subject text, last_seq int, last_sha256 text) LANGUAGE plpgsql AS $$ BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended('ledger:' || s, 0)) FROM unnest(of_subjects) AS s;
        -- A look-up for each: entries of other years are not read, however many there are.
        RETURN QUERY SELECT e.key, NULL::text, e.seq, e.entry_sha256::text FROM unnest(of_keys) AS k
          CROSS JOIN LATERAL (SELECT f.key, f.seq, f.entry_sha256 FROM ledger_entry f WHERE f.key = k OFFSET 0) e;
        RETURN QUERY SELECT NULL::text, s, e.seq, e.entry_sha256::text FROM unnest(of_subjects) AS s
          CROSS JOIN LATERAL (SELECT f.seq, f.entry_sha256 FROM ledger_entry f WHERE f.subject = s ORDER BY f.seq DESC LIMIT 1) e;
      END $$;
      -- No RETURNING from the table: the first entry of a package comes before its row, and until then nobody may read it.
      CREATE FUNCTION ledger_put_all(an_at timestamptz, subjects text[], seqs int[], types text[], keys text[], entries bytea[], digests text[],
        leaves bytea[], leaves_sm3 bytea[], bodies text[]) RETURNS void LANGUAGE plpgsql AS $$
      DECLARE ids bigint[]; BEGIN
        PERFORM pg_current_xact_id();
        SELECT array_agg(nextval('ledger_entry_id_seq')) INTO ids FROM generate_series(1, cardinality(subjects));
        INSERT INTO ledger_entry (id, subject, seq, type, at, key, entry, entry_sha256, leaf, leaf_sm3) OVERRIDING SYSTEM VALUE
          SELECT r.id, r.subject, r.seq, r.type, an_at, r.key, r.entry, r.digest, r.leaf, r.leaf_sm3
          FROM unnest(ids, subjects, seqs, types, keys, entries, digests, leaves, leaves_sm3)
            AS r (id, subject, seq, type, key, entry, digest, leaf, leaf_sm3);
        INSERT INTO ledger_body (entry_id, json) SELECT r.id, r.body FROM unnest(ids, bodies) AS r (id, body);
      END $$;

      -- The transaction has its number before its entry has one. So the sequencer, who sees that a number of an entry is not used yet, need only
      -- wait for the transactions that have a number by then: what they leave unused stays unused.
      CREATE OR REPLACE FUNCTION ledger_put(a_subject text, a_seq int, a_type text, an_at timestamptz, a_key text, an_entry bytea, a_sha256 text,
        a_leaf bytea, a_leaf_sm3 bytea, a_body text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
        PERFORM pg_current_xact_id();
        INSERT INTO ledger_entry (subject, seq, type, at, key, entry, entry_sha256, leaf, leaf_sm3)
          VALUES (a_subject, a_seq, a_type, an_at, a_key, an_entry, a_sha256, a_leaf, a_leaf_sm3);
        INSERT INTO ledger_body (entry_id, json) VALUES (currval('ledger_entry_id_seq'), a_body);
      END $$;

      -- A group in one round trip, commit included, for a writer who believes to know the heads. What is otherwise comes back, and then nothing
      -- was written: entries that are there under a key, and the head of each subject that has another one.
      CREATE FUNCTION ledger_put_group(claimed text, an_at timestamptz, of_subjects text[], believed text[], subjects text[], seqs int[], types text[],
        keys text[], entries bytea[], digests text[], leaves bytea[], leaves_sm3 bytea[], bodies text[])
        RETURNS TABLE (known_key text, of_subject text, last_seq int, last_sha256 text) LANGUAGE plpgsql AS $$ BEGIN
        RETURN QUERY WITH h AS MATERIALIZED (SELECT * FROM ledger_heads(of_subjects, keys))
          SELECT h.known_key, NULL::text, h.last_seq, h.last_sha256 FROM h WHERE h.known_key IS NOT NULL
          UNION ALL
          SELECT NULL, b.subject, coalesce(h.last_seq, -1), coalesce(h.last_sha256, '') FROM unnest(of_subjects, believed) AS b (subject, sha256)
            LEFT JOIN h ON h.of_subject = b.subject WHERE coalesce(h.last_sha256, '') <> b.sha256;
        IF NOT FOUND THEN
          PERFORM ledger_put_all(an_at, subjects, seqs, types, keys, entries, digests, leaves, leaves_sm3, bodies);
        END IF;
      END $$;

      -- Said first what is known without looking: the system sees every entry, and asked for each row it would read the ledger twice.
      ALTER POLICY ledger_body_all ON ledger_body USING (nms_is_system() OR EXISTS (SELECT FROM ledger_entry e WHERE e.id = entry_id));
      ALTER POLICY ledger_place_all ON ledger_place USING (nms_is_system() OR EXISTS (SELECT FROM ledger_entry e WHERE e.id = entry_id));

      ALTER TABLE ledger_node RENAME TO ledger_node_before;
      ALTER TABLE ledger_node_before RENAME CONSTRAINT ledger_node_pkey TO ledger_node_before_pkey;
      CREATE TABLE ledger_node (
        idx bigint NOT NULL CHECK (idx >= 0), level int NOT NULL CHECK (level > 0), origin text NOT NULL,
        sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32), sm3 bytea NOT NULL CHECK (octet_length(sm3) = 32), PRIMARY KEY (origin, level, idx));
      INSERT INTO ledger_node (origin, level, idx, sha256, sm3)
        SELECT a.origin, a.level, a.idx, a.hash, b.hash FROM ledger_node_before a JOIN ledger_node_before b USING (origin, level, idx)
        WHERE a.tree = 'sha256' AND b.tree = 'sm3' AND level > 0;
      DROP TABLE ledger_node_before;
      CREATE TRIGGER ledger_node_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_node FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
      ALTER TABLE ledger_node ENABLE ROW LEVEL SECURITY;
      CREATE POLICY ledger_node_read ON ledger_node FOR SELECT TO nms_api, nms_worker USING (nms_claim('actor') IS NOT NULL);
      CREATE POLICY ledger_node_write ON ledger_node FOR INSERT TO nms_worker WITH CHECK (nms_is_system());
      GRANT SELECT ON ledger_node TO nms_api, nms_worker;
      GRANT INSERT ON ledger_node TO nms_worker;

      -- Hashes of subtrees; level 0 are the leaves. With the owner's eyes, because proofs need leaves of entries that the reader may not see: a
      -- leaf is a digest and nothing else. A look-up by key for each: a plain join may read the whole tree for a handful of nodes.
      CREATE FUNCTION ledger_subtrees(of_origin text, of_tree text, levels int[], indexes bigint[])
        RETURNS TABLE (level int, idx bigint, hash bytea) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$ BEGIN
        IF nms_claim('actor') IS NULL THEN RETURN; END IF;
        RETURN QUERY SELECT w.l, w.i, n.h FROM unnest(levels, indexes) AS w (l, i) CROSS JOIN LATERAL (
          SELECT CASE of_tree WHEN 'sha256' THEN m.sha256 WHEN 'sm3' THEN m.sm3 END AS h
          FROM ledger_node m WHERE m.origin = of_origin AND m.level = w.l AND m.idx = w.i OFFSET 0) n WHERE w.l > 0;
        RETURN QUERY SELECT w.l, w.i, n.h FROM unnest(levels, indexes) AS w (l, i) CROSS JOIN LATERAL (
          SELECT CASE of_tree WHEN 'sha256' THEN e.leaf WHEN 'sm3' THEN e.leaf_sm3 END AS h
          FROM ledger_place p JOIN ledger_entry e ON e.id = p.entry_id WHERE p.origin = of_origin AND p.idx = w.i OFFSET 0) n WHERE w.l = 0;
      END $$;
      REVOKE ALL ON FUNCTION ledger_subtrees FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION ledger_subtrees TO nms_api, nms_worker;
    `);
  }

  down(): Promise<void> {
    throw new Error('Evidence is never dropped. Restore a backup instead.');
  }
}
