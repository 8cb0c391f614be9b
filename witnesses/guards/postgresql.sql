-- append-only: witnesses_witnessing
-- append-only: witnesses_rulesetinforce

-- guard: trigger witness_quota on witnesses_witnessing
CREATE OR REPLACE FUNCTION witness_quota() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
  figures witnesses_rulesetinforce%ROWTYPE;
  highest integer;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'witness_quota: a stale snapshot cannot count'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  PERFORM pg_advisory_xact_lock((7301::bigint << 48) | NEW.witness_id);
  SELECT * INTO figures FROM witnesses_rulesetinforce
    WHERE in_force_from <= NEW.on_date ORDER BY in_force_from DESC LIMIT 1;
  IF figures.rule_set IS DISTINCT FROM NEW.rule_set THEN
    RAISE EXCEPTION 'witness_quota: not the rule set in force on that date'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  SELECT max(span.used) INTO highest FROM (
    SELECT CASE figures.quota_unit
             WHEN 'persons' THEN count(DISTINCT x.applicant_id) ELSE count(*) END AS used
    FROM (
      SELECT on_date AS d FROM witnesses_witnessing
        WHERE witness_id = NEW.witness_id
          AND on_date BETWEEN NEW.on_date - figures.quota_days::int AND NEW.on_date
      UNION SELECT NEW.on_date
    ) s JOIN (
      SELECT applicant_id, on_date FROM witnesses_witnessing
        WHERE witness_id = NEW.witness_id
          AND on_date BETWEEN NEW.on_date - figures.quota_days::int
                          AND NEW.on_date + figures.quota_days::int
      UNION ALL SELECT NEW.applicant_id, NEW.on_date
    ) x ON x.on_date BETWEEN s.d AND s.d + figures.quota_days::int
    GROUP BY s.d
  ) span;
  IF highest > figures.quota_at_most THEN
    RAISE EXCEPTION 'witness_quota: limit reached'
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'witness_quota';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER witness_quota BEFORE INSERT ON witnesses_witnessing
  FOR EACH ROW EXECUTE FUNCTION witness_quota();

-- guard: trigger ledger_is_append_only on witnesses_witnessing
CREATE OR REPLACE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER ledger_is_append_only BEFORE UPDATE OR DELETE ON witnesses_witnessing
  FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change();

-- guard: trigger ledger_is_not_emptied on witnesses_witnessing
CREATE TRIGGER ledger_is_not_emptied BEFORE TRUNCATE ON witnesses_witnessing
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();

-- guard: trigger schedule_is_append_only on witnesses_rulesetinforce
CREATE TRIGGER schedule_is_append_only BEFORE UPDATE OR DELETE ON witnesses_rulesetinforce
  FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change();

-- guard: trigger schedule_is_not_emptied on witnesses_rulesetinforce
CREATE TRIGGER schedule_is_not_emptied BEFORE TRUNCATE ON witnesses_rulesetinforce
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();

-- guard: trigger a_decision_stands on witnesses_identityproofing
CREATE OR REPLACE FUNCTION a_decision_stands() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF OLD.state IN ('decided', 'abandoned') AND (TG_OP = 'DELETE' OR ROW(
      OLD.id,
      OLD.municipality_id,
      OLD.participant_id,
      OLD.previous_id,
      OLD.reference,
      OLD.data_key_id,
      OLD.opened_by_id,
      OLD.opened_at,
      OLD.name_sealed,
      OLD.applicant_id,
      OLD.number_kind,
      OLD.number_sealed,
      OLD.birth_date_sealed,
      OLD.wants_cpr_link,
      OLD.questions,
      OLD.witness_reason,
      OLD.state,
      OLD.revision,
      OLD.decided_by_id,
      OLD.decided_at,
      OLD.decided_on,
      OLD.rule_set,
      OLD.outcome,
      OLD.route,
      OLD.failed,
      OLD.findings,
      OLD.facts_sealed
    ) IS DISTINCT FROM ROW(
      NEW.id,
      NEW.municipality_id,
      NEW.participant_id,
      NEW.previous_id,
      NEW.reference,
      NEW.data_key_id,
      NEW.opened_by_id,
      NEW.opened_at,
      NEW.name_sealed,
      NEW.applicant_id,
      NEW.number_kind,
      NEW.number_sealed,
      NEW.birth_date_sealed,
      NEW.wants_cpr_link,
      NEW.questions,
      NEW.witness_reason,
      NEW.state,
      NEW.revision,
      NEW.decided_by_id,
      NEW.decided_at,
      NEW.decided_on,
      NEW.rule_set,
      NEW.outcome,
      NEW.route,
      NEW.failed,
      NEW.findings,
      NEW.facts_sealed
    )) THEN
    RAISE EXCEPTION 'a case that is over cannot be changed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER a_decision_stands BEFORE UPDATE OR DELETE ON witnesses_identityproofing
  FOR EACH ROW EXECUTE FUNCTION a_decision_stands();

-- guard: trigger documents_of_a_decision_stand on witnesses_documentevidence
CREATE OR REPLACE FUNCTION evidence_of_a_decision_stands() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM witnesses_identityproofing WHERE state IN ('decided', 'abandoned')
             AND id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.proofing_id END,
                        CASE WHEN TG_OP <> 'DELETE' THEN NEW.proofing_id END)) THEN
    RAISE EXCEPTION 'the evidence of a case that is over cannot be changed'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER documents_of_a_decision_stand BEFORE INSERT OR UPDATE OR DELETE ON witnesses_documentevidence
  FOR EACH ROW EXECUTE FUNCTION evidence_of_a_decision_stands();

-- guard: trigger statement_of_a_decision_stands on witnesses_witnessstatement
CREATE OR REPLACE FUNCTION evidence_of_a_decision_stands() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM witnesses_identityproofing WHERE state IN ('decided', 'abandoned')
             AND id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.proofing_id END,
                        CASE WHEN TG_OP <> 'DELETE' THEN NEW.proofing_id END)) THEN
    RAISE EXCEPTION 'the evidence of a case that is over cannot be changed'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER statement_of_a_decision_stands BEFORE INSERT OR UPDATE OR DELETE ON witnesses_witnessstatement
  FOR EACH ROW EXECUTE FUNCTION evidence_of_a_decision_stands();

-- guard: trigger proofing_belongs_to_the_participant on witnesses_identityproofing
CREATE OR REPLACE FUNCTION proofing_belongs_to_the_participant() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF (TG_OP = 'UPDATE' AND OLD.municipality_id IS DISTINCT FROM NEW.municipality_id)
     OR NEW.municipality_id IS DISTINCT FROM
     (SELECT municipality_id FROM appointments_participant WHERE id = NEW.participant_id) THEN
    RAISE EXCEPTION 'witnesses_identityproofing of another municipality' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER proofing_belongs_to_the_participant
  BEFORE INSERT OR UPDATE ON witnesses_identityproofing
  FOR EACH ROW EXECUTE FUNCTION proofing_belongs_to_the_participant();

-- guard: trigger statement_belongs_to_the_proofing on witnesses_witnessstatement
CREATE OR REPLACE FUNCTION statement_belongs_to_the_proofing() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF (TG_OP = 'UPDATE' AND OLD.municipality_id IS DISTINCT FROM NEW.municipality_id)
     OR NEW.municipality_id IS DISTINCT FROM
     (SELECT municipality_id FROM witnesses_identityproofing WHERE id = NEW.proofing_id) THEN
    RAISE EXCEPTION 'witnesses_witnessstatement of another municipality' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER statement_belongs_to_the_proofing
  BEFORE INSERT OR UPDATE ON witnesses_witnessstatement
  FOR EACH ROW EXECUTE FUNCTION statement_belongs_to_the_proofing();

-- guard: trigger document_belongs_to_the_proofing on witnesses_documentevidence
CREATE OR REPLACE FUNCTION document_belongs_to_the_proofing() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF (TG_OP = 'UPDATE' AND OLD.municipality_id IS DISTINCT FROM NEW.municipality_id)
     OR NEW.municipality_id IS DISTINCT FROM
     (SELECT municipality_id FROM witnesses_identityproofing WHERE id = NEW.proofing_id) THEN
    RAISE EXCEPTION 'witnesses_documentevidence of another municipality' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER document_belongs_to_the_proofing
  BEFORE INSERT OR UPDATE ON witnesses_documentevidence
  FOR EACH ROW EXECUTE FUNCTION document_belongs_to_the_proofing();

-- guard: trigger witnessing_belongs_to_the_proofing on witnesses_witnessing
CREATE OR REPLACE FUNCTION witnessing_belongs_to_the_proofing() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF (TG_OP = 'UPDATE' AND OLD.municipality_id IS DISTINCT FROM NEW.municipality_id)
     OR NEW.municipality_id IS DISTINCT FROM
     (SELECT municipality_id FROM witnesses_identityproofing WHERE id = NEW.proofing_id) THEN
    RAISE EXCEPTION 'witnesses_witnessing of another municipality' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER witnessing_belongs_to_the_proofing
  BEFORE INSERT OR UPDATE ON witnesses_witnessing
  FOR EACH ROW EXECUTE FUNCTION witnessing_belongs_to_the_proofing();
