"""The pages of a case as a clerk uses them: step by step, with mistakes, twice, and elsewhere."""

import html
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from appointments.models import Participant
from borgerservice.audit.selectors import history_of
from borgerservice.kernel import clock
from borgerservice.people.services import person_of
from tests.builders import NOW, build_service, build_staff
from tests.witnesses.cases import LICENCE, build_office, number, witness
from witnesses.forms import WitnessForm
from witnesses.forms.fields import CHOOSE, DayField
from witnesses.models import DocumentEvidence, IdentityProofing, WitnessStatement
from witnesses.selectors import current_statement, shown_documents
from witnesses.services import decide_proofing, record_documents
from witnesses.wording import REFUSALS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def client(office):
    client = Client()
    client.force_login(office.clerk)
    return client


def address(case, step="", code="0657"):
    name = f"proofing_{step}" if step else "proofing"
    return reverse(f"admin:{name}", kwargs={"code": code, "reference": case.reference})


def text_of(response) -> str:
    body = re.sub(r"<(head|script|style).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def values_of(response) -> dict[str, str]:
    """What the page's inputs show."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", response.content.decode()):
        name = re.search(r'name="([^"]*)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        is_off = re.search(r'type="(radio|checkbox)"', tag) and " checked" not in tag
        if name and not is_off:
            found[name[1]] = html.unescape(value[1]) if value else ""
    return found


def applicant_form(**changed) -> dict[str, str]:
    form = {
        "number_kind": "cpr",
        "number": number(1).digits,
        "birth_date": "",
        "wants_cpr_link": "on",
        "assurance_level": "substantial",
        "rows": "4",
        **row(0, type="passport", shows_photo="on", shows_cpr="on", expires_on="1-1-2030"),
        **row(1),
        **row(2),
        **row(3),
    }
    return {name: value for name, value in {**form, **changed}.items() if value is not None}


def witness_form(serial=2, **changed) -> dict[str, str]:
    form = {
        "number_kind": "cpr",
        "number": number(serial).digits,
        "birth_date": "01-01-1990",
        "name": "Bente Vidne",
        "reason": "newly_arrived",
        "relationship": "friend",
        "established": "shown",
        "mitid_since": "3/2/2022",
        "brought_mitid": "on",
        "assurance_level": "substantial",
        "rows": "4",
        **row(0, type="driving_licence", shows_photo="on"),
    }
    return {name: value for name, value in {**form, **changed}.items() if value is not None}


def row(place, **said):
    return {
        f"documents-{place}-{name}": value
        for name, value in {"type": "", "issuer": "DK", "form": "physical", **said}.items()
    }


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


# --- the straight way -----------------------------------------------------------------------------


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


# --- mistakes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "field", "told"),
    [
        ({"number": "6113901234"}, "number", "impossible_cpr_number"),
        ({"number": "610190123"}, "number", "impossible_cpr_number"),
        ({"number": "x" * 5000}, "number", "impossible_cpr_number"),
        ({"number": ""}, "number", "number_needed"),
        ({"number_kind": "p_code", "number": "1234567"}, "number", "impossible_p_code"),
        ({"number_kind": "none"}, "number", "number_unwanted"),
        ({"number_kind": "passport"}, "number_kind", "not_offered"),
        ({"number_kind": None}, "number_kind", "none_chosen"),
        ({"birth_date": "2-1-1990"}, "birth_date", "birth_date_contradicts_number"),
        ({"birth_date": "30-02-1990"}, "birth_date", "no_date"),
        ({"birth_date": "1-1-90"}, "birth_date", "no_date"),
        ({"birth_date": "<script>"}, "birth_date", "no_date"),
        ({"birth_date": "1/2/90"}, "birth_date", "no_date"),
        ({"documents-0-expires_on": "2030"}, "documents-0-expires_on", "no_date"),
        ({"number_kind": "none", "number": ""}, "birth_date", "birth_date_needed"),
        (
            {"number_kind": "none", "number": "", "birth_date": "24-11-2026"},
            "birth_date",
            "birth_date_in_future",
        ),
        (
            {"number_kind": "none", "number": "", "birth_date": "2-1-1990"},
            "wants_cpr_link",
            "no_number_to_link",
        ),
        ({"assurance_level": "highest"}, "assurance_level", "not_offered"),
        ({"assurance_level": None}, "assurance_level", "none_chosen"),
        ({"documents-0-type": "library_card"}, "documents-0-type", "not_offered"),
        ({"documents-0-type": ""}, "documents-0-type", "unknown_document_type"),
        ({"documents-0-issuer": "Danmark"}, "documents-0-issuer", "unknown_country"),
        ({"documents-0-issuer": "ß"}, "documents-0-issuer", "unknown_country"),
        ({"documents-0-issuer": ""}, "documents-0-issuer", "unknown_country"),
        ({"documents-0-form": "fax"}, "documents-0-form", "not_offered"),
        (
            {"documents-0-issued_on": "2-1-2030"},
            "documents-0-issued_on",
            "issued_in_future",
        ),
        (
            {"documents-0-issued_on": "2-1-2020", "documents-0-expires_on": "1-1-2020"},
            "documents-0-expires_on",
            "expires_before_issued",
        ),
        (row(3, type="passport", issuer="D1"), "documents-3-issuer", "unknown_country"),
    ],
)
def test_a_mistake_about_the_applicant_is_told_at_its_field_and_nothing_is_lost_or_written(
    client, office, changed, field, told
):
    case = office.case()
    typed = applicant_form(
        **{"documents-1-issuer": "se", **row(2, type="tax_assessment"), **changed}
    )

    answer = client.post(address(case, "documents"), typed)

    assert answer.status_code == 200
    assert in_danish(told) in error_at(answer, field)
    shown = values_of(answer)
    assert shown["documents-1-issuer"] == "se"
    assert shown["number"] == ""
    assert '<option value="tax_assessment" selected>' in answer.content.decode()
    for secret in (number(1).digits, "<script>", "x" * 100, "library_card"):
        assert secret not in answer.content.decode()
    case.refresh_from_db()
    assert case.state == "opened"
    assert not DocumentEvidence.unscoped.exists()


@pytest.mark.parametrize(
    ("changed", "field", "told"),
    [
        ({"number": ""}, "number", "witness_number_needed"),
        ({"number_kind": "none", "number": ""}, "number_kind", "not_offered"),
        ({"number_kind": "keep", "number": ""}, "number_kind", "not_offered"),
        ({"name": ""}, "name", "empty"),
        ({"name": number(1).digits}, "name", "looks_like_cpr"),
        ({"name": "12345"}, "name", "not_a_name"),
        ({"name": "x" * 10_000}, "name", "too_long_to_read"),
        ({"birth_date": "1-1-1991"}, "birth_date", "birth_date_contradicts_number"),
        ({"birth_date": "1/2/90"}, "birth_date", "no_date"),
        ({"documents-0-expires_on": "2030"}, "documents-0-expires_on", "no_date"),
        ({"mitid_since": "24-11-2026"}, "mitid_since", "mitid_in_future"),
        ({"mitid_since": "05-05-2021"}, "mitid_since", "mitid_before_it_existed"),
        ({"mitid_since": ""}, "mitid_since", "mitid_date_needed"),
        ({"established": "not_established"}, "mitid_since", "mitid_date_unwanted"),
        ({"established": "guessed"}, "established", "not_offered"),
        ({"assurance_level": "low"}, "assurance_level", "witness_level_too_low"),
        ({"assurance_level": "none"}, "assurance_level", "not_offered"),
        ({"reason": ""}, "reason", "none_chosen"),
        ({"relationship": ""}, "relationship", "none_chosen"),
        ({"documents-0-issuer": "12"}, "documents-0-issuer", "unknown_country"),
    ],
)
def test_a_mistake_about_the_witness_is_told_at_its_field_and_nothing_is_lost_or_written(
    client, office, changed, field, told
):
    case = office.with_questions()

    answer = client.post(address(case, "witness"), witness_form(**changed))

    assert answer.status_code == 200
    assert in_danish(told) in error_at(answer, field)
    shown = values_of(answer)
    kept = {"birth_date": "01-01-1990", "mitid_since": "3/2/2022", "name": "Bente Vidne"}
    for name, value in kept.items():
        assert shown[name] == value or name in changed
    for secret in (number(1).digits, number(2).digits):
        assert secret not in answer.content.decode()
    assert not WitnessStatement.unscoped.exists()


def in_danish(told: str) -> str:
    """The sentence meant, as the page tells it."""
    forms = {
        "none_chosen": CHOOSE["required"],
        "not_offered": CHOOSE["invalid_choice"],
        "no_date": DayField().error_messages["invalid"],
        "too_long_to_read": WitnessForm.base_fields["name"].error_messages["max_length"],
    }
    with translation.override("da"):
        return str(forms[told] if told in forms else REFUSALS[told])


def error_at(answer, field: str) -> str:
    """What stands in the error list of a field."""
    found = re.search(
        rf'<ul class="errorlist" id="id_{re.escape(field)}_error">(.*?)</ul>',
        answer.content.decode(),
        re.DOTALL,
    )
    assert found, text_of(answer)
    return html.unescape(found[1])


def test_a_question_outcome_that_is_none_is_told_at_the_field(client, office):
    case = office.with_documents()

    answer = client.post(address(case, "questions"), {"outcome": "guessed"})

    assert answer.status_code == 200
    assert error_at(answer, "outcome")


def test_a_cpr_number_typed_into_any_field_is_not_shown_back(client, office):
    case = office.with_questions()
    secret = "610190-4321"
    everywhere = dict.fromkeys(witness_form(), secret)

    answer = client.post(address(case, "witness"), everywhere)

    assert answer.status_code == 200
    assert "4321" not in answer.content.decode()


def test_more_rows_come_without_losing_what_was_typed_and_without_complaints(client, office):
    case = office.case()
    typed = applicant_form(
        more="1", birth_date="31-12", **row(3, type="health_card", issuer="gl", shows_cpr="on")
    )

    answer = client.post(address(case, "documents"), typed)

    shown = values_of(answer)
    assert shown["rows"] == "5"
    assert "documents-4-issuer" in shown
    assert shown["documents-3-issuer"] == "gl"
    assert shown["birth_date"] == "31-12"
    assert "documents-0-shows_photo" in shown
    assert shown["number"] == ""
    assert "errorlist" not in answer.content.decode()
    case.refresh_from_db()
    assert case.state == "opened"


@pytest.mark.parametrize("rows", ["", "-1", "0", "99999999999", "x", "²", "13"])
def test_an_odd_number_of_rows_is_no_fault(client, office, rows):
    case = office.case()

    answer = client.post(address(case, "documents"), applicant_form(rows=rows))

    assert answer.status_code == 302
    assert len(shown_documents(case)) == 1


def test_hundreds_of_rows_are_refused_before_they_are_read(client, office):
    case = office.case()
    flood = {name: value for n in range(100) for name, value in row(n).items()}

    assert client.post(address(case, "documents"), flood).status_code == 400


# --- correcting -------------------------------------------------------------------------------------


def test_a_step_done_is_opened_again_with_what_was_recorded_but_the_number(client, office):
    case = office.with_witness(witness(2))

    documents = values_of(client.get(address(case, "documents")))
    seen = values_of(client.get(address(case, "witness")))

    assert documents["number_kind"] == seen["number_kind"] == "keep"
    assert documents["number"] == seen["number"] == ""
    assert documents["birth_date"] == "01-01-1990"
    assert documents["documents-0-issuer"] == "DK"
    assert seen["name"] == "Bente Vidne"
    assert "brought_mitid" in seen


def test_correcting_with_the_number_kept_needs_no_typing_of_it(client, office):
    case = office.with_witness(witness(2))

    client.post(
        address(case, "witness"),
        witness_form(number_kind="keep", number="", name="Bente Vidnesen"),
    )

    assert current_statement(case).person == person_of(
        kind="replacement", normalised=number(2).digits, now=NOW
    )
    assert WitnessStatement.unscoped.count() == 2


def test_a_number_typed_beside_keep_is_not_dropped_without_a_word(client, office):
    case = office.with_documents()

    answer = client.post(
        address(case, "documents"), applicant_form(number_kind="keep", number=number(9).digits)
    )

    assert error_at(answer, "number")


def test_the_questions_open_with_nothing_chosen_for_anybody(client, office):
    case = office.with_documents()

    assert "outcome" not in values_of(client.get(address(case)))


# --- order, twice, and two clerks --------------------------------------------------------------------


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


# --- who may, and what shows -------------------------------------------------------------------------


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
