"""What a clerk mistypes in a case: told at its field, nothing lost, nothing shown back."""

import pytest

from borgerservice.people.services import person_of
from tests.appointments.desk import signed_in
from tests.builders import NOW
from tests.witnesses.case_pages import (
    address,
    applicant_form,
    error_at,
    in_danish,
    row,
    values_of,
    witness_form,
)
from tests.witnesses.cases import number, witness
from witnesses.models import DocumentEvidence, WitnessStatement
from witnesses.selectors.cases import current_statement, shown_documents

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("clock")]


@pytest.fixture
def client(office):
    return signed_in(office.clerk)


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
