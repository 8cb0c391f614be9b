-- append-only: audit_auditentry

-- guard: trigger audit_rows_stay on audit_auditentry
CREATE TRIGGER audit_rows_stay BEFORE DELETE ON audit_auditentry
BEGIN SELECT RAISE(ABORT, 'audit_auditentry is append-only'); END

-- guard: trigger audit_rows_do_not_change on audit_auditentry
CREATE TRIGGER audit_rows_do_not_change BEFORE UPDATE ON audit_auditentry
BEGIN SELECT RAISE(ABORT, 'audit_auditentry is append-only'); END

-- guard: trigger audit_rows_are_not_replaced on audit_auditentry
CREATE TRIGGER audit_rows_are_not_replaced BEFORE INSERT ON audit_auditentry
WHEN EXISTS (SELECT 1 FROM audit_auditentry WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'audit_auditentry is append-only'); END
