import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What was received and what was signed about a package are stored bytes too: they are re-hashed, copied and never called orphans. */
export class BlobsOfReceipts1790000001600 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE OR REPLACE VIEW blob_reference WITH (security_invoker = true) AS
        SELECT f.sha256, f.size, p.id AS package_id, f.path, coalesce(p.fixed_at, p.requested_at) AS since
          FROM evidence_file f JOIN evidence_package p ON p.id = f.package_id
        UNION ALL SELECT x.blob_sha256, x.size, x.package_id, 'export ' || x.n, x.finished_at FROM evidence_export x
          WHERE x.blob_sha256 IS NOT NULL AND x.state = 'ready'
        UNION ALL SELECT d.sha256, d.size, NULL, 'document ' || d.document_id || ' ' || d.version, d.made_at FROM document_paper d
        UNION ALL SELECT r.sha256, r.size_bytes, NULL, 'order report ' || r.id, r.stored_at FROM order_report_file r WHERE r.stored_at IS NOT NULL
        UNION ALL SELECT a.sha256, a.size, a.package_id, a.path, a.at FROM evidence_attachment a
        UNION ALL SELECT u.sha256, u.size, NULL, 'upload ' || u.id, u.at FROM evidence_upload u;
    `);
  }

  down(): Promise<void> {
    throw new Error('Evidence is never dropped. Restore a backup instead.');
  }
}
