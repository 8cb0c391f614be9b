-- guard: trigger sign_in_request_belongs_to_the_statement on witnesses_signinrequest
CREATE TRIGGER sign_in_request_belongs_to_the_statement BEFORE INSERT ON witnesses_signinrequest
WHEN NEW.municipality_id IS NOT (SELECT municipality_id FROM witnesses_witnessstatement WHERE id = NEW.statement_id)
  OR EXISTS (SELECT 1 FROM witnesses_signinrequest WHERE id = NEW.id OR link_hash = NEW.link_hash)
BEGIN SELECT RAISE(ABORT, 'witnesses_signinrequest of another municipality'); END

-- guard: trigger sign_in_request_is_used_once on witnesses_signinrequest
CREATE TRIGGER sign_in_request_is_used_once BEFORE UPDATE ON witnesses_signinrequest
WHEN OLD.used_at IS NOT NULL OR OLD.id IS NOT NEW.id OR OLD.statement_id IS NOT NEW.statement_id
  OR OLD.municipality_id IS NOT NEW.municipality_id OR OLD.link_hash IS NOT NEW.link_hash
  OR OLD.expires_at IS NOT NEW.expires_at
BEGIN SELECT RAISE(ABORT, 'a sign-in request is used once'); END

-- guard: trigger reversal_proposal_belongs_to_the_witnessing on witnesses_reversalproposal
CREATE TRIGGER reversal_proposal_belongs_to_the_witnessing BEFORE INSERT ON witnesses_reversalproposal
WHEN NEW.municipality_id IS NOT (SELECT municipality_id FROM witnesses_witnessing WHERE id = NEW.witnessing_id)
BEGIN SELECT RAISE(ABORT, 'witnesses_reversalproposal of another municipality'); END

-- guard: trigger reversal_proposals_stand on witnesses_reversalproposal
CREATE TRIGGER reversal_proposals_stand BEFORE UPDATE ON witnesses_reversalproposal
WHEN OLD.answered_at IS NOT NULL OR OLD.id IS NOT NEW.id OR OLD.proposed_by_id IS NOT NEW.proposed_by_id OR OLD.proposed_at IS NOT NEW.proposed_at OR OLD.municipality_id IS NOT NEW.municipality_id OR OLD.witnessing_id IS NOT NEW.witnessing_id OR OLD.reason IS NOT NEW.reason
BEGIN SELECT RAISE(ABORT, 'witnesses_reversalproposal stands'); END

-- guard: trigger reversal_proposals_stay on witnesses_reversalproposal
CREATE TRIGGER reversal_proposals_stay BEFORE DELETE ON witnesses_reversalproposal
WHEN OLD.answered_at IS NULL OR NOT EXISTS (
  SELECT 1 FROM witnesses_witnessing w JOIN witnesses_identityproofing c ON c.id = w.proofing_id
    JOIN appointments_participant p ON p.id = c.participant_id
  WHERE w.id = OLD.witnessing_id AND (
    EXISTS (SELECT 1 FROM retention_disposedvisit d JOIN retention_disposal o ON o.id = d.disposal_id
            WHERE d.visit = p.appointment_id AND date(c.opened_at) < o.before AND coalesce(c.decided_on, '') < o.before)
    OR w.on_date < (SELECT max(before) FROM witnesses_ledgerhorizon))
  AND NOT EXISTS (SELECT 1 FROM retention_legalhold h
                  WHERE h.appointment_id = p.appointment_id AND h.lifted_at IS NULL))
BEGIN SELECT RAISE(ABORT, 'witnesses_reversalproposal stands'); END

-- guard: trigger reversal_proposals_are_not_replaced on witnesses_reversalproposal
CREATE TRIGGER reversal_proposals_are_not_replaced BEFORE INSERT ON witnesses_reversalproposal
WHEN EXISTS (SELECT 1 FROM witnesses_reversalproposal WHERE id = NEW.id OR (witnessing_id = NEW.witnessing_id AND answered_at IS NULL))
BEGIN SELECT RAISE(ABORT, 'witnesses_reversalproposal stands'); END

-- guard: trigger link_proposals_stand on witnesses_linkproposal
CREATE TRIGGER link_proposals_stand BEFORE UPDATE ON witnesses_linkproposal
WHEN OLD.answered_at IS NOT NULL OR OLD.id IS NOT NEW.id OR OLD.proposed_by_id IS NOT NEW.proposed_by_id OR OLD.proposed_at IS NOT NEW.proposed_at OR OLD.municipality_id IS NOT NEW.municipality_id OR OLD.person_id IS NOT NEW.person_id OR OLD.other_id IS NOT NEW.other_id OR OLD.reason IS NOT NEW.reason
BEGIN SELECT RAISE(ABORT, 'witnesses_linkproposal stands'); END

-- guard: trigger link_proposals_stay on witnesses_linkproposal
CREATE TRIGGER link_proposals_stay BEFORE DELETE ON witnesses_linkproposal
BEGIN SELECT RAISE(ABORT, 'witnesses_linkproposal stands'); END

-- guard: trigger link_proposals_are_not_replaced on witnesses_linkproposal
CREATE TRIGGER link_proposals_are_not_replaced BEFORE INSERT ON witnesses_linkproposal
WHEN EXISTS (SELECT 1 FROM witnesses_linkproposal WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'witnesses_linkproposal stands'); END

-- guard: trigger links_take_two on people_personlink
CREATE TRIGGER links_take_two BEFORE INSERT ON people_personlink
WHEN NOT EXISTS (
  SELECT 1 FROM people_personlink was JOIN people_personlink moved
    ON moved.person_id = was.root_id AND moved.root_id = NEW.root_id
    WHERE was.person_id = NEW.person_id
) AND NOT EXISTS (
  SELECT 1 FROM (
    SELECT person_id AS one, other_id AS other FROM witnesses_linkproposal
      WHERE is_approved AND answered_by_id <> proposed_by_id
    UNION ALL SELECT other_id, person_id FROM witnesses_linkproposal
      WHERE is_approved AND answered_by_id <> proposed_by_id
  ) p
  WHERE p.one IN (SELECT NEW.person_id UNION ALL SELECT person_id FROM people_personlink WHERE root_id = NEW.person_id)
    AND p.other IN (SELECT NEW.root_id UNION ALL SELECT person_id FROM people_personlink WHERE root_id = NEW.root_id)
)
BEGIN SELECT RAISE(ABORT, 'links_take_two: not approved by a second person'); END

-- guard: trigger schedule_takes_two on witnesses_rulesetinforce
CREATE TRIGGER schedule_takes_two BEFORE INSERT ON witnesses_rulesetinforce
WHEN (SELECT count(*) FROM witnesses_rulesetproposal p
      WHERE p.rule_set = NEW.rule_set AND p.in_force_from = NEW.in_force_from AND p.is_approved
        AND p.proposed_by_id = NEW.proposed_by_id AND p.answered_by_id = NEW.approved_by_id
        AND p.answered_by_id <> p.proposed_by_id)
  <= (SELECT count(*) FROM witnesses_rulesetinforce r
      WHERE r.rule_set = NEW.rule_set AND r.in_force_from = NEW.in_force_from
        AND r.proposed_by_id = NEW.proposed_by_id AND r.approved_by_id = NEW.approved_by_id)
BEGIN SELECT RAISE(ABORT, 'schedule_takes_two: not approved by a second person'); END

-- guard: trigger rule_set_proposals_stand on witnesses_rulesetproposal
CREATE TRIGGER rule_set_proposals_stand BEFORE UPDATE ON witnesses_rulesetproposal
WHEN OLD.answered_at IS NOT NULL OR OLD.id IS NOT NEW.id OR OLD.proposed_by_id IS NOT NEW.proposed_by_id OR OLD.proposed_at IS NOT NEW.proposed_at OR OLD.rule_set IS NOT NEW.rule_set OR OLD.in_force_from IS NOT NEW.in_force_from
BEGIN SELECT RAISE(ABORT, 'witnesses_rulesetproposal stands'); END

-- guard: trigger rule_set_proposals_stay on witnesses_rulesetproposal
CREATE TRIGGER rule_set_proposals_stay BEFORE DELETE ON witnesses_rulesetproposal
BEGIN SELECT RAISE(ABORT, 'witnesses_rulesetproposal stands'); END

-- guard: trigger rule_set_proposals_are_not_replaced on witnesses_rulesetproposal
CREATE TRIGGER rule_set_proposals_are_not_replaced BEFORE INSERT ON witnesses_rulesetproposal
WHEN EXISTS (SELECT 1 FROM witnesses_rulesetproposal WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'witnesses_rulesetproposal stands'); END

-- guard: trigger fraud_signals_stand on witnesses_fraudsignal
CREATE TRIGGER fraud_signals_stand BEFORE UPDATE ON witnesses_fraudsignal
WHEN OLD.reviewed_at IS NOT NULL OR OLD.id IS NOT NEW.id OR OLD.municipality_id IS NOT NEW.municipality_id OR OLD.pattern IS NOT NEW.pattern OR OLD.witness_id IS NOT NEW.witness_id OR OLD.witnessing_id IS NOT NEW.witnessing_id OR OLD.opened_at IS NOT NEW.opened_at
BEGIN SELECT RAISE(ABORT, 'witnesses_fraudsignal stands'); END

-- guard: trigger fraud_signals_stay on witnesses_fraudsignal
CREATE TRIGGER fraud_signals_stay BEFORE DELETE ON witnesses_fraudsignal
WHEN OLD.reviewed_at IS NULL OR NOT EXISTS (
  SELECT 1 FROM witnesses_witnessing w JOIN witnesses_identityproofing c ON c.id = w.proofing_id
    JOIN appointments_participant p ON p.id = c.participant_id
  WHERE w.id = OLD.witnessing_id AND (
    EXISTS (SELECT 1 FROM retention_disposedvisit d JOIN retention_disposal o ON o.id = d.disposal_id
            WHERE d.visit = p.appointment_id AND date(c.opened_at) < o.before AND coalesce(c.decided_on, '') < o.before)
    OR w.on_date < (SELECT max(before) FROM witnesses_ledgerhorizon))
  AND NOT EXISTS (SELECT 1 FROM retention_legalhold h
                  WHERE h.appointment_id = p.appointment_id AND h.lifted_at IS NULL))
BEGIN SELECT RAISE(ABORT, 'witnesses_fraudsignal stands'); END

-- guard: trigger fraud_signals_are_not_replaced on witnesses_fraudsignal
CREATE TRIGGER fraud_signals_are_not_replaced BEFORE INSERT ON witnesses_fraudsignal
WHEN EXISTS (SELECT 1 FROM witnesses_fraudsignal WHERE id = NEW.id OR (municipality_id = NEW.municipality_id AND pattern = NEW.pattern AND witnessing_id = NEW.witnessing_id))
BEGIN SELECT RAISE(ABORT, 'witnesses_fraudsignal stands'); END
