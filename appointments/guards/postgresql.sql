-- guard: constraint one_visit_per_desk_and_time on appointments_appointment
CREATE EXTENSION IF NOT EXISTS btree_gist;
ALTER TABLE appointments_appointment ADD CONSTRAINT one_visit_per_desk_and_time
  EXCLUDE USING gist (desk_id WITH =, tstzrange(starts_at, busy_until) WITH &&)
  WHERE (status <> 'cancelled');

-- guard: trigger visit_belongs_to_its_centre on appointments_appointment
CREATE OR REPLACE FUNCTION visit_belongs_to_its_centre() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF (TG_OP = 'UPDATE' AND OLD.municipality_id IS DISTINCT FROM NEW.municipality_id) OR NOT EXISTS (
    SELECT 1 FROM appointments_desk d JOIN municipalities_centre c ON c.id = d.centre_id
    JOIN notifications_contact k ON k.municipality_id = c.municipality_id
    WHERE d.id = NEW.desk_id AND c.id = NEW.centre_id AND c.municipality_id = NEW.municipality_id
      AND k.id = NEW.contact_id
  ) THEN
    RAISE EXCEPTION 'visit of another municipality' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER visit_belongs_to_its_centre
  BEFORE INSERT OR UPDATE OF municipality_id, centre_id, desk_id, contact_id ON appointments_appointment
  FOR EACH ROW EXECUTE FUNCTION visit_belongs_to_its_centre();

-- guard: trigger participant_belongs_to_the_visit on appointments_participant
CREATE OR REPLACE FUNCTION participant_belongs_to_the_visit() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF (TG_OP = 'UPDATE' AND OLD.municipality_id IS DISTINCT FROM NEW.municipality_id)
     OR NEW.municipality_id IS DISTINCT FROM
     (SELECT municipality_id FROM appointments_appointment WHERE id = NEW.appointment_id) THEN
    RAISE EXCEPTION 'participant of another municipality' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER participant_belongs_to_the_visit
  BEFORE INSERT OR UPDATE OF municipality_id, appointment_id ON appointments_participant
  FOR EACH ROW EXECUTE FUNCTION participant_belongs_to_the_visit();

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
