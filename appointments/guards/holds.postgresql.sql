-- guard: trigger a_hold_is_never_renewed on appointments_hold
CREATE OR REPLACE FUNCTION a_hold_is_never_renewed() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'a hold is never renewed' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER a_hold_is_never_renewed BEFORE UPDATE ON appointments_hold
  FOR EACH ROW EXECUTE FUNCTION a_hold_is_never_renewed();
