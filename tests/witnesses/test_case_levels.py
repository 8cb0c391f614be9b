"""Levels and P-codes as a clerk meets them at the desk."""

import pytest
from django.utils import translation

from tests.appointments.desk import signed_in
from tests.witnesses.case_pages import (
    address,
    applicant_form,
    error_at,
    in_danish,
    row,
    text_of,
    witness_form,
)
from tests.witnesses.cases import witness
from witnesses.selectors.cases import current_statement

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(office, clock):
    return signed_in(office.clerk)


def test_a_level_above_the_recorded_witness_s_is_told_at_its_field_and_nothing_is_lost(
    client, office
):
    case = office.with_witness(witness(2))
    keep = {"number_kind": "keep", "number": "", "assurance_level": "high"}

    answer = client.post(
        address(case, "documents"), applicant_form(**keep, **row(2, type="tax_assessment"))
    )

    assert in_danish("level_above_witness") in error_at(answer, "assurance_level")
    assert '<option value="high" selected>' in answer.content.decode()
    assert '<option value="tax_assessment" selected>' in answer.content.decode()
    case.refresh_from_db()
    assert case.assurance_level == "substantial"


def test_a_witness_without_a_cpr_number_is_recorded_by_p_code_and_told_apart(client, office):
    case = office.with_questions()
    p_code = {"number_kind": "p_code", "number": "12345678"}

    missing = client.post(address(case, "witness"), witness_form(**p_code, birth_date=""))
    assert in_danish("birth_date_needed") in error_at(missing, "birth_date")
    client.post(address(case, "witness"), witness_form(**p_code))

    page = text_of(client.get(address(case)))
    assert current_statement(case).number_kind == "p_code"
    with translation.override("da"):
        assert translation.gettext("Recorded (P-code)") in page
    assert "12345678" not in page
