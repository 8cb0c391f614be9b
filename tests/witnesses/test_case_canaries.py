"""A CPR number typed in a case is found nowhere but sealed: not in rows, logs, sessions or pages."""

import base64
import hashlib
import logging

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import transaction
from django.test import Client
from django.urls import reverse

from borgerservice.audit.models import AuditEntry
from borgerservice.vault.services import open_data_key
from tests.builders import NOW, build_staff
from tests.witnesses.case_pages import address, applicant_form, witness_form
from tests.witnesses.cases import build_office
from witnesses import seals
from witnesses.models import IdentityProofing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

APPLICANT, WITNESS, MISTYPED, MISPLACED = "6101904001", "6101904002", "6113904003", "6101904004"
P_CODE = "90817263"


def spellings(number: str) -> list[str]:
    """The number in clear, as people write it, and in the disguises that are as good as clear."""
    dashed = f"{number[:6]}-{number[6:]}"
    raw = number.encode()
    return [
        number,
        dashed,
        dashed.replace("-", " "),
        base64.b64encode(raw).decode().rstrip("="),
        raw.hex(),
        number.encode("utf-16-le").hex(),
        *(hashlib.new(name, raw).hexdigest() for name in ("md5", "sha1", "sha256")),
    ]


def everything_stored() -> str:
    """All rows of all tables as text, binary columns in hex and as they are, sessions opened."""
    told = []
    for model in apps.get_models(include_auto_created=True):
        for values in model._base_manager.values_list():
            for value in values:
                if isinstance(value, (bytes, memoryview)):
                    told += [bytes(value).hex(), bytes(value).decode("latin-1")]
                else:
                    told.append(str(value))
    told += [str(session.get_decoded()) for session in Session.objects.all()]
    return "\n".join(told)


def found(text: str) -> list[str]:
    numbers = (APPLICANT, WITNESS, MISTYPED, MISPLACED, P_CODE)
    return [number for number in numbers if any(form in text for form in spellings(number))]


@pytest.fixture
def told(caplog):
    """A case led to its end with numbers in right and wrong places; everything the pages said."""
    caplog.set_level(logging.DEBUG)
    office = build_office()
    client = Client()
    client.force_login(office.clerk)
    case = office.case()
    pages = []

    def post(step, form):
        pages.append(client.post(address(case, step), form, follow=True))

    for number in (MISTYPED, f"{MISTYPED[:6]}-{MISTYPED[6:]}"):
        post("documents", applicant_form(number=number))
    everywhere = dict.fromkeys(applicant_form(), MISPLACED)
    post("documents", everywhere)
    post("documents", {**everywhere, "more": "1"})
    post("documents", applicant_form(number_kind="p_code", number=P_CODE, birth_date="1-1-1990"))
    post("documents", applicant_form(number=APPLICANT, birth_date="2-2-1990"))
    post("documents", applicant_form(number=APPLICANT))
    post("questions", {"outcome": MISPLACED})
    post("questions", {"outcome": "not_available"})
    post("witness", dict.fromkeys(witness_form(), MISPLACED))
    post("witness", {**witness_form(number=WITNESS), "name": MISPLACED})
    post("witness", witness_form(number=WITNESS))
    paper = reverse(
        "admin:proofing_declaration",
        kwargs={"code": "0657", "reference": case.reference, "language": "da"},
    )
    pages.append(client.get(paper))
    post("declaration_signed", {"language": MISPLACED, "version": MISPLACED})
    post("declaration_signed", {"language": "da"})
    post("decide", {"late_reason": MISPLACED})
    post("decide", {})
    post("client_answer", {"answer": MISPLACED})
    post("client_answer", {"answer": "issued"})
    pages += [client.get(f"/admin/0657/proofings/{APPLICANT}/"), client.get(address(case))]
    assert IdentityProofing.unscoped.get().outcome == "confirmed"
    client.force_login(build_staff(office.world.municipality, role="auditor"))
    for page in ("", f"{case.reference}/?rule_set=mitid-2025", "summary/"):
        pages.append(client.get(f"/admin/0657/decisions/{page}"))
        assert pages[-1].status_code == 200
    return "\n".join(page.content.decode() for page in pages)


def test_a_number_typed_in_a_case_is_found_nowhere_but_sealed(told, caplog):
    assert found(told) == []
    assert found(caplog.text.replace(f"/admin/0657/proofings/{APPLICANT}/", "")) == []
    assert found(everything_stored()) == []


def test_the_sealed_numbers_are_there_to_be_opened(told):
    case = IdentityProofing.unscoped.get()
    key = open_data_key(case.data_key)
    statement = case.statements.get()

    assert key.open(case.number_sealed, seals.APPLICANT_NUMBER) == APPLICANT
    assert key.open(statement.number_sealed, seals.witness_number(0)) == WITNESS


def test_control_a_number_that_leaked_into_a_row_is_found_in_every_disguise():
    for disguised in spellings(WITNESS):
        with transaction.atomic():
            AuditEntry.unscoped.create(
                at=NOW, event="x", actor="x", subject="x", facts={"note": disguised}
            )
            assert found(everything_stored()) == [WITNESS], disguised
            transaction.set_rollback(True)
    assert found(everything_stored()) == []


def test_control_a_number_that_leaked_into_the_log_is_found(caplog):
    logging.getLogger("witnesses").warning("found %s", WITNESS)

    assert found(caplog.text) == [WITNESS]
