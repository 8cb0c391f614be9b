-- guard: trigger sign_in_request_belongs_to_the_statement on witnesses_signinrequest
CREATE OR REPLACE FUNCTION sign_in_request_belongs_to_the_statement() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.municipality_id IS DISTINCT FROM
     (SELECT municipality_id FROM witnesses_witnessstatement WHERE id = NEW.statement_id) THEN
    RAISE EXCEPTION 'witnesses_signinrequest of another municipality'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'UPDATE' AND (OLD.used_at IS NOT NULL OR OLD.statement_id <> NEW.statement_id
      OR OLD.link_hash <> NEW.link_hash OR OLD.expires_at <> NEW.expires_at) THEN
    RAISE EXCEPTION 'a sign-in request is used once' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER sign_in_request_belongs_to_the_statement
  BEFORE INSERT OR UPDATE ON witnesses_signinrequest
  FOR EACH ROW EXECUTE FUNCTION sign_in_request_belongs_to_the_statement();

-- guard: trigger reversal_proposal_belongs_to_the_witnessing on witnesses_reversalproposal
CREATE OR REPLACE FUNCTION reversal_proposal_belongs_to_the_witnessing() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.municipality_id IS DISTINCT FROM
     (SELECT municipality_id FROM witnesses_witnessing WHERE id = NEW.witnessing_id) THEN
    RAISE EXCEPTION 'witnesses_reversalproposal of another municipality'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER reversal_proposal_belongs_to_the_witnessing
  BEFORE INSERT ON witnesses_reversalproposal
  FOR EACH ROW EXECUTE FUNCTION reversal_proposal_belongs_to_the_witnessing();

-- guard: trigger reversal_proposals_stand on witnesses_reversalproposal
CREATE OR REPLACE FUNCTION reversal_proposals_stand() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' AND OLD.answered_at IS NOT NULL AND witnessing_may_go(OLD.witnessing_id) THEN
    RETURN OLD;
  END IF;
  IF TG_OP = 'DELETE' OR OLD.answered_at IS NOT NULL
     OR ROW(OLD.id, OLD.proposed_by_id, OLD.proposed_at, OLD.municipality_id, OLD.witnessing_id, OLD.reason)
        IS DISTINCT FROM ROW(NEW.id, NEW.proposed_by_id, NEW.proposed_at, NEW.municipality_id, NEW.witnessing_id, NEW.reason) THEN
    RAISE EXCEPTION '% stands', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER reversal_proposals_stand BEFORE UPDATE OR DELETE ON witnesses_reversalproposal
  FOR EACH ROW EXECUTE FUNCTION reversal_proposals_stand();

-- guard: trigger link_proposals_stand on witnesses_linkproposal
CREATE OR REPLACE FUNCTION link_proposals_stand() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.answered_at IS NOT NULL
     OR ROW(OLD.id, OLD.proposed_by_id, OLD.proposed_at, OLD.municipality_id, OLD.person_id, OLD.other_id, OLD.reason)
        IS DISTINCT FROM ROW(NEW.id, NEW.proposed_by_id, NEW.proposed_at, NEW.municipality_id, NEW.person_id, NEW.other_id, NEW.reason) THEN
    RAISE EXCEPTION '% stands', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER link_proposals_stand BEFORE UPDATE OR DELETE ON witnesses_linkproposal
  FOR EACH ROW EXECUTE FUNCTION link_proposals_stand();

-- guard: trigger links_take_two on people_personlink
-- Either two of the staff found one of each group to be one human being, or the person was linked
-- to somebody who is linked to the root: then the rest of a group follows (people/guards).
CREATE OR REPLACE FUNCTION links_take_two() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
  persons bigint[];
  roots bigint[];
BEGIN
  IF EXISTS (SELECT 1 FROM people_personlink was JOIN people_personlink moved
      ON moved.person_id = was.root_id AND moved.root_id = NEW.root_id
      WHERE was.person_id = NEW.person_id) THEN
    RETURN NEW;
  END IF;
  SELECT array_agg(person_id) || NEW.person_id INTO persons
    FROM people_personlink WHERE root_id = NEW.person_id;
  SELECT array_agg(person_id) || NEW.root_id INTO roots
    FROM people_personlink WHERE root_id = NEW.root_id;
  IF NOT EXISTS (SELECT 1 FROM witnesses_linkproposal p
      WHERE p.is_approved AND p.answered_by_id <> p.proposed_by_id
        AND (p.person_id = ANY (persons) AND p.other_id = ANY (roots)
          OR p.other_id = ANY (persons) AND p.person_id = ANY (roots))) THEN
    RAISE EXCEPTION 'links_take_two: not approved by a second person'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER links_take_two BEFORE INSERT ON people_personlink
  FOR EACH ROW EXECUTE FUNCTION links_take_two();

-- guard: trigger schedule_takes_two on witnesses_rulesetinforce
-- As many rows as two rule stewards approved: no approval is used twice.
CREATE OR REPLACE FUNCTION schedule_takes_two() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF (SELECT count(*) FROM witnesses_rulesetproposal p
      WHERE p.rule_set = NEW.rule_set AND p.in_force_from = NEW.in_force_from AND p.is_approved
        AND p.proposed_by_id = NEW.proposed_by_id AND p.answered_by_id = NEW.approved_by_id
        AND p.answered_by_id <> p.proposed_by_id)
     <= (SELECT count(*) FROM witnesses_rulesetinforce r
      WHERE r.rule_set = NEW.rule_set AND r.in_force_from = NEW.in_force_from
        AND r.proposed_by_id = NEW.proposed_by_id AND r.approved_by_id = NEW.approved_by_id) THEN
    RAISE EXCEPTION 'schedule_takes_two: not approved by a second person'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER schedule_takes_two BEFORE INSERT ON witnesses_rulesetinforce
  FOR EACH ROW EXECUTE FUNCTION schedule_takes_two();

-- guard: trigger rule_set_proposals_stand on witnesses_rulesetproposal
CREATE OR REPLACE FUNCTION rule_set_proposals_stand() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.answered_at IS NOT NULL
     OR ROW(OLD.id, OLD.proposed_by_id, OLD.proposed_at, OLD.rule_set, OLD.in_force_from)
        IS DISTINCT FROM ROW(NEW.id, NEW.proposed_by_id, NEW.proposed_at, NEW.rule_set, NEW.in_force_from) THEN
    RAISE EXCEPTION '% stands', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER rule_set_proposals_stand BEFORE UPDATE OR DELETE ON witnesses_rulesetproposal
  FOR EACH ROW EXECUTE FUNCTION rule_set_proposals_stand();

-- guard: trigger fraud_signals_stand on witnesses_fraudsignal
CREATE OR REPLACE FUNCTION fraud_signals_stand() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' AND OLD.reviewed_at IS NOT NULL AND witnessing_may_go(OLD.witnessing_id) THEN
    RETURN OLD;
  END IF;
  IF TG_OP = 'DELETE' OR OLD.reviewed_at IS NOT NULL
     OR ROW(OLD.id, OLD.municipality_id, OLD.pattern, OLD.witness_id, OLD.witnessing_id, OLD.opened_at)
        IS DISTINCT FROM ROW(NEW.id, NEW.municipality_id, NEW.pattern, NEW.witness_id, NEW.witnessing_id, NEW.opened_at) THEN
    RAISE EXCEPTION '% stands', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER fraud_signals_stand BEFORE UPDATE OR DELETE ON witnesses_fraudsignal
  FOR EACH ROW EXECUTE FUNCTION fraud_signals_stand();
