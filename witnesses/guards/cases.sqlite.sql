-- guard: trigger a_decision_stands on witnesses_identityproofing
CREATE TRIGGER a_decision_stands BEFORE UPDATE ON witnesses_identityproofing
WHEN OLD.state IN ('decided', 'abandoned') AND (
  OLD.id IS NOT NEW.id
  OR OLD.municipality_id IS NOT NEW.municipality_id
  OR OLD.participant_id IS NOT NEW.participant_id
  OR OLD.previous_id IS NOT NEW.previous_id
  OR OLD.reference IS NOT NEW.reference
  OR OLD.data_key_id IS NOT NEW.data_key_id
  OR OLD.opened_by_id IS NOT NEW.opened_by_id
  OR OLD.opened_at IS NOT NEW.opened_at
  OR OLD.name_sealed IS NOT NEW.name_sealed
  OR OLD.applicant_id IS NOT NEW.applicant_id
  OR OLD.number_kind IS NOT NEW.number_kind
  OR OLD.number_sealed IS NOT NEW.number_sealed
  OR OLD.birth_date_sealed IS NOT NEW.birth_date_sealed
  OR OLD.wants_cpr_link IS NOT NEW.wants_cpr_link
  OR OLD.assurance_level IS NOT NEW.assurance_level
  OR OLD.questions IS NOT NEW.questions
  OR OLD.witness_reason IS NOT NEW.witness_reason
  OR OLD.state IS NOT NEW.state
  OR OLD.revision IS NOT NEW.revision
  OR OLD.decided_by_id IS NOT NEW.decided_by_id
  OR OLD.decided_at IS NOT NEW.decided_at
  OR OLD.decided_on IS NOT NEW.decided_on
  OR OLD.late_reason IS NOT NEW.late_reason
  OR OLD.rule_set IS NOT NEW.rule_set
  OR OLD.outcome IS NOT NEW.outcome
  OR OLD.route IS NOT NEW.route
  OR OLD.failed IS NOT NEW.failed
  OR OLD.findings IS NOT NEW.findings
  OR OLD.facts_sealed IS NOT NEW.facts_sealed
)
BEGIN SELECT RAISE(ABORT, 'a case that is over cannot be changed'); END

-- guard: trigger a_decision_stays on witnesses_identityproofing
CREATE TRIGGER a_decision_stays BEFORE DELETE ON witnesses_identityproofing
WHEN OLD.state IN ('decided', 'abandoned') AND NOT EXISTS (
  SELECT 1 FROM witnesses_identityproofing c JOIN appointments_participant p ON p.id = c.participant_id
    JOIN retention_disposedvisit d ON d.visit = p.appointment_id JOIN retention_disposal o ON o.id = d.disposal_id
  WHERE c.id = OLD.id AND date(c.opened_at) < o.before AND coalesce(c.decided_on, '') < o.before
    AND NOT EXISTS (SELECT 1 FROM retention_legalhold h
      WHERE h.appointment_id = p.appointment_id AND h.lifted_at IS NULL))
BEGIN SELECT RAISE(ABORT, 'a case that is over cannot be changed'); END

-- guard: trigger a_decision_is_not_replaced on witnesses_identityproofing
CREATE TRIGGER a_decision_is_not_replaced BEFORE INSERT ON witnesses_identityproofing
WHEN EXISTS (SELECT 1 FROM witnesses_identityproofing WHERE id = NEW.id
  OR reference = NEW.reference OR data_key_id = NEW.data_key_id OR previous_id = NEW.previous_id)
BEGIN SELECT RAISE(ABORT, 'a case that is over cannot be changed'); END

-- guard: trigger a_decision_is_not_overwritten on witnesses_identityproofing
CREATE TRIGGER a_decision_is_not_overwritten
BEFORE UPDATE OF id, reference, data_key_id, previous_id ON witnesses_identityproofing
WHEN EXISTS (SELECT 1 FROM witnesses_identityproofing WHERE id <> OLD.id AND (id = NEW.id
  OR reference = NEW.reference OR data_key_id = NEW.data_key_id OR previous_id = NEW.previous_id))
BEGIN SELECT RAISE(ABORT, 'a case that is over cannot be changed'); END

-- guard: trigger documents_of_a_decision_stand_on_insert on witnesses_documentevidence
CREATE TRIGGER documents_of_a_decision_stand_on_insert BEFORE INSERT ON witnesses_documentevidence
WHEN EXISTS (SELECT 1 FROM witnesses_identityproofing WHERE id = NEW.proofing_id
  AND state IN ('decided', 'abandoned'))
  OR EXISTS (SELECT 1 FROM witnesses_documentevidence WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the evidence of a case that is over cannot be changed'); END

-- guard: trigger documents_of_a_decision_stand_on_update on witnesses_documentevidence
CREATE TRIGGER documents_of_a_decision_stand_on_update BEFORE UPDATE ON witnesses_documentevidence
WHEN EXISTS (SELECT 1 FROM witnesses_identityproofing WHERE id IN (OLD.proofing_id, NEW.proofing_id)
  AND state IN ('decided', 'abandoned'))
BEGIN SELECT RAISE(ABORT, 'the evidence of a case that is over cannot be changed'); END

-- guard: trigger documents_of_a_decision_stand_on_delete on witnesses_documentevidence
CREATE TRIGGER documents_of_a_decision_stand_on_delete BEFORE DELETE ON witnesses_documentevidence
WHEN EXISTS (SELECT 1 FROM witnesses_identityproofing WHERE id = OLD.proofing_id
  AND state IN ('decided', 'abandoned')) AND NOT EXISTS (
  SELECT 1 FROM witnesses_identityproofing c JOIN appointments_participant p ON p.id = c.participant_id
    JOIN retention_disposedvisit d ON d.visit = p.appointment_id JOIN retention_disposal o ON o.id = d.disposal_id
  WHERE c.id = OLD.proofing_id AND date(c.opened_at) < o.before AND coalesce(c.decided_on, '') < o.before
    AND NOT EXISTS (SELECT 1 FROM retention_legalhold h
      WHERE h.appointment_id = p.appointment_id AND h.lifted_at IS NULL))
BEGIN SELECT RAISE(ABORT, 'the evidence of a case that is over cannot be changed'); END

-- guard: trigger statement_of_a_decision_stand_on_insert on witnesses_witnessstatement
CREATE TRIGGER statement_of_a_decision_stand_on_insert BEFORE INSERT ON witnesses_witnessstatement
WHEN EXISTS (SELECT 1 FROM witnesses_identityproofing WHERE id = NEW.proofing_id
  AND state IN ('decided', 'abandoned'))
  OR EXISTS (SELECT 1 FROM witnesses_witnessstatement WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the evidence of a case that is over cannot be changed'); END

-- guard: trigger statement_of_a_decision_stand_on_update on witnesses_witnessstatement
CREATE TRIGGER statement_of_a_decision_stand_on_update BEFORE UPDATE ON witnesses_witnessstatement
WHEN EXISTS (SELECT 1 FROM witnesses_identityproofing WHERE id IN (OLD.proofing_id, NEW.proofing_id)
  AND state IN ('decided', 'abandoned'))
BEGIN SELECT RAISE(ABORT, 'the evidence of a case that is over cannot be changed'); END

-- guard: trigger statement_of_a_decision_stand_on_delete on witnesses_witnessstatement
CREATE TRIGGER statement_of_a_decision_stand_on_delete BEFORE DELETE ON witnesses_witnessstatement
WHEN EXISTS (SELECT 1 FROM witnesses_identityproofing WHERE id = OLD.proofing_id
  AND state IN ('decided', 'abandoned')) AND NOT EXISTS (
  SELECT 1 FROM witnesses_identityproofing c JOIN appointments_participant p ON p.id = c.participant_id
    JOIN retention_disposedvisit d ON d.visit = p.appointment_id JOIN retention_disposal o ON o.id = d.disposal_id
  WHERE c.id = OLD.proofing_id AND date(c.opened_at) < o.before AND coalesce(c.decided_on, '') < o.before
    AND NOT EXISTS (SELECT 1 FROM retention_legalhold h
      WHERE h.appointment_id = p.appointment_id AND h.lifted_at IS NULL))
BEGIN SELECT RAISE(ABORT, 'the evidence of a case that is over cannot be changed'); END

-- guard: trigger new_proofing_belongs_to_the_participant on witnesses_identityproofing
CREATE TRIGGER new_proofing_belongs_to_the_participant BEFORE INSERT ON witnesses_identityproofing
WHEN NEW.municipality_id IS NOT (SELECT municipality_id FROM appointments_participant WHERE id = NEW.participant_id)
BEGIN SELECT RAISE(ABORT, 'witnesses_identityproofing of another municipality'); END

-- guard: trigger proofing_belongs_to_the_participant on witnesses_identityproofing
CREATE TRIGGER proofing_belongs_to_the_participant BEFORE UPDATE ON witnesses_identityproofing
WHEN OLD.id IS NOT NEW.id OR OLD.municipality_id IS NOT NEW.municipality_id
  OR NEW.municipality_id IS NOT (SELECT municipality_id FROM appointments_participant WHERE id = NEW.participant_id)
BEGIN SELECT RAISE(ABORT, 'witnesses_identityproofing of another municipality'); END

-- guard: trigger new_statement_belongs_to_the_proofing on witnesses_witnessstatement
CREATE TRIGGER new_statement_belongs_to_the_proofing BEFORE INSERT ON witnesses_witnessstatement
WHEN NEW.municipality_id IS NOT (SELECT municipality_id FROM witnesses_identityproofing WHERE id = NEW.proofing_id)
BEGIN SELECT RAISE(ABORT, 'witnesses_witnessstatement of another municipality'); END

-- guard: trigger statement_belongs_to_the_proofing on witnesses_witnessstatement
CREATE TRIGGER statement_belongs_to_the_proofing BEFORE UPDATE ON witnesses_witnessstatement
WHEN OLD.id IS NOT NEW.id OR OLD.municipality_id IS NOT NEW.municipality_id
  OR NEW.municipality_id IS NOT (SELECT municipality_id FROM witnesses_identityproofing WHERE id = NEW.proofing_id)
BEGIN SELECT RAISE(ABORT, 'witnesses_witnessstatement of another municipality'); END

-- guard: trigger new_document_belongs_to_the_proofing on witnesses_documentevidence
CREATE TRIGGER new_document_belongs_to_the_proofing BEFORE INSERT ON witnesses_documentevidence
WHEN NEW.municipality_id IS NOT (SELECT municipality_id FROM witnesses_identityproofing WHERE id = NEW.proofing_id)
BEGIN SELECT RAISE(ABORT, 'witnesses_documentevidence of another municipality'); END

-- guard: trigger document_belongs_to_the_proofing on witnesses_documentevidence
CREATE TRIGGER document_belongs_to_the_proofing BEFORE UPDATE ON witnesses_documentevidence
WHEN OLD.id IS NOT NEW.id OR OLD.municipality_id IS NOT NEW.municipality_id
  OR NEW.municipality_id IS NOT (SELECT municipality_id FROM witnesses_identityproofing WHERE id = NEW.proofing_id)
BEGIN SELECT RAISE(ABORT, 'witnesses_documentevidence of another municipality'); END

-- guard: trigger declarations_are_not_replaced on witnesses_declaration
CREATE TRIGGER declarations_are_not_replaced BEFORE INSERT ON witnesses_declaration
WHEN EXISTS (SELECT 1 FROM witnesses_declaration WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'witnesses_declaration is append-only'); END

-- guard: trigger declarations_do_not_change on witnesses_declaration
CREATE TRIGGER declarations_do_not_change BEFORE UPDATE ON witnesses_declaration
BEGIN SELECT RAISE(ABORT, 'witnesses_declaration is append-only'); END

-- guard: trigger declarations_stay on witnesses_declaration
CREATE TRIGGER declarations_stay BEFORE DELETE ON witnesses_declaration
WHEN NOT EXISTS (
  SELECT 1 FROM witnesses_identityproofing c JOIN appointments_participant p ON p.id = c.participant_id
    JOIN retention_disposedvisit d ON d.visit = p.appointment_id JOIN retention_disposal o ON o.id = d.disposal_id
  WHERE c.id = OLD.proofing_id AND date(c.opened_at) < o.before AND coalesce(c.decided_on, '') < o.before
    AND NOT EXISTS (SELECT 1 FROM retention_legalhold h
      WHERE h.appointment_id = p.appointment_id AND h.lifted_at IS NULL))
BEGIN SELECT RAISE(ABORT, 'witnesses_declaration is append-only'); END

-- guard: trigger client_answers_are_not_replaced on witnesses_clientanswer
CREATE TRIGGER client_answers_are_not_replaced BEFORE INSERT ON witnesses_clientanswer
WHEN EXISTS (SELECT 1 FROM witnesses_clientanswer WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'witnesses_clientanswer is append-only'); END

-- guard: trigger client_answers_do_not_change on witnesses_clientanswer
CREATE TRIGGER client_answers_do_not_change BEFORE UPDATE ON witnesses_clientanswer
BEGIN SELECT RAISE(ABORT, 'witnesses_clientanswer is append-only'); END

-- guard: trigger client_answers_stay on witnesses_clientanswer
CREATE TRIGGER client_answers_stay BEFORE DELETE ON witnesses_clientanswer
WHEN NOT EXISTS (
  SELECT 1 FROM witnesses_identityproofing c JOIN appointments_participant p ON p.id = c.participant_id
    JOIN retention_disposedvisit d ON d.visit = p.appointment_id JOIN retention_disposal o ON o.id = d.disposal_id
  WHERE c.id = OLD.proofing_id AND date(c.opened_at) < o.before AND coalesce(c.decided_on, '') < o.before
    AND NOT EXISTS (SELECT 1 FROM retention_legalhold h
      WHERE h.appointment_id = p.appointment_id AND h.lifted_at IS NULL))
BEGIN SELECT RAISE(ABORT, 'witnesses_clientanswer is append-only'); END

-- guard: trigger declaration_belongs_to_an_open_case on witnesses_declaration
CREATE TRIGGER declaration_belongs_to_an_open_case BEFORE INSERT ON witnesses_declaration
WHEN NOT EXISTS (SELECT 1 FROM witnesses_identityproofing c WHERE c.id = NEW.proofing_id
  AND c.municipality_id = NEW.municipality_id AND c.state NOT IN ('decided', 'abandoned'))
BEGIN SELECT RAISE(ABORT, 'witnesses_declaration of another municipality, or of a case that is over'); END

-- guard: trigger client_answers_a_confirmed_case on witnesses_clientanswer
CREATE TRIGGER client_answers_a_confirmed_case BEFORE INSERT ON witnesses_clientanswer
WHEN NOT EXISTS (SELECT 1 FROM witnesses_identityproofing c WHERE c.id = NEW.proofing_id
  AND c.municipality_id = NEW.municipality_id AND c.outcome = 'confirmed')
BEGIN SELECT RAISE(ABORT, 'witnesses_clientanswer of another municipality, or of no confirmed case'); END

-- guard: trigger new_witness_check_belongs_to_the_visit on witnesses_witnesscheck
CREATE TRIGGER new_witness_check_belongs_to_the_visit BEFORE INSERT ON witnesses_witnesscheck
WHEN NEW.municipality_id IS NOT
  (SELECT municipality_id FROM appointments_participant WHERE id = NEW.participant_id)
BEGIN SELECT RAISE(ABORT, 'witnesses_witnesscheck of another municipality'); END

-- guard: trigger witness_check_belongs_to_the_visit on witnesses_witnesscheck
CREATE TRIGGER witness_check_belongs_to_the_visit
BEFORE UPDATE OF municipality_id, participant_id ON witnesses_witnesscheck
WHEN NEW.municipality_id IS NOT
  (SELECT municipality_id FROM appointments_participant WHERE id = NEW.participant_id)
BEGIN SELECT RAISE(ABORT, 'witnesses_witnesscheck of another municipality'); END
