-- append-only: vault_pseudonymkey
-- append-only: vault_wrappingkey

-- guard: trigger pseudonym_keys_stay on vault_pseudonymkey
CREATE TRIGGER pseudonym_keys_stay BEFORE DELETE ON vault_pseudonymkey
BEGIN SELECT RAISE(ABORT, 'vault_pseudonymkey is append-only'); END

-- guard: trigger pseudonym_keys_do_not_change on vault_pseudonymkey
CREATE TRIGGER pseudonym_keys_do_not_change BEFORE UPDATE ON vault_pseudonymkey
BEGIN SELECT RAISE(ABORT, 'vault_pseudonymkey is append-only'); END

-- guard: trigger pseudonym_keys_are_not_replaced on vault_pseudonymkey
CREATE TRIGGER pseudonym_keys_are_not_replaced BEFORE INSERT ON vault_pseudonymkey
WHEN EXISTS (SELECT 1 FROM vault_pseudonymkey WHERE id = NEW.id OR version = NEW.version)
BEGIN SELECT RAISE(ABORT, 'vault_pseudonymkey is append-only'); END

-- guard: trigger wrapping_keys_stay on vault_wrappingkey
CREATE TRIGGER wrapping_keys_stay BEFORE DELETE ON vault_wrappingkey
BEGIN SELECT RAISE(ABORT, 'vault_wrappingkey is append-only'); END

-- guard: trigger wrapping_keys_do_not_change on vault_wrappingkey
CREATE TRIGGER wrapping_keys_do_not_change BEFORE UPDATE ON vault_wrappingkey
BEGIN SELECT RAISE(ABORT, 'vault_wrappingkey is append-only'); END

-- guard: trigger wrapping_keys_are_not_replaced on vault_wrappingkey
CREATE TRIGGER wrapping_keys_are_not_replaced BEFORE INSERT ON vault_wrappingkey
WHEN EXISTS (SELECT 1 FROM vault_wrappingkey WHERE id = NEW.id OR version = NEW.version)
BEGIN SELECT RAISE(ABORT, 'vault_wrappingkey is append-only'); END
