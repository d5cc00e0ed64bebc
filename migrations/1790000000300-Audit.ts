import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The audit trail. Events are written in the transaction of the act, without waiting for one another; one sequencer then links
 * them in order, so that neither an event nor a link can be changed, dropped or slipped in without the chain telling.
 */
export class Audit1790000000300 implements MigrationInterface {
  name = 'Audit1790000000300';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE audit_event (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz(3) NOT NULL, actor text NOT NULL, act text NOT NULL,
        kind text NOT NULL, record text NOT NULL, case_id text, division_code char(6) NOT NULL, purpose text, origin text,
        request_id text, details jsonb NOT NULL DEFAULT '{}');
      CREATE INDEX audit_by_record ON audit_event (kind, record, id);
      CREATE INDEX audit_by_actor ON audit_event (actor, id);
      CREATE INDEX audit_by_case ON audit_event (case_id, id) WHERE case_id IS NOT NULL;
      CREATE TABLE audit_link (
        seq bigint PRIMARY KEY CHECK (seq >= 1), event_id bigint NOT NULL UNIQUE REFERENCES audit_event,
        prev char(64) NOT NULL, digest char(64) NOT NULL);
      CREATE TRIGGER audit_event_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
      CREATE TRIGGER audit_link_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_link FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

      ALTER TABLE audit_event ENABLE ROW LEVEL SECURITY;
      ALTER TABLE audit_link ENABLE ROW LEVEL SECURITY;
      CREATE POLICY audit_write ON audit_event FOR INSERT WITH CHECK (nms_is_system() OR actor = nms_claim('actor'));
      CREATE POLICY audit_read ON audit_event FOR SELECT USING (nms_is_system() OR (nms_in_scope(division_code)
        AND (nms_has_role('auditor') OR (nms_has_role('head') AND case_id IS NOT NULL))));
      CREATE POLICY audit_link_read ON audit_link FOR SELECT USING (nms_is_system() OR nms_has_role('auditor'));
      CREATE POLICY audit_link_write ON audit_link FOR INSERT WITH CHECK (nms_is_system());

      GRANT INSERT ON audit_event TO nms_api, nms_portal, nms_worker;
      GRANT SELECT ON audit_event, audit_link TO nms_api, nms_worker;
      GRANT INSERT ON audit_link TO nms_worker;
    `);
  }

  down(): Promise<void> {
    throw new Error('An audit trail is never dropped. Restore a backup instead.');
  }
}
