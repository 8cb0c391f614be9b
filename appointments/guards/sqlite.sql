-- guard: trigger new_visit_finds_the_desk_free on appointments_appointment
CREATE TRIGGER new_visit_finds_the_desk_free BEFORE INSERT ON appointments_appointment
BEGIN
  SELECT RAISE(ABORT, 'visit time in an odd format')
  WHERE datetime(NEW.starts_at, '+0 days') IS NOT NEW.starts_at OR datetime(NEW.busy_until, '+0 days') IS NOT NEW.busy_until
     OR NEW.starts_at NOT GLOB '*:00' OR NEW.busy_until NOT GLOB '*:00'
     OR NEW.busy_until > datetime(NEW.starts_at, '+1 day');
  SELECT RAISE(ABORT, 'visit is there already')
  WHERE EXISTS (SELECT 1 FROM appointments_appointment WHERE id = NEW.id
     OR reference = NEW.reference OR contact_id = NEW.contact_id OR link_hash = NEW.link_hash);
  SELECT RAISE(ABORT, 'one_visit_per_desk_and_time')
  WHERE NEW.status <> 'cancelled' AND EXISTS (
    SELECT 1 FROM appointments_appointment o
    WHERE o.desk_id = NEW.desk_id AND o.status <> 'cancelled'
      AND o.starts_at < NEW.busy_until AND o.busy_until > NEW.starts_at
      AND o.starts_at > datetime(NEW.starts_at, '-1 day')
  );
END

-- guard: trigger moved_visit_finds_the_desk_free on appointments_appointment
CREATE TRIGGER moved_visit_finds_the_desk_free
BEFORE UPDATE OF id, reference, contact_id, link_hash, desk_id, starts_at, busy_until, status
ON appointments_appointment
BEGIN
  SELECT RAISE(ABORT, 'visit is there already')
  WHERE NEW.id IS NOT OLD.id OR EXISTS (SELECT 1 FROM appointments_appointment WHERE id <> OLD.id
    AND (reference = NEW.reference OR contact_id = NEW.contact_id OR link_hash = NEW.link_hash));
  SELECT RAISE(ABORT, 'visit time in an odd format')
  WHERE datetime(NEW.starts_at, '+0 days') IS NOT NEW.starts_at OR datetime(NEW.busy_until, '+0 days') IS NOT NEW.busy_until
     OR NEW.starts_at NOT GLOB '*:00' OR NEW.busy_until NOT GLOB '*:00'
     OR NEW.busy_until > datetime(NEW.starts_at, '+1 day');
  SELECT RAISE(ABORT, 'one_visit_per_desk_and_time')
  WHERE NEW.status <> 'cancelled' AND EXISTS (
    SELECT 1 FROM appointments_appointment o
    WHERE o.desk_id = NEW.desk_id AND o.status <> 'cancelled' AND o.id <> OLD.id
      AND o.starts_at < NEW.busy_until AND o.busy_until > NEW.starts_at
      AND o.starts_at > datetime(NEW.starts_at, '-1 day')
  );
END

-- guard: trigger new_visit_belongs_to_its_centre on appointments_appointment
CREATE TRIGGER new_visit_belongs_to_its_centre BEFORE INSERT ON appointments_appointment
WHEN NOT EXISTS (
  SELECT 1 FROM appointments_desk d JOIN municipalities_centre c ON c.id = d.centre_id
  WHERE d.id = NEW.desk_id AND c.id = NEW.centre_id AND c.municipality_id = NEW.municipality_id
) OR NEW.municipality_id IS NOT
  (SELECT municipality_id FROM notifications_contact WHERE id = NEW.contact_id)
BEGIN SELECT RAISE(ABORT, 'visit of another municipality'); END

-- guard: trigger visit_belongs_to_its_centre on appointments_appointment
CREATE TRIGGER visit_belongs_to_its_centre
BEFORE UPDATE OF municipality_id, centre_id, desk_id, contact_id ON appointments_appointment
WHEN OLD.municipality_id IS NOT NEW.municipality_id OR NOT EXISTS (
  SELECT 1 FROM appointments_desk d JOIN municipalities_centre c ON c.id = d.centre_id
  WHERE d.id = NEW.desk_id AND c.id = NEW.centre_id AND c.municipality_id = NEW.municipality_id
) OR NEW.municipality_id IS NOT
  (SELECT municipality_id FROM notifications_contact WHERE id = NEW.contact_id)
BEGIN SELECT RAISE(ABORT, 'visit of another municipality'); END

-- guard: trigger new_participant_belongs_to_the_visit on appointments_participant
CREATE TRIGGER new_participant_belongs_to_the_visit BEFORE INSERT ON appointments_participant
WHEN NEW.municipality_id IS NOT
  (SELECT municipality_id FROM appointments_appointment WHERE id = NEW.appointment_id)
BEGIN SELECT RAISE(ABORT, 'participant of another municipality'); END

-- guard: trigger participant_belongs_to_the_visit on appointments_participant
CREATE TRIGGER participant_belongs_to_the_visit
BEFORE UPDATE OF municipality_id, appointment_id ON appointments_participant
WHEN OLD.municipality_id IS NOT NEW.municipality_id OR NEW.municipality_id IS NOT
  (SELECT municipality_id FROM appointments_appointment WHERE id = NEW.appointment_id)
BEGIN SELECT RAISE(ABORT, 'participant of another municipality'); END

-- guard: trigger a_desk_stays_in_its_centre on appointments_desk
CREATE TRIGGER a_desk_stays_in_its_centre BEFORE UPDATE OF id, centre_id ON appointments_desk
WHEN OLD.centre_id IS NOT NEW.centre_id OR OLD.id IS NOT NEW.id
BEGIN SELECT RAISE(ABORT, 'a desk stays in its centre'); END

-- guard: trigger a_name_stays_as_booked on appointments_participant
CREATE TRIGGER a_name_stays_as_booked
BEFORE UPDATE OF id, appointment_id, position, name_sealed ON appointments_participant
WHEN OLD.id IS NOT NEW.id OR OLD.appointment_id IS NOT NEW.appointment_id
  OR OLD.position IS NOT NEW.position
  OR (NEW.name_sealed IS NOT NULL AND NEW.name_sealed IS NOT OLD.name_sealed)
BEGIN SELECT RAISE(ABORT, 'a name stays as booked'); END

-- guard: trigger new_hold_belongs_to_its_centre on appointments_hold
CREATE TRIGGER new_hold_belongs_to_its_centre BEFORE INSERT ON appointments_hold
WHEN NOT EXISTS (
  SELECT 1 FROM appointments_desk d JOIN municipalities_centre c ON c.id = d.centre_id
  WHERE d.id = NEW.desk_id AND c.id = NEW.centre_id AND c.municipality_id = NEW.municipality_id
)
BEGIN SELECT RAISE(ABORT, 'hold of another municipality'); END

-- guard: trigger hold_belongs_to_its_centre on appointments_hold
CREATE TRIGGER hold_belongs_to_its_centre
BEFORE UPDATE OF municipality_id, centre_id, desk_id ON appointments_hold
WHEN NOT EXISTS (
  SELECT 1 FROM appointments_desk d JOIN municipalities_centre c ON c.id = d.centre_id
  WHERE d.id = NEW.desk_id AND c.id = NEW.centre_id AND c.municipality_id = NEW.municipality_id
)
BEGIN SELECT RAISE(ABORT, 'hold of another municipality'); END

-- guard: trigger new_waiting_entry_belongs_to_the_contact on appointments_waitingentry
CREATE TRIGGER new_waiting_entry_belongs_to_the_contact BEFORE INSERT ON appointments_waitingentry
WHEN NEW.municipality_id IS NOT
  (SELECT municipality_id FROM notifications_contact WHERE id = NEW.contact_id)
  OR (NEW.appointment_id IS NOT NULL AND NEW.municipality_id IS NOT
      (SELECT municipality_id FROM appointments_appointment WHERE id = NEW.appointment_id))
BEGIN SELECT RAISE(ABORT, 'waiting entry of another municipality'); END

-- guard: trigger waiting_entry_belongs_to_the_contact on appointments_waitingentry
CREATE TRIGGER waiting_entry_belongs_to_the_contact
BEFORE UPDATE OF municipality_id, contact_id, appointment_id ON appointments_waitingentry
WHEN NEW.municipality_id IS NOT
  (SELECT municipality_id FROM notifications_contact WHERE id = NEW.contact_id)
  OR (NEW.appointment_id IS NOT NULL AND NEW.municipality_id IS NOT
      (SELECT municipality_id FROM appointments_appointment WHERE id = NEW.appointment_id))
BEGIN SELECT RAISE(ABORT, 'waiting entry of another municipality'); END

-- guard: trigger new_rebooking_belongs_to_its_centre on appointments_rebooking
CREATE TRIGGER new_rebooking_belongs_to_its_centre BEFORE INSERT ON appointments_rebooking
WHEN NEW.municipality_id IS NOT
  (SELECT municipality_id FROM municipalities_centre WHERE id = NEW.centre_id)
BEGIN SELECT RAISE(ABORT, 'rebooking of another municipality'); END

-- guard: trigger rebooking_belongs_to_its_centre on appointments_rebooking
CREATE TRIGGER rebooking_belongs_to_its_centre
BEFORE UPDATE OF municipality_id, centre_id ON appointments_rebooking
WHEN NEW.municipality_id IS NOT
  (SELECT municipality_id FROM municipalities_centre WHERE id = NEW.centre_id)
BEGIN SELECT RAISE(ABORT, 'rebooking of another municipality'); END

-- guard: trigger new_offer_belongs_to_whom_it_is_made on appointments_offer
CREATE TRIGGER new_offer_belongs_to_whom_it_is_made BEFORE INSERT ON appointments_offer
WHEN (NEW.entry_id IS NULL) = (NEW.rebooking_id IS NULL) OR NEW.municipality_id IS NOT
  coalesce((SELECT municipality_id FROM appointments_waitingentry WHERE id = NEW.entry_id),
           (SELECT municipality_id FROM appointments_rebooking WHERE id = NEW.rebooking_id))
  OR (NEW.appointment_id IS NOT NULL AND NEW.municipality_id IS NOT
      (SELECT municipality_id FROM appointments_appointment WHERE id = NEW.appointment_id))
BEGIN SELECT RAISE(ABORT, 'offer of another municipality'); END

-- guard: trigger offer_belongs_to_whom_it_is_made on appointments_offer
CREATE TRIGGER offer_belongs_to_whom_it_is_made
BEFORE UPDATE OF municipality_id, entry_id, rebooking_id, appointment_id ON appointments_offer
WHEN (NEW.entry_id IS NULL) = (NEW.rebooking_id IS NULL) OR NEW.municipality_id IS NOT
  coalesce((SELECT municipality_id FROM appointments_waitingentry WHERE id = NEW.entry_id),
           (SELECT municipality_id FROM appointments_rebooking WHERE id = NEW.rebooking_id))
  OR (NEW.appointment_id IS NOT NULL AND NEW.municipality_id IS NOT
      (SELECT municipality_id FROM appointments_appointment WHERE id = NEW.appointment_id))
BEGIN SELECT RAISE(ABORT, 'offer of another municipality'); END
