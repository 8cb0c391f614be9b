-- append-only: audit_auditentry
-- append-only: audit_audithorizon

-- guard: trigger audit_rows_stay on audit_auditentry
CREATE TRIGGER audit_rows_stay BEFORE DELETE ON audit_auditentry
-- Until an entry has had its time, and never while somebody wants the visit or case it tells of kept.
WHEN date(OLD.at) >= coalesce((SELECT max(before) FROM audit_audithorizon), '')
  OR date(OLD.at) IS NULL
  OR EXISTS (
    SELECT 1 FROM appointments_appointment v JOIN retention_legalhold h ON h.appointment_id = v.id
    WHERE h.lifted_at IS NULL AND OLD.subject LIKE 'appointment:%' AND v.reference = substr(OLD.subject, 13))
  OR EXISTS (
    SELECT 1 FROM witnesses_identityproofing c JOIN appointments_participant p ON p.id = c.participant_id
      JOIN retention_legalhold h ON h.appointment_id = p.appointment_id
    WHERE h.lifted_at IS NULL AND OLD.subject LIKE 'proofing:%' AND c.reference = substr(OLD.subject, 10))
BEGIN SELECT RAISE(ABORT, 'audit_auditentry is append-only'); END

-- guard: trigger audit_rows_do_not_change on audit_auditentry
CREATE TRIGGER audit_rows_do_not_change BEFORE UPDATE ON audit_auditentry
BEGIN SELECT RAISE(ABORT, 'audit_auditentry is append-only'); END

-- guard: trigger audit_rows_are_not_replaced on audit_auditentry
CREATE TRIGGER audit_rows_are_not_replaced BEFORE INSERT ON audit_auditentry
WHEN EXISTS (SELECT 1 FROM audit_auditentry WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'audit_auditentry is append-only'); END

-- guard: trigger audit_horizon_stays on audit_audithorizon
CREATE TRIGGER audit_horizon_stays BEFORE DELETE ON audit_audithorizon
BEGIN SELECT RAISE(ABORT, 'audit_audithorizon is append-only'); END

-- guard: trigger audit_horizon_does_not_change on audit_audithorizon
CREATE TRIGGER audit_horizon_does_not_change BEFORE UPDATE ON audit_audithorizon
BEGIN SELECT RAISE(ABORT, 'audit_audithorizon is append-only'); END

-- guard: trigger audit_horizon_is_not_replaced on audit_audithorizon
CREATE TRIGGER audit_horizon_is_not_replaced BEFORE INSERT ON audit_audithorizon
WHEN EXISTS (SELECT 1 FROM audit_audithorizon WHERE id = NEW.id OR before = NEW.before)
BEGIN SELECT RAISE(ABORT, 'audit_audithorizon is append-only'); END

-- guard: trigger audit_horizon_is_old on audit_audithorizon
CREATE TRIGGER audit_horizon_is_old BEFORE INSERT ON audit_audithorizon
WHEN NEW.before NOT GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'
  OR date(NEW.before, '+0 days') IS NOT NEW.before OR NEW.before > date('now', '-24 months')
BEGIN SELECT RAISE(ABORT, 'audit entries stay for 24 months'); END
