"""A seal that is broken hides one piece of the account, which says so; the rest is told."""

import logging

import pytest
import time_machine

from appointments.models import Participant, WaitingEntry
from borgerservice.rights.account import Account, Fact
from tests.appointments.desk import at_work
from tests.broken import break_key, break_seal
from tests.builders import NOW
from tests.rights.planted import House, build_both
from tests.rights.test_account import sought, text_of, told
from tests.rights.test_page import PAGE, asked
from tests.witnesses.case_pages import text_of as text_on
from witnesses.models import WitnessCheck, WitnessStatement

pytestmark = pytest.mark.django_db
SAID = "Opbevares, men kan ikke læses. De, der driver systemet, har fået besked."


@pytest.fixture(scope="module")
def house(rows_of_the_module: None) -> House:
    with time_machine.travel(NOW, tick=False):
        return build_both()[0]


def facts_of(account: Account) -> list[Fact]:
    return [fact for group in account.groups for item in group.items for fact in item.facts]


def own_check(house: House) -> WitnessCheck:
    return WitnessCheck.unscoped.get(link_hash=f"check of {house.first.email}")


def own_statement(house: House) -> WitnessStatement:
    return house.cases[1].statements.get()


def own_place(house: House) -> Participant:
    return house.visit.participants.get(position=0)


PIECES = {
    "notifications.Contact.phone_sealed": lambda house: house.visit.contact,
    "notifications.Contact.email_sealed": lambda house: house.visit.contact,
    "appointments.Participant.name_sealed": own_place,
    "appointments.Participant.guide_sealed": own_place,
    "appointments.WaitingEntry.names_sealed": lambda _house: WaitingEntry.unscoped.first(),
    "witnesses.IdentityProofing.name_sealed": lambda house: house.cases[0],
    "witnesses.IdentityProofing.birth_date_sealed": lambda house: house.cases[0],
    "witnesses.IdentityProofing.facts_sealed": lambda house: house.cases[0],
    "witnesses.WitnessStatement.name_sealed": own_statement,
    "witnesses.WitnessStatement.birth_date_sealed": own_statement,
    "witnesses.WitnessCheck.papers_sealed": own_check,
}
UNGUARDED = ("notifications.Contact", "appointments.WaitingEntry", "witnesses.WitnessCheck")
only_there = pytest.mark.only("sqlite")
"""Guards keep the rest, and on PostgreSQL nobody whom tests play can take them away."""


def each_piece() -> list[object]:
    is_free = {piece: piece.rpartition(".")[0] in UNGUARDED for piece in PIECES}
    return [
        pytest.param(piece, marks=() if is_free[piece] else only_there, id=piece)
        for piece in PIECES
    ]


@pytest.mark.parametrize("piece", each_piece())
def test_one_broken_seal_hides_that_piece_alone_and_is_told_to_the_log(house, piece, caplog):
    whole = facts_of(told(house, sought(house.first)))
    row, (label, _dot, field) = PIECES[piece](house), piece.rpartition(".")
    break_seal(row, field)
    with caplog.at_level(logging.ERROR, logger="borgerservice.vault.reading"):
        facts = facts_of(told(house, sought(house.first)))
    (broken,) = (fact for fact in facts if fact.said == SAID)
    assert (broken.fields, broken.value) == ((piece,), None)
    beside = [
        one for one in whole if one.fields != (piece,) and "guide_verdict" not in one.fields[0]
    ]
    kept = [(one.fields, one.label) for one in facts]
    assert [one.label for one in beside if (one.fields, one.label) not in kept] == []
    (line,) = {record.getMessage() for record in caplog.records}
    assert line.startswith(f"vault.seal_broken row={label}:{row.pk} place=")
    assert not any(value in caplog.text for value in house.first.values)


@only_there
def test_who_is_found_by_name_alone_is_told_that_a_name_cannot_be_read(house):
    break_seal(own_place(house), "name_sealed")
    account = told(house, sought(house.first, number=None))
    assert "Et navn på dette besøg kan ikke læses. Det kan være dit." in text_of(account)
    assert house.second.name not in text_of(account)


@pytest.mark.parametrize("whose", ["contact", "case"])
def test_a_broken_key_hides_what_is_under_it_and_the_page_and_file_tell_the_rest(
    house, clock, whose
):
    key = house.visit.contact.data_key if whose == "contact" else house.cases[0].data_key
    client = at_work(house.municipality, role="administrator")
    break_key(key)
    page = client.post(PAGE, asked(house))
    assert page.status_code == 200
    said = text_on(page)
    assert said.count(SAID) == (5 if whose == "contact" else 3)
    assert house.cases[0].reference in said
    assert house.visit.reference in said
    file = client.post(PAGE, asked(house, file="1"))
    texts = [fact.said for fact in facts_of(page.context["account"])]
    assert file.status_code == 200
    assert file.content.decode().count(SAID) == texts.count(SAID)


def test_a_missing_key_is_still_a_503(house, clock, keys):
    client = at_work(house.municipality, role="administrator")
    client.raise_request_exception = False
    keys.replace_wrapping()
    assert client.post(PAGE, asked(house)).status_code == 503
