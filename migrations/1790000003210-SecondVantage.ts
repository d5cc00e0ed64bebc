import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A capture may be repeated once from a second vantage point; what the repeat's signed manifest says of the two stands in its row. */
export class SecondVantage1790000003210 implements MigrationInterface {
  name = 'SecondVantage1790000003210';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE evidence_package ADD COLUMN second_of text UNIQUE REFERENCES evidence_package CHECK (second_of <> id), ADD COLUMN comparison jsonb;
      CREATE FUNCTION evidence_package_second() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.second_of IS DISTINCT FROM OLD.second_of OR (OLD.fixed_at IS NOT NULL AND NEW.comparison IS DISTINCT FROM OLD.comparison)
        THEN RAISE EXCEPTION 'evidence % says what it was compared with once', OLD.id USING ERRCODE = 'insufficient_privilege'; END IF;
        RETURN NEW; END $$;
      CREATE TRIGGER evidence_package_second BEFORE UPDATE ON evidence_package FOR EACH ROW EXECUTE FUNCTION evidence_package_second();
    `);
  }

  down(): Promise<void> {
    throw new Error('Evidence is never dropped. Restore a backup instead.');
  }
}
