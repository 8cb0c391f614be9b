-- guard: trigger new_message_and_contact_share_a_municipality on notifications_message
CREATE TRIGGER new_message_and_contact_share_a_municipality BEFORE INSERT ON notifications_message
WHEN NEW.contact_id IS NOT NULL AND NEW.municipality_id IS NOT
  (SELECT municipality_id FROM notifications_contact WHERE id = NEW.contact_id)
BEGIN SELECT RAISE(ABORT, 'message of another municipality'); END

-- guard: trigger message_and_contact_share_a_municipality on notifications_message
CREATE TRIGGER message_and_contact_share_a_municipality
BEFORE UPDATE OF municipality_id, contact_id ON notifications_message
WHEN NEW.contact_id IS NOT NULL AND NEW.municipality_id IS NOT
  (SELECT municipality_id FROM notifications_contact WHERE id = NEW.contact_id)
BEGIN SELECT RAISE(ABORT, 'message of another municipality'); END

-- guard: trigger a_contact_stays_in_its_municipality on notifications_contact
CREATE TRIGGER a_contact_stays_in_its_municipality BEFORE UPDATE OF id, municipality_id ON notifications_contact
WHEN OLD.municipality_id IS NOT NEW.municipality_id OR OLD.id IS NOT NEW.id
BEGIN SELECT RAISE(ABORT, 'a contact stays in its municipality'); END
