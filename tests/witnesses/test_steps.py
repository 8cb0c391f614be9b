"""The steps of a case: what each records, refuses, and leaves of what stood before."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from appointments.models import Participant
from borgerservice.audit.selectors import history_of
from borgerservice.kernel.cpr import CprNumber
from borgerservice.people.models import Person
from borgerservice.people.services import person_of
from borgerservice.vault.services import open_data_key
from tests.builders import TODAY, build_visit
from tests.witnesses.cases import (
    FOREIGN_PASSPORT,
    LICENCE,
    PASSPORT,
    Established,
    Questions,
    Reason,
    build_office,
    number,
    witness,
)
from witnesses import seals
from witnesses.exceptions import CaseOver, Refused
from witnesses.models import (
    AssuranceLevel,
    DocumentEvidence,
    IdentityProofing,
    WitnessStatement,
)
from witnesses.rules.numbers import PCode
from witnesses.selectors.cases import applicant_of, current_statement, shown_documents
from witnesses.services import (
    KEEP,
    abandon_proofing,
    decide_proofing,
    open_proofing,
    record_documents,
    record_no_witness,
    record_questions,
    record_witness,
)

pytestmark = pytest.mark.django_db


def documents_of(office, case, **differences):
    usual = {
        "number": number(1),
        "birth_date": None,
        "wants_cpr_link": not isinstance(differences.get("number", KEEP), PCode | None),
        "documents": (PASSPORT,),
    }
    return record_documents(
        proofing=case, staff=office.clerk, now=office.now, **{**usual, **differences}
    )


def witness_of(office, case, seen):
    return record_witness(
        proofing=case,
        witness=seen,
        reason=Reason.NEWLY_ARRIVED,
        staff=office.clerk,
        now=office.now,
    )


def refusal(call, *arguments, **keywords) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refused:
        call(*arguments, **keywords)
    assert refused.value.sentence
    return refused.value.code, refused.value.field


# --- opening ---------------------------------------------------------------------------------


def test_a_case_opens_for_a_citizen_who_is_here_and_knows_the_name(office):
    case = office.case()

    assert case.state == "opened"
    assert case.opened_by == office.clerk
    assert applicant_of(case).name == "Amina Hassan"
    assert [
        e.event
        for e in history_of(
            municipality=office.world.municipality, subject=f"proofing:{case.reference}"
        )
    ] == ["proofing.opened"]


def test_nobody_s_case_opens_before_they_are_checked_in(office):
    visit = build_visit(office.world)
    participant = visit.participants.select_related("service").get()

    assert refusal(open_proofing, participant=participant, staff=office.clerk, now=office.now) == (
        "not_checked_in",
        None,
    )
    assert not IdentityProofing.unscoped.exists()


def test_a_service_that_proves_no_identity_has_no_case(office):
    participant = office.participant()
    participant.service.proves_identity = False

    assert refusal(open_proofing, participant=participant, staff=office.clerk, now=office.now) == (
        "proves_no_identity",
        None,
    )


def test_opening_twice_is_the_same_case(office):
    case = office.case()

    again = open_proofing(participant=case.participant, staff=office.clerk, now=office.now)

    assert again == case
    assert IdentityProofing.unscoped.count() == 1


def test_each_of_two_who_come_together_has_a_case_of_their_own(office):
    visit = office.visit(names=("Amina Hassan", "Omar Hassan"))
    both = Participant.unscoped.filter(appointment=visit).order_by("position")

    cases = [open_proofing(participant=p, staff=office.clerk, now=office.now) for p in both]

    assert [applicant_of(case).name for case in cases] == ["Amina Hassan", "Omar Hassan"]


def test_a_citizen_who_was_refused_can_try_again_with_another_witness(office):
    refused = office.decided(witness(2, brought_mitid=False))
    assert refused.outcome == "not_confirmed"

    again = open_proofing(participant=refused.participant, staff=office.clerk, now=office.now)

    assert again.previous == refused
    assert again.state == "opened"


def test_an_identity_once_confirmed_is_not_proved_again_at_the_same_visit(office):
    confirmed = office.decided(witness(2))
    assert confirmed.outcome == "confirmed"

    assert refusal(
        open_proofing, participant=confirmed.participant, staff=office.clerk, now=office.now
    ) == ("already_confirmed", None)


# --- the applicant's documents and number ------------------------------------------------------


def test_the_applicant_s_number_and_birth_date_are_sealed_and_the_number_tells_the_birth_date(
    office,
):
    case = documents_of(office, office.case(), number=number(7, born=date(1985, 3, 9)))

    case.refresh_from_db()
    key = open_data_key(case.data_key)
    assert applicant_of(case).birth_date == date(1985, 3, 9)
    assert case.number_kind == "replacement"
    assert key.open(case.number_sealed, seals.APPLICANT_NUMBER) == "6903850007"
    assert b"6903850007" not in bytes(case.number_sealed)


def test_a_p_code_is_told_apart_from_a_cpr_number_and_needs_a_birth_date(office):
    case = office.case()

    assert refusal(documents_of, office, case, number=PCode("12345678")) == (
        "birth_date_needed",
        "birth_date",
    )
    done = documents_of(office, case, number=PCode("12345678"), birth_date=date(1990, 1, 1))
    assert done.number_kind == "p_code"
    assert done.applicant == person_of(kind="p_code", normalised="12345678", now=office.now)


def test_an_applicant_without_any_number_is_a_person_of_their_own(office):
    one = documents_of(office, office.case(), number=None, birth_date=date(1990, 1, 1))
    other = documents_of(office, office.case(), number=None, birth_date=date(1990, 1, 1))

    assert one.applicant != other.applicant
    assert one.number_kind == ""
    assert one.number_sealed is None
    assert not one.applicant.aliases.exists()


@pytest.mark.parametrize("without", [None, PCode("12345678")])
def test_a_mitid_is_to_carry_no_cpr_number_where_there_is_none(office, without):
    case = office.case()
    born = {"birth_date": date(1990, 1, 1)}

    assert refusal(documents_of, office, case, number=without, wants_cpr_link=True, **born) == (
        "no_number_to_link",
        "wants_cpr_link",
    )
    documents_of(office, case, number=without, wants_cpr_link=False, **born)
    assert refusal(documents_of, office, case, number=KEEP, **born)[0] == (
        "no_number_to_link" if without else "no_number_to_keep"
    )


def test_correcting_a_case_without_a_number_makes_no_second_person(office):
    case = documents_of(office, office.case(), number=None, birth_date=date(1990, 1, 1))
    first = case.applicant

    again = documents_of(office, case, number=None, birth_date=date(1991, 1, 1))

    assert again.applicant == first


def test_the_same_number_is_the_same_person_in_every_case_and_municipality(office):
    elsewhere = build_office("0101", "København")

    one = office.with_documents(5)
    other = elsewhere.with_documents(5)

    assert one.applicant == other.applicant
    assert one.municipality != other.municipality


@pytest.mark.parametrize(
    ("differences", "code", "field"),
    [
        (
            {"birth_date": date(1990, 1, 2)},
            "birth_date_contradicts_number",
            "birth_date",
        ),
        ({"number": None}, "birth_date_needed", "birth_date"),
        (
            {"number": None, "birth_date": TODAY + timedelta(days=1)},
            "birth_date_in_future",
            "birth_date",
        ),
        (
            {"number": None, "birth_date": date(1850, 1, 1)},
            "birth_date_too_early",
            "birth_date",
        ),
        ({"number": KEEP}, "no_number_to_keep", "number"),
        (
            {"documents": (PASSPORT, replace(LICENCE, type="library_card"))},
            "unknown_document_type",
            "documents.1.type",
        ),
        ({"documents": (replace(PASSPORT, issuer="dk"),)}, "unknown_country", "documents.0.issuer"),
        ({"documents": (replace(PASSPORT, form="fax"),)}, "unknown_form", "documents.0.form"),
        (
            {
                "documents": (
                    replace(PASSPORT, issued_on=date(2020, 5, 1), expires_on=date(2020, 4, 30)),
                )
            },
            "expires_before_issued",
            "documents.0.expires_on",
        ),
        (
            {"documents": (replace(PASSPORT, issued_on=TODAY + timedelta(days=1)),)},
            "issued_in_future",
            "documents.0.issued_on",
        ),
        (
            {"documents": (replace(PASSPORT, expires_on=date(26, 1, 1)),)},
            "date_too_early",
            "documents.0.expires_on",
        ),
        ({"documents": (PASSPORT,) * 13}, "too_many_documents", "documents"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_nothing_is_written(
    office, differences, code, field
):
    case = office.case()
    people = Person.objects.count()
    assert refusal(documents_of, office, case, **differences) == (code, field)

    case.refresh_from_db()
    assert case.state == "opened"
    assert case.applicant is None
    assert not DocumentEvidence.unscoped.exists()
    assert Person.objects.count() == people


def test_a_birth_that_the_number_puts_in_the_future_is_refused_at_the_number(office):
    unborn = CprNumber("6101304123")

    assert unborn.birth_date == date(2030, 1, 1)
    assert refusal(documents_of, office, office.case(), number=unborn) == (
        "birth_date_in_future",
        "number",
    )


def test_documents_corrected_before_the_decision_replace_the_former_which_stay_withdrawn(office):
    case = office.with_documents(1, FOREIGN_PASSPORT)

    documents_of(office, case, number=KEEP, documents=(PASSPORT, LICENCE))

    assert [d.type for d in shown_documents(case)] == ["passport", "driving_licence"]
    withdrawn = DocumentEvidence.unscoped.filter(withdrawn_at__isnull=False)
    assert [d.issuer for d in withdrawn] == ["SY"]


def test_keeping_the_number_keeps_what_it_tells_of_the_birth(office):
    case = office.with_documents(1)

    assert refusal(documents_of, office, case, number=KEEP, birth_date=date(1990, 1, 2)) == (
        "birth_date_contradicts_number",
        "birth_date",
    )
    kept = documents_of(office, case, number=KEEP, birth_date=None)
    assert applicant_of(kept).birth_date == date(1990, 1, 1)
    assert kept.number_kind == "replacement"


def test_correcting_the_documents_late_loses_nothing_of_questions_and_witness(office):
    case = office.with_witness(witness(2))

    documents_of(office, case, documents=(PASSPORT, LICENCE))

    case.refresh_from_db()
    assert case.state == "witness"
    assert case.questions == Questions.NOT_AVAILABLE
    assert current_statement(case) is not None


# --- the witness -------------------------------------------------------------------------------


def test_a_witness_is_recorded_with_everything_about_them_sealed(office):
    case = office.with_questions()

    statement = witness_of(office, case, witness(9))

    case.refresh_from_db()
    key = open_data_key(case.data_key)
    assert case.state == "witness"
    assert case.witness_reason == "newly_arrived"
    assert key.open(statement.name_sealed, seals.witness_name(0)) == "Bente Vidne"
    assert key.open(statement.number_sealed, seals.witness_number(0)) == number(9).digits
    assert key.open(statement.birth_date_sealed, seals.witness_birth_date(0)) == "1990-01-01"
    assert [d.type for d in shown_documents(case, statement)] == ["driving_licence"]
    assert [d.type for d in shown_documents(case)] == ["passport"]


def test_replacing_the_witness_withdraws_the_former_statement_and_its_documents(office):
    case = office.with_witness(witness(2))

    second = witness_of(office, case, witness(3, name="Carl Nabo", documents=(PASSPORT,)))

    former = WitnessStatement.unscoped.get(position=0)
    assert former.withdrawn_at is not None
    assert not former.documents.filter(withdrawn_at__isnull=True).exists()
    assert current_statement(case) == second
    assert second.position == 1


def test_correcting_the_witness_keeps_the_number_without_typing_it_again(office):
    case = office.with_witness(witness(2, name="Bente Vidn"))

    again = witness_of(office, case, witness(0, number=KEEP, name="Bente Vidne"))

    case.refresh_from_db()
    key = open_data_key(case.data_key)
    assert again.person == person_of(
        kind="replacement", normalised=number(2).digits, now=office.now
    )
    assert key.open(again.number_sealed, seals.witness_number(1)) == number(2).digits


def test_a_witness_recorded_by_mistake_can_be_taken_back(office):
    case = office.with_witness(witness(2))

    record_no_witness(proofing=case, staff=office.clerk, now=office.now)

    case.refresh_from_db()
    assert current_statement(case) is None
    assert case.witness_reason == ""
    assert case.state == "witness"


@pytest.mark.parametrize(
    ("differences", "code", "field"),
    [
        ({"number": None}, "witness_number_needed", "number"),
        ({"number": KEEP}, "no_number_to_keep", "number"),
        ({"name": " "}, "empty", "name"),
        ({"name": "610190-1234"}, "looks_like_cpr", "name"),
        ({"name": "x" * 101}, "too_long", "name"),
        ({"birth_date": date(1991, 1, 1)}, "birth_date_contradicts_number", "birth_date"),
        ({"mitid_since": TODAY + timedelta(days=1)}, "mitid_in_future", "mitid_since"),
        ({"mitid_since": date(2021, 5, 5)}, "mitid_before_it_existed", "mitid_since"),
        ({"mitid_since": None}, "mitid_date_needed", "mitid_since"),
        ({"established": Established.NOT_ESTABLISHED}, "mitid_date_unwanted", "mitid_since"),
        (
            {
                "number": PCode("87654321"),
                "birth_date": date(2022, 1, 1),
                "mitid_since": date(2021, 12, 31),
            },
            "mitid_before_birth",
            "mitid_since",
        ),
        ({"documents": (replace(LICENCE, issuer="D"),)}, "unknown_country", "documents.0.issuer"),
    ],
)
def test_what_cannot_be_of_a_witness_is_refused_at_its_field(office, differences, code, field):
    case = office.with_questions()

    assert refusal(witness_of, office, case, witness(4, **differences)) == (code, field)

    case.refresh_from_db()
    assert case.state == "questions"
    assert not WitnessStatement.unscoped.exists()


def test_mitid_s_first_day_is_a_day_somebody_can_have_had_it_since(office):
    case = office.with_questions()

    assert witness_of(office, case, witness(4, mitid_since=date(2021, 5, 6))).pk


def test_a_mitid_date_that_could_not_be_established_is_recorded_as_that(office):
    case = office.with_questions()
    seen = witness(4, mitid_since=None, established=Established.NOT_ESTABLISHED)

    assert witness_of(office, case, seen).mitid_since is None


# --- levels ------------------------------------------------------------------------------------

LEVELS = ("low", "substantial", "high")


@pytest.mark.parametrize("aimed_at", LEVELS)
@pytest.mark.parametrize("theirs", LEVELS)
def test_a_witness_whose_mitid_is_of_a_lower_level_than_aimed_at_is_refused(
    office, aimed_at, theirs
):
    """All nine pairs: three of them are too low."""
    too_low = {("low", "substantial"), ("low", "high"), ("substantial", "high")}
    case = office.with_questions()
    documents_of(office, case, assurance_level=AssuranceLevel(aimed_at))
    seen = witness(2, assurance_level=AssuranceLevel(theirs))

    if (theirs, aimed_at) in too_low:
        told = refusal(witness_of, office, case, seen)
        assert told == ("witness_level_too_low", "assurance_level")
        assert current_statement(case) is None
    else:
        assert witness_of(office, case, seen).assurance_level == theirs


@pytest.mark.parametrize("aimed_at", LEVELS)
@pytest.mark.parametrize("theirs", LEVELS)
def test_a_case_cannot_aim_higher_than_the_witness_who_is_recorded(office, aimed_at, theirs):
    case = office.with_questions()
    documents_of(office, case, assurance_level=AssuranceLevel.LOW)
    witness_of(office, case, witness(2, assurance_level=AssuranceLevel(theirs)))
    aim = {"assurance_level": AssuranceLevel(aimed_at)}

    if LEVELS.index(aimed_at) > LEVELS.index(theirs):
        told = refusal(documents_of, office, case, **aim)
        assert told == ("level_above_witness", "assurance_level")
        aimed_at = "low"
    else:
        documents_of(office, case, **aim)
    case.refresh_from_db()
    assert case.assurance_level == aimed_at


def test_a_case_aims_at_substantial_unless_somebody_says_otherwise(office):
    case = office.with_witness(witness(2))

    assert case.assurance_level == current_statement(case).assurance_level == "substantial"


def test_once_nobody_came_along_any_level_can_be_aimed_at(office):
    case = office.with_witness(witness(2))
    record_no_witness(proofing=case, staff=office.clerk, now=office.now)

    assert documents_of(office, case, assurance_level=AssuranceLevel.HIGH).assurance_level == "high"


# --- order -------------------------------------------------------------------------------------


def test_no_step_can_be_skipped(office):
    case = office.case()
    acts = {"proofing": case, "staff": office.clerk, "now": office.now}

    assert refusal(record_questions, outcome=Questions.PASSED, **acts)[0] == "wrong_step"
    assert refusal(witness_of, office, case, witness(2))[0] == "wrong_step"
    assert refusal(decide_proofing, **acts)[0] == "wrong_step"
    documents_of(office, case)
    assert refusal(decide_proofing, **acts)[0] == "wrong_step"
    record_questions(outcome=Questions.FAILED, **acts)
    assert refusal(decide_proofing, **acts)[0] == "wrong_step"
    record_no_witness(**acts)
    assert decide_proofing(**acts).outcome == "not_confirmed"


def test_a_case_that_is_left_stays_as_it_was_and_takes_nothing_more(office):
    case = office.with_documents()
    acts = {"proofing": case, "staff": office.clerk, "now": office.now}

    abandon_proofing(**acts)

    with pytest.raises(CaseOver):
        record_questions(outcome=Questions.PASSED, **acts)
    with pytest.raises(CaseOver):
        abandon_proofing(**acts)
    assert len(shown_documents(case)) == 1


def test_every_step_leaves_an_entry_that_tells_who_and_nothing_personal(office):
    case = office.decided(witness(2))

    entries = history_of(
        municipality=office.world.municipality, subject=f"proofing:{case.reference}"
    )
    assert [entry.event for entry in entries] == [
        "proofing.opened",
        "proofing.documents_recorded",
        "proofing.questions_recorded",
        "proofing.witness_recorded",
        "proofing.declaration_accepted",
        "proofing.decided",
    ]
    assert {entry.actor for entry in entries} == {f"staff:{office.clerk.pk}"}
    told = "".join(str(entry.facts) for entry in entries)
    for personal in ("Amina", "Bente", number(1).digits, number(2).digits, "1990"):
        assert personal not in told
