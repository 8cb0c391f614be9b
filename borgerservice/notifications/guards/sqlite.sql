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
