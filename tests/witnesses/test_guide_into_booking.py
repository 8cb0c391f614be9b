"""The guide's answer taken into a booking sets the service, the length and what to bring."""

from datetime import timedelta

import pytest
from django.test import Client

from appointments.models import Appointment, CentreService, Participant
from borgerservice.vault.links import derive_link
from tests.appointments.pages import fill_in, starts_on
from tests.builders import TODAY, World, build_service, build_world
from tests.witnesses.phones import words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
DAY = TODAY + timedelta(days=2)
PASSPORT = f"paDKp3.{DAY + timedelta(days=400):%Y%m%d}.0"
SETTLED = f"1.{DAY:%Y%m%d}.ysy_{PASSPORT}"
NEW_HERE = f"1.{DAY:%Y%m%d}.yny_{PASSPORT}"


@pytest.fixture
def world() -> World:
    made = build_world()
    longer = build_service("new_mitid_witness", minutes=40)
    CentreService.objects.create(centre=made.centre, service=longer, minutes=40)
    made.service.with_witness = longer
    made.service.save()
    return made


def carried(said: str) -> tuple[Client, str]:
    """A browser that took the guide's answer along, and where it is led."""
    citizen = Client()
    return citizen, citizen.post("/en/guide/bring/keep/", {"a": said})["Location"]


def up_to_check(citizen: Client, times: str) -> str:
    """Choose the first time and say who comes; the address of the last page."""
    start = starts_on(citizen.get(times))[0].isoformat()
    details = citizen.post(times, {"start": start})["Location"]
    return fill_in(citizen, details)["Location"]


def link_of(visit: Appointment) -> str:
    return derive_link("visit", visit.link_salt)


def book(citizen: Client, times: str, **ticked: str) -> Appointment:
    check = up_to_check(citizen, times)
    assert "about my papers" in words(citizen.get(check))
    assert citizen.post(check, ticked).status_code == 302
    return Appointment.unscoped.get()


def test_the_answer_leads_to_the_times_of_its_service(world):
    citizen, front = carried(NEW_HERE)
    assert "service=new_mitid_witness" in front
    assert "New MitID" in words(citizen.get(front))
    found = citizen.get(front.partition("#")[0] + "&q=herning").content.decode()
    centre = f"/en/{world.centre.key}/?service=new_mitid_witness"
    assert f'href="{centre}"' in found
    assert citizen.get(centre)["Location"] == f"/en/{world.centre.key}/new_mitid_witness/"


def test_a_centre_without_that_service_shows_what_it_has(world):
    citizen = Client()
    assert citizen.get(f"/en/{world.centre.key}/?service=passport").status_code == 200
    assert citizen.get("/en/?service=nothing").status_code == 200


def test_the_booking_has_the_service_the_length_and_the_list(world):
    citizen, _front = carried(NEW_HERE)
    visit = book(citizen, f"/en/{world.centre.key}/new_mitid_witness/", keep_papers="on")
    comer = Participant.unscoped.get()
    assert visit.ends_at - visit.starts_at == timedelta(minutes=40)
    assert comer.service.code == "new_mitid_witness"
    assert comer.guide_verdict == "enough_with_witness"
    assert "Your own list" in words(citizen.get(f"/en/visit/{link_of(visit)}/"))
    assert "papers" not in {name for name, one in citizen.cookies.items() if one.value}


def test_who_chose_the_shorter_service_gets_the_longer_visit_all_the_same(world):
    citizen, _front = carried(NEW_HERE)
    visit = book(citizen, f"/en/{world.centre.key}/new_mitid/", keep_papers="on")
    assert visit.ends_at - visit.starts_at == timedelta(minutes=40)
    assert Participant.unscoped.get().service.code == "new_mitid_witness"


def test_who_needs_no_witness_keeps_the_length(world):
    citizen, _front = carried(SETTLED)
    visit = book(citizen, f"/en/{world.centre.key}/new_mitid/", keep_papers="on")
    assert visit.ends_at - visit.starts_at == timedelta(minutes=30)
    assert Participant.unscoped.get().guide_verdict == "enough"


def test_nothing_is_kept_of_who_does_not_want_it(world):
    citizen, _front = carried(NEW_HERE)
    book(citizen, f"/en/{world.centre.key}/new_mitid/")
    comer = Participant.unscoped.get()
    assert (comer.guide_sealed, comer.guide_verdict) == (None, "")


@pytest.mark.parametrize("said", ["x", "1.20261125.yny_paDK", "9" * 4000, "<script>"])
def test_a_cookie_that_is_no_answer_stops_no_booking(world, said):
    citizen = Client()
    citizen.cookies["papers"] = said
    visit = book(citizen, f"/en/{world.centre.key}/new_mitid/", keep_papers="on")
    assert visit.status == "booked"
    assert Participant.unscoped.get().guide_sealed is None


def test_nobody_is_asked_who_carries_nothing(world):
    citizen = Client()
    check = up_to_check(citizen, f"/en/{world.centre.key}/new_mitid/")
    assert "about my papers" not in words(citizen.get(check))
