-- guard: constraint one_visit_per_desk_and_time on appointments_appointment
CREATE EXTENSION IF NOT EXISTS btree_gist;
ALTER TABLE appointments_appointment ADD CONSTRAINT one_visit_per_desk_and_time
  EXCLUDE USING gist (desk_id WITH =, tstzrange(starts_at, busy_until) WITH &&)
  WHERE (status <> 'cancelled');

-- guard: constraint desk_of_its_centre on appointments_desk
-- What visits point to, so that centre and desk are of one place; so are the two after it.
ALTER TABLE appointments_desk ADD CONSTRAINT desk_of_its_centre UNIQUE (centre_id, id);

-- guard: constraint visit_of_its_municipality on appointments_appointment
DROP INDEX IF EXISTS appointments_appointment_municipality_id_55d2ecc3;
ALTER TABLE appointments_appointment ADD CONSTRAINT visit_of_its_municipality UNIQUE (municipality_id, id);

-- guard: constraint visit_at_centre_of_another_municipality on appointments_appointment
-- In the place of Django's own keys, which ask less; so are the three after it.
ALTER TABLE appointments_appointment
  DROP CONSTRAINT IF EXISTS appointments_appoint_municipality_id_55d2ecc3_fk_municipal,
  DROP CONSTRAINT IF EXISTS appointments_appoint_centre_id_e350bcd9_fk_municipal,
  ADD CONSTRAINT visit_at_centre_of_another_municipality
    FOREIGN KEY (municipality_id, centre_id) REFERENCES municipalities_centre (municipality_id, id);

-- guard: constraint visit_at_desk_of_another_centre on appointments_appointment
ALTER TABLE appointments_appointment
  DROP CONSTRAINT IF EXISTS appointments_appoint_desk_id_680aca81_fk_appointme,
  ADD CONSTRAINT visit_at_desk_of_another_centre
    FOREIGN KEY (centre_id, desk_id) REFERENCES appointments_desk (centre_id, id);

-- guard: constraint visit_with_contact_of_another_municipality on appointments_appointment
ALTER TABLE appointments_appointment
  DROP CONSTRAINT IF EXISTS appointments_appoint_contact_id_24612550_fk_notificat,
  ADD CONSTRAINT visit_with_contact_of_another_municipality
    FOREIGN KEY (municipality_id, contact_id) REFERENCES notifications_contact (municipality_id, id);

-- guard: constraint participant_of_another_municipality on appointments_participant
ALTER TABLE appointments_participant
  DROP CONSTRAINT IF EXISTS appointments_partici_municipality_id_fc67d93c_fk_municipal,
  DROP CONSTRAINT IF EXISTS appointments_partici_appointment_id_34086855_fk_appointme,
  ADD CONSTRAINT participant_of_another_municipality
    FOREIGN KEY (municipality_id, appointment_id) REFERENCES appointments_appointment (municipality_id, id);

-- guard: trigger a_visit_stays_in_its_municipality on appointments_appointment
CREATE OR REPLACE FUNCTION a_visit_stays_in_its_municipality() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF OLD.municipality_id IS DISTINCT FROM NEW.municipality_id THEN
    RAISE EXCEPTION 'visit of another municipality' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_visit_stays_in_its_municipality BEFORE UPDATE OF municipality_id ON appointments_appointment
  FOR EACH ROW EXECUTE FUNCTION a_visit_stays_in_its_municipality();

-- guard: trigger a_desk_stays_in_its_centre on appointments_desk
CREATE OR REPLACE FUNCTION a_desk_stays_in_its_centre() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF OLD.centre_id IS DISTINCT FROM NEW.centre_id THEN
    RAISE EXCEPTION 'a desk stays in its centre' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_desk_stays_in_its_centre BEFORE UPDATE OF centre_id ON appointments_desk
  FOR EACH ROW EXECUTE FUNCTION a_desk_stays_in_its_centre();

-- guard: trigger a_name_stays_as_booked on appointments_participant
CREATE OR REPLACE FUNCTION a_name_stays_as_booked() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF OLD.appointment_id <> NEW.appointment_id OR OLD.position <> NEW.position
     OR (NEW.name_sealed IS NOT NULL AND NEW.name_sealed IS DISTINCT FROM OLD.name_sealed) THEN
    RAISE EXCEPTION 'a name stays as booked' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_name_stays_as_booked
  BEFORE UPDATE OF appointment_id, position, name_sealed ON appointments_participant
  FOR EACH ROW EXECUTE FUNCTION a_name_stays_as_booked();

-- guard: trigger hold_belongs_to_its_centre on appointments_hold
CREATE OR REPLACE FUNCTION hold_belongs_to_its_centre() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM appointments_desk d JOIN municipalities_centre c ON c.id = d.centre_id
    WHERE d.id = NEW.desk_id AND c.id = NEW.centre_id AND c.municipality_id = NEW.municipality_id
  ) THEN
    RAISE EXCEPTION 'hold of another municipality' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER hold_belongs_to_its_centre
  BEFORE INSERT OR UPDATE OF municipality_id, centre_id, desk_id ON appointments_hold
  FOR EACH ROW EXECUTE FUNCTION hold_belongs_to_its_centre();

-- guard: trigger waiting_entry_belongs_to_the_contact on appointments_waitingentry
CREATE OR REPLACE FUNCTION waiting_entry_belongs_to_the_contact() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.municipality_id IS DISTINCT FROM
     (SELECT municipality_id FROM notifications_contact WHERE id = NEW.contact_id)
     OR (NEW.appointment_id IS NOT NULL AND NEW.municipality_id IS DISTINCT FROM
         (SELECT municipality_id FROM appointments_appointment WHERE id = NEW.appointment_id)) THEN
    RAISE EXCEPTION 'waiting entry of another municipality' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER waiting_entry_belongs_to_the_contact
  BEFORE INSERT OR UPDATE OF municipality_id, contact_id, appointment_id ON appointments_waitingentry
  FOR EACH ROW EXECUTE FUNCTION waiting_entry_belongs_to_the_contact();

-- guard: trigger rebooking_belongs_to_its_centre on appointments_rebooking
CREATE OR REPLACE FUNCTION rebooking_belongs_to_its_centre() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.municipality_id IS DISTINCT FROM
     (SELECT municipality_id FROM municipalities_centre WHERE id = NEW.centre_id) THEN
    RAISE EXCEPTION 'rebooking of another municipality' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER rebooking_belongs_to_its_centre
  BEFORE INSERT OR UPDATE OF municipality_id, centre_id ON appointments_rebooking
  FOR EACH ROW EXECUTE FUNCTION rebooking_belongs_to_its_centre();

-- guard: trigger offer_belongs_to_whom_it_is_made on appointments_offer
CREATE OR REPLACE FUNCTION offer_belongs_to_whom_it_is_made() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF (NEW.entry_id IS NULL) = (NEW.rebooking_id IS NULL) OR NEW.municipality_id IS DISTINCT FROM
     coalesce((SELECT municipality_id FROM appointments_waitingentry WHERE id = NEW.entry_id),
              (SELECT municipality_id FROM appointments_rebooking WHERE id = NEW.rebooking_id))
     OR (NEW.appointment_id IS NOT NULL AND NEW.municipality_id IS DISTINCT FROM
         (SELECT municipality_id FROM appointments_appointment WHERE id = NEW.appointment_id)) THEN
    RAISE EXCEPTION 'offer of another municipality' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER offer_belongs_to_whom_it_is_made
  BEFORE INSERT OR UPDATE OF municipality_id, entry_id, rebooking_id, appointment_id ON appointments_offer
  FOR EACH ROW EXECUTE FUNCTION offer_belongs_to_whom_it_is_made();
