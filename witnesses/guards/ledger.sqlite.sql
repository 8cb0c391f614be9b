-- append-only: witnesses_witnessing
-- append-only: witnesses_rulesetinforce
-- append-only: witnesses_reversal
-- append-only: witnesses_declaration
-- append-only: witnesses_clientanswer
-- append-only: witnesses_ledgerhorizon

-- guard: trigger witness_quota on witnesses_witnessing
CREATE TRIGGER witness_quota BEFORE INSERT ON witnesses_witnessing
BEGIN
  SELECT RAISE(ABORT, 'witness_quota: date in an odd format')
  WHERE NEW.on_date NOT GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]' OR date(NEW.on_date, '+0 days') IS NOT NEW.on_date;
  SELECT RAISE(ABORT, 'witness_quota: date in an odd format')
  WHERE NEW.recorded_on NOT GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]' OR date(NEW.recorded_on, '+0 days') IS NOT NEW.recorded_on;
  SELECT RAISE(ABORT, 'witness_is_somebody_else')
  WHERE coalesce((SELECT min(root_id) FROM people_personlink WHERE person_id = NEW.witness_id), NEW.witness_id) =
        coalesce((SELECT min(root_id) FROM people_personlink WHERE person_id = NEW.applicant_id), NEW.applicant_id);
  SELECT RAISE(ABORT, 'witness_quota: not the rule set in force on that date')
  WHERE NEW.rule_set IS NOT (SELECT rule_set FROM witnesses_rulesetinforce
    WHERE in_force_from <= NEW.on_date ORDER BY in_force_from DESC, id DESC LIMIT 1);
  SELECT RAISE(ABORT, 'witness_quota: what is no longer known cannot be counted')
  WHERE (SELECT max(julianday(before)) FROM witnesses_ledgerhorizon) > julianday(NEW.on_date) -
    (SELECT quota_days FROM witnesses_rulesetinforce
     WHERE in_force_from <= NEW.on_date ORDER BY in_force_from DESC, id DESC LIMIT 1);
  -- Who has room for one more in all the days around has room in every span of them: only the others
  -- are counted span by span.
  SELECT RAISE(ABORT, 'witness_quota: limit reached')
  FROM (SELECT quota_at_most, quota_unit, quota_days,
               coalesce((SELECT min(root_id) FROM people_personlink WHERE person_id = NEW.witness_id), NEW.witness_id) AS root
        FROM witnesses_rulesetinforce
        WHERE in_force_from <= NEW.on_date ORDER BY in_force_from DESC, id DESC LIMIT 1) f
  WHERE f.quota_at_most <= (
    SELECT count(*) FROM witnesses_witnessing w
      WHERE w.witness_id IN (SELECT f.root UNION ALL SELECT person_id FROM people_personlink WHERE root_id = f.root)
        AND abs(julianday(w.on_date) - julianday(NEW.on_date)) <= f.quota_days
  ) AND f.quota_at_most < (
    SELECT max(span.used) FROM (
      SELECT CASE f.quota_unit
               WHEN 'persons' THEN count(DISTINCT x.person) ELSE count(*) END AS used
      FROM (
        SELECT w.on_date AS d FROM witnesses_witnessing w
          WHERE w.witness_id IN (SELECT f.root UNION ALL SELECT person_id FROM people_personlink WHERE root_id = f.root)
            AND julianday(NEW.on_date) - julianday(w.on_date) BETWEEN 0 AND f.quota_days
            AND NOT EXISTS (SELECT 1 FROM witnesses_reversal r WHERE r.witnessing_id = w.id)
        UNION SELECT NEW.on_date
      ) s JOIN (
        SELECT coalesce((SELECT min(root_id) FROM people_personlink WHERE person_id = w.applicant_id), w.applicant_id) AS person,
               w.on_date AS d FROM witnesses_witnessing w
          WHERE w.witness_id IN (SELECT f.root UNION ALL SELECT person_id FROM people_personlink WHERE root_id = f.root)
            AND NOT EXISTS (SELECT 1 FROM witnesses_reversal r WHERE r.witnessing_id = w.id)
        UNION ALL
        SELECT coalesce((SELECT min(root_id) FROM people_personlink WHERE person_id = NEW.applicant_id), NEW.applicant_id),
               NEW.on_date
      ) x ON julianday(x.d) - julianday(s.d) BETWEEN 0 AND f.quota_days
      GROUP BY s.d
    ) span
  );
END

-- guard: trigger reversals_are_few on witnesses_reversal
CREATE TRIGGER reversals_are_few BEFORE INSERT ON witnesses_reversal
BEGIN
  SELECT RAISE(ABORT, 'reversals_are_few: date in an odd format')
  WHERE NEW.reversed_on NOT GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]' OR date(NEW.reversed_on, '+0 days') IS NOT NEW.reversed_on;
  SELECT RAISE(ABORT, 'witnesses_reversal of another municipality')
  WHERE NEW.municipality_id IS NOT (SELECT municipality_id FROM witnesses_witnessing WHERE id = NEW.witnessing_id);
  SELECT RAISE(ABORT, 'reversals_are_few: reversed before it was witnessed')
  WHERE NEW.reversed_on < (SELECT on_date FROM witnesses_witnessing WHERE id = NEW.witnessing_id);
  SELECT RAISE(ABORT, 'reversals_are_few: not approved by a second person on that day')
  WHERE NOT EXISTS (SELECT 1 FROM witnesses_reversalproposal p WHERE p.id = NEW.proposal_id
    AND p.witnessing_id = NEW.witnessing_id AND p.is_approved
    AND p.answered_by_id <> p.proposed_by_id
    AND julianday(NEW.reversed_on) - julianday(date(p.answered_at)) IN (0, 1));
  SELECT RAISE(ABORT, 'reversals_are_few: limit reached')
  FROM (SELECT reversals_at_most, quota_days,
               coalesce((SELECT min(l.root_id) FROM people_personlink l JOIN witnesses_witnessing w ON w.witness_id = l.person_id WHERE w.id = NEW.witnessing_id),
                        (SELECT witness_id FROM witnesses_witnessing WHERE id = NEW.witnessing_id)) AS root
        FROM witnesses_rulesetinforce
        WHERE in_force_from <= NEW.reversed_on ORDER BY in_force_from DESC, id DESC LIMIT 1) f
  WHERE f.reversals_at_most < (
    SELECT max(span.used) FROM (
      SELECT count(*) AS used
      FROM (
        SELECT r.reversed_on AS d
          FROM witnesses_witnessing w JOIN witnesses_reversal r ON r.witnessing_id = w.id
          WHERE w.witness_id IN (SELECT f.root UNION ALL SELECT person_id FROM people_personlink WHERE root_id = f.root)
            AND julianday(NEW.reversed_on) - julianday(r.reversed_on) BETWEEN 0 AND f.quota_days
        UNION SELECT NEW.reversed_on
      ) s JOIN (
        SELECT r.reversed_on AS d
          FROM witnesses_witnessing w JOIN witnesses_reversal r ON r.witnessing_id = w.id
          WHERE w.witness_id IN (SELECT f.root UNION ALL SELECT person_id FROM people_personlink WHERE root_id = f.root)
        UNION ALL SELECT NEW.reversed_on
      ) x ON julianday(x.d) - julianday(s.d) BETWEEN 0 AND f.quota_days
      GROUP BY s.d
    ) span
  );
END

-- guard: trigger schedule_spares_the_past on witnesses_rulesetinforce
CREATE TRIGGER schedule_spares_the_past BEFORE INSERT ON witnesses_rulesetinforce
WHEN EXISTS (SELECT 1 FROM witnesses_witnessing WHERE on_date >= NEW.in_force_from)
  OR EXISTS (SELECT 1 FROM witnesses_identityproofing WHERE decided_on >= NEW.in_force_from)
  OR NEW.in_force_from < (SELECT max(before) FROM witnesses_ledgerhorizon)
BEGIN SELECT RAISE(ABORT, 'schedule_spares_the_past: decided under another rule set already'); END

-- guard: trigger ledger_rows_are_not_replaced on witnesses_witnessing
CREATE TRIGGER ledger_rows_are_not_replaced BEFORE INSERT ON witnesses_witnessing
WHEN EXISTS (SELECT 1 FROM witnesses_witnessing WHERE id = NEW.id OR proofing_id = NEW.proofing_id)
BEGIN SELECT RAISE(ABORT, 'witnesses_witnessing is append-only'); END

-- guard: trigger ledger_rows_do_not_change on witnesses_witnessing
CREATE TRIGGER ledger_rows_do_not_change BEFORE UPDATE ON witnesses_witnessing
BEGIN SELECT RAISE(ABORT, 'witnesses_witnessing is append-only'); END

-- guard: trigger ledger_rows_stay on witnesses_witnessing
CREATE TRIGGER ledger_rows_stay BEFORE DELETE ON witnesses_witnessing
-- Until a witnessing has had its time, or its visit was disposed of. One that was reversed stays with
-- the case that it explains: the key of the reversal holds it.
WHEN NOT EXISTS (
  SELECT 1 FROM witnesses_identityproofing c JOIN appointments_participant p ON p.id = c.participant_id
  WHERE c.id = OLD.proofing_id AND (
    EXISTS (SELECT 1 FROM retention_disposedvisit d JOIN retention_disposal o ON o.id = d.disposal_id
            WHERE d.visit = p.appointment_id AND date(c.opened_at) < o.before AND coalesce(c.decided_on, '') < o.before)
    OR OLD.on_date < (SELECT max(before) FROM witnesses_ledgerhorizon))
  AND NOT EXISTS (SELECT 1 FROM retention_legalhold h
                  WHERE h.appointment_id = p.appointment_id AND h.lifted_at IS NULL))
BEGIN SELECT RAISE(ABORT, 'witnesses_witnessing is append-only'); END

-- guard: trigger schedule_rows_are_not_replaced on witnesses_rulesetinforce
CREATE TRIGGER schedule_rows_are_not_replaced BEFORE INSERT ON witnesses_rulesetinforce
WHEN NEW.in_force_from NOT GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]' OR date(NEW.in_force_from, '+0 days') IS NOT NEW.in_force_from
  OR EXISTS (SELECT 1 FROM witnesses_rulesetinforce WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'witnesses_rulesetinforce is append-only'); END

-- guard: trigger schedule_rows_do_not_change on witnesses_rulesetinforce
CREATE TRIGGER schedule_rows_do_not_change BEFORE UPDATE ON witnesses_rulesetinforce
BEGIN SELECT RAISE(ABORT, 'witnesses_rulesetinforce is append-only'); END

-- guard: trigger schedule_rows_stay on witnesses_rulesetinforce
CREATE TRIGGER schedule_rows_stay BEFORE DELETE ON witnesses_rulesetinforce
BEGIN SELECT RAISE(ABORT, 'witnesses_rulesetinforce is append-only'); END

-- guard: trigger ledger_horizon_stays on witnesses_ledgerhorizon
CREATE TRIGGER ledger_horizon_stays BEFORE DELETE ON witnesses_ledgerhorizon
BEGIN SELECT RAISE(ABORT, 'witnesses_ledgerhorizon is append-only'); END

-- guard: trigger ledger_horizon_does_not_change on witnesses_ledgerhorizon
CREATE TRIGGER ledger_horizon_does_not_change BEFORE UPDATE ON witnesses_ledgerhorizon
BEGIN SELECT RAISE(ABORT, 'witnesses_ledgerhorizon is append-only'); END

-- guard: trigger ledger_horizon_is_not_replaced on witnesses_ledgerhorizon
CREATE TRIGGER ledger_horizon_is_not_replaced BEFORE INSERT ON witnesses_ledgerhorizon
WHEN EXISTS (SELECT 1 FROM witnesses_ledgerhorizon WHERE id = NEW.id OR before = NEW.before)
BEGIN SELECT RAISE(ABORT, 'witnesses_ledgerhorizon is append-only'); END

-- guard: trigger ledger_horizon_is_old on witnesses_ledgerhorizon
CREATE TRIGGER ledger_horizon_is_old BEFORE INSERT ON witnesses_ledgerhorizon
WHEN NEW.before NOT GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'
  OR date(NEW.before, '+0 days') IS NOT NEW.before OR NEW.before > date('now', '-24 months')
BEGIN SELECT RAISE(ABORT, 'witnessings stay for 24 months'); END

-- guard: trigger new_witnessing_belongs_to_the_proofing on witnesses_witnessing
CREATE TRIGGER new_witnessing_belongs_to_the_proofing BEFORE INSERT ON witnesses_witnessing
WHEN NEW.municipality_id IS NOT (SELECT municipality_id FROM witnesses_identityproofing WHERE id = NEW.proofing_id)
BEGIN SELECT RAISE(ABORT, 'witnesses_witnessing of another municipality'); END

-- guard: trigger witnessing_belongs_to_the_proofing on witnesses_witnessing
CREATE TRIGGER witnessing_belongs_to_the_proofing BEFORE UPDATE ON witnesses_witnessing
WHEN NEW.municipality_id IS NOT (SELECT municipality_id FROM witnesses_identityproofing WHERE id = NEW.proofing_id)
BEGIN SELECT RAISE(ABORT, 'witnesses_witnessing of another municipality'); END

-- guard: trigger reversals_are_not_replaced on witnesses_reversal
CREATE TRIGGER reversals_are_not_replaced BEFORE INSERT ON witnesses_reversal
WHEN EXISTS (SELECT 1 FROM witnesses_reversal WHERE id = NEW.id OR witnessing_id = NEW.witnessing_id OR proposal_id = NEW.proposal_id)
BEGIN SELECT RAISE(ABORT, 'witnesses_reversal is append-only'); END

-- guard: trigger reversals_do_not_change on witnesses_reversal
CREATE TRIGGER reversals_do_not_change BEFORE UPDATE ON witnesses_reversal
BEGIN SELECT RAISE(ABORT, 'witnesses_reversal is append-only'); END

-- guard: trigger reversals_stay on witnesses_reversal
CREATE TRIGGER reversals_stay BEFORE DELETE ON witnesses_reversal
WHEN NOT EXISTS (
  SELECT 1 FROM witnesses_witnessing w JOIN witnesses_identityproofing c ON c.id = w.proofing_id
    JOIN appointments_participant p ON p.id = c.participant_id
    JOIN retention_disposedvisit d ON d.visit = p.appointment_id JOIN retention_disposal o ON o.id = d.disposal_id
  WHERE w.id = OLD.witnessing_id AND date(c.opened_at) < o.before AND coalesce(c.decided_on, '') < o.before
    AND NOT EXISTS (SELECT 1 FROM retention_legalhold h
      WHERE h.appointment_id = p.appointment_id AND h.lifted_at IS NULL))
BEGIN SELECT RAISE(ABORT, 'witnesses_reversal is append-only'); END

-- guard: trigger numbers_in_the_ledger_stay on people_personalias
CREATE TRIGGER numbers_in_the_ledger_stay BEFORE DELETE ON people_personalias
WHEN EXISTS (SELECT 1 FROM witnesses_witnessing WHERE witness_id = OLD.person_id OR applicant_id = OLD.person_id)
  OR EXISTS (SELECT 1 FROM people_personlink WHERE person_id = OLD.person_id OR root_id = OLD.person_id)
  OR EXISTS (SELECT 1 FROM witnesses_linkproposal WHERE OLD.person_id IN (person_id, other_id))
  OR EXISTS (SELECT 1 FROM witnesses_identityproofing WHERE applicant_id = OLD.person_id)
  OR EXISTS (SELECT 1 FROM witnesses_witnessstatement WHERE person_id = OLD.person_id)
  OR EXISTS (SELECT 1 FROM witnesses_witnesscheck WHERE person_id = OLD.person_id)
  OR EXISTS (SELECT 1 FROM municipalities_staffmember WHERE person_id = OLD.person_id)
BEGIN SELECT RAISE(ABORT, 'the numbers of somebody we know stay'); END
