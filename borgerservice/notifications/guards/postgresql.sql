-- guard: trigger new_message_and_contact_share_a_municipality on notifications_message
-- One look at however many are written at once.
CREATE OR REPLACE FUNCTION new_message_and_contact_share_a_municipality() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM written LEFT JOIN notifications_contact contact ON contact.id = written.contact_id
      WHERE written.contact_id IS NOT NULL AND contact.municipality_id IS DISTINCT FROM written.municipality_id) THEN
    RAISE EXCEPTION 'message of another municipality' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER new_message_and_contact_share_a_municipality
  AFTER INSERT ON notifications_message REFERENCING NEW TABLE AS written
  FOR EACH STATEMENT EXECUTE FUNCTION new_message_and_contact_share_a_municipality();

-- guard: trigger message_and_contact_share_a_municipality on notifications_message
CREATE OR REPLACE FUNCTION message_and_contact_share_a_municipality() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.contact_id IS NOT NULL AND NEW.municipality_id IS DISTINCT FROM
     (SELECT municipality_id FROM notifications_contact WHERE id = NEW.contact_id) THEN
    RAISE EXCEPTION 'message of another municipality' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER message_and_contact_share_a_municipality
  BEFORE UPDATE OF municipality_id, contact_id ON notifications_message
  FOR EACH ROW EXECUTE FUNCTION message_and_contact_share_a_municipality();

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
