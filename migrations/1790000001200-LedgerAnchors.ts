import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What others say about checkpoints (tokens, cosignatures), renewals of stamps, and checkpoints that are signed again while idle. */
export class LedgerAnchors1790000001200 implements MigrationInterface {
  name = 'LedgerAnchors1790000001200';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- A checkpoint is signed again each day while nothing happens: the same size on another day, never with another root.
      ALTER TABLE ledger_checkpoint DROP CONSTRAINT ledger_checkpoint_pkey, ADD PRIMARY KEY (origin, size, at);
      CREATE FUNCTION ledger_checkpoint_one_root() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended('checkpoint:' || NEW.origin, 0));
        IF EXISTS (SELECT FROM ledger_checkpoint c WHERE c.origin = NEW.origin AND c.size = NEW.size
             AND (split_part(c.note, E'\\n\\n', 1), split_part(c.note_sm3, E'\\n\\n', 1))
               IS DISTINCT FROM (split_part(NEW.note, E'\\n\\n', 1), split_part(NEW.note_sm3, E'\\n\\n', 1)))
        THEN RAISE EXCEPTION 'a checkpoint of % with % entries has another root', NEW.origin, NEW.size USING ERRCODE = 'integrity_constraint_violation'; END IF;
        RETURN NEW; END $$;
      CREATE TRIGGER ledger_checkpoint_one_root BEFORE INSERT ON ledger_checkpoint FOR EACH ROW EXECUTE FUNCTION ledger_checkpoint_one_root();

      -- Tokens over checkpoints. Round 0 as time goes by; each revocation of a key begins a round in which every checkpoint is stamped anew.
      CREATE TABLE ledger_anchor (
        origin text NOT NULL, size bigint NOT NULL CHECK (size > 0), tsa text NOT NULL, round int NOT NULL CHECK (round >= 0),
        algorithm text NOT NULL CHECK (algorithm IN ('sha256', 'sm3')), note text NOT NULL, token bytea NOT NULL CHECK (octet_length(token) <= 262144),
        gen_time timestamptz(3) NOT NULL, signer_not_after timestamptz(3) NOT NULL, received_at timestamptz(3) NOT NULL,
        PRIMARY KEY (origin, size, tsa, round));
      CREATE TABLE ledger_cosignature (
        origin text NOT NULL, size bigint NOT NULL CHECK (size > 0), witness text NOT NULL, line text NOT NULL, received_at timestamptz(3) NOT NULL,
        PRIMARY KEY (origin, size, witness));
      CREATE TABLE ledger_renewal (
        origin text NOT NULL, n int NOT NULL CHECK (n > 0), statement bytea NOT NULL, token bytea NOT NULL CHECK (octet_length(token) <= 262144),
        tsa text NOT NULL, algorithm text NOT NULL, gen_time timestamptz(3) NOT NULL, signer_not_after timestamptz(3) NOT NULL, size bigint NOT NULL,
        PRIMARY KEY (origin, n));
      -- When somebody outside is asked again; may be emptied at any time.
      CREATE TABLE ledger_retry (what text PRIMARY KEY, tries int NOT NULL, next_at timestamptz(3) NOT NULL, reason text NOT NULL);
      ALTER TABLE evidence_stamp ADD COLUMN signer_not_after timestamptz(3);

      -- One round trip each for the two halves of an append. As functions, because the head is to be read after the lock is held.
      CREATE FUNCTION ledger_head(of_subject text, of_key text, OUT known text, OUT last_seq int, OUT last_sha256 text) LANGUAGE plpgsql AS $$ BEGIN
        PERFORM pg_advisory_xact_lock(hashtextextended('ledger:' || of_subject, 0));
        SELECT e.entry_sha256 INTO known FROM ledger_entry e WHERE e.key = of_key;
        IF known IS NULL THEN
          SELECT e.seq, e.entry_sha256 INTO last_seq, last_sha256 FROM ledger_entry e WHERE e.subject = of_subject ORDER BY e.seq DESC LIMIT 1;
        END IF;
      END $$;
      -- No RETURNING: the first entry of a package comes before its row, and until then nobody may read it.
      CREATE FUNCTION ledger_put(a_subject text, a_seq int, a_type text, an_at timestamptz, a_key text, an_entry bytea, a_sha256 text, a_leaf bytea,
        a_leaf_sm3 bytea, a_body text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO ledger_entry (subject, seq, type, at, key, entry, entry_sha256, leaf, leaf_sm3)
          VALUES (a_subject, a_seq, a_type, an_at, a_key, an_entry, a_sha256, a_leaf, a_leaf_sm3);
        INSERT INTO ledger_body (entry_id, json) VALUES (currval('ledger_entry_id_seq'), a_body);
      END $$;

      DO $$ DECLARE t text; BEGIN
        FOREACH t IN ARRAY ARRAY['ledger_anchor', 'ledger_cosignature', 'ledger_renewal'] LOOP
          EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', t || '_insert_only', t);
          EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
          EXECUTE format('CREATE POLICY %I ON %I FOR SELECT TO nms_api, nms_worker USING (nms_claim(''actor'') IS NOT NULL)', t || '_read', t);
          EXECUTE format('CREATE POLICY %I ON %I FOR INSERT TO nms_worker WITH CHECK (nms_is_system())', t || '_write', t);
          EXECUTE format('GRANT SELECT ON %I TO nms_api, nms_worker', t);
          EXECUTE format('GRANT INSERT ON %I TO nms_worker', t);
        END LOOP;
      END $$;
      ALTER TABLE ledger_retry ENABLE ROW LEVEL SECURITY;
      CREATE POLICY ledger_retry_all ON ledger_retry TO nms_worker USING (nms_is_system()) WITH CHECK (nms_is_system());
      GRANT SELECT, INSERT, UPDATE, DELETE ON ledger_retry TO nms_worker;
    `);
  }

  down(): Promise<void> {
    throw new Error('Evidence is never dropped. Restore a backup instead.');
  }
}
