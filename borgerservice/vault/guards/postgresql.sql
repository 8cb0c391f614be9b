-- append-only: vault_pseudonymkey
-- append-only: vault_wrappingkey

-- guard: trigger pseudonym_keys_stay on vault_pseudonymkey
-- Were one forgotten, another key could take its place and find nobody.
CREATE OR REPLACE FUNCTION pseudonym_keys_stay() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER pseudonym_keys_stay BEFORE UPDATE OR DELETE ON vault_pseudonymkey
  FOR EACH ROW EXECUTE FUNCTION pseudonym_keys_stay();

-- guard: trigger pseudonym_keys_are_not_emptied on vault_pseudonymkey
CREATE TRIGGER pseudonym_keys_are_not_emptied BEFORE TRUNCATE ON vault_pseudonymkey
  FOR EACH STATEMENT EXECUTE FUNCTION pseudonym_keys_stay();

-- guard: trigger wrapping_keys_stay on vault_wrappingkey
-- Were one forgotten, another key could take its place and seal what the right one cannot open.
CREATE OR REPLACE FUNCTION wrapping_keys_stay() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER wrapping_keys_stay BEFORE UPDATE OR DELETE ON vault_wrappingkey
  FOR EACH ROW EXECUTE FUNCTION wrapping_keys_stay();

-- guard: trigger wrapping_keys_are_not_emptied on vault_wrappingkey
CREATE TRIGGER wrapping_keys_are_not_emptied BEFORE TRUNCATE ON vault_wrappingkey
  FOR EACH STATEMENT EXECUTE FUNCTION wrapping_keys_stay();
