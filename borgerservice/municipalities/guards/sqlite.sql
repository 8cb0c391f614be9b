-- guard: trigger new_role_is_held_where_its_centre_lies on municipalities_staffrole
CREATE TRIGGER new_role_is_held_where_its_centre_lies BEFORE INSERT ON municipalities_staffrole
WHEN NEW.centre_id IS NOT NULL AND NEW.municipality_id IS NOT
  (SELECT municipality_id FROM municipalities_centre WHERE id = NEW.centre_id)
BEGIN SELECT RAISE(ABORT, 'role at a centre of another municipality'); END

-- guard: trigger role_is_held_where_its_centre_lies on municipalities_staffrole
CREATE TRIGGER role_is_held_where_its_centre_lies
BEFORE UPDATE OF municipality_id, centre_id ON municipalities_staffrole
WHEN NEW.centre_id IS NOT NULL AND NEW.municipality_id IS NOT
  (SELECT municipality_id FROM municipalities_centre WHERE id = NEW.centre_id)
BEGIN SELECT RAISE(ABORT, 'role at a centre of another municipality'); END

-- guard: trigger a_centre_stays_in_its_municipality on municipalities_centre
CREATE TRIGGER a_centre_stays_in_its_municipality BEFORE UPDATE OF id, municipality_id ON municipalities_centre
WHEN OLD.municipality_id IS NOT NEW.municipality_id OR OLD.id IS NOT NEW.id
BEGIN SELECT RAISE(ABORT, 'a centre stays in its municipality'); END

-- guard: trigger a_new_rule_steward_is_nothing_else on municipalities_staffrole
CREATE TRIGGER a_new_rule_steward_is_nothing_else BEFORE INSERT ON municipalities_staffrole
-- Of two roles held at one time, neither is a rule steward's. A moment nobody can read is any moment.
WHEN EXISTS (
  SELECT 1 FROM municipalities_staffrole held
  WHERE held.staff_id = NEW.staff_id
    AND (held.municipality_id IS NULL OR NEW.municipality_id IS NULL)
    AND (held.ended_at IS NULL OR coalesce(julianday(NEW.since) < julianday(held.ended_at), 1))
    AND (NEW.ended_at IS NULL OR coalesce(julianday(held.since) < julianday(NEW.ended_at), 1)))
BEGIN SELECT RAISE(ABORT, 'a_rule_steward_is_nothing_else'); END

-- guard: trigger a_rule_steward_is_nothing_else on municipalities_staffrole
CREATE TRIGGER a_rule_steward_is_nothing_else BEFORE UPDATE ON municipalities_staffrole
WHEN EXISTS (
  SELECT 1 FROM municipalities_staffrole held
  WHERE held.staff_id = NEW.staff_id AND held.id <> OLD.id
    AND (held.municipality_id IS NULL OR NEW.municipality_id IS NULL)
    AND (held.ended_at IS NULL OR coalesce(julianday(NEW.since) < julianday(held.ended_at), 1))
    AND (NEW.ended_at IS NULL OR coalesce(julianday(held.since) < julianday(NEW.ended_at), 1)))
BEGIN SELECT RAISE(ABORT, 'a_rule_steward_is_nothing_else'); END
