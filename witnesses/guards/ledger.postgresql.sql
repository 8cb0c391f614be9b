-- append-only: witnesses_witnessing
-- append-only: witnesses_rulesetinforce
-- append-only: witnesses_reversal
-- append-only: witnesses_declaration
-- append-only: witnesses_clientanswer
-- append-only: witnesses_ledgerhorizon

-- guard: trigger witness_quota on witnesses_witnessing
-- Locks whoever the witness turned out to be, and looks again: a link may have come in between.
-- The shared lock keeps the schedule as it is until the witnessing stands. Who has room for one more
-- in all the days around has room in every span of them: only the others are counted span by span.
CREATE OR REPLACE FUNCTION witness_quota() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
  held bigint;
  known record;
  everybody bigint[];
  highest integer;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'witness_quota: a stale snapshot cannot count'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.on_date NOT BETWEEN '0001-01-01' AND '9999-12-31'
     OR NEW.recorded_on NOT BETWEEN '0001-01-01' AND '9999-12-31' THEN
    RAISE EXCEPTION 'witness_quota: no day of the calendar'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  SELECT coalesce(min(root_id), NEW.witness_id) INTO held
    FROM people_personlink WHERE person_id = NEW.witness_id;
  LOOP
    PERFORM pg_advisory_xact_lock_shared(7303::bigint << 48),
            pg_advisory_xact_lock((7301::bigint << 48) | held);
    SELECT who.root, who.applicant, figures.*,
        (SELECT count(*) FROM witnesses_witnessing WHERE witness_id = who.root
           AND on_date BETWEEN NEW.on_date - figures.quota_days::int
                           AND NEW.on_date + figures.quota_days::int)
        + (SELECT count(*) FROM people_personlink l JOIN witnesses_witnessing w ON w.witness_id = l.person_id
           WHERE l.root_id = who.root AND w.on_date BETWEEN NEW.on_date - figures.quota_days::int
                                                        AND NEW.on_date + figures.quota_days::int)
        AS around
      INTO known
      FROM (SELECT
          coalesce((SELECT min(root_id) FROM people_personlink WHERE person_id = NEW.witness_id),
                   NEW.witness_id) AS root,
          coalesce((SELECT min(root_id) FROM people_personlink WHERE person_id = NEW.applicant_id),
                   NEW.applicant_id) AS applicant) who
      LEFT JOIN (SELECT rule_set, quota_at_most, quota_days, quota_unit
          FROM witnesses_rulesetinforce WHERE in_force_from <= NEW.on_date
          ORDER BY in_force_from DESC, id DESC LIMIT 1) figures ON true;
    EXIT WHEN known.root = held;
    held := known.root;
  END LOOP;
  IF known.applicant = held THEN
    RAISE EXCEPTION 'witness_is_somebody_else' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF known.rule_set IS DISTINCT FROM NEW.rule_set THEN
    RAISE EXCEPTION 'witness_quota: not the rule set in force on that date'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.on_date - known.quota_days::int < (SELECT max(before) FROM witnesses_ledgerhorizon) THEN
    RAISE EXCEPTION 'witness_quota: what is no longer known cannot be counted'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF known.around < known.quota_at_most THEN
    RETURN NEW;
  END IF;
  SELECT array_agg(person_id) || held INTO everybody FROM people_personlink WHERE root_id = held;
  WITH counted AS (
    SELECT coalesce((SELECT min(root_id) FROM people_personlink WHERE person_id = w.applicant_id),
                    w.applicant_id) AS person, w.on_date AS d
    FROM witnesses_witnessing w
    WHERE w.witness_id = ANY (everybody)
      AND w.on_date BETWEEN NEW.on_date - known.quota_days::int
                        AND NEW.on_date + known.quota_days::int
      AND NOT EXISTS (SELECT 1 FROM witnesses_reversal r WHERE r.witnessing_id = w.id)
    UNION ALL SELECT known.applicant, NEW.on_date
  )
  SELECT max(span.used) INTO highest FROM (
    SELECT CASE known.quota_unit
             WHEN 'persons' THEN count(DISTINCT x.person) ELSE count(*) END AS used
    FROM (SELECT DISTINCT d FROM counted WHERE d <= NEW.on_date) s
    JOIN counted x ON x.d BETWEEN s.d AND s.d + known.quota_days::int
    GROUP BY s.d
  ) span;
  IF highest > known.quota_at_most THEN
    RAISE EXCEPTION 'witness_quota: limit reached'
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'witness_quota';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER witness_quota BEFORE INSERT ON witnesses_witnessing
  FOR EACH ROW EXECUTE FUNCTION witness_quota();

-- guard: trigger reversals_are_few on witnesses_reversal
CREATE OR REPLACE FUNCTION reversals_are_few() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
  figures witnesses_rulesetinforce%ROWTYPE;
  reversed witnesses_witnessing%ROWTYPE;
  root bigint;
  held bigint;
  everybody bigint[];
  highest integer;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'reversals_are_few: a stale snapshot cannot count'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  SELECT * INTO reversed FROM witnesses_witnessing WHERE id = NEW.witnessing_id;
  IF NEW.municipality_id IS DISTINCT FROM reversed.municipality_id THEN
    RAISE EXCEPTION 'witnesses_reversal of another municipality'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.reversed_on > '9999-12-31' THEN
    RAISE EXCEPTION 'reversals_are_few: no day of the calendar'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.reversed_on < reversed.on_date THEN
    RAISE EXCEPTION 'reversals_are_few: reversed before it was witnessed'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM witnesses_reversalproposal p WHERE p.id = NEW.proposal_id
      AND p.witnessing_id = NEW.witnessing_id AND p.is_approved
      AND p.answered_by_id <> p.proposed_by_id
      AND (p.answered_at AT TIME ZONE 'Europe/Copenhagen')::date = NEW.reversed_on) THEN
    RAISE EXCEPTION 'reversals_are_few: not approved by a second person on that day'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  LOOP
    SELECT coalesce(min(root_id), reversed.witness_id) INTO root
      FROM people_personlink WHERE person_id = reversed.witness_id;
    EXIT WHEN root = held;
    PERFORM pg_advisory_xact_lock((7301::bigint << 48) | root);
    held := root;
  END LOOP;
  SELECT array_agg(person_id) || root INTO everybody FROM people_personlink WHERE root_id = root;
  SELECT * INTO figures FROM witnesses_rulesetinforce
    WHERE in_force_from <= NEW.reversed_on ORDER BY in_force_from DESC, id DESC LIMIT 1;
  WITH counted AS (
    SELECT r.reversed_on AS d
    FROM witnesses_reversal r JOIN witnesses_witnessing w ON w.id = r.witnessing_id
    WHERE w.witness_id = ANY (everybody)
      AND r.reversed_on BETWEEN NEW.reversed_on - figures.quota_days::int
                            AND NEW.reversed_on + figures.quota_days::int
    UNION ALL SELECT NEW.reversed_on
  )
  SELECT max(span.used) INTO highest FROM (
    SELECT count(*) AS used
    FROM (SELECT DISTINCT d FROM counted WHERE d <= NEW.reversed_on) s
    JOIN counted x ON x.d BETWEEN s.d AND s.d + figures.quota_days::int
    GROUP BY s.d
  ) span;
  IF highest > figures.reversals_at_most THEN
    RAISE EXCEPTION 'reversals_are_few: limit reached'
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'reversals_are_few';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER reversals_are_few BEFORE INSERT ON witnesses_reversal
  FOR EACH ROW EXECUTE FUNCTION reversals_are_few();

-- guard: trigger schedule_spares_the_past on witnesses_rulesetinforce
CREATE OR REPLACE FUNCTION schedule_spares_the_past() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'schedule_spares_the_past: a stale snapshot cannot see what was decided'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.in_force_from NOT BETWEEN '0001-01-01' AND '9999-12-31' THEN
    RAISE EXCEPTION 'schedule_spares_the_past: no day of the calendar'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  PERFORM pg_advisory_xact_lock(7303::bigint << 48);
  IF EXISTS (SELECT 1 FROM witnesses_witnessing WHERE on_date >= NEW.in_force_from)
     OR EXISTS (SELECT 1 FROM witnesses_identityproofing WHERE decided_on >= NEW.in_force_from)
     OR NEW.in_force_from < (SELECT max(before) FROM witnesses_ledgerhorizon) THEN
    RAISE EXCEPTION 'schedule_spares_the_past: decided under another rule set already'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER schedule_spares_the_past BEFORE INSERT ON witnesses_rulesetinforce
  FOR EACH ROW EXECUTE FUNCTION schedule_spares_the_past();

-- guard: trigger ledger_is_append_only on witnesses_witnessing
-- Until a witnessing has had its time, or its visit was disposed of. One that was reversed stays with
-- the case that it explains: the key of the reversal holds it.
CREATE OR REPLACE FUNCTION witnessing_may_go(which bigint) RETURNS boolean LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
  SELECT current_setting('transaction_isolation') = 'read committed' AND EXISTS (
    SELECT 1 FROM witnesses_witnessing w
      JOIN witnesses_identityproofing c ON c.id = w.proofing_id
      JOIN appointments_participant p ON p.id = c.participant_id
    WHERE w.id = which AND (
      case_is_disposed_of(c.id)
      OR w.on_date < (SELECT max(before) FROM witnesses_ledgerhorizon)
        AND NOT EXISTS (SELECT 1 FROM retention_legalhold h
                        WHERE h.appointment_id = p.appointment_id AND h.lifted_at IS NULL)))
$$;
CREATE OR REPLACE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' AND witnessing_may_go(OLD.id) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER ledger_is_append_only BEFORE UPDATE OR DELETE ON witnesses_witnessing
  FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();

-- guard: trigger ledger_is_not_emptied on witnesses_witnessing
CREATE OR REPLACE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER ledger_is_not_emptied BEFORE TRUNCATE ON witnesses_witnessing
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();

-- guard: trigger schedule_is_append_only on witnesses_rulesetinforce
CREATE TRIGGER schedule_is_append_only BEFORE UPDATE OR DELETE ON witnesses_rulesetinforce
  FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change();

-- guard: trigger schedule_is_not_emptied on witnesses_rulesetinforce
CREATE TRIGGER schedule_is_not_emptied BEFORE TRUNCATE ON witnesses_rulesetinforce
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();

-- guard: trigger ledger_horizon_is_append_only on witnesses_ledgerhorizon
CREATE TRIGGER ledger_horizon_is_append_only BEFORE UPDATE OR DELETE ON witnesses_ledgerhorizon
  FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change();

-- guard: trigger ledger_horizon_is_not_emptied on witnesses_ledgerhorizon
CREATE TRIGGER ledger_horizon_is_not_emptied BEFORE TRUNCATE ON witnesses_ledgerhorizon
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();

-- guard: trigger ledger_horizon_is_old on witnesses_ledgerhorizon
CREATE OR REPLACE FUNCTION ledger_horizon_is_old() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
BEGIN
  IF NEW.before NOT BETWEEN '0001-01-01' AND CURRENT_DATE - interval '24 months' THEN
    RAISE EXCEPTION 'witnessings stay for 24 months' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_horizon_is_old BEFORE INSERT ON witnesses_ledgerhorizon
  FOR EACH ROW EXECUTE FUNCTION ledger_horizon_is_old();

-- guard: trigger reversals_are_append_only on witnesses_reversal
CREATE OR REPLACE FUNCTION reversals_are_append_only() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' AND case_is_disposed_of(
       (SELECT proofing_id FROM witnesses_witnessing WHERE id = OLD.witnessing_id)) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER reversals_are_append_only BEFORE UPDATE OR DELETE ON witnesses_reversal
  FOR EACH ROW EXECUTE FUNCTION reversals_are_append_only();

-- guard: trigger reversals_are_not_emptied on witnesses_reversal
CREATE TRIGGER reversals_are_not_emptied BEFORE TRUNCATE ON witnesses_reversal
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();

-- guard: trigger declarations_are_append_only on witnesses_declaration
CREATE OR REPLACE FUNCTION goes_with_its_case() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' AND case_is_disposed_of(OLD.proofing_id) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER declarations_are_append_only BEFORE UPDATE OR DELETE ON witnesses_declaration
  FOR EACH ROW EXECUTE FUNCTION goes_with_its_case();

-- guard: trigger declarations_are_not_emptied on witnesses_declaration
CREATE TRIGGER declarations_are_not_emptied BEFORE TRUNCATE ON witnesses_declaration
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();

-- guard: trigger client_answers_are_append_only on witnesses_clientanswer
CREATE TRIGGER client_answers_are_append_only BEFORE UPDATE OR DELETE ON witnesses_clientanswer
  FOR EACH ROW EXECUTE FUNCTION goes_with_its_case();

-- guard: trigger client_answers_are_not_emptied on witnesses_clientanswer
CREATE TRIGGER client_answers_are_not_emptied BEFORE TRUNCATE ON witnesses_clientanswer
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();

-- guard: trigger witnessing_belongs_to_the_proofing on witnesses_witnessing
CREATE OR REPLACE FUNCTION witnessing_belongs_to_the_proofing() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF (TG_OP = 'UPDATE' AND OLD.municipality_id IS DISTINCT FROM NEW.municipality_id)
     OR NEW.municipality_id IS DISTINCT FROM
     (SELECT municipality_id FROM witnesses_identityproofing WHERE id = NEW.proofing_id) THEN
    RAISE EXCEPTION 'witnesses_witnessing of another municipality' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER witnessing_belongs_to_the_proofing
  BEFORE INSERT OR UPDATE ON witnesses_witnessing
  FOR EACH ROW EXECUTE FUNCTION witnessing_belongs_to_the_proofing();

-- guard: trigger numbers_in_the_ledger_stay on people_personalias
-- Nor do those of somebody in a case, who may come into the ledger, or on the staff: shown again,
-- the number would be a new person's.
CREATE OR REPLACE FUNCTION numbers_in_the_ledger_stay() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM witnesses_witnessing WHERE witness_id = OLD.person_id)
     OR EXISTS (SELECT 1 FROM witnesses_witnessing WHERE applicant_id = OLD.person_id)
     OR EXISTS (SELECT 1 FROM people_personlink WHERE person_id = OLD.person_id)
     OR EXISTS (SELECT 1 FROM people_personlink WHERE root_id = OLD.person_id)
     OR EXISTS (SELECT 1 FROM witnesses_linkproposal WHERE OLD.person_id IN (person_id, other_id))
     OR EXISTS (SELECT 1 FROM witnesses_identityproofing WHERE applicant_id = OLD.person_id)
     OR EXISTS (SELECT 1 FROM witnesses_witnessstatement WHERE person_id = OLD.person_id)
     OR EXISTS (SELECT 1 FROM witnesses_witnesscheck WHERE person_id = OLD.person_id)
     OR EXISTS (SELECT 1 FROM municipalities_staffmember WHERE person_id = OLD.person_id) THEN
    RAISE EXCEPTION 'the numbers of somebody we know stay'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER numbers_in_the_ledger_stay BEFORE DELETE ON people_personalias
  FOR EACH ROW EXECUTE FUNCTION numbers_in_the_ledger_stay();
