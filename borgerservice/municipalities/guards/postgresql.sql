-- guard: trigger role_is_held_where_its_centre_lies on municipalities_staffrole
CREATE OR REPLACE FUNCTION role_is_held_where_its_centre_lies() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.centre_id IS NOT NULL AND NEW.municipality_id IS DISTINCT FROM
     (SELECT municipality_id FROM municipalities_centre WHERE id = NEW.centre_id) THEN
    RAISE EXCEPTION 'role at a centre of another municipality'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER role_is_held_where_its_centre_lies
  BEFORE INSERT OR UPDATE OF municipality_id, centre_id ON municipalities_staffrole
  FOR EACH ROW EXECUTE FUNCTION role_is_held_where_its_centre_lies();

-- guard: trigger a_centre_stays_in_its_municipality on municipalities_centre
CREATE OR REPLACE FUNCTION a_centre_stays_in_its_municipality() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF OLD.municipality_id IS DISTINCT FROM NEW.municipality_id THEN
    RAISE EXCEPTION 'a centre stays in its municipality' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_centre_stays_in_its_municipality BEFORE UPDATE OF municipality_id ON municipalities_centre
  FOR EACH ROW EXECUTE FUNCTION a_centre_stays_in_its_municipality();

-- guard: trigger a_rule_steward_is_nothing_else on municipalities_staffrole
-- Of two roles held at one time, neither is a rule steward's. The row of the staff member is the lock.
CREATE OR REPLACE FUNCTION a_rule_steward_is_nothing_else() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'a_rule_steward_is_nothing_else: a stale snapshot cannot tell'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  PERFORM 1 FROM municipalities_staffmember WHERE id = NEW.staff_id FOR NO KEY UPDATE;
  IF EXISTS (
    SELECT 1 FROM municipalities_staffrole held
    WHERE held.staff_id = NEW.staff_id AND held.id <> NEW.id
      AND (held.municipality_id IS NULL OR NEW.municipality_id IS NULL)
      AND (held.ended_at IS NULL OR NEW.since < held.ended_at)
      AND (NEW.ended_at IS NULL OR held.since < NEW.ended_at)
  ) THEN
    RAISE EXCEPTION 'a_rule_steward_is_nothing_else' USING ERRCODE = 'integrity_constraint_violation',
      CONSTRAINT = 'a_rule_steward_is_nothing_else';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_rule_steward_is_nothing_else BEFORE INSERT OR UPDATE ON municipalities_staffrole
  FOR EACH ROW EXECUTE FUNCTION a_rule_steward_is_nothing_else();

-- guard: constraint centre_of_its_municipality on municipalities_centre
-- What others point to, so that their municipality is the centre's.
ALTER TABLE municipalities_centre ADD CONSTRAINT centre_of_its_municipality UNIQUE (municipality_id, id);
