import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Nodes of both trees by the tile: the fifteen over sixteen subtrees in one row, once these are complete. A proof in a log of ten million
 * entries reads a dozen rows, most of them neighbours, instead of twenty-four that lie apart; a group writes a sixteenth of the rows; what lies
 * over the last few entries follows from what is stored.
 */
export class LedgerTiles1790000003000 implements MigrationInterface {
  name = 'LedgerTiles1790000003000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE ledger_node RENAME TO ledger_node_before;
      ALTER TABLE ledger_node_before RENAME CONSTRAINT ledger_node_pkey TO ledger_node_before_pkey;
      -- Band 0 lies on the leaves, each next one on the tops of the one below. Within a row: 8 pairs, 4 fours, 2 eights, the top.
      CREATE TABLE ledger_node (
        idx bigint NOT NULL CHECK (idx >= 0), band int NOT NULL CHECK (band >= 0), origin text NOT NULL,
        sha256 bytea NOT NULL CHECK (octet_length(sha256) = 480), sm3 bytea NOT NULL CHECK (octet_length(sm3) = 480), PRIMARY KEY (origin, band, idx));
      -- In the row itself, and as they are: hashes cannot be made shorter.
      ALTER TABLE ledger_node ALTER sha256 SET STORAGE PLAIN, ALTER sm3 SET STORAGE PLAIN;
      INSERT INTO ledger_node (origin, band, idx, sha256, sm3)
        SELECT origin, band, tile, string_agg(sha256, ''::bytea ORDER BY level, idx), string_agg(sm3, ''::bytea ORDER BY level, idx)
        FROM (SELECT b.*, (level - 1) / 4 AS band, idx >> (3 - (level - 1) % 4) AS tile FROM ledger_node_before b) AS n
        GROUP BY origin, band, tile HAVING count(*) = 15 ORDER BY max(idx * (1::bigint << level)), band;
      DROP TABLE ledger_node_before;
      CREATE TRIGGER ledger_node_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_node FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
      ALTER TABLE ledger_node ENABLE ROW LEVEL SECURITY;
      CREATE POLICY ledger_node_read ON ledger_node FOR SELECT TO nms_api, nms_worker USING (nms_claim('actor') IS NOT NULL);
      CREATE POLICY ledger_node_write ON ledger_node FOR INSERT TO nms_worker WITH CHECK (nms_is_system());
      GRANT SELECT ON ledger_node TO nms_api, nms_worker;
      GRANT INSERT ON ledger_node TO nms_worker;

      -- As before, out of tiles: hashes of subtrees of complete tiles, and leaves. A look-up by key for each.
      CREATE OR REPLACE FUNCTION ledger_subtrees(of_origin text, of_tree text, levels int[], indexes bigint[])
        RETURNS TABLE (level int, idx bigint, hash bytea) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$ BEGIN
        IF nms_claim('actor') IS NULL THEN RETURN; END IF;
        RETURN QUERY SELECT w.l, w.i, n.h FROM (
            SELECT u.l, u.i, 1 << (3 - (u.l - 1) % 4) AS across FROM unnest(levels, indexes) AS u (l, i) WHERE u.l > 0) AS w
          CROSS JOIN LATERAL (
            SELECT substr(CASE of_tree WHEN 'sha256' THEN m.sha256 WHEN 'sm3' THEN m.sm3 END, (32 * (16 - 2 * w.across + w.i % w.across) + 1)::int, 32) AS h
            FROM ledger_node m WHERE m.origin = of_origin AND m.band = (w.l - 1) / 4 AND m.idx = w.i / w.across OFFSET 0) n;
        RETURN QUERY SELECT w.l, w.i, n.h FROM unnest(levels, indexes) AS w (l, i) CROSS JOIN LATERAL (
          SELECT CASE of_tree WHEN 'sha256' THEN e.leaf WHEN 'sm3' THEN e.leaf_sm3 END AS h
          FROM ledger_place p JOIN ledger_entry e ON e.id = p.entry_id WHERE p.origin = of_origin AND p.idx = w.i OFFSET 0) n WHERE w.l = 0;
      END $$;
    `);
  }

  down(): Promise<void> {
    throw new Error('Evidence is never dropped. Restore a backup instead.');
  }
}
