-- guard: trigger a_hold_is_put_once on appointments_hold
CREATE TRIGGER a_hold_is_put_once BEFORE INSERT ON appointments_hold
WHEN EXISTS (
  SELECT 1 FROM appointments_hold WHERE id = NEW.id
    OR (secret_hash <> '' AND secret_hash = NEW.secret_hash)
)
BEGIN SELECT RAISE(ABORT, 'a hold is never renewed'); END

-- guard: trigger a_hold_is_never_renewed on appointments_hold
CREATE TRIGGER a_hold_is_never_renewed BEFORE UPDATE ON appointments_hold
BEGIN SELECT RAISE(ABORT, 'a hold is never renewed'); END
