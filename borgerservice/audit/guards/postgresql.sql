-- append-only: audit_auditentry
-- append-only: audit_audithorizon

-- guard: trigger audit_is_append_only on audit_auditentry
-- Until an entry has had its time, and never while somebody wants the visit or case it tells of kept.
-- A stale snapshot cannot see a hold.
CREATE OR REPLACE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_setting('transaction_isolation') = 'read committed'
     AND (OLD.at AT TIME ZONE 'UTC')::date < (SELECT max(before) FROM audit_audithorizon)
     AND NOT EXISTS (
       SELECT 1 FROM appointments_appointment v JOIN retention_legalhold h ON h.appointment_id = v.id
       WHERE h.lifted_at IS NULL AND OLD.subject LIKE 'appointment:%' AND v.reference = substr(OLD.subject, 13))
     AND NOT EXISTS (
       SELECT 1 FROM witnesses_identityproofing c JOIN appointments_participant p ON p.id = c.participant_id
         JOIN retention_legalhold h ON h.appointment_id = p.appointment_id
       WHERE h.lifted_at IS NULL AND OLD.subject LIKE 'proofing:%' AND c.reference = substr(OLD.subject, 10))
  THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON audit_auditentry
  FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
-- The application may delete nothing in tables that only grow. This does it as their owner, row by
-- row as far as each table's own guard lets go.
CREATE OR REPLACE FUNCTION remove_due(which text, ids bigint[]) RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  gone bigint;
BEGIN
  IF which NOT IN ('audit_auditentry', 'witnesses_witnessing', 'witnesses_reversal',
                   'witnesses_declaration', 'witnesses_clientanswer') THEN
    RAISE EXCEPTION 'nothing is ever due in %', which USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  EXECUTE format('DELETE FROM %I WHERE id = ANY ($1)', which) USING ids;
  GET DIAGNOSTICS gone = ROW_COUNT;
  RETURN gone;
END $$;

-- guard: trigger audit_is_not_emptied on audit_auditentry
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON audit_auditentry
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- guard: trigger audit_horizon_is_append_only on audit_audithorizon
CREATE TRIGGER audit_horizon_is_append_only BEFORE UPDATE OR DELETE ON audit_audithorizon
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- guard: trigger audit_horizon_is_not_emptied on audit_audithorizon
CREATE TRIGGER audit_horizon_is_not_emptied BEFORE TRUNCATE ON audit_audithorizon
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- guard: trigger audit_horizon_is_old on audit_audithorizon
CREATE OR REPLACE FUNCTION audit_horizon_is_old() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
BEGIN
  IF NEW.before NOT BETWEEN '0001-01-01' AND CURRENT_DATE - interval '24 months' THEN
    RAISE EXCEPTION 'audit entries stay for 24 months' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER audit_horizon_is_old BEFORE INSERT ON audit_audithorizon
  FOR EACH ROW EXECUTE FUNCTION audit_horizon_is_old();
