-- append-only: people_personlink

-- guard: trigger links_stay on people_personlink
CREATE OR REPLACE FUNCTION links_stay() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER links_stay BEFORE UPDATE OR DELETE ON people_personlink
  FOR EACH ROW EXECUTE FUNCTION links_stay();

-- guard: trigger links_are_not_emptied on people_personlink
CREATE TRIGGER links_are_not_emptied BEFORE TRUNCATE ON people_personlink
  FOR EACH STATEMENT EXECUTE FUNCTION links_stay();

-- guard: trigger links_join_whole_groups on people_personlink
-- Both roots are held by the lock that witness_quota takes, and in its order: it follows links from
-- the greater id to the smaller, so whoever takes the smaller first could wait for it for ever.
CREATE OR REPLACE FUNCTION links_join_whole_groups() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
  former bigint;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'links_join_whole_groups: a stale snapshot cannot see a group'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM people_personlink WHERE person_id = NEW.person_id) THEN
    PERFORM pg_advisory_xact_lock((7301::bigint << 48) | NEW.person_id);
    PERFORM pg_advisory_xact_lock((7301::bigint << 48) | NEW.root_id);
  END IF;
  SELECT min(root_id) INTO former FROM people_personlink WHERE person_id = NEW.person_id;
  IF EXISTS (SELECT 1 FROM people_personlink WHERE person_id = NEW.root_id) OR (
    former IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM people_personlink WHERE person_id = former AND root_id = NEW.root_id)
  ) THEN
    RAISE EXCEPTION 'links_join_whole_groups: link the roots of both groups'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER links_join_whole_groups BEFORE INSERT ON people_personlink
  FOR EACH ROW EXECUTE FUNCTION links_join_whole_groups();

-- guard: trigger linked_groups_follow on people_personlink
CREATE OR REPLACE FUNCTION linked_groups_follow() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO people_personlink (person_id, root_id, linked_at)
    SELECT person_id, NEW.root_id, NEW.linked_at FROM people_personlink moved
    WHERE root_id = NEW.person_id AND NOT EXISTS (
      SELECT 1 FROM people_personlink WHERE person_id = moved.person_id AND root_id = NEW.root_id);
  RETURN NULL;
END $$;
CREATE TRIGGER linked_groups_follow AFTER INSERT ON people_personlink
  FOR EACH ROW EXECUTE FUNCTION linked_groups_follow();

-- guard: trigger aliases_do_not_change on people_personalias
CREATE OR REPLACE FUNCTION aliases_do_not_change() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'a number stands for one person for ever'
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER aliases_do_not_change BEFORE UPDATE ON people_personalias
  FOR EACH ROW EXECUTE FUNCTION aliases_do_not_change();
