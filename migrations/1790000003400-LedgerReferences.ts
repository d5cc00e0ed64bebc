import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * That a body and a place belong to an entry is asked once for what a statement writes, not row by row. An entry is never deleted or changed,
 * so that looking is enough; a foreign key besides locks each entry it looks at, which writes the entry's page and the log once more: with
 * places that was a fifth of what an entry costs the database (docs/adr/0003-ledger-sequencer.md).
 */
export class LedgerReferences1790000003400 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- With the owner's eyes: whether there is such an entry does not depend on who may read it. A look-up for each, whatever the planner believes
      -- about the length of the ledger.
      CREATE FUNCTION ledger_has_entries() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
      DECLARE missing bigint; BEGIN
        SELECT m.entry_id INTO missing FROM made m WHERE (SELECT e.id FROM ledger_entry e WHERE e.id = m.entry_id) IS NULL LIMIT 1;
        IF FOUND THEN RAISE EXCEPTION '% of an entry % that is not there', TG_TABLE_NAME, missing USING ERRCODE = 'foreign_key_violation'; END IF;
        RETURN NULL; END $$;
      REVOKE ALL ON FUNCTION ledger_has_entries FROM PUBLIC;
      CREATE TRIGGER ledger_body_entries AFTER INSERT ON ledger_body REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION ledger_has_entries();
      CREATE TRIGGER ledger_place_entries AFTER INSERT ON ledger_place REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION ledger_has_entries();
      CREATE TRIGGER ledger_body_moved BEFORE UPDATE OF entry_id ON ledger_body FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
      ALTER TABLE ledger_body DROP CONSTRAINT ledger_body_entry_id_fkey;
      ALTER TABLE ledger_place DROP CONSTRAINT ledger_place_entry_id_fkey;
    `);
  }

  down(): Promise<void> {
    throw new Error('Evidence is never dropped. Restore a backup instead.');
  }
}
