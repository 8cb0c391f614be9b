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
  IF TG_OP = 'DELETE' OR OLD.reviewed_at IS NOT NULL
     OR ROW(OLD.id, OLD.municipality_id, OLD.pattern, OLD.witness_id, OLD.witnessing_id, OLD.opened_at)
        IS DISTINCT FROM ROW(NEW.id, NEW.municipality_id, NEW.pattern, NEW.witness_id, NEW.witnessing_id, NEW.opened_at) THEN
    RAISE EXCEPTION '% stands', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER fraud_signals_stand BEFORE UPDATE OR DELETE ON witnesses_fraudsignal
  FOR EACH ROW EXECUTE FUNCTION fraud_signals_stand();
