-- append-only: people_personlink

-- guard: trigger links_stay on people_personlink
CREATE TRIGGER links_stay BEFORE DELETE ON people_personlink
BEGIN SELECT RAISE(ABORT, 'people_personlink is append-only'); END

-- guard: trigger links_do_not_change on people_personlink
CREATE TRIGGER links_do_not_change BEFORE UPDATE ON people_personlink
BEGIN SELECT RAISE(ABORT, 'people_personlink is append-only'); END

-- guard: trigger links_are_not_replaced on people_personlink
CREATE TRIGGER links_are_not_replaced BEFORE INSERT ON people_personlink
WHEN EXISTS (SELECT 1 FROM people_personlink
             WHERE id = NEW.id OR (person_id = NEW.person_id AND root_id = NEW.root_id))
BEGIN SELECT RAISE(ABORT, 'people_personlink is append-only'); END

-- guard: trigger links_join_whole_groups on people_personlink
CREATE TRIGGER links_join_whole_groups BEFORE INSERT ON people_personlink
WHEN EXISTS (SELECT 1 FROM people_personlink WHERE person_id = NEW.root_id) OR (
  EXISTS (SELECT 1 FROM people_personlink WHERE person_id = NEW.person_id)
  AND NOT EXISTS (SELECT 1 FROM people_personlink WHERE root_id = NEW.root_id AND person_id =
    (SELECT min(root_id) FROM people_personlink WHERE person_id = NEW.person_id))
)
BEGIN SELECT RAISE(ABORT, 'links_join_whole_groups: link the roots of both groups'); END

-- guard: trigger linked_groups_follow on people_personlink
CREATE TRIGGER linked_groups_follow AFTER INSERT ON people_personlink
BEGIN
  INSERT INTO people_personlink (person_id, root_id, linked_at)
    SELECT person_id, NEW.root_id, NEW.linked_at FROM people_personlink moved
    WHERE root_id = NEW.person_id AND NOT EXISTS (
      SELECT 1 FROM people_personlink WHERE person_id = moved.person_id AND root_id = NEW.root_id);
END

-- guard: trigger aliases_do_not_change on people_personalias
CREATE TRIGGER aliases_do_not_change BEFORE UPDATE ON people_personalias
BEGIN SELECT RAISE(ABORT, 'a number stands for one person for ever'); END

-- guard: trigger aliases_are_not_replaced on people_personalias
CREATE TRIGGER aliases_are_not_replaced BEFORE INSERT ON people_personalias
WHEN EXISTS (SELECT 1 FROM people_personalias WHERE id = NEW.id OR (
  kind = NEW.kind AND key_version = NEW.key_version AND pseudonym = NEW.pseudonym))
BEGIN SELECT RAISE(IGNORE); END
