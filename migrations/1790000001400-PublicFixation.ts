import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the public may ask about evidence: whether the agency's log holds the fixation of exactly this manifest under exactly this number. */
export class PublicFixation1790000001400 implements MigrationInterface {
  name = 'PublicFixation1790000001400';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE INDEX evidence_package_by_manifest ON evidence_package (manifest_sha256);
      -- A function and not a view: there is nothing to list, nothing to filter by anything but both values. The digest is looked up
      -- first, so that a number alone, right or wrong, takes the same way through the database. No address, name, case or person.
      CREATE FUNCTION public_fixation(asked_number text, asked_manifest text)
        RETURNS TABLE (fixed_at timestamptz, log text, place bigint, checkpoint_size bigint, checkpoint_at timestamptz, checkpoint_note text)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
        SELECT e.at, l.origin, l.idx, c.size, c.at, c.note
        FROM evidence_package p
        JOIN ledger_entry e ON e.subject = p.id AND e.type = 'evidence.fixed'
        LEFT JOIN ledger_place l ON l.entry_id = e.id
        LEFT JOIN LATERAL (SELECT k.size, k.at, k.note FROM ledger_checkpoint k WHERE k.origin = l.origin AND k.size > l.idx ORDER BY k.size LIMIT 1) c ON true
        WHERE p.manifest_sha256 = asked_manifest AND p.number = asked_number $$;
      REVOKE EXECUTE ON FUNCTION public_fixation FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION public_fixation TO nms_portal;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP FUNCTION public_fixation; DROP INDEX evidence_package_by_manifest');
  }
}
