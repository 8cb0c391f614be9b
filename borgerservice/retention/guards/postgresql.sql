-- append-only: retention_disposedvisit

-- guard: trigger a_visit_is_disposed_of_rightly on retention_disposedvisit
CREATE OR REPLACE FUNCTION a_visit_is_disposed_of_rightly() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
  day date;
  approved timestamptz;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'a stale snapshot cannot see a hold' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  SELECT before, answered_at INTO day, approved FROM retention_disposal
    WHERE id = NEW.disposal_id AND municipality_id = NEW.municipality_id AND is_approved
      AND answered_by_id <> proposed_by_id;
  IF day IS NULL THEN
    RAISE EXCEPTION 'not approved by a second person' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  PERFORM 1 FROM appointments_appointment
    WHERE id = NEW.visit AND municipality_id = NEW.municipality_id
      AND (ends_at AT TIME ZONE 'UTC')::date < day FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no such visit from before that day' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM retention_legalhold WHERE appointment_id = NEW.visit
             AND (lifted_at IS NULL OR lifted_at >= approved))
     OR EXISTS (SELECT 1 FROM appointments_participant p JOIN witnesses_identityproofing c ON c.participant_id = p.id
                WHERE p.appointment_id = NEW.visit AND (c.state NOT IN ('decided', 'abandoned') OR c.decided_on >= day
                  OR (c.opened_at AT TIME ZONE 'UTC')::date >= day))
     OR EXISTS (SELECT 1 FROM appointments_participant p JOIN witnesses_identityproofing c ON c.participant_id = p.id
                  JOIN witnesses_witnessing w ON w.proofing_id = c.id
                WHERE p.appointment_id = NEW.visit AND (
                  EXISTS (SELECT 1 FROM witnesses_fraudsignal WHERE witnessing_id = w.id AND reviewed_at IS NULL)
                  OR EXISTS (SELECT 1 FROM witnesses_reversalproposal WHERE witnessing_id = w.id AND answered_at IS NULL)))
  THEN
    RAISE EXCEPTION 'the visit is still needed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_visit_is_disposed_of_rightly BEFORE INSERT ON retention_disposedvisit
  FOR EACH ROW EXECUTE FUNCTION a_visit_is_disposed_of_rightly();

-- guard: trigger disposed_visits_stay on retention_disposedvisit
CREATE OR REPLACE FUNCTION disposed_visits_stay() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER disposed_visits_stay BEFORE UPDATE OR DELETE ON retention_disposedvisit
  FOR EACH ROW EXECUTE FUNCTION disposed_visits_stay();

-- guard: trigger disposed_visits_are_not_emptied on retention_disposedvisit
CREATE TRIGGER disposed_visits_are_not_emptied BEFORE TRUNCATE ON retention_disposedvisit
  FOR EACH STATEMENT EXECUTE FUNCTION disposed_visits_stay();

-- guard: trigger visits_stay on appointments_appointment
CREATE OR REPLACE FUNCTION visits_stay() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM retention_disposedvisit d JOIN retention_disposal o ON o.id = d.disposal_id
                 WHERE d.visit = OLD.id AND (OLD.ends_at AT TIME ZONE 'UTC')::date < o.before) THEN
    RAISE EXCEPTION 'a visit stays until it is disposed of' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER visits_stay BEFORE DELETE ON appointments_appointment
  FOR EACH ROW EXECUTE FUNCTION visits_stay();

-- guard: trigger a_disposal_is_of_old_visits on retention_disposal
CREATE OR REPLACE FUNCTION a_disposal_is_of_old_visits() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
BEGIN
  IF NEW.before NOT BETWEEN '0001-01-01' AND CURRENT_DATE - interval '5 years' THEN
    RAISE EXCEPTION 'visits stay for 5 years' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_disposal_is_of_old_visits BEFORE INSERT ON retention_disposal
  FOR EACH ROW EXECUTE FUNCTION a_disposal_is_of_old_visits();

-- guard: trigger disposals_stand on retention_disposal
CREATE OR REPLACE FUNCTION disposals_stand() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.answered_at IS NOT NULL
     OR ROW(OLD.id, OLD.proposed_by_id, OLD.proposed_at, OLD.municipality_id, OLD.before, OLD.authority)
        IS DISTINCT FROM ROW(NEW.id, NEW.proposed_by_id, NEW.proposed_at, NEW.municipality_id, NEW.before, NEW.authority) THEN
    RAISE EXCEPTION '% stands', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER disposals_stand BEFORE UPDATE OR DELETE ON retention_disposal
  FOR EACH ROW EXECUTE FUNCTION disposals_stand();

-- guard: trigger hold_belongs_to_the_visit on retention_legalhold
CREATE OR REPLACE FUNCTION hold_belongs_to_the_visit() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  -- Held until the hold is written: who disposes of the visit meanwhile waits and sees it, or has gone before.
  PERFORM 1 FROM appointments_appointment
    WHERE id = NEW.appointment_id AND municipality_id = NEW.municipality_id FOR KEY SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'retention_legalhold of another municipality' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER hold_belongs_to_the_visit BEFORE INSERT ON retention_legalhold
  FOR EACH ROW EXECUTE FUNCTION hold_belongs_to_the_visit();

-- guard: trigger holds_stand on retention_legalhold
CREATE OR REPLACE FUNCTION holds_stand() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' AND OLD.lifted_at IS NOT NULL
     AND EXISTS (SELECT 1 FROM retention_disposedvisit WHERE visit = OLD.appointment_id) THEN
    RETURN OLD;
  END IF;
  IF TG_OP = 'DELETE' OR OLD.lifted_at IS NOT NULL
     OR ROW(OLD.id, OLD.municipality_id, OLD.appointment_id, OLD.reason, OLD.placed_by_id, OLD.placed_at)
        IS DISTINCT FROM ROW(NEW.id, NEW.municipality_id, NEW.appointment_id, NEW.reason, NEW.placed_by_id, NEW.placed_at) THEN
    RAISE EXCEPTION '% stands', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER holds_stand BEFORE UPDATE OR DELETE ON retention_legalhold
  FOR EACH ROW EXECUTE FUNCTION holds_stand();

-- guard: trigger a_visit_keeps_its_number on appointments_appointment
-- By it the entries about a visit that is held are known.
CREATE OR REPLACE FUNCTION a_number_stays() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF OLD.reference <> NEW.reference THEN
    RAISE EXCEPTION 'the number of a visit or case stays' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_visit_keeps_its_number BEFORE UPDATE OF reference ON appointments_appointment
  FOR EACH ROW EXECUTE FUNCTION a_number_stays();

-- guard: trigger a_case_keeps_its_number on witnesses_identityproofing
CREATE OR REPLACE FUNCTION a_number_stays() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF OLD.reference <> NEW.reference THEN
    RAISE EXCEPTION 'the number of a visit or case stays' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_case_keeps_its_number BEFORE UPDATE OF reference ON witnesses_identityproofing
  FOR EACH ROW WHEN (OLD.state NOT IN ('decided', 'abandoned')) EXECUTE FUNCTION a_number_stays();

-- guard: trigger who_has_a_case_stays on appointments_participant
-- Deleted and written anew with the same id at another visit, they would take their case out of a hold.
CREATE OR REPLACE FUNCTION who_has_a_case_stays() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF (TG_OP = 'DELETE' OR OLD.id <> NEW.id)
     AND EXISTS (SELECT 1 FROM witnesses_identityproofing WHERE participant_id = OLD.id) THEN
    RAISE EXCEPTION 'who has a case stays' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER who_has_a_case_stays BEFORE DELETE OR UPDATE OF id ON appointments_participant
  FOR EACH ROW EXECUTE FUNCTION who_has_a_case_stays();
