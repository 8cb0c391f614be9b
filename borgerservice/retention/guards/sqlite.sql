-- append-only: retention_disposedvisit

-- guard: trigger a_visit_is_disposed_of_rightly on retention_disposedvisit
CREATE TRIGGER a_visit_is_disposed_of_rightly BEFORE INSERT ON retention_disposedvisit
BEGIN
  SELECT RAISE(ABORT, 'not approved by a second person')
  WHERE NOT EXISTS (SELECT 1 FROM retention_disposal WHERE id = NEW.disposal_id
    AND municipality_id = NEW.municipality_id AND is_approved AND answered_by_id <> proposed_by_id);
  SELECT RAISE(ABORT, 'no such visit from before that day')
  WHERE NOT EXISTS (SELECT 1 FROM appointments_appointment v JOIN retention_disposal d ON d.id = NEW.disposal_id
    WHERE v.id = NEW.visit AND v.municipality_id = NEW.municipality_id AND date(v.ends_at) < d.before);
  SELECT RAISE(ABORT, 'the visit is still needed')
  WHERE EXISTS (SELECT 1 FROM retention_legalhold WHERE appointment_id = NEW.visit AND (lifted_at IS NULL
      OR coalesce(julianday(lifted_at), 9e9) >= (SELECT julianday(answered_at) FROM retention_disposal WHERE id = NEW.disposal_id)))
    OR EXISTS (SELECT 1 FROM appointments_participant p JOIN witnesses_identityproofing c ON c.participant_id = p.id
               WHERE p.appointment_id = NEW.visit AND (c.state NOT IN ('decided', 'abandoned')
                 OR max(coalesce(c.decided_on, ''), coalesce(date(c.opened_at), '9999')) >=
                    (SELECT before FROM retention_disposal WHERE id = NEW.disposal_id)))
    OR EXISTS (SELECT 1 FROM appointments_participant p JOIN witnesses_identityproofing c ON c.participant_id = p.id
                 JOIN witnesses_witnessing w ON w.proofing_id = c.id
               WHERE p.appointment_id = NEW.visit AND (
                 EXISTS (SELECT 1 FROM witnesses_fraudsignal WHERE witnessing_id = w.id AND reviewed_at IS NULL)
                 OR EXISTS (SELECT 1 FROM witnesses_reversalproposal WHERE witnessing_id = w.id AND answered_at IS NULL)));
END

-- guard: trigger disposed_visits_stay on retention_disposedvisit
CREATE TRIGGER disposed_visits_stay BEFORE DELETE ON retention_disposedvisit
BEGIN SELECT RAISE(ABORT, 'retention_disposedvisit is append-only'); END

-- guard: trigger disposed_visits_do_not_change on retention_disposedvisit
CREATE TRIGGER disposed_visits_do_not_change BEFORE UPDATE ON retention_disposedvisit
BEGIN SELECT RAISE(ABORT, 'retention_disposedvisit is append-only'); END

-- guard: trigger disposed_visits_are_not_replaced on retention_disposedvisit
CREATE TRIGGER disposed_visits_are_not_replaced BEFORE INSERT ON retention_disposedvisit
WHEN EXISTS (SELECT 1 FROM retention_disposedvisit WHERE id = NEW.id OR visit = NEW.visit)
BEGIN SELECT RAISE(ABORT, 'retention_disposedvisit is append-only'); END

-- guard: trigger visits_stay on appointments_appointment
CREATE TRIGGER visits_stay BEFORE DELETE ON appointments_appointment
WHEN NOT EXISTS (SELECT 1 FROM retention_disposedvisit d JOIN retention_disposal o ON o.id = d.disposal_id
                 WHERE d.visit = OLD.id AND date(OLD.ends_at) < o.before)
BEGIN SELECT RAISE(ABORT, 'a visit stays until it is disposed of'); END

-- guard: trigger a_disposal_is_of_old_visits on retention_disposal
CREATE TRIGGER a_disposal_is_of_old_visits BEFORE INSERT ON retention_disposal
WHEN NEW.before NOT GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'
  OR date(NEW.before, '+0 days') IS NOT NEW.before OR NEW.before > date('now', '-5 years')
BEGIN SELECT RAISE(ABORT, 'visits stay for 5 years'); END

-- guard: trigger disposals_stand on retention_disposal
CREATE TRIGGER disposals_stand BEFORE UPDATE ON retention_disposal
WHEN OLD.answered_at IS NOT NULL OR OLD.id IS NOT NEW.id OR OLD.proposed_by_id IS NOT NEW.proposed_by_id OR OLD.proposed_at IS NOT NEW.proposed_at OR OLD.municipality_id IS NOT NEW.municipality_id OR OLD.before IS NOT NEW.before OR OLD.authority IS NOT NEW.authority
BEGIN SELECT RAISE(ABORT, 'retention_disposal stands'); END

-- guard: trigger disposals_stay on retention_disposal
CREATE TRIGGER disposals_stay BEFORE DELETE ON retention_disposal
BEGIN SELECT RAISE(ABORT, 'retention_disposal stands'); END

-- guard: trigger disposals_are_not_replaced on retention_disposal
CREATE TRIGGER disposals_are_not_replaced BEFORE INSERT ON retention_disposal
WHEN EXISTS (SELECT 1 FROM retention_disposal WHERE id = NEW.id
  OR (municipality_id = NEW.municipality_id AND answered_at IS NULL))
BEGIN SELECT RAISE(ABORT, 'retention_disposal stands'); END

-- guard: trigger hold_belongs_to_the_visit on retention_legalhold
CREATE TRIGGER hold_belongs_to_the_visit BEFORE INSERT ON retention_legalhold
WHEN NOT EXISTS (SELECT 1 FROM appointments_appointment
                 WHERE id = NEW.appointment_id AND municipality_id = NEW.municipality_id)
BEGIN SELECT RAISE(ABORT, 'retention_legalhold of another municipality'); END

-- guard: trigger holds_stand on retention_legalhold
CREATE TRIGGER holds_stand BEFORE UPDATE ON retention_legalhold
WHEN OLD.lifted_at IS NOT NULL OR OLD.id IS NOT NEW.id OR OLD.municipality_id IS NOT NEW.municipality_id OR OLD.appointment_id IS NOT NEW.appointment_id OR OLD.reason IS NOT NEW.reason OR OLD.placed_by_id IS NOT NEW.placed_by_id OR OLD.placed_at IS NOT NEW.placed_at
BEGIN SELECT RAISE(ABORT, 'retention_legalhold stands'); END

-- guard: trigger holds_stay on retention_legalhold
CREATE TRIGGER holds_stay BEFORE DELETE ON retention_legalhold
WHEN OLD.lifted_at IS NULL
  OR NOT EXISTS (SELECT 1 FROM retention_disposedvisit WHERE visit = OLD.appointment_id)
BEGIN SELECT RAISE(ABORT, 'retention_legalhold stands'); END

-- guard: trigger holds_are_not_replaced on retention_legalhold
CREATE TRIGGER holds_are_not_replaced BEFORE INSERT ON retention_legalhold
WHEN EXISTS (SELECT 1 FROM retention_legalhold WHERE id = NEW.id
  OR (appointment_id = NEW.appointment_id AND lifted_at IS NULL AND NEW.lifted_at IS NULL))
BEGIN SELECT RAISE(ABORT, 'retention_legalhold stands'); END

-- guard: trigger a_visit_keeps_its_number on appointments_appointment
CREATE TRIGGER a_visit_keeps_its_number BEFORE UPDATE OF reference ON appointments_appointment
-- By it the entries about a visit that is held are known.
WHEN OLD.reference IS NOT NEW.reference
BEGIN SELECT RAISE(ABORT, 'the number of a visit or case stays'); END

-- guard: trigger a_case_keeps_its_number on witnesses_identityproofing
CREATE TRIGGER a_case_keeps_its_number BEFORE UPDATE OF reference ON witnesses_identityproofing
WHEN OLD.reference IS NOT NEW.reference AND OLD.state NOT IN ('decided', 'abandoned')
BEGIN SELECT RAISE(ABORT, 'the number of a visit or case stays'); END

-- guard: trigger who_has_a_case_stays on appointments_participant
CREATE TRIGGER who_has_a_case_stays BEFORE DELETE ON appointments_participant
WHEN EXISTS (SELECT 1 FROM witnesses_identityproofing WHERE participant_id = OLD.id)
BEGIN SELECT RAISE(ABORT, 'who has a case stays'); END

-- guard: trigger who_has_a_case_is_not_replaced on appointments_participant
CREATE TRIGGER who_has_a_case_is_not_replaced BEFORE INSERT ON appointments_participant
-- Written anew with the same id at another visit, they would take their case out of a hold.
WHEN EXISTS (SELECT 1 FROM witnesses_identityproofing WHERE participant_id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'who has a case stays'); END
