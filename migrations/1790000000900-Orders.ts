import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Orders to the outside: the orders, what operators answer through their signed link, and what our own looks saw. The portal's
 * role sees one order only: the one whose link's digest the transaction claims as `nms.order_link`.
 */
export class Orders1790000000900 implements MigrationInterface {
  name = 'Orders1790000000900';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE orders (
        id uuid PRIMARY KEY, number text UNIQUE, version int NOT NULL DEFAULT 1,
        kind text NOT NULL CHECK (kind IN ('suspension', 'closure', 'restoration')),
        state text NOT NULL CHECK (state IN ('draft', 'checked', 'approved', 'sealed', 'dispatched', 'delivered', 'acknowledged', 'executing',
          'reported', 'verifying', 'verified', 'contested', 'failed', 'escalated', 'lapsed', 'withdrawn', 'restoreDispatched',
          'restoreReported', 'restoreVerified', 'discarded')),
        case_id uuid NOT NULL REFERENCES case_file, case_number text, division_code char(6) NOT NULL,
        lifts_order_id uuid REFERENCES orders, ground text CHECK (ground IN ('corrected', 'noViolation', 'decisionAnnulled', 'lapsed', 'mistake')),
        operator_id uuid, operator_name text, authority text NOT NULL, officers text[] NOT NULL, officer_names text[] NOT NULL,
        basis jsonb NOT NULL, reasons text NOT NULL, scope text CHECK (scope IN ('account', 'shop', 'listing', 'domain', 'resolution', 'access')),
        execute_by timestamptz(3), until date, remedy_operator text NOT NULL, remedy_merchant text NOT NULL, report_how text NOT NULL,
        preserve text[] NOT NULL DEFAULT '{}', document_id text, document_sha256 char(64),
        drafted_by text NOT NULL, submitted_by text, agreed_by text, approved_by text, sealed_by text,
        dispatched_at timestamptz(3), ack_name text, ack_role text, ack_at timestamptz(3),
        report_outcome text CHECK (report_outcome IN ('full', 'partial', 'refused')),
        recheck_from timestamptz(3), recheck_round int NOT NULL DEFAULT 0, recheck_due timestamptz(3),
        created_at timestamptz(3) NOT NULL, updated_at timestamptz(3) NOT NULL,
        CHECK ((kind = 'restoration') = (lifts_order_id IS NOT NULL)),
        -- Nobody approves his own work (product law 6); the service says so politely, this says so finally.
        CHECK (approved_by IS NULL OR approved_by IS DISTINCT FROM submitted_by OR submitted_by LIKE 'system:%'));
      CREATE INDEX orders_case ON orders (case_id);
      CREATE INDEX orders_recheck ON orders (recheck_due) WHERE recheck_due IS NOT NULL;
      CREATE INDEX orders_until ON orders (until) WHERE until IS NOT NULL;
      CREATE UNIQUE INDEX orders_one_restoration ON orders (lifts_order_id) WHERE state <> 'discarded';

      CREATE TABLE order_address (
        order_id uuid NOT NULL REFERENCES orders, no int NOT NULL CHECK (no >= 1), PRIMARY KEY (order_id, no),
        outlet_id uuid NOT NULL, url text NOT NULL, capture_id text, justification text,
        result text CHECK (result IN ('done', 'partly', 'notPossible', 'contested')), seen text, confirmed text, confirmed_at timestamptz(3));
      CREATE TABLE order_event (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, order_id uuid NOT NULL REFERENCES orders, at timestamptz(3) NOT NULL,
        actor text NOT NULL, kind text NOT NULL, from_state text, to_state text, details jsonb NOT NULL DEFAULT '{}');
      CREATE INDEX order_event_order ON order_event (order_id, id);
      CREATE TRIGGER order_event_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON order_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
      CREATE TABLE order_clock (
        order_id uuid NOT NULL REFERENCES orders, key text NOT NULL CHECK (key IN ('order_ack', 'order_exec', 'order_lapse', 'restore_exec')),
        PRIMARY KEY (order_id, key), started_at timestamptz(3) NOT NULL, due_at timestamptz(3) NOT NULL, stopped_at timestamptz(3),
        n int, unit text, basis text NOT NULL, mark text NOT NULL CHECK (mark IN ('F', 'F2', 'K', 'I')), overdue_told_at timestamptz(3));

      CREATE TABLE order_link (
        id uuid PRIMARY KEY, order_id uuid NOT NULL REFERENCES orders, token_hash char(64) NOT NULL UNIQUE,
        to_name text NOT NULL, to_email text NOT NULL, code_name text NOT NULL, code_email text NOT NULL, attempt int NOT NULL,
        created_at timestamptz(3) NOT NULL, expires_at timestamptz(3) NOT NULL, sent_at timestamptz(3), revoked_at timestamptz(3));
      CREATE INDEX order_link_order ON order_link (order_id);
      CREATE TABLE order_code (
        id uuid PRIMARY KEY, link_id uuid NOT NULL REFERENCES order_link, requested_at timestamptz(3) NOT NULL,
        code_hash char(64), sent_at timestamptz(3), expires_at timestamptz(3), tries int NOT NULL DEFAULT 0, used_at timestamptz(3));
      CREATE INDEX order_code_link ON order_code (link_id, requested_at);
      CREATE INDEX order_code_waiting ON order_code (requested_at) WHERE sent_at IS NULL;
      CREATE TABLE order_visit (
        session_hash char(64) PRIMARY KEY, link_id uuid NOT NULL REFERENCES order_link, at timestamptz(3) NOT NULL, expires_at timestamptz(3) NOT NULL);

      CREATE TABLE order_report (
        id uuid PRIMARY KEY, order_id uuid NOT NULL REFERENCES orders, seq int NOT NULL, UNIQUE (order_id, seq), digest char(64) NOT NULL,
        outcome text NOT NULL CHECK (outcome IN ('full', 'partial', 'refused')), by_name text NOT NULL, by_role text NOT NULL, ticket text,
        at timestamptz(3) NOT NULL, receipt_document_id text);
      CREATE TABLE order_report_line (
        report_id uuid NOT NULL REFERENCES order_report, address_no int NOT NULL, PRIMARY KEY (report_id, address_no),
        result text NOT NULL CHECK (result IN ('done', 'partly', 'notPossible', 'contested')), measure text, done_at timestamptz(3), reason text);
      CREATE TABLE order_report_file (
        id uuid PRIMARY KEY, report_id uuid NOT NULL REFERENCES order_report, name text NOT NULL, media_type text NOT NULL, size_bytes int NOT NULL,
        sha256 char(64) NOT NULL, bytes bytea, CHECK (octet_length(bytes) = size_bytes), stored_at timestamptz(3));
      CREATE INDEX order_report_file_report ON order_report_file (report_id);
      CREATE INDEX order_report_file_waiting ON order_report_file (id) WHERE stored_at IS NULL;

      CREATE TABLE order_observation (
        id uuid PRIMARY KEY, order_id uuid NOT NULL, address_no int NOT NULL, FOREIGN KEY (order_id, address_no) REFERENCES order_address,
        round int NOT NULL, since timestamptz(3) NOT NULL, profile text NOT NULL CHECK (profile IN ('desktop', 'mobile')),
        UNIQUE (order_id, address_no, since, round, profile), package_id text UNIQUE,
        requested_at timestamptz(3) NOT NULL, observed_at timestamptz(3),
        verdict text CHECK (verdict IN ('live', 'partlyLive', 'suspended', 'closed', 'moved', 'inconclusive')),
        reason text, status int, url_final text, ip text, similarity int, CHECK ((verdict IS NULL) = (observed_at IS NULL)));
      CREATE TABLE order_paper (
        order_id uuid NOT NULL REFERENCES orders, part text NOT NULL CHECK (part IN ('order', 'decision')), PRIMARY KEY (order_id, part),
        sha256 char(64) NOT NULL, bytes bytea NOT NULL);

      -- An observation is judged once; an order that was sealed keeps what it says.
      CREATE FUNCTION order_keep_sealed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF OLD.state NOT IN ('draft', 'checked') AND (NEW.kind, NEW.case_id, NEW.operator_id, NEW.basis, NEW.reasons, NEW.scope, NEW.execute_by, NEW.until,
            NEW.officers, NEW.authority, NEW.division_code) IS DISTINCT FROM (OLD.kind, OLD.case_id, OLD.operator_id, OLD.basis, OLD.reasons, OLD.scope,
            OLD.execute_by, OLD.until, OLD.officers, OLD.authority, OLD.division_code) THEN
          RAISE EXCEPTION 'an approved order keeps its content' USING ERRCODE = 'insufficient_privilege';
        END IF;
        -- What comes through the portal's role can only be an operator's own move.
        IF current_user = 'nms_portal' AND NEW.state <> OLD.state AND NOT (
            (OLD.state = 'delivered' AND NEW.state = 'acknowledged') OR (OLD.state = 'acknowledged' AND NEW.state = 'executing') OR
            (NEW.state = 'reported' AND OLD.state IN ('acknowledged', 'executing', 'reported', 'verifying', 'contested', 'failed', 'escalated'))) THEN
          RAISE EXCEPTION 'the portal cannot move an order from % to %', OLD.state, NEW.state USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER orders_keep_sealed BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION order_keep_sealed();
      CREATE FUNCTION order_observation_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF OLD.verdict IS NOT NULL THEN RAISE EXCEPTION 'an observation is judged once' USING ERRCODE = 'insufficient_privilege'; END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER order_observation_once BEFORE UPDATE ON order_observation FOR EACH ROW EXECUTE FUNCTION order_observation_once();

      DO $$ DECLARE t text; BEGIN
        FOREACH t IN ARRAY ARRAY['orders', 'order_address', 'order_event', 'order_clock', 'order_link', 'order_code', 'order_visit', 'order_report',
            'order_report_line', 'order_report_file', 'order_observation', 'order_paper'] LOOP
          EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
          EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        END LOOP;
        -- A child is seen with its order, whoever looks: the policy's own query is under row security too.
        FOREACH t IN ARRAY ARRAY['order_address', 'order_event', 'order_clock', 'order_report', 'order_observation', 'order_paper'] LOOP
          EXECUTE format('CREATE POLICY %I ON %I USING (EXISTS (SELECT FROM orders o WHERE o.id = order_id))
                          WITH CHECK (EXISTS (SELECT FROM orders o WHERE o.id = order_id))', t || '_with_order', t);
        END LOOP;
        FOREACH t IN ARRAY ARRAY['order_report_line', 'order_report_file'] LOOP
          EXECUTE format('CREATE POLICY %I ON %I USING (EXISTS (SELECT FROM order_report r WHERE r.id = report_id))
                          WITH CHECK (EXISTS (SELECT FROM order_report r WHERE r.id = report_id))', t || '_with_report', t);
        END LOOP;
        FOREACH t IN ARRAY ARRAY['order_code', 'order_visit'] LOOP
          EXECUTE format('CREATE POLICY %I ON %I USING (EXISTS (SELECT FROM order_link l WHERE l.id = link_id))
                          WITH CHECK (EXISTS (SELECT FROM order_link l WHERE l.id = link_id))', t || '_with_link', t);
        END LOOP;
      END $$;
      -- Who sees a case sees its orders, nobody else: visibility and recusal are said once, on the case.
      CREATE POLICY orders_with_case ON orders TO nms_api, nms_worker USING (EXISTS (SELECT FROM case_file c WHERE c.id = case_id));
      CREATE POLICY order_link_with_order ON order_link TO nms_api, nms_worker USING (EXISTS (SELECT FROM orders o WHERE o.id = order_id));
      CREATE POLICY order_link_of_holder ON order_link TO nms_portal USING (token_hash = nms_claim('order_link') AND revoked_at IS NULL);
      CREATE POLICY orders_of_holder ON orders TO nms_portal USING (id IN (SELECT order_id FROM order_link));

      GRANT SELECT, INSERT, UPDATE ON orders, order_clock, order_paper TO nms_api, nms_worker;
      GRANT SELECT, INSERT, UPDATE, DELETE ON order_address TO nms_api, nms_worker;
      GRANT SELECT, INSERT ON order_event TO nms_api, nms_worker;
      GRANT SELECT (id, order_id, to_name, to_email, code_name, attempt, created_at, expires_at, sent_at, revoked_at), UPDATE (revoked_at) ON order_link TO nms_api;
      GRANT SELECT ON order_report, order_report_line, order_report_file, order_observation TO nms_api;
      GRANT SELECT, INSERT, UPDATE ON order_link, order_code, order_observation TO nms_worker;
      GRANT SELECT, UPDATE (receipt_document_id) ON order_report TO nms_worker;
      GRANT SELECT ON order_report_line, order_visit TO nms_worker;
      GRANT SELECT, UPDATE (bytes, stored_at) ON order_report_file TO nms_worker;

      GRANT SELECT, UPDATE (state, version, updated_at, ack_name, ack_role, ack_at, report_outcome, recheck_from, recheck_round, recheck_due) ON orders TO nms_portal;
      GRANT SELECT, UPDATE (result) ON order_address TO nms_portal;
      GRANT SELECT, UPDATE (stopped_at) ON order_clock TO nms_portal;
      GRANT SELECT ON order_link, order_observation, order_paper TO nms_portal;
      GRANT INSERT ON order_event TO nms_portal;
      GRANT SELECT, INSERT, UPDATE (tries, used_at) ON order_code TO nms_portal;
      GRANT SELECT, INSERT ON order_visit, order_report, order_report_line, order_report_file TO nms_portal;
    `);
  }

  down(): Promise<void> {
    throw new Error('Migrations go forward only. Restore a backup instead.');
  }
}
