"""Four eyes: who vouches, or is vouched for, takes no part in the case as staff."""

import pytest
import time_machine

from borgerservice.people.services import person_of
from tests.builders import NOW, build_staff
from tests.links import build_link
from tests.witnesses.cases import (
    PASSPORT,
    Questions,
    Reason,
    number,
    witness,
)
from witnesses.exceptions import Refused
from witnesses.models import Declaration, IdentityProofing, Witnessing
from witnesses.services import (
    KEEP,
    accept_declaration,
    decide_proofing,
    note_reading,
    open_proofing,
    record_documents,
    record_no_witness,
    record_questions,
    record_witness,
)

SHOWN = {"birth_date": None, "wants_cpr_link": True, "documents": (PASSPORT,)}
pytestmark = pytest.mark.django_db


def person(serial: int):
    return person_of(kind="replacement", normalised=number(serial).digits, now=NOW)


def refusal(call, **keywords) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refused:
        call(**keywords)
    assert refused.value.sentence
    return refused.value.code, refused.value.field


def finding(case: IdentityProofing, rule: str) -> dict:
    return next(f for f in case.findings if f["rule"] == rule)


def test_a_clerk_cannot_work_on_a_case_of_their_own(office):
    office.clerk.person = person(6)
    office.clerk.save()
    case = office.case()

    acts = {"proofing": case, "staff": office.clerk, "now": office.now}
    told = refusal(record_documents, number=number(6), **SHOWN, **acts)
    assert told == ("own_case", "number")
    case.refresh_from_db()
    assert case.state == "opened"


def test_the_clerk_who_opened_a_case_cannot_have_a_colleague_finish_it_for_them(office):
    office.clerk.person = person(6)
    office.clerk.save()
    case = office.case()
    colleague = build_staff(office.world.municipality)

    assert refusal(
        record_documents,
        proofing=case,
        number=number(6),
        **SHOWN,
        staff=colleague,
        now=office.now,
    ) == ("own_case", "number")


def test_a_clerk_who_turns_out_to_be_the_applicant_goes_no_further(office):
    case = office.with_witness(witness(2), applicant=6)
    mine = build_staff(office.world.municipality)
    mine.person = person(6)
    mine.save()
    acts = {"proofing": case, "staff": mine, "now": office.now}

    assert refusal(record_questions, outcome=Questions.PASSED, **acts) == ("own_case", None)
    assert refusal(record_no_witness, **acts) == ("own_case", None)
    assert refusal(decide_proofing, **acts) == ("own_case", None)


def test_staff_who_vouch_take_no_further_step_and_see_nobody_sign(office):
    case = office.with_witness(witness(6), is_signed=False)
    mine = build_staff(office.world.municipality)
    mine.person = person(6)
    mine.save()
    acts = {"proofing": case, "staff": mine, "now": office.now}

    assert refusal(record_documents, number=KEEP, **SHOWN, **acts)[0] == "own_case"
    assert refusal(record_questions, outcome=Questions.PASSED, **acts) == ("own_case", None)
    assert refusal(record_no_witness, **acts) == ("own_case", None)
    signed = {"language": "da", "how": Declaration.Accepted.PRINTED}
    assert refusal(accept_declaration, **signed, **acts) == ("own_case", None)
    case.refresh_from_db()
    assert case.questions == Questions.NOT_AVAILABLE
    assert not Declaration.unscoped.exists()


def test_a_clerk_who_worked_on_a_case_cannot_become_its_applicant(office):
    case = office.case()
    mine, other = (build_staff(office.world.municipality) for _ in range(2))
    mine.person = person(6)
    mine.save()
    acts = {"proofing": case, "now": office.now}
    record_documents(number=number(1), staff=office.clerk, **SHOWN, **acts)
    record_questions(outcome=Questions.PASSED, staff=mine, **acts)

    told = refusal(record_documents, number=number(6), staff=other, **SHOWN, **acts)

    assert told == ("own_case", "number")


WORK = ("open", "documents", "questions", "sees_another_sign", "witness")


def led_by_two(office, theirs: str, *, witness_is: int, applicant: int = 1) -> IdentityProofing:
    """A case ready to be decided, one step of it taken by the clerk and all others by a colleague.

    Whoever signed before the clerk was another witness, who was replaced.
    """
    acts = {
        work: {"staff": office.clerk if work == theirs else office.colleague, "now": office.now}
        for work in WORK
    }
    case = open_proofing(participant=office.participant(), **acts["open"])
    record_documents(proofing=case, number=number(applicant), **SHOWN, **acts["documents"])
    record_questions(proofing=case, outcome=Questions.NOT_AVAILABLE, **acts["questions"])
    why = {"proofing": case, "reason": Reason.QUESTIONS_NOT_POSSIBLE}
    record_witness(witness=witness(77), **why, **(acts["witness"] | {"staff": office.colleague}))
    office.sign(case, staff=acts["sees_another_sign"]["staff"])
    record_witness(witness=witness(witness_is), **why, **acts["witness"])
    office.sign(case, staff=office.colleague)
    return case


@pytest.fixture
def two(office):
    office.clerk.person = person(6)
    office.clerk.save()
    office.colleague = build_staff(office.world.municipality)
    return office


@pytest.mark.parametrize("theirs", WORK)
def test_whoever_took_a_step_in_the_case_is_not_its_witness_though_another_decides(two, theirs):
    case = led_by_two(two, theirs, witness_is=6)

    decided = decide_proofing(proofing=case, staff=two.colleague, now=two.now)

    assert finding(decided, "witness.independent")["observed"] == ["is_clerk"]
    assert not Witnessing.unscoped.exists()


def test_one_of_the_staff_who_took_no_step_may_be_the_witness_and_does_not_decide(two):
    case = led_by_two(two, "none", witness_is=6)

    with pytest.raises(Refused, match="own_case"):
        decide_proofing(proofing=case, staff=two.clerk, now=two.now)
    case.refresh_from_db()
    note_reading(proofing=case, staff=two.clerk, now=two.now)
    decided = decide_proofing(proofing=case, staff=two.colleague, now=two.now)

    assert decided.outcome == "confirmed"


@pytest.mark.parametrize("theirs", WORK)
def test_whoever_took_a_step_and_turns_out_to_be_the_applicant_stops_the_case(two, theirs):
    case = led_by_two(two, theirs, witness_is=2, applicant=5)
    case.refresh_from_db()
    build_link(case.applicant_id, two.clerk.person_id)

    with pytest.raises(Refused, match="own_case"):
        decide_proofing(proofing=case, staff=two.colleague, now=two.now)


# --- told before anything is signed or decided --------------------------------------------------


def signed_in(client, staff) -> None:
    with time_machine.travel(NOW, tick=False):
        client.force_login(staff)


def page_of(case, client) -> str:
    with time_machine.travel(NOW, tick=False):
        answer = client.get(f"/admin/0657/proofings/{case.reference}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_witness_who_is_the_applicant_is_told_before_they_sign(two, client):
    signed_in(client, two.colleague)
    case = two.with_witness(witness(1), applicant=1, is_signed=False)

    assert "Ansøgeren kan ikke være sit eget vidne." in page_of(case, client)


def test_a_witness_who_worked_on_the_case_is_told_before_they_sign(two, client):
    signed_in(client, two.colleague)
    case = two.with_witness(witness(6), is_signed=False)

    assert "Sagens medarbejder kan ikke være vidne i sagen." in page_of(case, client)


def test_of_a_witness_who_is_neither_nothing_is_said(two, client):
    signed_in(client, two.colleague)
    case = two.with_witness(witness(2), is_signed=False)

    assert "kan ikke være" not in page_of(case, client)
