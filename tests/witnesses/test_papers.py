"""The guide's answer taken into a visit, sealed, and asked again when it may have changed."""

from datetime import timedelta

import pytest
from django.test import Client

from appointments.models import Participant
from appointments.rules.local_time import instant
from appointments.services import move_appointment
from borgerservice.notifications.models import Message
from borgerservice.vault.links import derive_link
from tests.builders import NOW, TODAY, build_staff, build_visit
from tests.witnesses.phones import words
from witnesses.services.papers import look_at_papers_again

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
DAY, LATER = TODAY + timedelta(days=2), TODAY + timedelta(days=9)
ENOUGH = f"1.{DAY:%Y%m%d}.ysy_paDKp3.{DAY + timedelta(days=1):%Y%m%d}.0"
NOTHING = f"1.{DAY:%Y%m%d}.ysy"


@pytest.fixture
def visit(world):
    return build_visit(world, day=DAY)


@pytest.fixture
def page(visit):
    return f"/en/witness/papers/{derive_link('visit', visit.link_salt)}/"


def carries(link=ENOUGH):
    citizen = Client()
    assert citizen.post("/guide/bring/keep/", {"a": link}).status_code == 302
    return citizen


def comer():
    return Participant.unscoped.get()


def test_an_answer_is_carried_along_and_kept_when_the_citizen_says_so(visit, page):
    citizen = carries()
    assert comer().guide_sealed is None
    assert "Keep my answer" in words(citizen.get(page))
    assert comer().guide_sealed is None
    citizen.post(page)
    assert comer().guide_verdict == "enough"
    assert ENOUGH.encode() not in bytes(comer().guide_sealed)
    shown = words(citizen.get(page))
    assert "Your papers are enough" in shown
    assert "Keep my answer" not in shown


def test_who_carries_nothing_is_asked_the_questions(page):
    citizen = Client()
    assert f"on={DAY:%d-%m-%Y}" in citizen.get(page).content.decode()
    citizen.post(page)
    assert comer().guide_sealed is None


@pytest.mark.parametrize("link", ["", "x", "1.20261125", ENOUGH + "_", "9" * 5000, "<script>"])
def test_what_is_no_answer_is_not_carried(link):
    answer = Client().post("/guide/bring/keep/", {"a": link})
    assert answer.status_code == 400
    assert "papers" not in answer.cookies


def test_a_cookie_somebody_wrote_themselves_is_not_kept(page):
    citizen = Client()
    citizen.cookies["papers"] = "nonsense"
    citizen.post(page)
    assert comer().guide_sealed is None


def test_papers_that_will_have_run_out_on_the_new_day_flag_the_visit_and_the_citizen_is_told(
    world, visit, page
):
    citizen = carries()
    citizen.post(page)
    assert look_at_papers_again(now=NOW) == 0
    move_appointment(appointment=visit, start=instant(LATER, 10 * 60), actor="citizen", now=NOW)
    assert look_at_papers_again(now=NOW) == 1
    assert (comer().guide_verdict, comer().flagged_at) == ("not_yet", NOW)
    assert Message.unscoped.filter(kind="papers").count() == 1
    assert look_at_papers_again(now=NOW) == 0
    assert "This has changed" in words(citizen.get(page))
    desk = Client()
    desk.force_login(build_staff(world.municipality))
    told = words(desk.get(f"/admin/0657/visits/{visit.reference}/"))
    assert "ikke længere nok" in told or "no longer enough" in told


def test_papers_that_have_become_enough_flag_nothing(visit, page):
    carries(NOTHING).post(page)
    assert comer().guide_verdict == "not_yet"
    carries(ENOUGH).post(page)
    assert (comer().guide_verdict, comer().flagged_at) == ("enough", None)
    assert look_at_papers_again(now=NOW) == 0


@pytest.mark.parametrize("link", ["x", "a" * 32, "%00"])
def test_a_wrong_link_is_not_found(link):
    assert Client().get(f"/witness/papers/{link}/").status_code == 404
