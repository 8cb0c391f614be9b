-- append-only: witnesses_witnessing
-- append-only: witnesses_rulesetinforce

-- guard: trigger witness_quota on witnesses_witnessing
CREATE TRIGGER witness_quota BEFORE INSERT ON witnesses_witnessing
BEGIN
  SELECT RAISE(ABORT, 'witness_quota: date in an odd format')
  WHERE NEW.on_date NOT GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]' OR date(NEW.on_date, '+0 days') IS NOT NEW.on_date;
  SELECT RAISE(ABORT, 'witness_quota: not the rule set in force on that date')
  WHERE NEW.rule_set IS NOT (SELECT rule_set FROM witnesses_rulesetinforce
    WHERE in_force_from <= NEW.on_date ORDER BY in_force_from DESC LIMIT 1);
  SELECT RAISE(ABORT, 'witness_quota: limit reached')
  FROM (SELECT quota_at_most, quota_unit, quota_days FROM witnesses_rulesetinforce
        WHERE in_force_from <= NEW.on_date ORDER BY in_force_from DESC LIMIT 1) f
  WHERE f.quota_at_most < (
    SELECT max(span.used) FROM (
      SELECT CASE f.quota_unit
               WHEN 'persons' THEN count(DISTINCT x.applicant_id) ELSE count(*) END AS used
      FROM (
        SELECT on_date AS d FROM witnesses_witnessing
          WHERE witness_id = NEW.witness_id
            AND julianday(NEW.on_date) - julianday(on_date) BETWEEN 0 AND f.quota_days
        UNION SELECT NEW.on_date
      ) s JOIN (
        SELECT applicant_id, on_date FROM witnesses_witnessing WHERE witness_id = NEW.witness_id
        UNION ALL SELECT NEW.applicant_id, NEW.on_date
      ) x ON julianday(x.on_date) - julianday(s.d) BETWEEN 0 AND f.quota_days
      GROUP BY s.d
    ) span
  );
END

-- guard: trigger ledger_rows_are_not_replaced on witnesses_witnessing
CREATE TRIGGER ledger_rows_are_not_replaced BEFORE INSERT ON witnesses_witnessing
WHEN EXISTS (SELECT 1 FROM witnesses_witnessing WHERE id = NEW.id OR proofing_id = NEW.proofing_id)
BEGIN SELECT RAISE(ABORT, 'witnesses_witnessing is append-only'); END

-- guard: trigger ledger_rows_do_not_change on witnesses_witnessing
CREATE TRIGGER ledger_rows_do_not_change BEFORE UPDATE ON witnesses_witnessing
BEGIN SELECT RAISE(ABORT, 'witnesses_witnessing is append-only'); END

-- guard: trigger ledger_rows_stay on witnesses_witnessing
CREATE TRIGGER ledger_rows_stay BEFORE DELETE ON witnesses_witnessing
BEGIN SELECT RAISE(ABORT, 'witnesses_witnessing is append-only'); END

-- guard: trigger schedule_rows_are_not_replaced on witnesses_rulesetinforce
CREATE TRIGGER schedule_rows_are_not_replaced BEFORE INSERT ON witnesses_rulesetinforce
WHEN NEW.in_force_from NOT GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]' OR date(NEW.in_force_from, '+0 days') IS NOT NEW.in_force_from
  OR EXISTS (SELECT 1 FROM witnesses_rulesetinforce
             WHERE id = NEW.id OR in_force_from = NEW.in_force_from)
BEGIN SELECT RAISE(ABORT, 'witnesses_rulesetinforce is append-only'); END

-- guard: trigger schedule_rows_do_not_change on witnesses_rulesetinforce
CREATE TRIGGER schedule_rows_do_not_change BEFORE UPDATE ON witnesses_rulesetinforce
BEGIN SELECT RAISE(ABORT, 'witnesses_rulesetinforce is append-only'); END

-- guard: trigger schedule_rows_stay on witnesses_rulesetinforce
CREATE TRIGGER schedule_rows_stay BEFORE DELETE ON witnesses_rulesetinforce
BEGIN SELECT RAISE(ABORT, 'witnesses_rulesetinforce is append-only'); END

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
  OR OLD.questions IS NOT NEW.questions
  OR OLD.witness_reason IS NOT NEW.witness_reason
  OR OLD.state IS NOT NEW.state
  OR OLD.revision IS NOT NEW.revision
  OR OLD.decided_by_id IS NOT NEW.decided_by_id
  OR OLD.decided_at IS NOT NEW.decided_at
  OR OLD.decided_on IS NOT NEW.decided_on
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
WHEN OLD.state IN ('decided', 'abandoned')
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
  AND state IN ('decided', 'abandoned'))
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
  AND state IN ('decided', 'abandoned'))
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

-- guard: trigger new_witnessing_belongs_to_the_proofing on witnesses_witnessing
CREATE TRIGGER new_witnessing_belongs_to_the_proofing BEFORE INSERT ON witnesses_witnessing
WHEN NEW.municipality_id IS NOT (SELECT municipality_id FROM witnesses_identityproofing WHERE id = NEW.proofing_id)
BEGIN SELECT RAISE(ABORT, 'witnesses_witnessing of another municipality'); END

-- guard: trigger witnessing_belongs_to_the_proofing on witnesses_witnessing
CREATE TRIGGER witnessing_belongs_to_the_proofing BEFORE UPDATE ON witnesses_witnessing
WHEN NEW.municipality_id IS NOT (SELECT municipality_id FROM witnesses_identityproofing WHERE id = NEW.proofing_id)
BEGIN SELECT RAISE(ABORT, 'witnesses_witnessing of another municipality'); END
