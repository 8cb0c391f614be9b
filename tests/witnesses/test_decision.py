"""The decision: under which rules, on which facts, what it writes, and who comes second."""

import json
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from borgerservice.people.services import person_of
from borgerservice.vault.services import open_data_key
from tests.builders import NOW, TODAY, build_staff
from tests.platform.raw import schedule
from tests.witnesses.cases import (
    FOREIGN_PASSPORT,
    LICENCE,
    Questions,
    Reason,
    build_office,
    number,
    witness,
)
from witnesses.exceptions import CaseOver, NotFound, Refused
from witnesses.models import IdentityProofing, RuleSetInForce, Witnessing
from witnesses.selectors.cases import (
    account_of,
    current_statement,
    decision_facts,
    get_proofing,
    rule_set_in_force,
    witness_free_from,
)
from witnesses.services import (
    abandon_proofing,
    decide_proofing,
    record_documents,
    record_no_witness,
    record_questions,
    record_witness,
)
from witnesses.services import decision as decision_service

pytestmark = pytest.mark.django_db


def person(serial: int):
    return person_of(kind="replacement", normalised=number(serial).digits, now=NOW)


def finding(case: IdentityProofing, rule: str) -> dict:
    return next(f for f in case.findings if f["rule"] == rule)


# --- the rules in force --------------------------------------------------------------------------


@pytest.mark.parametrize("on", [date.min, date(2021, 5, 6), TODAY, date.max])
def test_at_the_start_one_rule_set_is_in_force_on_every_day(on, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert rule_set_in_force(on) == "mitid-2022"


def test_a_rule_set_scheduled_later_is_in_force_from_its_day_and_not_before(office):
    begins = TODAY + timedelta(days=30)
    schedule(rule_set="mitid-2025", since=begins)

    assert rule_set_in_force(begins - timedelta(days=1)) == "mitid-2022"
    assert rule_set_in_force(begins) == "mitid-2025"


def test_the_schedule_holds_the_figures_of_its_rule_set_file():
    row = RuleSetInForce.objects.get()

    assert (row.quota_at_most, row.quota_days, row.quota_unit) == (3, 120, "witnessings")
    assert row.in_force_from == date.min


# --- what a decision writes ----------------------------------------------------------------------


def test_a_witness_who_meets_every_rule_confirms_and_stands_in_the_ledger(office):
    case = office.decided(witness(2), applicant=1)

    case.refresh_from_db()
    assert (case.state, case.outcome, case.route) == ("decided", "confirmed", "witness")
    assert case.failed == []
    assert case.rule_set == "mitid-2022"
    assert (case.decided_by, case.decided_on) == (office.clerk, TODAY)
    row = Witnessing.unscoped.get()
    assert (row.witness, row.applicant, row.on_date) == (person(2), person(1), TODAY)
    assert (row.proofing, row.municipality) == (case, office.world.municipality)


def test_passed_questions_confirm_without_a_witness(office):
    case = office.with_questions(outcome=Questions.PASSED)

    decided = decide_proofing(proofing=case, staff=office.clerk, now=office.now)

    assert (decided.outcome, decided.route) == ("confirmed", "questions")
    assert not Witnessing.unscoped.exists()


def test_a_witness_who_came_along_for_nothing_spends_nothing(office):
    case = office.with_witness(witness(2))
    record_questions(proofing=case, outcome=Questions.PASSED, staff=office.clerk, now=office.now)

    decided = decide_proofing(proofing=case, staff=office.clerk, now=office.now)

    assert decided.route == "questions"
    assert not Witnessing.unscoped.exists()


def test_a_refusal_keeps_every_ground_and_spends_nothing(office):
    case = office.decided(witness(2, brought_mitid=False, mitid_since=TODAY - timedelta(days=9)))

    assert (case.outcome, case.route) == ("not_confirmed", "")
    assert case.failed == ["applicant.proof", "witness.mitid_brought", "witness.mitid_held"]
    assert finding(case, "witness.mitid_held")["observed"] == 9
    assert finding(case, "witness.minimum_age")["passed"]
    assert not Witnessing.unscoped.exists()


def test_a_good_witness_with_bad_documents_of_the_applicant_spends_nothing(office):
    case = office.with_documents(1, FOREIGN_PASSPORT)
    acts = {"proofing": case, "staff": office.clerk, "now": office.now}
    record_questions(outcome=Questions.NOT_AVAILABLE, **acts)
    record_witness(witness=witness(2), reason=Reason.NEWLY_ARRIVED, **acts)
    office.sign(case)

    decided = decide_proofing(**acts)

    assert decided.failed == ["applicant.documents"]
    assert not Witnessing.unscoped.exists()


def test_without_a_mitid_that_carries_the_number_the_same_documents_suffice(office):
    case = office.with_documents(1, FOREIGN_PASSPORT)
    acts = {"proofing": case, "staff": office.clerk, "now": office.now}
    record_documents(
        number=number(1),
        birth_date=None,
        wants_cpr_link=False,
        documents=(FOREIGN_PASSPORT,),
        **acts,
    )
    record_questions(outcome=Questions.NOT_AVAILABLE, **acts)
    record_witness(witness=witness(2), reason=Reason.NEWLY_ARRIVED, **acts)
    office.sign(case)

    assert decide_proofing(**acts).outcome == "confirmed"


def test_nobody_came_along_is_a_decision_too(office):
    case = office.with_questions(outcome=Questions.DECLINED)
    acts = {"proofing": case, "staff": office.clerk, "now": office.now}
    record_no_witness(**acts)

    decided = decide_proofing(**acts)

    assert decided.failed == ["applicant.proof"]
    assert [f["rule"] for f in decided.findings] == [
        "applicant.minimum_age",
        "applicant.documents",
        "applicant.proof",
    ]


def test_the_facts_are_kept_sealed_and_name_nobody(office):
    case = office.decided(witness(2), applicant=1)

    facts = decision_facts(case, open_data_key(case.data_key))
    text = json.dumps(facts)
    assert facts["on"] == TODAY.isoformat()
    assert facts["rule_set"] == "mitid-2022"
    assert facts["applicant"]["person"] == str(person(1).pk)
    assert facts["applicant"]["documents"][0]["type"] == "passport"
    assert facts["witness"]["documents"][0]["type"] == "driving_licence"
    for secret in (number(1).digits, number(2).digits, "Amina", "Bente"):
        assert secret not in text
    assert TODAY.isoformat().encode() not in bytes(case.facts_sealed)


def test_the_meeting_counts_on_the_danish_day_the_citizen_was_checked_in(office):
    """Decided after midnight UTC-wise or not, the day on the wall at check-in is the day."""
    case = office.with_witness(witness(2))
    visit = case.participant.appointment
    visit.checked_in_at = NOW.replace(hour=23, minute=30) - timedelta(days=1)
    visit.save()

    decided = decide_proofing(
        proofing=case, staff=office.clerk, now=office.now + timedelta(hours=1)
    )

    assert decided.decided_on == TODAY
    assert Witnessing.unscoped.get().on_date == TODAY


# --- independence ----------------------------------------------------------------------------------


def test_the_applicant_is_nobody_s_own_witness(office):
    case = office.decided(witness(1), applicant=1)

    assert "witness.independent" in case.failed
    assert finding(case, "witness.independent")["observed"] == ["is_applicant"]
    assert not Witnessing.unscoped.exists()


# --- the ledger ------------------------------------------------------------------------------------


def witnessings_on(*days: date, serial: int = 2):
    """Decided cases of one witness on these days, each in an office of its own."""
    for place, day in enumerate(days):
        office = build_office(f"{200 + place:04}", f"By {place}", day=day)
        seen = witness(serial, mitid_since=date(2022, 1, 1))
        assert office.decided(seen, applicant=100 + place).outcome == "confirmed"


MONDAY = date(2026, 8, 3)


def test_the_fourth_witnessing_is_refused_in_whichever_municipality_it_is_tried(office):
    witnessings_on(MONDAY, MONDAY + timedelta(days=1), MONDAY + timedelta(days=2))

    fourth = office.decided(witness(2), applicant=1)

    assert fourth.failed == ["applicant.proof", "witness.quota"]
    found = finding(fourth, "witness.quota")
    assert found["required"] == {"at_most": 3, "unit": "witnessings", "days": 120}
    assert found["observed"] == 4
    assert "mitid.dk" in found["source"]
    assert Witnessing.unscoped.count() == 3


def test_day_120_still_counts_and_day_121_is_free(office):
    first = TODAY - timedelta(days=119)  # a Tuesday-proof distance: TODAY + 1 is day 120
    days = [d for n in range(3) if (d := first + timedelta(days=n)).weekday() < 5]
    witnessings_on(*days, *[first] * (3 - len(days)))
    free = first + timedelta(days=121)

    on_120 = build_office("0301", "Om 120", day=first + timedelta(days=120))
    on_121 = build_office("0302", "Om 121", day=free)

    assert "witness.quota" in on_120.decided(witness(2), applicant=1).failed
    assert on_121.decided(witness(2), applicant=1).outcome == "confirmed"


def test_who_is_refused_by_the_limit_is_told_from_when_and_no_more(office):
    days = (MONDAY, MONDAY + timedelta(days=1), MONDAY + timedelta(days=2))
    witnessings_on(*days)
    fourth = office.decided(witness(2), applicant=1)

    ground = next(g for g in account_of(fourth, "da").grounds if g.rule == "witness.quota")

    free_again = MONDAY + timedelta(days=121)
    assert (free_again.day, free_again.month) == (2, 12)
    told = " ".join([ground.text, *ground.help, ground.source])
    assert "højst 3 gange inden for 120 dage" in ground.text
    assert "2. december 2026" in told
    for given_away in ("By 0", "By 1", "4", "3. august", "2026-08"):
        assert given_away not in told.replace("2022", "")


def test_the_limit_is_looked_at_once_the_witness_is_recorded_so_another_can_be_brought(office):
    witnessings_on(MONDAY, MONDAY + timedelta(days=1), MONDAY + timedelta(days=2))
    case = office.with_witness(witness(2))

    assert witness_free_from(case, current_statement(case)) == MONDAY + timedelta(days=121)

    record_witness(
        proofing=case,
        witness=witness(3, name="Carl Nabo"),
        reason=Reason.NEWLY_ARRIVED,
        staff=office.clerk,
        now=office.now,
    )
    assert witness_free_from(case, current_statement(case)) == TODAY
    office.sign(case)
    decided = decide_proofing(proofing=case, staff=office.clerk, now=office.now)
    assert decided.outcome == "confirmed"


def test_a_witnessing_recorded_late_for_an_earlier_day_counts_both_ways(office):
    """Three later days are taken; an older visit decided now would make a fourth in their span."""
    late = build_office("0400", "Sen", day=MONDAY)
    waiting = late.with_witness(witness(2, mitid_since=date(2022, 1, 1)), applicant=50)
    witnessings_on(*(MONDAY + timedelta(days=n) for n in (1, 2, 3)))

    decided = decide_proofing(
        proofing=waiting, staff=late.clerk, now=office.now, late_reason="not_finished"
    )

    assert decided.decided_on == MONDAY
    assert decided.late_reason == "not_finished"
    assert decided.failed == ["applicant.proof", "witness.quota"]


def test_the_same_witness_under_another_alias_has_no_second_quota(office):
    witnessings_on(MONDAY, MONDAY + timedelta(days=1), MONDAY + timedelta(days=2))
    person(2).aliases.create(kind="replacement", key_version=1, pseudonym="x" * 64)

    assert "witness.quota" in office.decided(witness(2)).failed


# --- who comes second --------------------------------------------------------------------------


def test_a_decision_sent_twice_stands_as_the_first_one_made_it(office):
    case = office.with_witness(witness(2))
    colleague = build_staff(office.world.municipality)
    decide_proofing(proofing=case, staff=office.clerk, now=office.now)

    with pytest.raises(CaseOver) as second:
        decide_proofing(proofing=case, staff=colleague, now=office.now)

    assert second.value.code == "already_decided"
    case.refresh_from_db()
    assert case.decided_by == office.clerk
    assert Witnessing.unscoped.count() == 1


def test_nothing_of_a_decided_case_can_be_recorded_again(office):
    case = office.decided(witness(2))
    acts = {"proofing": case, "staff": office.clerk, "now": office.now}

    for step in (
        lambda: record_questions(outcome=Questions.PASSED, **acts),
        lambda: record_no_witness(**acts),
        lambda: record_witness(witness=witness(3), reason=Reason.NEWLY_ARRIVED, **acts),
        lambda: abandon_proofing(**acts),
        lambda: record_documents(
            number=None, birth_date=TODAY, wants_cpr_link=True, documents=(), **acts
        ),
    ):
        with pytest.raises(CaseOver):
            step()


def told_once(look):
    """What looks under the lock sees nothing the first time."""
    blind = ["true" if connection.vendor == "postgresql" else "1"]
    return lambda *asked: (blind.pop(), []) if blind else look(*asked)


def test_the_guard_s_refusal_comes_out_as_the_rule_s(office, monkeypatch):
    """Somebody's witnessing comes in after we looked, past our lock: looked at again, it shows."""
    witnessings_on(MONDAY, MONDAY + timedelta(days=1))
    case = office.with_witness(witness(2))
    look = decision_service.record_of
    stale = [look(municipality_id=case.municipality_id, pk=case.pk, staff=office.clerk)]
    office.decided(witness(2), applicant=8)
    with monkeypatch.context() as unseen:
        unseen.setattr(
            decision_service, "record_of", lambda **of: stale.pop() if stale else look(**of)
        )
        unseen.setattr(decision_service, "still_told", told_once(decision_service.still_told))
        decided = decide_proofing(proofing=case, staff=office.clerk, now=office.now)

    assert stale == []
    assert decided.failed == ["applicant.proof", "witness.quota"]
    assert Witnessing.unscoped.count() == 3


# --- the database itself ------------------------------------------------------------------------


def test_the_database_refuses_to_change_a_case_that_is_over(office):
    decided = office.decided(witness(2))
    left = office.with_documents(7)
    abandon_proofing(proofing=left, staff=office.clerk, now=office.now)

    for case in (decided, left):
        for change in (
            {"wants_cpr_link": False},
            {"questions": "passed"},
            {"name_sealed": b"x"},
            {"state": "opened"},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                IdentityProofing.unscoped.filter(pk=case.pk).update(**change)
        with pytest.raises(IntegrityError), transaction.atomic():
            case.documents.update(type="police_id")
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM witnesses_documentevidence WHERE proofing_id = %s", [case.pk]
            )


def test_the_database_refuses_to_move_evidence_into_a_case_that_is_over(office):
    decided = office.decided(witness(2))
    other = office.with_documents(7, LICENCE)

    with pytest.raises(IntegrityError), transaction.atomic():
        other.documents.update(proofing=decided)


def test_a_case_of_another_municipality_is_not_found(office):
    case = office.case()
    elsewhere = build_office("0101", "København")

    with pytest.raises(NotFound):
        get_proofing(municipality=elsewhere.world.municipality, reference=case.reference)
    assert get_proofing(municipality=office.world.municipality, reference=case.reference) == case


def test_every_refusal_has_its_sentence_in_danish(office):
    case = office.case()
    with translation.override("da"), pytest.raises(Refused) as refused:
        decide_proofing(proofing=case, staff=office.clerk, now=office.now)
    assert str(refused.value) == "wrong_step"
    assert refused.value.sentence
