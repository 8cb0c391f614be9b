"""Who told us of their papers finds their own list on the receipt, in place of the general one."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appointments.models import Appointment, CentreService, Participant
from appointments.rules.local_time import instant
from appointments.services import (
    Visitor,
    book_appointment,
    move_appointment,
)
from borgerservice.vault.links import derive_link
from borgerservice.vault.services import shred
from tests.builders import NOW, TODAY, World, build_service, build_visit, build_world
from tests.witnesses.phones import words
from witnesses.rules.wording import words_in
from witnesses.services.papers import keep_for_visit, look_at_papers_again

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
DAY, LATER = TODAY + timedelta(days=2), TODAY + timedelta(days=9)
PASSPORT = f"paDKp3.{DAY + timedelta(days=1):%Y%m%d}.0"
ENOUGH = f"1.{DAY:%Y%m%d}.ysy_{PASSPORT}"
NEW_HERE = f"1.{DAY:%Y%m%d}.yny_{PASSPORT}"
NOTHING = f"1.{DAY:%Y%m%d}.ysy"
LANGUAGES = [code for code, _name in settings.LANGUAGES]
BRING = {
    language: {
        "applicant": [f"{language}: any passport"],
        "besides": [f"{language}: your phone"],
        "witness": [f"{language}: a witness if you are new"],
    }
    for language in LANGUAGES
}


@pytest.fixture
def world() -> World:
    world = build_world()
    world.service.bring = BRING
    world.service.save()
    return world


def receipt(visit: Appointment, language: str = "en") -> str:
    prefix = "" if language == "da" else f"/{language}"
    return f"{prefix}/visit/{derive_link('visit', visit.link_salt)}/"


def told(visit: Appointment, language: str = "en") -> str:
    return words(Client().get(receipt(visit, language)))


def keeps(visit: Appointment, said: str) -> None:
    keep_for_visit(appointment=visit, said=said, now=NOW)
    assert Participant.unscoped.exclude(guide_verdict="").count() == 1


def test_who_told_nothing_reads_the_general_list(world):
    said = told(build_visit(world, day=DAY))
    for line in ("any passport", "your phone", "a witness if you are new", "Are my papers enough?"):
        assert line in said
    assert "Your own list" not in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_own_list_stands_in_place_of_the_general_one_in_every_language(world, language):
    visit = build_visit(world, day=DAY)
    general = told(visit, language)
    keeps(visit, ENOUGH)
    said = told(visit, language)
    passport = words_in(language).say("documents.passport")
    assert f"{language}: any passport" in general
    assert f"{language}: any passport" not in said
    assert passport[:1].upper() + passport[1:] in said
    assert f"{language}: your phone" in said


def test_who_needs_no_witness_reads_what_holds_for_all(world):
    visit = build_visit(world, day=DAY)
    keeps(visit, ENOUGH)
    said = told(visit)
    assert "Your papers are enough" in said
    assert "a witness if you are new" in said


def test_who_needs_a_witness_reads_what_the_rules_demand_of_one(world):
    visit = build_visit(world, day=DAY)
    keeps(visit, NEW_HERE)
    said = told(visit)
    assert "Your papers are enough if you bring a witness" in said
    assert "Bring a witness who knows you" in said
    assert "The witness must be at least 18 years old" in said
    assert "if you are new" not in said


def test_who_lacks_papers_reads_what_would_be_enough_and_the_list_is_printed(world):
    visit = build_visit(world, day=DAY)
    keeps(visit, NOTHING)
    page = Client().get(receipt(visit))
    said = words(page)
    assert "Your papers are not enough yet" in said
    assert "One of these is enough, besides what you have:" in said
    section = page.content.decode().partition('class="bring"')[2].partition("</section>")[0]
    own = section.partition("Your own list")[2].partition("Bring these, too")[0]
    assert "paper-list" in own
    assert "d-print-none" not in own


def test_a_paper_that_runs_out_before_the_new_day_is_told_on_the_receipt(world):
    visit = build_visit(world, day=DAY)
    keeps(visit, ENOUGH)
    move_appointment(appointment=visit, start=instant(LATER, 10 * 60), actor="citizen", now=NOW)
    assert look_at_papers_again(now=NOW) == 1
    said = told(visit)
    assert "Your papers are not enough yet" in said
    assert "This has changed since you answered" in said
    assert "Passport does not count" in said


def test_the_others_of_a_family_read_the_general_list_beside_it(world):
    visit = build_visit(world, day=DAY, names=("Amina Hassan", "Yusuf Hassan"))
    keeps(visit, ENOUGH)
    said = told(visit)
    assert "Your own list of papers to bring" in said
    assert "For the others who come" in said
    assert said.count("any passport") == 1


def test_whoever_comes_for_something_else_reads_what_that_takes(world):
    other = build_service("passport", minutes=15)
    other.names, other.proves_identity = {"da": "Pas", "en": "Passport renewed"}, False
    other.bring = {"en": {"applicant": ["Your old one"], "witness": []}}
    other.save()
    CentreService.objects.create(centre=world.centre, service=other, minutes=15)
    visit = book_appointment(
        centre=world.centre,
        visitors=[Visitor("Amina Hassan", world.service.code), Visitor("Yusuf", other.code)],
        start=instant(DAY, 10 * 60),
        phone="+4520304050",
        email="",
        language="en",
        origin=Appointment.Origin.WEB,
        actor="citizen",
        now=NOW,
    )
    keeps(visit, ENOUGH)
    said = told(visit)
    assert "Your own list of papers to bring" in said
    assert "Passport renewed: Bring with you" in said
    assert "Your old one" in said
    assert "For the others who come" not in said
    assert "any passport" not in said


def test_once_the_answers_are_destroyed_the_general_list_is_back(world):
    visit = build_visit(world, day=DAY)
    keeps(visit, ENOUGH)
    shred([visit.contact.data_key_id], now=NOW)
    said = told(visit)
    assert "any passport" in said
    assert "Your own list" not in said


@pytest.mark.parametrize("said", [ENOUGH, NEW_HERE, NOTHING])
def test_the_receipt_with_a_list_of_its_own_takes_three_statements(world, said):
    visit = build_visit(world, day=DAY)
    keeps(visit, said)
    Client().get(receipt(visit))
    with CaptureQueriesContext(connection) as statements:
        page = Client().get(receipt(visit))
    assert "Your own list" in words(page)
    assert len(statements) <= 3


def test_two_services_with_a_witness_ask_for_the_rules_once(world):
    other = build_service("reactivate_mitid", minutes=20)
    other.bring = BRING
    other.save()
    CentreService.objects.create(centre=world.centre, service=other, minutes=20)
    visit = book_appointment(
        centre=world.centre,
        visitors=[Visitor("Amina Hassan", world.service.code), Visitor("Yusuf", other.code)],
        start=instant(DAY, 10 * 60),
        phone="+4520304050",
        email="",
        language="en",
        origin=Appointment.Origin.WEB,
        actor="citizen",
        now=NOW,
    )
    Client().get(receipt(visit))
    with CaptureQueriesContext(connection) as statements:
        said = told(visit)
    assert said.count("The witness must be at least 18 years old") == 2
    assert len(statements) <= 3
