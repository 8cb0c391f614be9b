-- guard: trigger a_decision_stands on witnesses_identityproofing
-- Its own days and the holds are looked at once more: the row that says its visit goes may be older
-- than either. A stale snapshot cannot see a hold.
CREATE OR REPLACE FUNCTION case_is_disposed_of(which bigint) RETURNS boolean LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
  SELECT current_setting('transaction_isolation') = 'read committed' AND EXISTS (
    SELECT 1 FROM witnesses_identityproofing c
      JOIN appointments_participant p ON p.id = c.participant_id
      JOIN retention_disposedvisit d ON d.visit = p.appointment_id
      JOIN retention_disposal o ON o.id = d.disposal_id
    WHERE c.id = which AND (c.opened_at AT TIME ZONE 'UTC')::date < o.before
      AND (c.decided_on IS NULL OR c.decided_on < o.before)
      AND NOT EXISTS (SELECT 1 FROM retention_legalhold h
                      WHERE h.appointment_id = p.appointment_id AND h.lifted_at IS NULL))
$$;
CREATE OR REPLACE FUNCTION a_decision_stands() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' AND case_is_disposed_of(OLD.id) THEN
    RETURN OLD;
  END IF;
  IF TG_OP = 'DELETE' OR ROW(
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
      OLD.assurance_level,
      OLD.questions,
      OLD.witness_reason,
      OLD.state,
      OLD.revision,
      OLD.decided_by_id,
      OLD.decided_at,
      OLD.decided_on,
      OLD.late_reason,
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
      NEW.assurance_level,
      NEW.questions,
      NEW.witness_reason,
      NEW.state,
      NEW.revision,
      NEW.decided_by_id,
      NEW.decided_at,
      NEW.decided_on,
      NEW.late_reason,
      NEW.rule_set,
      NEW.outcome,
      NEW.route,
      NEW.failed,
      NEW.findings,
      NEW.facts_sealed
    ) THEN
    RAISE EXCEPTION 'a case that is over cannot be changed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_decision_stands BEFORE UPDATE OR DELETE ON witnesses_identityproofing
  FOR EACH ROW WHEN (OLD.state IN ('decided', 'abandoned')) EXECUTE FUNCTION a_decision_stands();

-- guard: trigger documents_of_a_decision_stand on witnesses_documentevidence
CREATE OR REPLACE FUNCTION evidence_of_a_decision_stands() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' AND case_is_disposed_of(OLD.proofing_id) THEN
    RETURN OLD;
  END IF;
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
  IF TG_OP = 'DELETE' AND case_is_disposed_of(OLD.proofing_id) THEN
    RETURN OLD;
  END IF;
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
  BEFORE INSERT OR UPDATE OF municipality_id, participant_id ON witnesses_identityproofing
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

-- guard: trigger declaration_belongs_to_an_open_case on witnesses_declaration
CREATE OR REPLACE FUNCTION declaration_belongs_to_an_open_case() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM witnesses_identityproofing c WHERE c.id = NEW.proofing_id
      AND c.municipality_id = NEW.municipality_id AND c.state NOT IN ('decided', 'abandoned')) THEN
    RAISE EXCEPTION 'witnesses_declaration of another municipality, or of a case that is over'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER declaration_belongs_to_an_open_case BEFORE INSERT ON witnesses_declaration
  FOR EACH ROW EXECUTE FUNCTION declaration_belongs_to_an_open_case();

-- guard: trigger client_answers_a_confirmed_case on witnesses_clientanswer
CREATE OR REPLACE FUNCTION client_answers_a_confirmed_case() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM witnesses_identityproofing c WHERE c.id = NEW.proofing_id
      AND c.municipality_id = NEW.municipality_id AND c.outcome = 'confirmed') THEN
    RAISE EXCEPTION 'witnesses_clientanswer of another municipality, or of no confirmed case'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER client_answers_a_confirmed_case BEFORE INSERT ON witnesses_clientanswer
  FOR EACH ROW EXECUTE FUNCTION client_answers_a_confirmed_case();

-- guard: trigger witness_check_belongs_to_the_visit on witnesses_witnesscheck
CREATE OR REPLACE FUNCTION witness_check_belongs_to_the_visit() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.municipality_id IS DISTINCT FROM
     (SELECT municipality_id FROM appointments_participant WHERE id = NEW.participant_id) THEN
    RAISE EXCEPTION 'witnesses_witnesscheck of another municipality'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER witness_check_belongs_to_the_visit
  BEFORE INSERT OR UPDATE OF municipality_id, participant_id ON witnesses_witnesscheck
  FOR EACH ROW EXECUTE FUNCTION witness_check_belongs_to_the_visit();
