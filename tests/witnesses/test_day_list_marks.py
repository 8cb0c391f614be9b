"""The day list tells a clerk how witness and papers stand, before anybody is called."""

import re
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from appointments.models import Participant
from appointments.rules.local_time import instant
from appointments.services import (
    cancel_appointment,
    check_in,
    complete_visit,
    move_appointment,
)
from borgerservice.kernel.clock import danish_date
from borgerservice.vault.links import derive_link
from tests.appointments.desk import centre_page, visit_page
from tests.builders import NOW, TODAY, build_visit
from tests.witnesses.asked import BENTE, asked_address, signs_in
from tests.witnesses.cases import witness
from tests.witnesses.phones import words
from witnesses.services.checks_again import look_at_witnesses_again
from witnesses.services.papers import look_at_papers_again

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("monday_with_mitid"),
    pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning"),  # the demo's own
]
ASKED, FINE = "Vidne: ikke tjekket endnu", "Vidne: tjekket på forhånd"
UNSURE = "Regn ikke med vidnet"
WORSE, NOT_YET = "Papirerne er ikke længere nok", "Papirerne er ikke nok endnu"
DAY, LATER = TODAY + timedelta(days=2), TODAY + timedelta(days=9)


@pytest.fixture
def visit(office):
    return build_visit(office.world, day=DAY, minute=600)


@pytest.fixture
def citizen(visit):
    return f"/witness/for/{derive_link('visit', visit.link_salt)}/"


@pytest.fixture
def seen(office, visit):
    """The marks in the visit's line and what the JSON says, which are one; None where they differ."""
    desk = Client()
    desk.force_login(office.clerk)

    def marks():
        visit.refresh_from_db()
        asked = {"date": danish_date(visit.starts_at).isoformat()}
        page = desk.get(centre_page(office.world, "day"), asked).content.decode()
        (line,) = re.findall(rf'<tr id="{visit.reference}".*?</tr>', page, re.DOTALL)
        shown = re.findall(r'<span class="pill[^"]*">([^<]+)</span>', line)[:-1]  # the status
        rows = desk.get(centre_page(office.world, "day_rows"), asked).json()["visits"]
        (row,) = [one for one in rows if one["reference"] == visit.reference]
        told = words(desk.get(visit_page(office.world, visit.reference)))
        assert all(mark in told for mark in shown)
        return shown, row["witnesses"], row["papers"]

    return marks


def answers(visit, *papers):
    """The guide's answer, kept with the visit; `papers` as its link writes them."""
    page = f"/witness/papers/{derive_link('visit', visit.link_salt)}/"
    citizen = Client()
    link = "".join((f"1.{DAY:%Y%m%d}.ysy", *papers))
    assert citizen.post("/guide/bring/keep/", {"a": link}).status_code == 302
    assert citizen.post(page).status_code == 302


def test_a_visit_without_witness_and_papers_bears_no_mark(seen):
    assert seen() == ([], [None], [None])


def test_the_line_follows_the_witness_from_asked_to_fine_to_not_to_be_counted_on(
    office, citizen, seen
):
    client = Client()
    address = asked_address(client, citizen)
    assert seen() == ([ASKED], ["asked"], [None])
    signs_in(address, BENTE)
    assert seen() == ([FINE], ["fine"], [None])
    for applicant in (11, 12, 13):
        office.decided(witness(2), applicant=applicant)
    assert look_at_witnesses_again(now=NOW) == 1
    assert seen() == ([UNSURE], ["unsure"], [None])
    asked_address(client, citizen)
    assert seen() == ([ASKED], ["asked"], [None])


def test_a_witness_who_withdraws_is_not_counted_on(citizen, seen):
    address = asked_address(Client(), citizen)
    signs_in(address, BENTE)
    Client().post(f"{address}withdraw/")
    assert seen() == ([UNSURE], ["unsure"], [None])


def test_a_witness_who_is_told_no_is_not_counted_on_and_is_fine_again_on_a_day_that_suits(
    visit, citizen, seen
):
    since = DAY - timedelta(days=4)
    signs_in(asked_address(Client(), citizen), BENTE, had=f"had=recent&since={since}")
    assert seen() == ([UNSURE], ["unsure"], [None])
    move_appointment(appointment=visit, start=instant(LATER, 600), actor="citizen", now=NOW)
    look_at_witnesses_again(now=NOW)
    assert seen() == ([FINE], ["fine"], [None])


def test_papers_that_will_not_do_are_marked_from_the_start_or_from_the_day_they_run_out(
    visit, seen
):
    answers(visit)
    assert seen() == ([NOT_YET], [None], ["not_yet"])
    answers(visit, f"_paDKp3.{DAY + timedelta(days=1):%Y%m%d}.0")
    assert seen() == ([], [None], [None])
    move_appointment(appointment=visit, start=instant(LATER, 600), actor="citizen", now=NOW)
    assert look_at_papers_again(now=NOW) == 1
    assert seen() == ([WORSE], [None], ["worse"])


def test_of_several_who_come_the_worst_stands_first_and_each_mark_once(office):
    several = build_visit(office.world, day=LATER, minute=600, names=["Amina", "Bo", "Cho"])
    one = Participant.WitnessState
    states = [one.FINE, one.UNSURE, one.FINE]
    for place, state in enumerate(states):
        Participant.unscoped.filter(appointment=several, position=place).update(witness_state=state)
    desk = Client()
    desk.force_login(office.clerk)
    page = desk.get(centre_page(office.world, "day"), {"date": LATER.isoformat()})
    shown = re.findall(r'<span class="pill[^"]*">([^<]+)</span>', page.content.decode())
    assert shown[:2] == [UNSURE, FINE]
    assert len(shown) == 3


@pytest.mark.parametrize("end", ["cancelled", "completed"])
def test_who_was_here_or_will_not_come_bears_no_mark(visit, citizen, seen, end):
    asked_address(Client(), citizen)
    visit.refresh_from_db()
    if end == "cancelled":
        cancel_appointment(appointment=visit, actor="citizen", now=NOW)
    else:
        check_in(appointment=visit, actor="staff:1", now=visit.starts_at)
        assert seen()[0] == [ASKED]
        complete_visit(appointment=visit, actor="staff:1", now=visit.ends_at)
    assert seen()[0] == []


@pytest.mark.parametrize("state", ["", "asked", "fine", "unsure"])
def test_an_installation_that_is_brought_up_to_date_marks_what_was_asked_before(
    citizen, visit, state
):
    if state:
        address = asked_address(Client(), citizen)
        if state != "asked":
            signs_in(address, BENTE)
        if state == "unsure":
            Client().post(f"{address}withdraw/")
    comer = Participant.unscoped.filter(appointment=visit)
    assert comer.get().witness_state == state
    comer.update(witness_state="")
    migration = import_module("witnesses.migrations.0008_mark_the_witnesses_asked")
    migration.mark(apps, SimpleNamespace(connection=connection))
    assert comer.get().witness_state == state
