-- guard: trigger a_contact_stays_in_its_municipality on notifications_contact
CREATE OR REPLACE FUNCTION a_contact_stays_in_its_municipality() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF OLD.municipality_id IS DISTINCT FROM NEW.municipality_id THEN
    RAISE EXCEPTION 'a contact stays in its municipality' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_contact_stays_in_its_municipality BEFORE UPDATE OF municipality_id ON notifications_contact
  FOR EACH ROW EXECUTE FUNCTION a_contact_stays_in_its_municipality();

-- guard: constraint contact_of_its_municipality on notifications_contact
ALTER TABLE notifications_contact ADD CONSTRAINT contact_of_its_municipality UNIQUE (municipality_id, id);

-- guard: constraint message_and_contact_of_another_municipality on notifications_message
-- In the place of Django's own key, which asks less.
ALTER TABLE notifications_message
  DROP CONSTRAINT IF EXISTS notifications_messag_contact_id_7589e86e_fk_notificat,
  ADD CONSTRAINT message_and_contact_of_another_municipality
    FOREIGN KEY (municipality_id, contact_id) REFERENCES notifications_contact (municipality_id, id);
