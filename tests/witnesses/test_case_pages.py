"""The pages of a case as a clerk uses them: step by step, twice, and elsewhere."""

import re

import pytest
from django.test import Client

from appointments.models import Participant
from borgerservice.audit.selectors import history_of
from borgerservice.kernel import clock
from tests.appointments.desk import signed_in
from tests.builders import NOW, build_service, build_staff
from tests.witnesses.case_pages import (
    address,
    applicant_form,
    in_danish,
    text_of,
    values_of,
    witness_form,
)
from tests.witnesses.cases import LICENCE, build_office, number, witness
from witnesses.models import DocumentEvidence, IdentityProofing
from witnesses.selectors.cases import current_statement, shown_documents
from witnesses.services import decide_proofing, record_documents

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def client(office):
    return signed_in(office.clerk)


@pytest.mark.parametrize(
    ("service", "is_ticked"), [("new_mitid", True), ("mitid_without_cpr", False)]
)
def test_the_number_is_asked_for_in_the_mitid_unless_the_service_is_one_without(
    client, office, service, is_ticked
):
    case = office.case()
    booked = build_service(service)
    Participant.unscoped.filter(pk=case.participant_id).update(service=booked)
    page = client.get(address(case, "documents"))
    assert ("wants_cpr_link" in values_of(page)) is is_ticked
    client.post(address(case, "documents"), applicant_form())
    assert "wants_cpr_link" in values_of(client.get(address(case, "documents"))), "as recorded"


def test_a_clerk_takes_a_case_from_the_visit_to_the_decision(client, office):
    visit = office.visit()
    page = client.get(f"/admin/0657/visits/{visit.reference}/")
    opening = f"/admin/0657/visits/{visit.reference}/0/proofing/"
    assert opening in page.content.decode()

    here = client.post(opening).headers["Location"]
    case = IdentityProofing.unscoped.get()
    assert here == address(case)
    assert client.post(opening).headers["Location"] == here

    for step, form in (
        ("documents", applicant_form()),
        ("questions", {"outcome": "not_available"}),
        ("witness", witness_form()),
    ):
        answer = client.post(address(case, step), form)
        assert (answer.status_code, answer.headers.get("Location")) == (302, here), text_of(answer)
    sign = client.get(here)
    assert address(case, "decide") not in sign.content.decode()
    signed = {**values_of(sign), "language": "en"}
    assert client.post(address(case, "declaration_signed"), signed).headers["Location"] == here
    assert client.post(address(case, "decide")).headers["Location"] == here

    page = client.get(here)
    assert page.context["case"].outcome == "confirmed"
    assert len(page.context["shown"].passed) == 9
    case.refresh_from_db()
    assert current_statement(case).mitid_since.isoformat() == "2022-02-03"
    assert [d.expires_on.isoformat() for d in shown_documents(case)] == ["2030-01-01"]
    visit_page = client.get(f"/admin/0657/visits/{visit.reference}/")
    assert here in visit_page.content.decode()
    assert opening not in visit_page.content.decode()


def test_of_several_who_come_together_each_one_s_case_is_called_by_name(client, office):
    visit = office.visit(names=("Amina Hassan", "Bo Berg", "Carl Dam"))
    visit.participants.filter(position=1).update(is_protected=True)
    client.post(f"/admin/0657/visits/{visit.reference}/0/proofing/")
    page = client.get(f"/admin/0657/visits/{visit.reference}/").content.decode()
    acts = "Fortsæt sagen", "Start identitetssag"
    assert [
        name for name in re.findall(r'aria-label="([^"]+)"', page) if name.startswith(acts)
    ] == [
        "Fortsæt sagen: Amina Hassan",
        f"Start identitetssag: {visit.reference}, 2",
        "Start identitetssag: Carl Dam",
    ]


def test_who_opens_a_case_s_page_is_written_down(client, office):
    case = office.case()

    client.get(address(case))

    events = [
        (entry.event, entry.actor)
        for entry in history_of(
            municipality=office.world.municipality, subject=f"proofing:{case.reference}"
        )
    ]
    assert events[-1] == ("proofing.read", f"staff:{office.clerk.pk}")


def test_a_refused_citizen_s_case_is_started_anew_from_its_page(client, office):
    case = office.decided(witness(2, brought_mitid=False))
    reopening = f"/admin/0657/visits/{case.participant.appointment.reference}/0/proofing/"
    assert reopening in client.get(address(case)).content.decode()

    client.post(reopening)

    assert IdentityProofing.unscoped.get(previous=case).state == "opened"
    assert reopening not in client.get(address(case)).content.decode()


def test_a_confirmed_case_is_not_started_anew(client, office):
    case = office.decided(witness(2))

    assert "/proofing/" not in client.get(address(case)).content.decode().replace("/proofings/", "")


def test_the_questions_open_with_nothing_chosen_for_anybody(client, office):
    case = office.with_documents()

    assert "outcome" not in values_of(client.get(address(case)))


def test_a_step_that_is_not_due_leads_back_to_the_case(client, office):
    case = office.case()

    for step in ("questions", "witness"):
        assert client.get(address(case, step)).headers["Location"] == address(case)
    answer = client.post(address(case, "questions"), {"outcome": "passed"})
    assert answer.status_code == 200
    case.refresh_from_db()
    assert case.state == "opened"
    client.post(address(case, "decide"))
    case.refresh_from_db()
    assert case.state == "opened"


def test_of_two_clerks_who_decide_the_second_sees_the_decision_and_is_told(client, office):
    case = office.with_witness(witness(2))
    colleague = build_staff(office.world.municipality)
    decide_proofing(proofing=case, staff=colleague, now=NOW)

    answer = client.post(address(case, "decide"), follow=True)

    assert answer.status_code == 200
    assert [m.level_tag for m in answer.context["messages"]] == ["error"]
    assert answer.context["case"].decided_by == colleague


def test_who_decides_twice_sees_the_decision_and_no_fault(client, office):
    case = office.with_witness(witness(2))
    client.post(address(case, "decide"))
    answer = client.post(address(case, "decide"), follow=True)
    assert answer.context["case"].outcome == "confirmed"
    assert not list(answer.context["messages"])


def test_a_form_sent_after_the_decision_changes_nothing_and_leads_to_the_decision(client, office):
    """The back button, and then the old form once more."""
    case = office.decided(witness(2))

    for step, form in (
        ("documents", applicant_form(number=number(9).digits)),
        ("questions", {"outcome": "passed"}),
        ("witness", witness_form(3)),
    ):
        answer = client.post(address(case, step), form, follow=True)
        assert answer.redirect_chain == [(address(case), 302)]
        assert "4 " not in answer.context["shown"].account.outcome
    for act in ("no_witness", "abandon", "decide"):
        client.post(address(case, act))
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("decided", "confirmed")


def test_the_page_of_a_case_is_kept_by_no_cache_so_that_back_shows_the_decision(client, office):
    case = office.decided(witness(2))

    answer = client.get(address(case))

    assert "no-store" in answer.headers["Cache-Control"]
    assert address(case, "decide") not in answer.content.decode()
    assert 'name="seen"' not in answer.content.decode()


def recorded_by_a_colleague(office, case):
    return record_documents(
        proofing=case,
        number=number(1),
        birth_date=None,
        wants_cpr_link=True,
        documents=(LICENCE,),
        staff=build_staff(office.world.municipality),
        now=clock.now(),
    )


def test_of_two_clerks_on_one_case_the_second_is_told_and_loses_nothing_typed(client, office):
    case = office.with_documents()
    seen = values_of(client.get(address(case, "documents")))["seen"]
    recorded_by_a_colleague(office, case)

    answer = client.post(
        address(case, "documents"), applicant_form(seen=seen, birth_date="1/1/1990")
    )

    assert answer.status_code == 200
    assert in_danish("changed_meanwhile") in text_of(answer)
    assert values_of(answer)["birth_date"] == "1/1/1990"
    assert [d.type for d in shown_documents(case)] == ["driving_licence"]

    again = values_of(answer)["seen"]
    client.post(address(case, "documents"), applicant_form(seen=again))
    assert [d.type for d in shown_documents(case)] == ["passport"]
    assert DocumentEvidence.unscoped.count() == 3


def test_nobody_decides_on_evidence_they_have_not_seen(client, office):
    case = office.with_witness(witness(2))
    seen = values_of(client.get(address(case)))["seen"]
    recorded_by_a_colleague(office, case)

    answer = client.post(address(case, "decide"), {"seen": seen}, follow=True)

    assert in_danish("changed_meanwhile") in text_of(answer)
    case.refresh_from_db()
    assert case.state == "witness"
    client.post(address(case, "decide"), {"seen": values_of(answer)["seen"]})
    case.refresh_from_db()
    assert case.outcome == "confirmed"


@pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 30, "²"])
def test_an_odd_revision_is_no_fault(client, office, seen):
    case = office.with_documents()

    answer = client.post(address(case, "questions"), {"outcome": "passed", "seen": seen})

    assert answer.status_code == 302


def test_another_municipality_s_case_is_not_found_at_any_address(client, office):
    elsewhere = build_office("0101", "København")
    case = elsewhere.with_witness(witness(2))
    visit = case.participant.appointment

    for code in ("0657", "0101"):
        for step in ("", "documents", "questions", "witness"):
            assert client.get(address(case, step, code)).status_code == 404
        for step in ("documents", "questions", "witness", "no_witness", "decide", "abandon"):
            assert client.post(address(case, step, code), applicant_form()).status_code == 404
        opening = f"/admin/{code}/visits/{visit.reference}/0/proofing/"
        assert client.post(opening).status_code == 404
    case.refresh_from_db()
    assert case.state == "witness"


@pytest.mark.parametrize("role", ["administrator", "auditor", "fraud_reviewer"])
def test_only_clerks_and_leads_see_a_case(office, role):
    case = office.case()
    client = Client()
    client.force_login(build_staff(office.world.municipality, role=role))

    assert client.get(address(case)).status_code == 404


@pytest.mark.parametrize("reference", ["%00", "x", "%F0%9F%98%80", "a" * 2000, "BBBB-BBBB-BB"])
def test_an_address_that_names_no_case_is_not_found(client, office, reference):
    assert client.get(f"/admin/0657/proofings/{reference}/").status_code == 404
    assert client.post(f"/admin/0657/proofings/{reference}/decide/").status_code == 404


def test_a_protected_applicant_shows_as_a_number(client, office):
    case = office.with_witness(witness(2))
    Participant.unscoped.filter(pk=case.participant_id).update(is_protected=True)

    for step in ("", "documents", "witness"):
        page = text_of(client.get(address(case, step)))
        assert "Amina" not in page
        assert case.participant.appointment.reference in page


def test_a_get_decides_nothing(client, office):
    case = office.with_witness(witness(2))

    for act in ("decide", "abandon", "no_witness"):
        assert client.get(address(case, act)).headers["Location"] == address(case)
    case.refresh_from_db()
    assert case.state == "witness"
